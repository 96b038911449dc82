// Code generated from vocabulary.yaml; DO NOT EDIT.

package vocab

// The kinds of activity.
const (
	// KindTransfer: sale, supply, procurement, transit or brokering of goods.
	KindTransfer KindID = 0
	// KindSeaTransfer: goods passed from ship to ship.
	KindSeaTransfer KindID = 1
	// KindVesselService: flagging, owning, operating, chartering, crewing, insuring, classing or bunkering a ship.
	KindVesselService KindID = 2
	// KindPortCall: a ship enters a port.
	KindPortCall KindID = 3
	// KindAviation: a flight, overflight, aircraft lease, charter or crew.
	KindAviation KindID = 4
	// KindPayment: a payment, account, branch, correspondent relation, insurance, credit, cash or gold.
	KindPayment KindID = 5
	// KindEmployment: hosting or hiring workers of another state.
	KindEmployment KindID = 6
	// KindVenture: opening, keeping, enlarging or closing a joint venture, cooperative entity or investment.
	KindVenture KindID = 7
	// KindCooperation: training, teaching, technical services, construction, scientific or technical cooperation.
	KindCooperation KindID = 8
	// KindTravel: entry, transit or stay of a person.
	KindTravel KindID = 9
	// KindProperty: lease or use of real property held by a state.
	KindProperty KindID = 10
	// KindMission: staff, accounts and commercial activity of missions and diplomats.
	KindMission KindID = 11
	// KindAsset: funds, ships or other resources of a listed party held, moved or made available.
	KindAsset KindID = 12
	// KindTest: a nuclear test, missile or satellite launch, or other programme activity.
	KindTest KindID = 13
	// KindExercise: a military exercise.
	KindExercise KindID = 14
	// KindEnforcement: what a state does about suspect cargo, ships and goods.
	KindEnforcement KindID = 15
	// KindReport: a report or notice that a state owes.
	KindReport KindID = 16
	// KindMeasure: a national rule, refusal or suspension that goes further than the law asks.
	KindMeasure KindID = 17
	// KindStep: talks, a visit, a statement, a handover, a dismantling or another step that states take towards each other.
	KindStep KindID = 18
)

var kinds = [...]Kind{
	{0, "transfer", "Transfer of goods", "sale, supply, procurement, transit or brokering of goods", nil},
	{1, "sea_transfer", "Transfer at sea", "goods passed from ship to ship", []KindID{KindTransfer}},
	{2, "vessel_service", "Vessel service", "flagging, owning, operating, chartering, crewing, insuring, classing or bunkering a ship", nil},
	{3, "port_call", "Port call", "a ship enters a port", nil},
	{4, "aviation", "Aviation", "a flight, overflight, aircraft lease, charter or crew", nil},
	{5, "payment", "Payment or financial service", "a payment, account, branch, correspondent relation, insurance, credit, cash or gold", nil},
	{6, "employment", "Employment of workers", "hosting or hiring workers of another state", nil},
	{7, "venture", "Joint venture or investment", "opening, keeping, enlarging or closing a joint venture, cooperative entity or investment", nil},
	{8, "cooperation", "Training, services and cooperation", "training, teaching, technical services, construction, scientific or technical cooperation", nil},
	{9, "travel", "Travel", "entry, transit or stay of a person", nil},
	{10, "property", "Use of property", "lease or use of real property held by a state", nil},
	{11, "mission", "Diplomatic mission", "staff, accounts and commercial activity of missions and diplomats", nil},
	{12, "asset", "Dealing in assets", "funds, ships or other resources of a listed party held, moved or made available", nil},
	{13, "test", "Test or launch", "a nuclear test, missile or satellite launch, or other programme activity", nil},
	{14, "exercise", "Military exercise", "a military exercise", nil},
	{15, "enforcement", "Inspection, seizure and disposal", "what a state does about suspect cargo, ships and goods", nil},
	{16, "report", "Report due", "a report or notice that a state owes", nil},
	{17, "measure", "A state's own measure", "a national rule, refusal or suspension that goes further than the law asks", nil},
	{18, "step", "Step between states", "talks, a visit, a statement, a handover, a dismantling or another step that states take towards each other", nil},
}

