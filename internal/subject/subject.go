// Package subject holds the persons, companies, organisations, vessels,
// aircraft and addresses that lists speak of, and what the lists say of them:
// names, dates, documents, places, and which authority listed them and when.
//
// The shape is that of FollowTheMoney (a schema and many-valued properties), so
// that data and programs of that ecosystem fit; what that shape would flatten
// (the quality of a name, the precision of a date, the issuer of a document)
// is kept beside the value. The package compares and flattens subjects; it
// never parses a publication, matches a name or decides who somebody is.
package subject

import "github.com/cordon-engine/cordon/internal/when"

// Schema is the kind of a subject in the words of FollowTheMoney.
type Schema string

// The schemas that lists use.
const (
	Person       Schema = "Person"
	LegalEntity  Schema = "LegalEntity" // a body of which it is not said whether it is a company
	Organization Schema = "Organization"
	Company      Schema = "Company"
	PublicBody   Schema = "PublicBody"
	Vessel       Schema = "Vessel"
	Airplane     Schema = "Airplane"
	AddressOnly  Schema = "Address"
	Thing        Schema = "Thing" // the publication does not say, or says something else (a wallet, a security)
)

// Schemas gives every schema there is.
func Schemas() []Schema {
	return []Schema{Person, LegalEntity, Organization, Company, PublicBody, Vessel, Airplane, AddressOnly, Thing}
}

// Subject is one person or thing as one publication describes it.
type Subject struct {
	// ID is stable across versions of the publication: the name of the list, a
	// colon, and the publication's own permanent reference ("un:KPi.066"). For
	// FollowTheMoney data it is the id of the entity as it stands there.
	ID     string
	Schema Schema
	// Names holds at least one name; the first primary one is the caption.
	Names       []Name
	Births      []Date // of a person; a build or incorporation date is a property
	Deaths      []Date
	BirthPlaces []Place
	Addresses   []Address
	Documents   []Document
	// Properties holds all else, in the order of the publication.
	Properties []Property
}

// Caption gives the name a person would call the subject by: the first primary
// name, or the first of any kind; the ID when there is none.
func (s *Subject) Caption() string {
	for i := range s.Names {
		if s.Names[i].Kind == Primary {
			return s.Names[i].Full
		}
	}
	if len(s.Names) > 0 {
		return s.Names[0].Full
	}
	return s.ID
}

// Values gives the values of one property in order.
func (s *Subject) Values(property string) []string {
	var out []string
	for _, p := range s.Properties {
		if p.Name == property {
			out = append(out, p.Value)
		}
	}
	return out
}

// NameKind says what a name is to its bearer.
type NameKind string

// The kinds of names.
const (
	Primary  NameKind = "primary"
	Alias    NameKind = "alias"
	Former   NameKind = "former"   // a previous name
	Original NameKind = "original" // the primary name in the bearer's own script
)

// Name is one name as published.
type Name struct {
	// Full is the whole name on one line, white space made single.
	Full string
	Kind NameKind
	// Weak is true when the publication itself calls the name weak, of low
	// quality or not sufficient to identify by.
	Weak bool
	// Lang is the language as BCP 47, where stated; Script as ISO 15924.
	Lang, Script string
	// Parts are the parts that the publication keeps apart, in its order.
	Parts []Part
	Note  string
}

// Part is one part of a name, under the word of FollowTheMoney: firstName,
// secondName, middleName, fatherName, lastName, title ...; "namePart" when the
// publication numbers parts without saying what they are.
type Part struct{ Kind, Value string }

// Date is a day, a month, a year or a span, as exact as the publication is.
type Date struct {
	// Period is the days it may be; zero unless Known.
	Period when.Period
	Known  bool
	// Circa is true when the publication says "about".
	Circa bool
	// Text is the words of the publication, kept where Period does not say all.
	Text string
	Note string
}

// Place is a place of birth, as far as the publication keeps its parts apart.
type Place struct {
	Text, City, Region string
	// Country is the ISO 3166-1 alpha-2 code; empty when the words in
	// CountryText name no state that we know.
	Country, CountryText string
	Note                 string
}

// Address is one address.
type Address struct {
	// Full is the whole address on one line where the publication gives it so.
	Full                             string
	Street, City, Region, PostalCode string
	Country, CountryText             string
	Note                             string
}

// Document is an identifier that somebody issued.
type Document struct {
	// Kind is the property of FollowTheMoney it belongs to: passportNumber,
	// idNumber, taxNumber, registrationNumber, leiCode, swiftBic, imoNumber ...
	Kind string
	// Type is the publication's own word for it ("National identification no.").
	Type                 string
	Number               string
	Country, CountryText string
	Issued, Expires      Date
	City                 string
	Note                 string
}

// Property is one value of one property of FollowTheMoney.
type Property struct {
	Name, Value string
	// Text is the value as published, where Value is a normal form of it.
	Text string
	Note string
}

// Listing is one authority's designation of a subject.
type Listing struct {
	// ID is unique in the list and stable; it is Subject's ID, or that and a
	// slash and a suffix when one subject has several listings.
	ID string
	// Subject is the ID of the subject.
	Subject string
	// Authority is whose act it is: "UN", "US", "EU", "GB" ..., or the owner of
	// an own list.
	Authority string
	// Reference is the permanent reference number, as published.
	Reference string
	// Tier says what the publication does to the subject; see the constants.
	Tier Tier
	// Programmes are the names of the sanctions programmes, as published.
	Programmes []string
	// Measures are what is imposed, in the words of the publication.
	Measures []string
	// LegalBases are the acts cited, as published.
	LegalBases []string
	// Listed, Amended and Until are what the publication states; a listing that
	// a publication gives as ended has Ended.
	Listed  Date
	Amended []Date
	Until   Date
	Ended   Date
	// Remarks are free text of the publication, kept as text.
	Remarks []string
}

// Tier says how a publication stands to a subject (design rule 8). They are
// never mixed: only Designated means sanctioned.
type Tier string

// The tiers.
const (
	// Designated: the authority imposes measures on the subject itself.
	Designated Tier = "designated"
	// Controlled: export control or licence lists; trade with it needs a
	// licence, its assets are not frozen.
	Controlled Tier = "controlled"
	// Named: the publication names the subject without imposing anything.
	Named Tier = "named"
)

// Relation is a statement that two subjects have to do with one another.
type Relation struct {
	// Kind is the word of FollowTheMoney: Ownership, Directorship, Family,
	// Associate, Membership, Representation, UnknownLink; "Parent" and
	// "Subsidiary" are given as Ownership with the parent as From.
	Kind string
	// From is the owner, director, member or relative; To the other side. Each
	// is the ID of a subject, or empty with the words in FromText or ToText.
	From, To         string
	FromText, ToText string
	// Role is the publication's own word for it.
	Role string
	// ShareLow and ShareHigh bound an ownership in per cent; both zero when
	// the share is not stated.
	ShareLow, ShareHigh float64
	Since, Until        Date
	Note                string
}

// Record is what one entry of a publication yields. A listing or relation may
// come without its subject when the publication keeps them in entries apart.
type Record struct {
	Subject   *Subject
	Listings  []Listing
	Relations []Relation
}
