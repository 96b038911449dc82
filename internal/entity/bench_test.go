package entity

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/cordon-engine/cordon/internal/source/ftm"
)

// big makes a set of n persons, each with an address and a sanction.
func big(n int) *Set {
	b := NewBuilder("l", "l", nil)
	first, last := []string{"Ivo", "Anna", "Thaddeus", "Gunnhild", "Иван"}, []string{"Testarov", "Oyelaran", "Quisenberry", "Захаров"}
	for i := range n {
		id := fmt.Sprint("NK-", i)
		name := fmt.Sprint(first[i%len(first)], " ", last[i%len(last)], " ", i%997)
		b.Add(&ftm.Entity{ID: id, Caption: name, Schema: "Person", Properties: []ftm.Values{
			{Name: "name", Values: []string{name}},
			{Name: "alias", Values: []string{name + " the younger", "Sample " + name}},
			{Name: "birthDate", Values: []string{"1965-03-14"}},
			{Name: "nationality", Values: []string{"ru"}},
			{Name: "topics", Values: []string{"sanction"}},
			{Name: "position", Values: []string{"Director of a firm that exports examples"}},
			{Name: "addressEntity", Values: []string{"addr-" + id}},
		}, Referents: []string{"ofac-" + id, "eu-" + id}, FirstSeen: "2023-04-20T10:27:20", LastSeen: "2025-11-13T08:52:17"})
		b.Add(&ftm.Entity{ID: "addr-" + id, Schema: "Address", Properties: []ftm.Values{{Name: "full", Values: []string{fmt.Sprint(i, " Street, Moscow")}}}})
		b.Add(&ftm.Entity{ID: "san-" + id, Schema: "Sanction", Properties: []ftm.Values{
			{Name: "entity", Values: []string{id}}, {Name: "authority", Values: []string{"Office of Examples"}}, {Name: "program", Values: []string{"EX-1"}},
		}})
	}
	return b.Set()
}

func BenchmarkSet(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := big(10_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	perEntity := float64(after.HeapAlloc-before.HeapAlloc) / float64(s.Len())
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			big(1000)
		}
		b.ReportMetric(perEntity, "bytes/entity")
	})
	for _, q := range []string{"anna oyelaran", "moscow", "oyelarn~", `"the younger" AND testarov`, "*"} {
		b.Run("find "+q, func(b *testing.B) {
			p, err := ParseQuery(q, false)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				s.Find(p, func(Doc) bool { return true })
			}
		})
	}
	b.Run("nested", func(b *testing.B) {
		d, _ := s.Get("NK-77")
		for b.Loop() {
			if _, err := d.Nested(nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