// The facts.
const (
	// Jurisdiction is the fact jurisdiction: Jurisdiction.
	Jurisdiction FactID = 0
	// LawInForceView is the fact law.in_force_view: Disputed law taken as in force.
	LawInForceView FactID = 1
	// ActorState is the fact actor.state: State of the actor.
	ActorState FactID = 2
	// ActorHumanitarian is the fact actor.humanitarian: Humanitarian standing of the actor.
	ActorHumanitarian FactID = 3
	// PurposeHumanitarian is the fact purpose.humanitarian: Solely humanitarian purpose.
	PurposeHumanitarian FactID = 4
	// PurposeUnCoordinated is the fact purpose.un_coordinated: Coordinated by the United Nations.
	PurposeUnCoordinated FactID = 5
	// PurposeDiplomatic is the fact purpose.diplomatic: For a diplomatic mission.
	PurposeDiplomatic FactID = 6
	// PurposeLivelihood is the fact purpose.livelihood: Exclusively livelihood.
	PurposeLivelihood FactID = 7
	// PurposeBasicExpenses is the fact purpose.basic_expenses: Kind of expense under a freeze.
	PurposeBasicExpenses FactID = 8
	// UseProgramme is the fact use.programme: Could contribute to prohibited programmes.
	UseProgramme FactID = 9
	// UseMilitary is the fact use.military: Military use.
	UseMilitary FactID = 10
	// UseRepair is the fact use.repair: Sent for repair or service.
	UseRepair FactID = 11
	// GroundsReasonable is the fact grounds.reasonable: Reasonable grounds.
	GroundsReasonable FactID = 12
	// ApprovalCommittee is the fact approval.committee: Committee approval.
	ApprovalCommittee FactID = 13
	// ApprovalValidUntil is the fact approval.valid_until: Approval valid until.
	ApprovalValidUntil FactID = 14
	// ApprovalLicence is the fact approval.licence: Held licence.
	ApprovalLicence FactID = 15
	// NoticeStatus is the fact notice.status: Notice to the committee.
	NoticeStatus FactID = 16
	// NoticeWithheld is the fact notice.withheld: Notice withheld.
	NoticeWithheld FactID = 17
	// ContractDate is the fact contract.date: Contract date.
	ContractDate FactID = 18
	// ContractExists is the fact contract.exists: Earlier contract.
	ContractExists FactID = 19
	// ContractWritten is the fact contract.written: Written contract.
	ContractWritten FactID = 20
	// ContractBeforeVote is the fact contract.before_vote: Contract concluded before the vote.
	ContractBeforeVote FactID = 21
	// Origin is the fact origin: Origin.
	Origin FactID = 22
	// Destination is the fact destination: Destination.
	Destination FactID = 23
	// LoadingState is the fact loading.state: State of loading.
	LoadingState FactID = 24
	// LoadingPort is the fact loading.port: Port of loading.
	LoadingPort FactID = 25
	// TransitState is the fact transit.state: State of transit.
	TransitState FactID = 26
	// EndUserState is the fact end_user.state: State of the end user.
	EndUserState FactID = 27
	// TransferMode is the fact transfer.mode: Manner of transfer.
	TransferMode FactID = 28
	// TransferSealedTransit is the fact transfer.sealed_transit: Only passing through.
	TransferSealedTransit FactID = 29
	// GoodsDescription is the fact goods.description: Description.
	GoodsDescription FactID = 30
	// GoodsHS is the fact goods.hs: HS code.
	GoodsHS FactID = 31
	// GoodsEdition is the fact goods.edition: HS edition.
	GoodsEdition FactID = 32
	// GoodsCommodity is the fact goods.commodity: Named commodity.
	GoodsCommodity FactID = 33
	// GoodsOrigin is the fact goods.origin: Origin of the line.
	GoodsOrigin FactID = 34
	// GoodsQuantity is the fact goods.quantity: Quantity.
	GoodsQuantity FactID = 35
	// GoodsUnit is the fact goods.unit: Unit.
	GoodsUnit FactID = 36
	// GoodsValue is the fact goods.value: Value.
	GoodsValue FactID = 37
	// GoodsUnitValue is the fact goods.unit_value: Value of one piece.
	GoodsUnitValue FactID = 38
	// GoodsCounted is the fact goods.counted: Already counted.
	GoodsCounted FactID = 39
	// GoodsCountedValue is the fact goods.counted_value: Value already counted.
	GoodsCountedValue FactID = 40
	// GoodsBaseline is the fact goods.baseline: Baseline.
	GoodsBaseline FactID = 41
	// GoodsProduct is the fact goods.product: Petroleum product.
	GoodsProduct FactID = 42
	// GoodsAxles is the fact goods.axles: Axles.
	GoodsAxles FactID = 43
	// GoodsCondition is the fact goods.condition: Condition.
	GoodsCondition FactID = 44
	// GoodsLuxury is the fact goods.luxury: Luxury goods.
	GoodsLuxury FactID = 45
	// GoodsFoodOrMedicine is the fact goods.food_or_medicine: Food or medicine.
	GoodsFoodOrMedicine FactID = 46
	// GoodsControlListed is the fact goods.control_listed: On a technical control list.
	GoodsControlListed FactID = 47
	// GoodsPassengerAircraftSpares is the fact goods.passenger_aircraft_spares: Spares for civil passenger aircraft.
	GoodsPassengerAircraftSpares FactID = 48
	// GoodsAircraftModel is the fact goods.aircraft_model: Aircraft model.
	GoodsAircraftModel FactID = 49
	// GoodsUplift is the fact goods.uplift: Fuel for a flight and back.
	GoodsUplift FactID = 50
	// GoodsMedicalExchange is the fact goods.medical_exchange: Medical use.
	GoodsMedicalExchange FactID = 51
	// PartyRole is the fact party.role: Role.
	PartyRole FactID = 52
	// PartyName is the fact party.name: Name.
	PartyName FactID = 53
	// PartyState is the fact party.state: State.
	PartyState FactID = 54
	// PartyListed is the fact party.listed: Listed.
	PartyListed FactID = 55
	// PartyListedUnder is the fact party.listed_under: Listed under.
	PartyListedUnder FactID = 56
	// PartyListedOn is the fact party.listed_on: Listed on.
	PartyListedOn FactID = 57
	// PartyDelistedOn is the fact party.delisted_on: Delisted on.
	PartyDelistedOn FactID = 58
	// PartyActsForListed is the fact party.acts_for_listed: Acts for a listed party.
	PartyActsForListed FactID = 59
	// PartyOwnedByListed is the fact party.owned_by_listed: Owned or controlled by a listed party.
	PartyOwnedByListed FactID = 60
	// PartyGovernmentProgramme is the fact party.government_programme: State body tied to programmes.
	PartyGovernmentProgramme FactID = 61
	// VesselName is the fact vessel.name: Ship.
	VesselName FactID = 62
	// VesselIMO is the fact vessel.imo: IMO number.
	VesselIMO FactID = 63
	// VesselFlag is the fact vessel.flag: Flag.
	VesselFlag FactID = 64
	// VesselNewFlag is the fact vessel.new_flag: Flag to be flown.
	VesselNewFlag FactID = 65
	// VesselControllerState is the fact vessel.controller_state: State of owner or operator.
	VesselControllerState FactID = 66
	// VesselListed is the fact vessel.listed: Designated ship.
	VesselListed FactID = 67
	// VesselListedUnder is the fact vessel.listed_under: Ship designated under.
	VesselListedUnder FactID = 68
	// VesselListedOn is the fact vessel.listed_on: Ship designated on.
	VesselListedOn FactID = 69
	// VesselDelistedOn is the fact vessel.delisted_on: Ship taken off the list on.
	VesselDelistedOn FactID = 70
	// VesselOwnedByListed is the fact vessel.owned_by_listed: Ship of a listed party.
	VesselOwnedByListed FactID = 71
	// VesselDeregistered is the fact vessel.deregistered: Struck from another register.
	VesselDeregistered FactID = 72
	// VesselSuspect is the fact vessel.suspect: Ship believed involved.
	VesselSuspect FactID = 73
	// VesselRefusedInspection is the fact vessel.refused_inspection: Refused inspection.
	VesselRefusedInspection FactID = 74
	// VesselPortReason is the fact vessel.port_reason: Reason for the port call.
	VesselPortReason FactID = 75
	// VesselService is the fact vessel.service: Service.
	VesselService FactID = 76
	// VesselLivelihoodOnly is the fact vessel.livelihood_only: Ship used for livelihood or humanitarian ends only.
	VesselLivelihoodOnly FactID = 77
	// PartnerName is the fact partner.name: Other ship.
	PartnerName FactID = 78
	// PartnerIMO is the fact partner.imo: IMO number of the other ship.
	PartnerIMO FactID = 79
	// PartnerFlag is the fact partner.flag: Flag of the other ship.
	PartnerFlag FactID = 80
	// AircraftAct is the fact aircraft.act: Flight or service.
	AircraftAct FactID = 81
	// AircraftFlag is the fact aircraft.flag: Registration of the aircraft.
	AircraftFlag FactID = 82
	// AircraftDestination is the fact aircraft.destination: Destination of the flight.
	AircraftDestination FactID = 83
	// AircraftSuspect is the fact aircraft.suspect: Aircraft believed to carry prohibited goods.
	AircraftSuspect FactID = 84
	// AircraftReason is the fact aircraft.reason: Reason for the landing.
	AircraftReason FactID = 85
	// ServiceRecipientState is the fact service.recipient_state: State of the recipient of the service.
	ServiceRecipientState FactID = 86
	// ServiceRecipientListed is the fact service.recipient_listed: Recipient listed.
	ServiceRecipientListed FactID = 87
	// ServiceProviderState is the fact service.provider_state: State of the crew's provider.
	ServiceProviderState FactID = 88
	// FinanceService is the fact finance.service: Financial service.
	FinanceService FactID = 89
	// FinanceBankState is the fact finance.bank_state: State of the bank.
	FinanceBankState FactID = 90
	// FinanceLocatedIn is the fact finance.located_in: Where it is opened or held.
	FinanceLocatedIn FactID = 91
	// FinanceExisting is the fact finance.existing: Existing relation.
	FinanceExisting FactID = 92
	// FinanceTradeWith is the fact finance.trade_with: Trade partner supported.
	FinanceTradeWith FactID = 93
	// FinancePublic is the fact finance.public: Public support.
	FinancePublic FactID = 94
	// FinanceConcessional is the fact finance.concessional: Grant or concessional loan.
	FinanceConcessional FactID = 95
	// WorkNationality is the fact work.nationality: Nationality of the workers.
	WorkNationality FactID = 96
	// WorkHost is the fact work.host: Host state.
	WorkHost FactID = 97
	// WorkNewAuthorisation is the fact work.new_authorisation: New work authorisation.
	WorkNewAuthorisation FactID = 98
	// WorkAboveCeiling is the fact work.above_ceiling: Above the earlier number.
	WorkAboveCeiling FactID = 99
	// WorkEarnsIncome is the fact work.earns_income: Earns income.
	WorkEarnsIncome FactID = 100
	// WorkHostNational is the fact work.host_national: National of the host.
	WorkHostNational FactID = 101
	// WorkReturnBarred is the fact work.return_barred: Return barred by law.
	WorkReturnBarred FactID = 102
	// WorkCount is the fact work.count: Number of workers.
	WorkCount FactID = 103
	// VenturePartnerState is the fact venture.partner_state: State of the partner.
	VenturePartnerState FactID = 104
	// VentureStage is the fact venture.stage: Stage.
	VentureStage FactID = 105
	// VentureProject is the fact venture.project: Project.
	VentureProject FactID = 106
	// VentureExisting is the fact venture.existing: Project existed before.
	VentureExisting FactID = 107
	// VentureNonCommercialUtility is the fact venture.non_commercial_utility: Non-commercial public utility.
	VentureNonCommercialUtility FactID = 108
	// VentureSector is the fact venture.sector: Sector.
	VentureSector FactID = 109
	// CooperationType is the fact cooperation.type: Type.
	CooperationType FactID = 110
	// CooperationField is the fact cooperation.field: Field.
	CooperationField FactID = 111
	// CooperationSubject is the fact cooperation.subject: Subject.
	CooperationSubject FactID = 112
	// CooperationSponsored is the fact cooperation.sponsored: Sponsored by the state.
	CooperationSponsored FactID = 113
	// CooperationNoContribution is the fact cooperation.no_contribution: No contribution to programmes.
	CooperationNoContribution FactID = 114
	// TravellerNationality is the fact traveller.nationality: Nationality.
	TravellerNationality FactID = 115
	// TravellerListed is the fact traveller.listed: Listed person.
	TravellerListed FactID = 116
	// TravellerListedUnder is the fact traveller.listed_under: Person listed under.
	TravellerListedUnder FactID = 117
	// TravellerFamilyOfListed is the fact traveller.family_of_listed: Family of a listed person.
	TravellerFamilyOfListed FactID = 118
	// TravellerActsForListed is the fact traveller.acts_for_listed: Acts for a listed person.
	TravellerActsForListed FactID = 119
	// TravellerBankAgent is the fact traveller.bank_agent: Works for a bank.
	TravellerBankAgent FactID = 120
	// TravellerOfficialProgramme is the fact traveller.official_programme: Official tied to programmes.
	TravellerOfficialProgramme FactID = 121
	// TravellerTradeInArms is the fact traveller.trade_in_arms: Travels for prohibited trade.
	TravellerTradeInArms FactID = 122
	// TravelAct is the fact travel.act: Travel.
	TravelAct FactID = 123
	// TravelReason is the fact travel.reason: Reason for the travel.
	TravelReason FactID = 124
	// TravelOwnNational is the fact travel.own_national: National of the admitting state.
	TravelOwnNational FactID = 125
	// PropertyHeldBy is the fact property.held_by: Held by.
	PropertyHeldBy FactID = 126
	// PropertyUse is the fact property.use: Use.
	PropertyUse FactID = 127
	// MissionState is the fact mission.state: State of the mission.
	MissionState FactID = 128
	// MissionMatter is the fact mission.matter: Matter.
	MissionMatter FactID = 129
	// MissionAccounts is the fact mission.accounts: Accounts afterwards.
	MissionAccounts FactID = 130
	// AssetAct is the fact asset.act: Dealing.
	AssetAct FactID = 131
	// TestState is the fact test.state: State that acts.
	TestState FactID = 132
	// TestType is the fact test.type: What is done.
	TestType FactID = 133
	// TestRange is the fact test.range: Range class of the missile.
	TestRange FactID = 134
	// EnforcementAct is the fact enforcement.act: Act.
	EnforcementAct FactID = 135
	// EnforcementProhibitedFound is the fact enforcement.prohibited_found: Prohibited goods found.
	EnforcementProhibitedFound FactID = 136
	// EnforcementBrokeredBy is the fact enforcement.brokered_by: Brokered by or carried under.
	EnforcementBrokeredBy FactID = 137
	// ReportObligation is the fact report.obligation: Obligation.
	ReportObligation FactID = 138
	// ReportPeriodEnd is the fact report.period_end: End of the period.
	ReportPeriodEnd FactID = 139
	// ReportFiledOn is the fact report.filed_on: Filed on.
	ReportFiledOn FactID = 140
	// MeasureText is the fact measure.text: What the state did.
	MeasureText FactID = 141
	// ExerciseScale is the fact exercise.scale: Scale of the exercise.
	ExerciseScale FactID = 142
	// ExerciseWith is the fact exercise.with: Held with.
	ExerciseWith FactID = 143
	// StepState is the fact step.state: State that takes the step.
	StepState FactID = 144
	// StepWith is the fact step.with: Towards or with.
	StepWith FactID = 145
	// StepAct is the fact step.act: Step.
	StepAct FactID = 146
)

