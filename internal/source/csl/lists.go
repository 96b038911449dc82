package csl

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/subject"
)

// list is one of the lists that are published together.
type list struct {
	code string
	tier subject.Tier
}

// lists holds what each list does, by the letters in brackets in its name. What
// imposes a measure of finance on the party itself, be it a part of one, is
// Designated: blocking (SDN, ISN), bans on dealings (FSE, PLC), on debt and
// equity (SSI), on accounts of correspondents (CAP), on securities (CMIC), or a
// choice of these (MBS). The lists of the Bureau of Industry and Security and the
// ITAR debarments bear on exports alone: Controlled.
//
// Sources: the descriptions of the lists at trade.gov/consolidated-screening-list
// and 15 CFR 744 and 764, 22 CFR 127.7.
var lists = map[string]list{
	"SDN":         {"SDN", subject.Designated},
	"SSI":         {"SSI", subject.Designated},
	"FSE":         {"FSE", subject.Designated},
	"PLC":         {"PLC", subject.Designated},
	"CAP":         {"CAP", subject.Designated},
	"NS-MBS List": {"MBS", subject.Designated},
	"CMIC":        {"CMIC", subject.Designated},
	"ISN":         {"ISN", subject.Designated},
	"EL":          {"EL", subject.Controlled},
	"MEU":         {"MEU", subject.Controlled},
	"UVL":         {"UVL", subject.Controlled},
	"DPL":         {"DPL", subject.Controlled},
	"DTC":         {"DTC", subject.Controlled},
}

// listOf gives the list that a source names: "Entity List (EL) - Bureau of
// Industry and Security". One that is not known is taken for Designated, the
// strictest, so that its parties are found; the second result says so.
func listOf(source string) (list, bool) {
	_, rest, ok := strings.Cut(source, "(")
	code, _, closed := strings.Cut(rest, ")")
	if l, known := lists[code]; ok && closed && known {
		return l, true
	}
	code = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, source)
	return list{code, subject.Designated}, false
}
