package web

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/vocab"
)

// opening are the facts that a form asks for first, by kind: those without
// which nobody could say what is planned. All others are asked for only when the
// engine says that they matter.
var opening = map[string][]vocab.FactID{
	"transfer":       {vocab.Origin, vocab.Destination, vocab.GoodsDescription, vocab.GoodsHS},
	"sea_transfer":   {vocab.VesselFlag, vocab.PartnerFlag, vocab.Origin, vocab.Destination, vocab.GoodsDescription, vocab.GoodsHS},
	"vessel_service": {vocab.VesselService, vocab.VesselFlag, vocab.VesselControllerState, vocab.ActorState},
	"port_call":      {vocab.VesselFlag, vocab.VesselListed, vocab.VesselPortReason},
	"aviation":       {vocab.AircraftAct, vocab.AircraftFlag, vocab.AircraftDestination},
	"payment":        {vocab.FinanceService, vocab.FinanceBankState, vocab.Origin, vocab.Destination},
	"employment":     {vocab.WorkNationality, vocab.WorkHost, vocab.WorkNewAuthorisation},
	"venture":        {vocab.VenturePartnerState, vocab.VentureStage},
	"cooperation":    {vocab.CooperationType, vocab.CooperationField, vocab.Origin, vocab.Destination},
	"travel":         {vocab.TravellerNationality, vocab.TravellerListed, vocab.TravelAct},
	"property":       {vocab.PropertyHeldBy, vocab.PropertyUse},
	"mission":        {vocab.MissionState, vocab.MissionMatter},
	"asset":          {vocab.AssetAct, vocab.PartyListed, vocab.PartyOwnedByListed},
	"test":           {vocab.TestState, vocab.TestType},
	"exercise":       {vocab.TestState},
	"step":           {vocab.StepState, vocab.StepAct},
	"enforcement":    {vocab.EnforcementAct, vocab.Origin, vocab.Destination, vocab.GoodsDescription},
	"report":         {vocab.ReportObligation, vocab.ReportPeriodEnd, vocab.ReportFiledOn},
	"measure":        {vocab.MeasureText},
}

// hints help with facts that people stumble over. They explain the question and
// add no law to it.
var hints = map[vocab.FactID]string{
	vocab.WorkNewAuthorisation: "Renewing or extending a permit means issuing a new authorisation. Letting an earlier one run its time does not.",
	vocab.WorkAboveCeiling:     "The number on the day the ceiling was set, 5 August 2017, counted in the host state.",
	vocab.GoodsHS:              "Four to ten digits, as 8413 or 2701.12. Leave it empty if you do not know it.",
	vocab.GoodsDescription:     "As the invoice or the contract has it, for example: frozen squid.",
	vocab.ApprovalCommittee:    "Approval given in advance, in this very case. “None” says that none was given or asked for.",
	vocab.ReportObligation:     "The id of the provision, as 2397-p8-final.",
	vocab.PartyListed:          "Leave it open if you give the name: it is then looked up in the loaded lists.",
	vocab.TravellerListed:      "If you do not know, look the name up under “Who is it?”.",
	vocab.VesselListed:         "Leave it open if you give the name or IMO number: it is then looked up in the loaded lists.",
}

// calledAlso are words by which people look for a kind, where its title and what is
// said about it do not have them.
var calledAlso = map[string]string{
	"transfer":       "trade export import sell buy ship deliver invoice customs cargo",
	"sea_transfer":   "ship-to-ship transshipment",
	"vessel_service": "charter insure crew bunker register classify tanker",
	"port_call":      "harbour berth dock anchor",
	"aviation":       "plane aircraft airline airport overfly",
	"payment":        "pay bank transfer money remittance loan insurance crypto",
	"employment":     "hire renew permit visa welder labourer labor worker job shipyard contract employee staff guest",
	"venture":        "company shares partner invest",
	"cooperation":    "university student research teach science training conference",
	"travel":         "visa border flight passport visit",
	"property":       "embassy rent building hostel",
	"mission":        "embassy diplomat ambassador",
	"asset":          "freeze frozen account funds",
	"test":           "missile rocket satellite nuclear",
	"exercise":       "drill manoeuvre",
	"step":           "summit negotiation undertaking promise",
	"enforcement":    "seize inspect confiscate search",
	"report":         "notify notification deadline",
	"measure":        "statement plan",
}

// calls reports whether one of the words is among those by which people look for a
// kind; "welders" is "welder".
func calls(kind string, words []string) bool {
	also := strings.Fields(calledAlso[kind])
	return slices.ContainsFunc(words, func(w string) bool {
		return len(w) > 2 && (slices.Contains(also, w) || slices.Contains(also, strings.TrimSuffix(w, "s")))
	})
}
