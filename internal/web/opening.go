package web

import "github.com/cordon-engine/cordon/internal/vocab"

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
	vocab.PartyListed:          "If you do not know, look the name up under “Who is it?”.",
	vocab.TravellerListed:      "If you do not know, look the name up under “Who is it?”.",
	vocab.VesselListed:         "If you do not know, look the IMO number or the name up under “Who is it?”.",
}
