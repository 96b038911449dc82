package csl

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

// documents gives the property of FollowTheMoney for each kind of identifier.
var documents = map[string]string{
	"Passport": "passportNumber", "Diplomatic Passport": "passportNumber", "Stateless Person Passport": "passportNumber",
	"SSN": "socialSecurityNumber", "Travel Document Number": "passportNumber",

	"Tax ID No.": "taxNumber", "NIT #": "taxNumber", "R.F.C.": "taxNumber", "RFC": "taxNumber", "RUC #": "taxNumber",
	"Italian Fiscal Code": "taxNumber", "US FEIN": "taxNumber", "RIF #": "taxNumber", "C.U.I.T.": "taxNumber", "RTN": "taxNumber",
	"C.I.F.": "taxNumber", "V.A.T. Number": "vatCode", "VAT Number": "vatCode",

	"Registration Number": "registrationNumber", "Registration ID": "registrationNumber", "Government Gazette Number": "registrationNumber",
	"Folio Mercantil No.": "registrationNumber", "Commercial Registry Number": "registrationNumber", "Company Number": "registrationNumber",
	"UK Company Number": "registrationNumber", "Business Registration Number": "registrationNumber", "C.R. No.": "registrationNumber",
	"Business Registration Document #": "registrationNumber", "Matricula Mercantil No": "registrationNumber",
	"Trade License No.": "registrationNumber", "Public Registration Number": "registrationNumber", "Enterprise Number": "registrationNumber",
	"Chamber of Commerce Number": "registrationNumber", "Dubai Chamber of Commerce Membership No.": "registrationNumber",
	"Registered Charity No.": "registrationNumber", "Certificate of Incorporation Number": "registrationNumber",
	"Branch Unit Number": "registrationNumber", "Business Number": "registrationNumber", "Chinese Commercial Code": "registrationNumber",
	"United Social Credit Code Certificate (USCCC)": "uscCode", "Unified Social Credit Code (USCC)": "uscCode",
	"Legal Entity Number": "leiCode", "SWIFT/BIC": "swiftBic", "BIK (RU)": "bikCode", "D-U-N-S Number": "dunsCode", "ISIN": "isinCode",
	"Central Registration System Number": "registrationNumber", "Istanbul Chamber of Comm. No.": "registrationNumber",
	"MSB Registration Number": "registrationNumber", "RSIN": "registrationNumber", "Romanian C.R.": "registrationNumber",
	"Fiscal Code": "taxNumber", "Numero Unico de Identificacao Tributaria (NUIT)": "taxNumber", "Romanian Tax Registration": "taxNumber",
	"British National Overseas Passport": "passportNumber",
	"License":                            "licenseNumber", "Tourism License No.": "licenseNumber", "Pilot License Number": "licenseNumber",
	"Afghan Money Service Provider License Number": "licenseNumber", "Aircraft Tail Number": "registrationNumber",

	"Aircraft Manufacturer's Serial Number (MSN)": "serialNumber", "Aircraft Serial Identification": "serialNumber",
	"Aircraft Construction Number (also called L/N or S/N or F/N)": "serialNumber", "Aircraft Mode S Transponder Code": "icaoCode",
	"MMSI": "mmsi", "Vessel Registration Identification": "imoNumber",
}

// numbers are kinds of identifiers without a property of their own.
var numbers = map[string]bool{
	"National ID No.": true, "Cedula No.": true, "C.U.R.P.": true, "D.N.I.": true, "Identification Number": true, "Electoral Registry No.": true,
	"Driver's License No.": true, "Credencial electoral": true, "National Foreign ID Number": true, "Personal ID Card": true,
	"Cartilla de Servicio Militar Nacional": true, "LE Number": true, "C.U.I.": true, "I.F.E.": true, "Birth Certificate Number": true,
	"Residency Number": true, "C.U.I.P.": true, "Kenyan ID No.": true, "Turkish Identification Number": true, "Citizen's Card Number": true,
	"Numero de Identidad": true, "VisaNumberID": true, "File Number": true, "Immigration No.": true, "Tazkira National ID Card": true,
	"CNP (Personal Numerical Code)": true, "N.I.E.": true, "Public Security and Immigration No.": true, "Refugee ID Card": true,
	"Romanian Permanent Resident": true, "SRE Permit No.": true, "Seafarer's Identification Document": true, "Serial No.": true,
	"UAE Identification": true, "Bosnian Personal ID No.": true, "Moroccan Personal ID No.": true, "Stateless Person ID Card": true, "Bahraini ID No.": true,
	"Dubai Identification No.": true, "Paraguayan tax identification number": true, "Tazkira": true, "Interpol: Red Notice. File No.": true,
}

// properties are what stands among the identifiers and is a fact of another kind.
var properties = map[string]string{
	"Gender": "gender", "Website": "website", "Email Address": "email", "Phone Number": "phone", "Fax": "phone",
	"Organization Established Date": "incorporationDate", "Organization Type:": "classification", "Target Type": "classification",
	"Aircraft Model": "model", "Aircraft Manufacture Date": "buildDate", "Aircraft Operator": "operator", "Previous Aircraft Tail Number": "previousName",
	"Equity Ticker": "ticker", "Former Vessel Flag": "pastFlags", "Other Vessel Flag": "pastFlags", "Other Vessel Type": "pastTypes",
	"Nationality of Registration": "jurisdiction", "Nationality Country": "nationality", "Registration Country": "jurisdiction", "MICEX Code": "ticker", "Other Vessel Call Sign": "callSign",
	"BIK": "bikCode", "UN/LOCODE": "keywords", "Bank Identifier Code": "swiftBic",
}

