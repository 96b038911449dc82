package publication

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestDayFirst(t *testing.T) {
	for in, want := range map[string]string{
		"26/03/2026": "2026-03-26", "1.7.2026": "2026-07-01", "dd/mm/1965": "1965", "dd/09/1965": "1965-09",
		"00/00/1970": "1970", "00/05/1970": "1970-05", "09/1965": "1965-09", "1965": "1965", "2026-08-07": "2026-08-07",
		"31/02/2020": "", "5/mm/1965": "", "1/2/3/1990": "", "1//1990": "", "14 July 2026": "", "": "",
	} {
		tally := NewTally(func(*subject.Record) error { return nil })
		d := DayFirst(tally, in, fault.Place{})
		if got := d.Period.String(); d.Known != (want != "") || d.Known && got != want || !d.Known && d.Text != in {
			t.Errorf("%q: %+v, want %q", in, d, want)
		}
	}
}

func TestIMO(t *testing.T) {
	for in, want := range map[string]struct {
		number string
		odd    int
	}{
		"9074729": {"9074729", 0}, "IMO 9074729": {"9074729", 0}, "IMO9074729": {"9074729", 0},
		"9074728": {"9074728", 1}, "unknown": {"unknown", 1},
	} {
		tally := NewTally(func(*subject.Record) error { return nil })
		if got := IMO(tally, in, fault.Place{}); got != want.number || len(tally.odd) != want.odd {
			t.Errorf("%q: %q with %d oddities", in, got, len(tally.odd))
		}
	}
}