var facts = [...]Fact{
	{ID: 0, Name: "jurisdiction", Key: "jurisdiction", Group: "", Scope: OfActivity, Type: State, Unit: "", Title: "Jurisdiction", Question: "Whose jurisdiction are you under: in whose territory, by whose national or under whose flag is it done?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x7ffff},
	{ID: 1, Name: "law.in_force_view", Key: "in_force_view", Group: "law", Scope: OfActivity, Type: Bool, Unit: "", Title: "Disputed law taken as in force", Question: "The force of this law is disputed and your state has recorded no position. Does it treat the law as in force?", Values: nil, Ask: true, Assumed: "", Weigh: true, Kinds: 0x7ffff},
	{ID: 2, Name: "actor.state", Key: "state", Group: "actor", Scope: OfActivity, Type: State, Unit: "", Title: "State of the actor", Question: "Which state is the person or firm that acts a national of?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x7ffff},
	{ID: 3, Name: "actor.humanitarian", Key: "humanitarian", Group: "actor", Scope: OfActivity, Type: Enum, Unit: "", Title: "Humanitarian standing of the actor", Question: "Is the actor a United Nations body, an international organisation, a humanitarian organisation with General Assembly observer status, an NGO in a UN plan or appeal, a partner of one of these, or another NGO?", Values: []string{"none", "un_body", "international_organisation", "observer_organisation", "ngo_in_un_plan", "partner_of_these", "other_ngo"}, Ask: false, Assumed: "none", Weigh: false, Kinds: 0x7ffff},
	{ID: 4, Name: "purpose.humanitarian", Key: "humanitarian", Group: "purpose", Scope: OfActivity, Type: Bool, Unit: "", Title: "Solely humanitarian purpose", Question: "Is it solely for humanitarian assistance or basic human needs?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x7ffff},
	{ID: 5, Name: "purpose.un_coordinated", Key: "un_coordinated", Group: "purpose", Scope: OfActivity, Type: Bool, Unit: "", Title: "Coordinated by the United Nations", Question: "Is the work undertaken by or in coordination with the United Nations?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x7ffff},
	{ID: 6, Name: "purpose.diplomatic", Key: "diplomatic", Group: "purpose", Scope: OfActivity, Type: Bool, Unit: "", Title: "For a diplomatic mission", Question: "Is it solely for the work of a diplomatic or consular mission in the state concerned?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x7ffff},
	{ID: 7, Name: "purpose.livelihood", Key: "livelihood", Group: "purpose", Scope: OfActivity, Type: Bool, Unit: "", Title: "Exclusively livelihood", Question: "Has the state concerned determined that it is exclusively for livelihood purposes and unrelated to revenue for prohibited programmes?", Values: nil, Ask: true, Assumed: "", Weigh: true, Kinds: 0x7ffff},
	{ID: 8, Name: "purpose.basic_expenses", Key: "basic_expenses", Group: "purpose", Scope: OfActivity, Type: Enum, Unit: "", Title: "Kind of expense under a freeze", Question: "Is it for basic expenses, extraordinary expenses, or an earlier lien or judgment?", Values: []string{"none", "basic", "extraordinary", "lien_or_judgment"}, Ask: false, Assumed: "none", Weigh: false, Kinds: 0x7ffff},
	{ID: 9, Name: "use.programme", Key: "programme", Group: "use", Scope: OfActivity, Type: Bool, Unit: "", Title: "Could contribute to prohibited programmes", Question: "Do you know, or has the state determined, that it could contribute to prohibited nuclear, missile or other weapons programmes, to other prohibited activities or to evasion?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x7ffff},
	{ID: 10, Name: "use.military", Key: "military", Group: "use", Scope: OfActivity, Type: Bool, Unit: "", Title: "Military use", Question: "Do you know, or has the state determined, that it could directly develop the operational capability of armed forces?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x7ffff},
	{ID: 11, Name: "use.repair", Key: "repair", Group: "use", Scope: OfActivity, Type: Bool, Unit: "", Title: "Sent for repair or service", Question: "Is it shipped only for repair, service, testing or marketing, without change of owner?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x7ffff},
	{ID: 12, Name: "grounds.reasonable", Key: "reasonable", Group: "grounds", Scope: OfActivity, Type: Bool, Unit: "", Title: "Reasonable grounds", Question: "Are there reasonable grounds or credible information to believe that prohibited goods or activities are involved?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x7ffff},
	{ID: 13, Name: "approval.committee", Key: "committee", Group: "approval", Scope: OfActivity, Type: Enum, Unit: "", Title: "Committee approval", Question: "Has the sanctions committee approved or exempted this, in advance and in this very case?", Values: []string{"granted", "none", "refused"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x7ffff},
	{ID: 14, Name: "approval.valid_until", Key: "valid_until", Group: "approval", Scope: OfActivity, Type: Date, Unit: "", Title: "Approval valid until", Question: "Until which day is the approval valid?", Values: nil, Ask: false, Assumed: "2199-12-31", Weigh: false, Kinds: 0x7ffff},
	{ID: 15, Name: "approval.licence", Key: "licence", Group: "approval", Scope: OfActivity, Type: Text, Unit: "", Title: "Held licence", Question: "By which licence, exemption or approval on record here is it done?", Values: nil, Ask: false, Assumed: "none", Weigh: false, Kinds: 0x7ffff},
	{ID: 16, Name: "notice.status", Key: "status", Group: "notice", Scope: OfActivity, Type: Enum, Unit: "", Title: "Notice to the committee", Question: "Has the notice that goes with it been given, or will it be, in time?", Values: []string{"in_time", "late", "none"}, Ask: false, Assumed: "in_time", Weigh: false, Kinds: 0x7ffff},
	{ID: 17, Name: "notice.withheld", Key: "withheld", Group: "notice", Scope: OfActivity, Type: Bool, Unit: "", Title: "Notice withheld", Question: "No notice was given. Was it withheld, rather than late?", Values: nil, Ask: true, Assumed: "", Weigh: true, Kinds: 0x7ffff},
	{ID: 18, Name: "contract.date", Key: "date", Group: "contract", Scope: OfActivity, Type: Date, Unit: "", Title: "Contract date", Question: "On which day was the written contract concluded?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x7ffff},
	{ID: 19, Name: "contract.exists", Key: "exists", Group: "contract", Scope: OfActivity, Type: Bool, Unit: "", Title: "Earlier contract", Question: "Does it rest on a written contract at all?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x7ffff},
	{ID: 20, Name: "contract.written", Key: "written", Group: "contract", Scope: OfActivity, Type: Bool, Unit: "", Title: "Written contract", Question: "Is the contract in writing?", Values: nil, Ask: false, Assumed: "true", Weigh: false, Kinds: 0x7ffff},
	{ID: 21, Name: "contract.before_vote", Key: "before_vote", Group: "contract", Scope: OfActivity, Type: Bool, Unit: "", Title: "Contract concluded before the vote", Question: "The contract bears the date of the vote itself. Was it concluded before the vote?", Values: nil, Ask: true, Assumed: "", Weigh: true, Kinds: 0x7ffff},
	{ID: 22, Name: "origin", Key: "origin", Group: "", Scope: OfActivity, Type: State, Unit: "", Title: "Origin", Question: "In which state do the goods, funds or services originate?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x8123},
	{ID: 23, Name: "destination", Key: "destination", Group: "", Scope: OfActivity, Type: State, Unit: "", Title: "Destination", Question: "To which state do the goods, funds or services finally go?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x8123},
	{ID: 24, Name: "loading.state", Key: "state", Group: "loading", Scope: OfActivity, Type: State, Unit: "", Title: "State of loading", Question: "In which state are the goods loaded for this journey?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x8003},
	{ID: 25, Name: "loading.port", Key: "port", Group: "loading", Scope: OfActivity, Type: Port, Unit: "", Title: "Port of loading", Question: "From which port do the goods leave?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x8003},
	{ID: 26, Name: "transit.state", Key: "state", Group: "transit", Scope: OfActivity, Type: State, Unit: "", Title: "State of transit", Question: "Through which other state do the goods pass?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x800b},
	{ID: 27, Name: "end_user.state", Key: "state", Group: "end_user", Scope: OfActivity, Type: State, Unit: "", Title: "State of the end user", Question: "In which state is the end user?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x3},
	{ID: 28, Name: "transfer.mode", Key: "mode", Group: "transfer", Scope: OfActivity, Type: Enum, Unit: "", Title: "Manner of transfer", Question: "Is it a sale, supply, procurement, transit, brokering, gift, lease or return?", Values: []string{"sale", "supply", "procurement", "transit", "brokering", "gift", "lease", "return"}, Ask: false, Assumed: "sale", Weigh: false, Kinds: 0x3},
	{ID: 29, Name: "transfer.sealed_transit", Key: "sealed_transit", Group: "transfer", Scope: OfActivity, Type: Bool, Unit: "", Title: "Only passing through", Question: "Do the goods only pass through that state, for export onward and for nothing else?", Values: nil, Ask: false, Assumed: "true", Weigh: false, Kinds: 0x3},
	{ID: 30, Name: "goods.description", Key: "description", Group: "goods", Scope: OfGoods, Type: Text, Unit: "", Title: "Description", Question: "What are the goods, in plain words?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x8003},
	{ID: 31, Name: "goods.hs", Key: "hs", Group: "goods", Scope: OfGoods, Type: HS, Unit: "", Title: "HS code", Question: "What is their HS code (at least four digits)?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x8003},
	{ID: 32, Name: "goods.edition", Key: "edition", Group: "goods", Scope: OfGoods, Type: Enum, Unit: "", Title: "HS edition", Question: "Which edition of the HS is the code from?", Values: []string{"2012", "2017", "2022"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x8003},
	{ID: 33, Name: "goods.commodity", Key: "commodity", Group: "goods", Scope: OfGoods, Type: Commodity, Unit: "", Title: "Named commodity", Question: "Which named commodity or listed item is it within the meaning of the law?", Values: nil, Ask: true, Assumed: "", Weigh: true, Kinds: 0x8003},
	{ID: 34, Name: "goods.origin", Key: "origin", Group: "goods", Scope: OfGoods, Type: State, Unit: "", Title: "Origin of the line", Question: "In which state does this line originate?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x8003},
	{ID: 35, Name: "goods.quantity", Key: "quantity", Group: "goods", Scope: OfGoods, Type: Number, Unit: "", Title: "Quantity", Question: "How much is it?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 36, Name: "goods.unit", Key: "unit", Group: "goods", Scope: OfGoods, Type: Enum, Unit: "", Title: "Unit", Question: "In which unit is the quantity?", Values: []string{"t", "kg", "bbl", "l", "m3", "piece", "pair", "case", "lot"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 37, Name: "goods.value", Key: "value", Group: "goods", Scope: OfGoods, Type: Number, Unit: "USD", Title: "Value", Question: "What is the value of the line in US dollars?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 38, Name: "goods.unit_value", Key: "unit_value", Group: "goods", Scope: OfGoods, Type: Number, Unit: "USD", Title: "Value of one piece", Question: "What is the value of one piece in US dollars?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 39, Name: "goods.counted", Key: "counted", Group: "goods", Scope: OfGoods, Type: Number, Unit: "", Title: "Already counted", Question: "How much has been counted against the cap in its period before this supply, in the unit of the quantity?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 40, Name: "goods.counted_value", Key: "counted_value", Group: "goods", Scope: OfGoods, Type: Number, Unit: "USD", Title: "Value already counted", Question: "What value in US dollars has been counted against the cap in its period before this supply?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 41, Name: "goods.baseline", Key: "baseline", Group: "goods", Scope: OfGoods, Type: Number, Unit: "", Title: "Baseline", Question: "How much did the supplying state supply in the twelve months that the cap is measured by, in the unit of the quantity?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 42, Name: "goods.product", Key: "product", Group: "goods", Scope: OfGoods, Type: Enum, Unit: "", Title: "Petroleum product", Question: "Which petroleum product is it?", Values: []string{"lpg", "gasoline", "naphtha", "kerosene", "jet_fuel", "diesel", "residual", "lubricant", "crude", "condensate", "lng", "other"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 43, Name: "goods.axles", Key: "axles", Group: "goods", Scope: OfGoods, Type: Number, Unit: "", Title: "Axles", Question: "How many axles has the vehicle or chassis?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 44, Name: "goods.condition", Key: "condition", Group: "goods", Scope: OfGoods, Type: Enum, Unit: "", Title: "Condition", Question: "Is it new or used?", Values: []string{"new", "used"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 45, Name: "goods.luxury", Key: "luxury", Group: "goods", Scope: OfGoods, Type: Bool, Unit: "", Title: "Luxury goods", Question: "Does your state, or a person weighing it, hold these to be luxury goods?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x3},
	{ID: 46, Name: "goods.food_or_medicine", Key: "food_or_medicine", Group: "goods", Scope: OfGoods, Type: Bool, Unit: "", Title: "Food or medicine", Question: "Is it food or medicine?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 47, Name: "goods.control_listed", Key: "control_listed", Group: "goods", Scope: OfGoods, Type: Bool, Unit: "", Title: "On a technical control list", Question: "Does the item meet the technical description on a nuclear, missile, chemical, biological or conventional-arms control list of this regime?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x3},
	{ID: 48, Name: "goods.passenger_aircraft_spares", Key: "passenger_aircraft_spares", Group: "goods", Scope: OfGoods, Type: Bool, Unit: "", Title: "Spares for civil passenger aircraft", Question: "Are these spare parts needed for the safe operation of commercial civilian passenger aircraft?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x3},
	{ID: 49, Name: "goods.aircraft_model", Key: "aircraft_model", Group: "goods", Scope: OfGoods, Type: Enum, Unit: "", Title: "Aircraft model", Question: "For which aircraft model are the parts?", Values: []string{"an_24", "an_148", "il_18", "il_62", "tu_134", "tu_154", "tu_204", "other"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 50, Name: "goods.uplift", Key: "uplift", Group: "goods", Scope: OfGoods, Type: Bool, Unit: "", Title: "Fuel for a flight and back", Question: "Is the fuel given to a civilian passenger aircraft outside the state concerned, only for its flight there and back?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x3},
	{ID: 51, Name: "goods.medical_exchange", Key: "medical_exchange", Group: "goods", Scope: OfGoods, Type: Bool, Unit: "", Title: "Medical use", Question: "Is it for medical use only?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x3},
	{ID: 52, Name: "party.role", Key: "role", Group: "party", Scope: OfParties, Type: Enum, Unit: "", Title: "Role", Question: "In which role does the party take part?", Values: []string{"supplier", "buyer", "carrier", "broker", "owner", "operator", "insurer", "charterer", "bank", "payer", "payee", "beneficiary", "employer", "worker", "partner", "consignee", "end_user", "facilitator", "traveller", "other"}, Ask: false, Assumed: "other", Weigh: false, Kinds: 0x7ffff},
	{ID: 53, Name: "party.name", Key: "name", Group: "party", Scope: OfParties, Type: Text, Unit: "", Title: "Name", Question: "What is the party called?", Values: nil, Ask: false, Assumed: "unnamed", Weigh: false, Kinds: 0x7ffff},
	{ID: 54, Name: "party.state", Key: "state", Group: "party", Scope: OfParties, Type: State, Unit: "", Title: "State", Question: "Which state is the party a national of?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x7ffff},
	{ID: 55, Name: "party.listed", Key: "listed", Group: "party", Scope: OfParties, Type: Bool, Unit: "", Title: "Listed", Question: "Is the party designated by the committee or the Council?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x7ffff},
	{ID: 56, Name: "party.listed_under", Key: "listed_under", Group: "party", Scope: OfParties, Type: Text, Unit: "", Title: "Listed under", Question: "Under which regime is the party, or whoever it acts for or is owned by, listed (the id of the regime)?", Values: nil, Ask: false, Assumed: "any", Weigh: false, Kinds: 0x7ffff},
	{ID: 57, Name: "party.listed_on", Key: "listed_on", Group: "party", Scope: OfParties, Type: Date, Unit: "", Title: "Listed on", Question: "On which day was the party listed?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x7ffff},
	{ID: 58, Name: "party.delisted_on", Key: "delisted_on", Group: "party", Scope: OfParties, Type: Date, Unit: "", Title: "Delisted on", Question: "On which day was the party taken off the list?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x7ffff},
	{ID: 59, Name: "party.acts_for_listed", Key: "acts_for_listed", Group: "party", Scope: OfParties, Type: Bool, Unit: "", Title: "Acts for a listed party", Question: "Does the party act on behalf or at the direction of a listed one?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x7ffff},
	{ID: 60, Name: "party.owned_by_listed", Key: "owned_by_listed", Group: "party", Scope: OfParties, Type: Bool, Unit: "", Title: "Owned or controlled by a listed party", Question: "Is the party owned or controlled by a listed one, also through illicit means?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x7ffff},
	{ID: 61, Name: "party.government_programme", Key: "government_programme", Group: "party", Scope: OfParties, Type: Bool, Unit: "", Title: "State body tied to programmes", Question: "Is the party a body of the government or ruling party of the state concerned which your state has determined to be associated with prohibited programmes?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x7ffff},
	{ID: 62, Name: "vessel.name", Key: "name", Group: "vessel", Scope: OfActivity, Type: Text, Unit: "", Title: "Ship", Question: "What is the ship called?", Values: nil, Ask: false, Assumed: "unnamed", Weigh: false, Kinds: 0x900f},
	{ID: 63, Name: "vessel.imo", Key: "imo", Group: "vessel", Scope: OfActivity, Type: IMO, Unit: "", Title: "IMO number", Question: "What is the ship's IMO number?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x900f},
	{ID: 64, Name: "vessel.flag", Key: "flag", Group: "vessel", Scope: OfActivity, Type: State, Unit: "", Title: "Flag", Question: "Which flag does the ship fly?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x800e},
	{ID: 65, Name: "vessel.new_flag", Key: "new_flag", Group: "vessel", Scope: OfActivity, Type: State, Unit: "", Title: "Flag to be flown", Question: "Which flag is the ship to fly afterwards?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x7},
	{ID: 66, Name: "vessel.controller_state", Key: "controller_state", Group: "vessel", Scope: OfActivity, Type: State, Unit: "", Title: "State of owner or operator", Question: "Which state are the ship's owner, controller and operator from?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x800c},
	{ID: 67, Name: "vessel.listed", Key: "listed", Group: "vessel", Scope: OfActivity, Type: Bool, Unit: "", Title: "Designated ship", Question: "Is the ship on the committee's list of designated vessels, with a ban on port entry?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x900c},
	{ID: 68, Name: "vessel.listed_under", Key: "listed_under", Group: "vessel", Scope: OfActivity, Type: Text, Unit: "", Title: "Ship designated under", Question: "Under which regime is the ship designated (the id of the regime)?", Values: nil, Ask: false, Assumed: "any", Weigh: false, Kinds: 0x900c},
	{ID: 69, Name: "vessel.listed_on", Key: "listed_on", Group: "vessel", Scope: OfActivity, Type: Date, Unit: "", Title: "Ship designated on", Question: "On which day was the ship designated?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x900c},
	{ID: 70, Name: "vessel.delisted_on", Key: "delisted_on", Group: "vessel", Scope: OfActivity, Type: Date, Unit: "", Title: "Ship taken off the list on", Question: "On which day was the ship taken off the list?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x900c},
	{ID: 71, Name: "vessel.owned_by_listed", Key: "owned_by_listed", Group: "vessel", Scope: OfActivity, Type: Bool, Unit: "", Title: "Ship of a listed party", Question: "Is the ship owned or controlled by a listed party?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x900c},
	{ID: 72, Name: "vessel.deregistered", Key: "deregistered", Group: "vessel", Scope: OfActivity, Type: Bool, Unit: "", Title: "Struck from another register", Question: "Was the ship struck from another state's register under these measures?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x8004},
	{ID: 73, Name: "vessel.suspect", Key: "suspect", Group: "vessel", Scope: OfActivity, Type: Bool, Unit: "", Title: "Ship believed involved", Question: "Are there reasonable grounds to believe that the ship was or is involved in prohibited activities or carries prohibited goods?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x800c},
	{ID: 74, Name: "vessel.refused_inspection", Key: "refused_inspection", Group: "vessel", Scope: OfActivity, Type: Bool, Unit: "", Title: "Refused inspection", Question: "Has the ship refused an inspection?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x800c},
	{ID: 75, Name: "vessel.port_reason", Key: "port_reason", Group: "vessel", Scope: OfActivity, Type: Enum, Unit: "", Title: "Reason for the port call", Question: "Does the ship call for trade, in an emergency, to return to its port of origin, or for inspection?", Values: []string{"trade", "emergency", "return_to_origin", "inspection", "directed"}, Ask: false, Assumed: "trade", Weigh: false, Kinds: 0x8},
	{ID: 76, Name: "vessel.service", Key: "service", Group: "vessel", Scope: OfActivity, Type: Enum, Unit: "", Title: "Service", Question: "What is done for or with the ship?", Values: []string{"register", "obtain_flag", "own", "operate", "lease", "charter", "lease_out", "charter_out", "provide_crew", "procure_crew", "insure", "reinsure", "class", "certify", "bunker", "deregister", "carry_passengers", "carry_cargo", "pilot"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x4},
	{ID: 77, Name: "vessel.livelihood_only", Key: "livelihood_only", Group: "vessel", Scope: OfActivity, Type: Bool, Unit: "", Title: "Ship used for livelihood or humanitarian ends only", Question: "Is the ship engaged exclusively in livelihood work that raises no revenue for the state concerned, or exclusively in humanitarian work?", Values: nil, Ask: true, Assumed: "", Weigh: true, Kinds: 0x4},
	{ID: 78, Name: "partner.name", Key: "name", Group: "partner", Scope: OfActivity, Type: Text, Unit: "", Title: "Other ship", Question: "What is the other ship called?", Values: nil, Ask: false, Assumed: "unnamed", Weigh: false, Kinds: 0x2},
	{ID: 79, Name: "partner.imo", Key: "imo", Group: "partner", Scope: OfActivity, Type: IMO, Unit: "", Title: "IMO number of the other ship", Question: "What is the other ship's IMO number?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x2},
	{ID: 80, Name: "partner.flag", Key: "flag", Group: "partner", Scope: OfActivity, Type: State, Unit: "", Title: "Flag of the other ship", Question: "Which flag does the other ship fly?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x2},
	{ID: 81, Name: "aircraft.act", Key: "act", Group: "aircraft", Scope: OfActivity, Type: Enum, Unit: "", Title: "Flight or service", Question: "What is done with the aircraft?", Values: []string{"overflight", "landing", "take_off", "lease", "charter", "lease_out", "charter_out", "provide_crew", "procure_crew", "insure"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x10},
	{ID: 82, Name: "aircraft.flag", Key: "flag", Group: "aircraft", Scope: OfActivity, Type: State, Unit: "", Title: "Registration of the aircraft", Question: "In which state is the aircraft registered?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x10},
	{ID: 83, Name: "aircraft.destination", Key: "destination", Group: "aircraft", Scope: OfActivity, Type: State, Unit: "", Title: "Destination of the flight", Question: "To or from which state is the flight?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x10},
	{ID: 84, Name: "aircraft.suspect", Key: "suspect", Group: "aircraft", Scope: OfActivity, Type: Bool, Unit: "", Title: "Aircraft believed to carry prohibited goods", Question: "Are there reasonable grounds to believe that the aircraft carries prohibited goods?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x10},
	{ID: 85, Name: "aircraft.reason", Key: "reason", Group: "aircraft", Scope: OfActivity, Type: Enum, Unit: "", Title: "Reason for the landing", Question: "Is it an ordinary flight, an emergency landing or a landing for inspection?", Values: []string{"ordinary", "emergency", "inspection"}, Ask: false, Assumed: "ordinary", Weigh: false, Kinds: 0x10},
	{ID: 86, Name: "service.recipient_state", Key: "recipient_state", Group: "service", Scope: OfActivity, Type: State, Unit: "", Title: "State of the recipient of the service", Question: "Which state is the person who gets the ship, aircraft or crew from?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x14},
	{ID: 87, Name: "service.recipient_listed", Key: "recipient_listed", Group: "service", Scope: OfActivity, Type: Bool, Unit: "", Title: "Recipient listed", Question: "Is the person who gets the ship or aircraft or crew listed or assisting evasion?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x14},
	{ID: 88, Name: "service.provider_state", Key: "provider_state", Group: "service", Scope: OfActivity, Type: State, Unit: "", Title: "State of the crew's provider", Question: "From which state does the crew come?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x14},
	{ID: 89, Name: "finance.service", Key: "service", Group: "finance", Scope: OfActivity, Type: Enum, Unit: "", Title: "Financial service", Question: "Which financial service is it?", Values: []string{"payment", "clearing", "account", "branch", "subsidiary", "representative_office", "ownership_stake", "correspondent", "joint_venture", "trade_credit", "trade_guarantee", "trade_insurance", "insurance", "loan", "grant", "bulk_cash", "gold", "other"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x20},
	{ID: 90, Name: "finance.bank_state", Key: "bank_state", Group: "finance", Scope: OfActivity, Type: State, Unit: "", Title: "State of the bank", Question: "From which state is the bank or financial institution?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x20},
	{ID: 91, Name: "finance.located_in", Key: "located_in", Group: "finance", Scope: OfActivity, Type: State, Unit: "", Title: "Where it is opened or held", Question: "In which state is the branch or account opened or kept?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x20},
	{ID: 92, Name: "finance.existing", Key: "existing", Group: "finance", Scope: OfActivity, Type: Bool, Unit: "", Title: "Existing relation", Question: "Did the branch, account or relation exist before the measure?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x20},
	{ID: 93, Name: "finance.trade_with", Key: "trade_with", Group: "finance", Scope: OfActivity, Type: State, Unit: "", Title: "Trade partner supported", Question: "Trade with which state does it support?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x20},
	{ID: 94, Name: "finance.public", Key: "public", Group: "finance", Scope: OfActivity, Type: Bool, Unit: "", Title: "Public support", Question: "Is the support public, as from a state's export credit agency?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x20},
	{ID: 95, Name: "finance.concessional", Key: "concessional", Group: "finance", Scope: OfActivity, Type: Bool, Unit: "", Title: "Grant or concessional loan", Question: "Is it a grant, financial aid or a concessional loan?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x20},
	{ID: 96, Name: "work.nationality", Key: "nationality", Group: "work", Scope: OfActivity, Type: State, Unit: "", Title: "Nationality of the workers", Question: "Of which state are the workers nationals?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x40},
	{ID: 97, Name: "work.host", Key: "host", Group: "work", Scope: OfActivity, Type: State, Unit: "", Title: "Host state", Question: "In which state do they work?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x40},
	{ID: 98, Name: "work.new_authorisation", Key: "new_authorisation", Group: "work", Scope: OfActivity, Type: Bool, Unit: "", Title: "New work authorisation", Question: "Is a new work authorisation issued (not one issued earlier that still runs)?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x40},
	{ID: 99, Name: "work.above_ceiling", Key: "above_ceiling", Group: "work", Scope: OfActivity, Type: Bool, Unit: "", Title: "Above the earlier number", Question: "Would the number of work authorisations in the host state exceed the number on the day the ceiling was set?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x40},
	{ID: 100, Name: "work.earns_income", Key: "earns_income", Group: "work", Scope: OfActivity, Type: Bool, Unit: "", Title: "Earns income", Question: "Do they earn income there?", Values: nil, Ask: false, Assumed: "true", Weigh: false, Kinds: 0x40},
	{ID: 101, Name: "work.host_national", Key: "host_national", Group: "work", Scope: OfActivity, Type: Bool, Unit: "", Title: "National of the host", Question: "Is the person a national of the host state as well?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x40},
	{ID: 102, Name: "work.return_barred", Key: "return_barred", Group: "work", Scope: OfActivity, Type: Bool, Unit: "", Title: "Return barred by law", Question: "Does national or international law (refugee law, human rights law, UN headquarters or immunities agreements) bar the return?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x40},
	{ID: 103, Name: "work.count", Key: "count", Group: "work", Scope: OfActivity, Type: Number, Unit: "", Title: "Number of workers", Question: "How many workers are there?", Values: nil, Ask: false, Assumed: "1", Weigh: false, Kinds: 0x40},
	{ID: 104, Name: "venture.partner_state", Key: "partner_state", Group: "venture", Scope: OfActivity, Type: State, Unit: "", Title: "State of the partner", Question: "From which state is the partner or in which the entity invested in?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x80},
	{ID: 105, Name: "venture.stage", Key: "stage", Group: "venture", Scope: OfActivity, Type: Enum, Unit: "", Title: "Stage", Question: "Is the venture opened, kept going, enlarged or closed?", Values: []string{"open", "maintain", "expand", "close"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x80},
	{ID: 106, Name: "venture.project", Key: "project", Group: "venture", Scope: OfActivity, Type: Enum, Unit: "", Title: "Project", Question: "Is it a project that the law names: hydroelectric works on the border with a neighbour, or the port and railway of Rajin and Khasan?", Values: []string{"none", "border_hydropower", "rajin_khasan", "other"}, Ask: false, Assumed: "none", Weigh: false, Kinds: 0x80},
	{ID: 107, Name: "venture.existing", Key: "existing", Group: "venture", Scope: OfActivity, Type: Bool, Unit: "", Title: "Project existed before", Question: "Did the project exist on the day of the measure?", Values: nil, Ask: false, Assumed: "true", Weigh: false, Kinds: 0x80},
	{ID: 108, Name: "venture.non_commercial_utility", Key: "non_commercial_utility", Group: "venture", Scope: OfActivity, Type: Bool, Unit: "", Title: "Non-commercial public utility", Question: "Is it a non-commercial public utility infrastructure project that makes no profit?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x80},
	{ID: 109, Name: "venture.sector", Key: "sector", Group: "venture", Scope: OfActivity, Type: Enum, Unit: "", Title: "Sector", Question: "In which sector is the venture?", Values: []string{"nuclear", "missile", "banking", "energy", "mining", "other"}, Ask: false, Assumed: "other", Weigh: false, Kinds: 0x80},
	{ID: 110, Name: "cooperation.type", Key: "type", Group: "cooperation", Scope: OfActivity, Type: Enum, Unit: "", Title: "Type", Question: "Is it training, teaching, scientific or technical cooperation, a medical exchange, a service, construction, the making of a statue or monument on site, or help with a launch?", Values: []string{"military_training", "police_training", "teaching", "science", "medical_exchange", "technical_service", "construction", "monument", "maintenance", "launch", "other"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x100},
	{ID: 111, Name: "cooperation.field", Key: "field", Group: "cooperation", Scope: OfActivity, Type: Enum, Unit: "", Title: "Field", Question: "In which field is it?", Values: []string{"nuclear", "aerospace", "physics", "computing", "navigation", "materials", "chemistry", "mechanics", "electricity", "industry", "manufacturing", "medicine", "other"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x100},
	{ID: 112, Name: "cooperation.subject", Key: "subject", Group: "cooperation", Scope: OfActivity, Type: Enum, Unit: "", Title: "Subject", Question: "Does it concern the supply, making, upkeep or use of arms, or of items for weapons programmes?", Values: []string{"arms", "programme_items", "other"}, Ask: false, Assumed: "other", Weigh: false, Kinds: 0x100},
	{ID: 113, Name: "cooperation.sponsored", Key: "sponsored", Group: "cooperation", Scope: OfActivity, Type: Bool, Unit: "", Title: "Sponsored by the state", Question: "Is the partner officially sponsored by or representing its state?", Values: nil, Ask: false, Assumed: "true", Weigh: false, Kinds: 0x100},
	{ID: 114, Name: "cooperation.no_contribution", Key: "no_contribution", Group: "cooperation", Scope: OfActivity, Type: Bool, Unit: "", Title: "No contribution to programmes", Question: "Has the state determined that the cooperation will not contribute to prohibited programmes?", Values: nil, Ask: true, Assumed: "", Weigh: true, Kinds: 0x100},
	{ID: 115, Name: "traveller.nationality", Key: "nationality", Group: "traveller", Scope: OfActivity, Type: State, Unit: "", Title: "Nationality", Question: "Of which state is the traveller a national?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x200},
	{ID: 116, Name: "traveller.listed", Key: "listed", Group: "traveller", Scope: OfActivity, Type: Bool, Unit: "", Title: "Listed person", Question: "Is the traveller designated?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x200},
	{ID: 117, Name: "traveller.listed_under", Key: "listed_under", Group: "traveller", Scope: OfActivity, Type: Text, Unit: "", Title: "Person listed under", Question: "Under which regime is the person listed (the id of the regime)?", Values: nil, Ask: false, Assumed: "any", Weigh: false, Kinds: 0x200},
	{ID: 118, Name: "traveller.family_of_listed", Key: "family_of_listed", Group: "traveller", Scope: OfActivity, Type: Bool, Unit: "", Title: "Family of a listed person", Question: "Does the traveller belong to the family of a designated person?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x200},
	{ID: 119, Name: "traveller.acts_for_listed", Key: "acts_for_listed", Group: "traveller", Scope: OfActivity, Type: Bool, Unit: "", Title: "Acts for a listed person", Question: "Has the state determined that the traveller acts for a designated person, or helps evasion or the breach of the measures?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x200},
	{ID: 120, Name: "traveller.bank_agent", Key: "bank_agent", Group: "traveller", Scope: OfActivity, Type: Bool, Unit: "", Title: "Works for a bank", Question: "Does the traveller work for or at the direction of a bank or financial institution of the state concerned?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x200},
	{ID: 121, Name: "traveller.official_programme", Key: "official_programme", Group: "traveller", Scope: OfActivity, Type: Bool, Unit: "", Title: "Official tied to programmes", Question: "Is the traveller a member of government or armed forces whom your state has determined to be associated with prohibited programmes?", Values: nil, Ask: false, Assumed: "false", Weigh: true, Kinds: 0x200},
	{ID: 122, Name: "traveller.trade_in_arms", Key: "trade_in_arms", Group: "traveller", Scope: OfActivity, Type: Bool, Unit: "", Title: "Travels for prohibited trade", Question: "Does the person travel to carry out supply, repair, training or other prohibited activities?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x200},
	{ID: 123, Name: "travel.act", Key: "act", Group: "travel", Scope: OfActivity, Type: Enum, Unit: "", Title: "Travel", Question: "Is it entry, transit or continued stay?", Values: []string{"entry", "transit", "stay"}, Ask: false, Assumed: "entry", Weigh: false, Kinds: 0x200},
	{ID: 124, Name: "travel.reason", Key: "reason", Group: "travel", Scope: OfActivity, Type: Enum, Unit: "", Title: "Reason for the travel", Question: "Is the reason ordinary, humanitarian, religious, medical or safety, judicial, or business at UN headquarters?", Values: []string{"ordinary", "humanitarian", "religious", "medical", "judicial", "un_headquarters"}, Ask: false, Assumed: "ordinary", Weigh: false, Kinds: 0x200},
	{ID: 125, Name: "travel.own_national", Key: "own_national", Group: "travel", Scope: OfActivity, Type: Bool, Unit: "", Title: "National of the admitting state", Question: "Is the traveller a national of the state that would refuse entry?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x200},
	{ID: 126, Name: "property.held_by", Key: "held_by", Group: "property", Scope: OfActivity, Type: State, Unit: "", Title: "Held by", Question: "Which state owns or leases the property?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x400},
	{ID: 127, Name: "property.use", Key: "use", Group: "property", Scope: OfActivity, Type: Enum, Unit: "", Title: "Use", Question: "Is the property used for diplomatic or consular work, or for something else?", Values: []string{"diplomatic", "other"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x400},
	{ID: 128, Name: "mission.state", Key: "state", Group: "mission", Scope: OfActivity, Type: State, Unit: "", Title: "State of the mission", Question: "Whose mission or diplomat is it?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x800},
	{ID: 129, Name: "mission.matter", Key: "matter", Group: "mission", Scope: OfActivity, Type: Enum, Unit: "", Title: "Matter", Question: "Is it about a bank account, the number of staff, commercial activity or other dealings?", Values: []string{"bank_account", "staff", "commercial_activity", "dealings"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x800},
	{ID: 130, Name: "mission.accounts", Key: "accounts", Group: "mission", Scope: OfActivity, Type: Number, Unit: "", Title: "Accounts afterwards", Question: "How many bank accounts would the mission or diplomat have?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x800},
	{ID: 131, Name: "asset.act", Key: "act", Group: "asset", Scope: OfActivity, Type: Enum, Unit: "", Title: "Dealing", Question: "Are the assets held, moved, made available, released or rented out?", Values: []string{"hold", "move", "make_available", "release", "rent_out"}, Ask: false, Assumed: "make_available", Weigh: false, Kinds: 0x1000},
	{ID: 132, Name: "test.state", Key: "state", Group: "test", Scope: OfActivity, Type: State, Unit: "", Title: "State that acts", Question: "Which state does it?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x6000},
	{ID: 133, Name: "test.type", Key: "type", Group: "test", Scope: OfActivity, Type: Enum, Unit: "", Title: "What is done", Question: "Is it a nuclear test, a ballistic missile launch, a satellite launch with ballistic technology, enrichment, other programme activity, use of chemical weapons, or another provocation?", Values: []string{"nuclear_test", "ballistic_launch", "satellite_launch", "programme_activity", "enrichment", "chemical_weapon", "provocation"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x2000},
	{ID: 134, Name: "test.range", Key: "range", Group: "test", Scope: OfActivity, Type: Enum, Unit: "", Title: "Range class of the missile", Question: "Is the missile of short (up to 1,000 km), medium (to 3,000 km), intermediate (to 5,500 km) or intercontinental range?", Values: []string{"short", "medium", "intermediate", "intercontinental"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x2000},
	{ID: 135, Name: "enforcement.act", Key: "act", Group: "enforcement", Scope: OfActivity, Type: Enum, Unit: "", Title: "Act", Question: "What does the state do or leave undone?", Values: []string{"inspect", "skip_inspection", "refuse_consent", "refuse_port", "seize", "release", "dispose", "deny_entry", "freeze", "share_information"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x8000},
	{ID: 136, Name: "enforcement.prohibited_found", Key: "prohibited_found", Group: "enforcement", Scope: OfActivity, Type: Bool, Unit: "", Title: "Prohibited goods found", Question: "Were prohibited goods found?", Values: nil, Ask: false, Assumed: "false", Weigh: false, Kinds: 0x8000},
	{ID: 137, Name: "enforcement.brokered_by", Key: "brokered_by", Group: "enforcement", Scope: OfActivity, Type: State, Unit: "", Title: "Brokered by or carried under", Question: "Nationals or flag of which state broker or carry the cargo?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x8000},
	{ID: 138, Name: "report.obligation", Key: "obligation", Group: "report", Scope: OfActivity, Type: Text, Unit: "", Title: "Obligation", Question: "Under which provision is the report due (its id)?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x10000},
	{ID: 139, Name: "report.period_end", Key: "period_end", Group: "report", Scope: OfActivity, Type: Date, Unit: "", Title: "End of the period", Question: "On which day did the period end that the report covers?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x10000},
	{ID: 140, Name: "report.filed_on", Key: "filed_on", Group: "report", Scope: OfActivity, Type: Date, Unit: "", Title: "Filed on", Question: "On which day was the report filed?", Values: nil, Ask: false, Assumed: "2199-12-31", Weigh: false, Kinds: 0x10000},
	{ID: 141, Name: "measure.text", Key: "text", Group: "measure", Scope: OfActivity, Type: Text, Unit: "", Title: "What the state did", Question: "What did the state decide?", Values: nil, Ask: false, Assumed: "unnamed", Weigh: false, Kinds: 0x20000},
	{ID: 142, Name: "exercise.scale", Key: "scale", Group: "exercise", Scope: OfActivity, Type: Enum, Unit: "", Title: "Scale of the exercise", Question: "Is it a large exercise within the meaning of the undertaking, or a small one?", Values: []string{"large", "small"}, Ask: true, Assumed: "", Weigh: true, Kinds: 0x4000},
	{ID: 143, Name: "exercise.with", Key: "with", Group: "exercise", Scope: OfActivity, Type: State, Unit: "", Title: "Held with", Question: "With which other state is it held?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x4000},
	{ID: 144, Name: "step.state", Key: "state", Group: "step", Scope: OfActivity, Type: State, Unit: "", Title: "State that takes the step", Question: "Which state takes the step?", Values: nil, Ask: true, Assumed: "", Weigh: false, Kinds: 0x40000},
	{ID: 145, Name: "step.with", Key: "with", Group: "step", Scope: OfActivity, Type: State, Unit: "", Title: "Towards or with", Question: "Towards or with which other state?", Values: nil, Ask: false, Assumed: "ZZ", Weigh: false, Kinds: 0x40000},
	{ID: 146, Name: "step.act", Key: "act", Group: "step", Scope: OfActivity, Type: Enum, Unit: "", Title: "Step", Question: "Is it talks, a meeting of leaders, a visit, a statement, a vote, an agreement, a handover, a release, a dismantling, an inspection, aid, a liaison office or a withdrawal?", Values: []string{"talks", "summit", "visit", "statement", "vote", "agreement", "handover", "release", "dismantling", "inspection", "aid", "liaison_office", "withdrawal"}, Ask: true, Assumed: "", Weigh: false, Kinds: 0x40000},
}