// remarks are the beginnings of the kinds that are statements about a listing.
var remarks = []string{
	"Additional Sanctions Information", "Secondary sanctions risk", "Transactions Prohibited For Persons", "Executive Order",
	"Effective Date", "Listing Date", "Purchase/Sales For Divestment Date", "CAATSA", "IFCA Determination", "Peesa Information",
	"PEESA Information", "HIFPAA Information", "Reason", "All Offices Worldwide", "Additional Information",
}

// identifiers reads the column ids: "KIND, NUMBER, STATE, DATES" in the files up
// to 2021 and after 2022, and the same turned round, "STATE, DATES, NUMBER, KIND",
// in those between. Which it is, is seen from where a known kind stands. What has
// no known kind is kept as a remark of the listing and counted.
func (p *parser) identifiers(cell string) {
	for _, item := range strings.Split(cell, "; ") {
		if item = publication.Line(item); item == "" {
			continue
		}
		parts := strings.Split(item, ", ")
		first, last := parts[0], parts[len(parts)-1]
		switch {
		case len(parts) > 1 && known(first):
			p.identifier(first, parts[1:], item)
		case len(parts) > 1 && known(last):
			p.identifier(last, turned(parts[:len(parts)-1]), item)
		case isRemark(first), isRemark(last):
			p.listing.Remarks = append(p.listing.Remarks, item)
		default:
			p.listing.Remarks = append(p.listing.Remarks, item)
			if len(parts) > 1 {
				p.t.Odd(publication.UnknownElement, "identifier "+wordy(first, last), p.at)
			}
		}
	}
}

// wordy gives the one of two texts that looks more like a kind than a number.
func wordy(a, b string) string {
	if isState(a) || strings.ContainsAny(a, "0123456789") {
		a = b
	}
	if r := []rune(a); len(r) > 60 {
		a = string(r[:60])
	}
	return a
}

func known(kind string) bool {
	return documents[kind] != "" || numbers[kind] || properties[kind] != "" || strings.HasPrefix(kind, "Digital Currency Address") ||
		kind == "Issuer Name"
}

func isRemark(kind string) bool {
	for _, r := range remarks {
		if strings.HasPrefix(kind, r) {
			return true
		}
	}
	return false
}

// turned gives the parts of an identifier that was written with its kind last, in
// the order of the others: the number, the state, then the dates. The files have
// them in the order of the letters: country, expiry, issue, number.
func turned(parts []string) []string {
	if len(parts) == 1 {
		return parts
	}
	number := parts[len(parts)-1]
	rest := parts[:len(parts)-1]
	out := []string{number}
	if isState(rest[0]) {
		out, rest = append(out, rest[0]), rest[1:]
	}
	for i := len(rest) - 1; i >= 0; i-- {
		out = append(out, rest[i])
	}
	return out
}

func isState(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func (p *parser) identifier(kind string, parts []string, item string) {
	s := p.rec.Subject
	switch name := properties[kind]; {
	case kind == "Issuer Name":
		s.Names = append(s.Names, subject.Name{Full: strings.Join(parts, ", "), Kind: subject.Alias, Note: "name of the issuer"})
	case name == "gender":
		p.property(name, strings.ToLower(strings.Join(parts, ", ")), "")
	case name == "incorporationDate", name == "buildDate":
		p.dated(name, strings.Join(parts, ", "))
	case name == "previousName":
		s.Names = append(s.Names, subject.Name{Full: strings.Join(parts, ", "), Kind: subject.Former})
	case name == "pastFlags", name == "jurisdiction", name == "nationality":
		p.state(name, strings.Join(parts, ", "))
	case name != "":
		p.property(name, strings.Join(parts, ", "), "")
	default:
		p.document(kind, parts, item)
	}
}

// document reads the number, state and dates of an identifier. One date alone
// may be that of issue or of expiry.
func (p *parser) document(kind string, parts []string, item string) {
	d := subject.Document{Kind: documents[kind], Type: kind, Number: publication.Line(parts[0])}
	if rest, ok := strings.CutPrefix(kind, "Digital Currency Address"); ok {
		d.Kind, d.Note = "cryptoAddress", strings.Trim(rest, " -")
	}
	if d.Kind == "" {
		d.Kind = "idNumber"
	}
	parts = parts[1:]
	if len(parts) > 0 && isState(parts[0]) {
		d.CountryText, d.Country = parts[0], p.in.State(p.t, parts[0], p.at)
		parts = parts[1:]
	}
	switch {
	case len(parts) == 0:
	case len(parts) == 1 && isDate(parts[0]):
		d.Note = "issued or expires " + parts[0]
	case len(parts) == 2 && isDate(parts[0]) && isDate(parts[1]):
		d.Issued, d.Expires = p.date(parts[0]), p.date(parts[1])
	default:
		d.Note = "as published: " + item
	}
	if kind == "Vessel Registration Identification" || kind == "Company Number" {
		p.imo(kind, &d)
	}
	p.rec.Subject.Documents = append(p.rec.Subject.Documents, d)
}

// imo reads the number of a ship, or of the firm of a ship, which has the same
// form and another check.
func (p *parser) imo(kind string, d *subject.Document) {
	digits, ok := strings.CutPrefix(strings.ToUpper(d.Number), "IMO ")
	switch {
	case kind == "Company Number":
		if ok {
			d.Kind, d.Number = "imoNumber", digits
		}
	case !ok:
		d.Kind = "registrationNumber"
	default:
		if _, err := ident.ParseIMO(digits); err != nil {
			p.t.Odd(publication.BadNumber, "IMO "+digits, p.at)
			d.Note = "the check digit of the number fails"
		}
		d.Number = strings.TrimSpace(digits)
	}
}

// place of the row, for facts that are counted.
func (p *parser) here(line int) fault.Place { return fault.Place{File: p.file, Line: line} }
