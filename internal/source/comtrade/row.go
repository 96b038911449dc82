package comtrade

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// rower makes records from rows. What many rows share (who trades, in what, when) is
// worked out once and remembered by the text of the cell, so that a row costs no
// memory of its own.
type rower struct {
	opt      Options
	parties  map[string]*side
	goods    map[string]*ware
	periods  map[string]*span
	editions map[string]edition
	parts    map[string]string

	// what the last row had, since neighbouring rows have mostly the same
	reporter, partner *side
	period            *span
	key               []byte
}

// side is a party with the cells that it was read from.
type side struct {
	party
	code, iso, name string
}

// ware is goods as a row gives them.
type ware struct {
	cmd, desc, class string
	code             goods.Code
	commodity        string
}

type edition struct {
	edition goods.Edition
	hs      bool
}

func newRower(o Options) rower {
	return rower{
		opt: o, parties: map[string]*side{}, goods: map[string]*ware{}, periods: map[string]*span{},
		editions: map[string]edition{}, parts: map[string]string{}, key: make([]byte, 0, 64),
	}
}

// maxRemembered bounds what is remembered of cells that never repeat.
const maxRemembered = 1 << 17

// record fills r from a row.
func (w *rower) record(c *cells, r *record.Record) error {
	if t := c[colType]; t != "" && t != "C" {
		return wrong("typeCode", "the row is about services or something else, not goods")
	}
	r.Series, r.Source = w.opt.Series, w.opt.Source
	for _, step := range [...]func(*cells, *record.Record) error{
		w.setReporter, w.setPartner, w.setFlow, w.setPeriod, w.setGoods, w.setPart, setFigures, setKind,
	} {
		if err := step(c, r); err != nil {
			return err
		}
	}
	return r.Check()
}

func wrong(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).At(fault.Place{Field: field})
}

// same reports whether the side was read from these cells.
func (s *side) same(code, iso, name string) bool {
	return s != nil && s.code == code && s.iso == iso && s.name == name
}

// side finds a side of trade, remembered by its code or, without one, by its name.
func (w *rower) side(code, iso, name string) (*side, error) {
	key := code
	if key == "" {
		if key = iso; key == "" {
			key = name
		}
	}
	if s, ok := w.parties[key]; ok && s.same(code, iso, name) {
		return s, nil
	}
	p, err := w.opt.Areas.find(code, iso, name)
	if err != nil {
		return nil, err
	}
	s := &side{p, strings.Clone(code), strings.Clone(iso), strings.Clone(name)}
	if len(w.parties) < maxRemembered {
		w.parties[strings.Clone(key)] = s
	}
	return s, nil
}

func (w *rower) setReporter(c *cells, r *record.Record) (err error) {
	code, iso, name := c[colReporterCode], c[colReporterISO], c[colReporterDesc]
	if !w.reporter.same(code, iso, name) {
		if w.reporter, err = w.side(code, iso, name); err != nil {
			w.reporter = nil
			return fault.In(fault.Place{Field: "reporterCode"}, err)
		}
	}
	if w.reporter.world {
		return wrong("reporterCode", "the whole world does not report")
	}
	r.Reporter, r.By = w.reporter.state, w.reporter.area
	return nil
}

func (w *rower) setPartner(c *cells, r *record.Record) (err error) {
	code, iso, name := c[colPartnerCode], c[colPartnerISO], c[colPartnerDesc]
	if !w.partner.same(code, iso, name) {
		if w.partner, err = w.side(code, iso, name); err != nil {
			w.partner = nil
			return fault.In(fault.Place{Field: "partnerCode"}, err)
		}
	}
	r.Partner, r.World, r.Area = w.partner.state, w.partner.world, w.partner.area
	return nil
}

func (w *rower) setFlow(c *cells, r *record.Record) error {
	code := c[colFlow]
	if code == "" {
		code = c[colFlowDesc]
	}
	switch code {
	case "M", "Import", "Imports":
		r.Flow = record.Import
	case "X", "Export", "Exports":
		r.Flow = record.Export
	case "RM", "Re-Import", "Re-import", "Re-imports":
		r.Flow = record.ReImport
	case "RX", "Re-Export", "Re-export", "Re-exports":
		r.Flow = record.ReExport
	case "FM", "MIP", "MOP": // foreign goods; for and after processing: parts of imports
		r.Flow = record.Import
	case "DX", "XIP", "XOP": // domestic goods; for and after processing: parts of exports
		r.Flow = record.Export
	case "":
		r.Flow = record.NoFlow // extracts have such rows; a direction is not for us to guess
	default:
		return wrong("flowCode", "there is no flow %q", clip(code))
	}
	return nil
}

// span is a period with the text that it was read from.
type span struct {
	when.Period
	text        string
	year, month int // month is 0 for a year
}

// setPeriod reads the period, or the year and month where there is none, and holds
// each against the other.
func (w *rower) setPeriod(c *cells, r *record.Record) (err error) {
	text := c[colPeriod]
	if text == "" {
		text = c[colYear]
		if m := c[colMonth]; m != "" && m != "52" {
			text += "-" + m
		}
	}
	if w.period == nil || text != w.period.text {
		if w.period, err = w.span(text); err != nil {
			return err
		}
	}
	r.Period = w.period.Period
	return w.period.check(c)
}

func (w *rower) span(text string) (*span, error) {
	if s, ok := w.periods[text]; ok {
		return s, nil
	}
	p, err := parsePeriod(text)
	if err != nil {
		return nil, err
	}
	s := &span{Period: p, text: strings.Clone(text)}
	s.year, s.month, _ = p.From.Civil()
	if _, last, _ := p.To.Civil(); last != s.month {
		s.month = 0
	}
	if len(w.periods) < maxRemembered {
		w.periods[s.text] = s
	}
	return s, nil
}

// parsePeriod reads YYYY, YYYYMM or YYYY-M.
func parsePeriod(s string) (when.Period, error) {
	year, month, _ := strings.Cut(s, "-")
	if month == "" && len(s) == 6 {
		year, month = s[:4], s[4:]
	}
	if len(month) == 1 {
		month = "0" + month
	}
	text := year
	if month != "" {
		text += "-" + month
	}
	p, err := when.Parse(text)
	if err != nil || len(year) != 4 || len(text) != 4 && len(text) != 7 {
		return p, wrong("period", "%q is neither a year nor a month", clip(s)).WithFix("write 2016 or 201604")
	}
	return p, nil
}

// check fails when the columns of a row name different periods.
func (s *span) check(c *cells) error {
	if t := c[colYear]; t != "" && atoi(t) != s.year {
		return wrong("refYear", "the period is in %d and refYear says %s", s.year, clip(t))
	}
	if t := c[colMonth]; t != "" && t != "52" && atoi(t) != s.month || t == "52" && s.month != 0 {
		return wrong("refMonth", "the period is %s and refMonth says %s", s.Period, clip(t))
	}
	if t := c[colFreq]; t != "" && (t == "A") != (s.month == 0) || t != "" && t != "A" && t != "M" {
		return wrong("freqCode", "the period is %s and freqCode says %s", s.Period, clip(t))
	}
	return nil
}

// atoi reads a small number; -1 for what is none.
func atoi(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || i > 5 {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	if s == "" {
		return -1
	}
	return n
}

func (w *rower) setGoods(c *cells, r *record.Record) error {
	cmd, desc, class := c[colCmd], c[colCmdDesc], c[colClass]
	g, ok := w.goods[cmd]
	if !ok || g.desc != desc || g.class != class {
		var err error
		if g, err = newWare(cmd, desc, class); err != nil {
			return err
		}
		if len(w.goods) < maxRemembered {
			w.goods[g.cmd] = g
		}
	}
	if lv := c[colAggrLevel]; lv != "" && !g.code.IsZero() && atoi(lv) != len(cmd) {
		return wrong("cmdCode", "the code %s has %d digits and aggrLevel says %s", cmd, len(cmd), clip(lv)).
			WithFix("leading zeros may have been lost: load the file as it was downloaded")
	}
	e, err := w.edition(class)
	if err != nil {
		return err
	}
	if !e.hs && cmd != total {
		return wrong("classificationCode", "the goods are classified by %s, not by the HS", clip(class))
	}
	r.Code, r.Commodity, r.Edition = g.code, g.commodity, e.edition
	return nil
}

// total is the code of all goods together.
const total = "TOTAL"

// newWare reads a code of goods. Codes of chapter 99 are the publication's own, for
// goods that are not specified: they have no HS code, and words.
func newWare(cmd, desc, class string) (*ware, error) {
	g := &ware{cmd: strings.Clone(cmd), desc: strings.Clone(desc), class: strings.Clone(class)}
	switch {
	case cmd == total:
		return g, nil
	case strings.HasPrefix(cmd, "99"):
		g.commodity = strings.TrimSpace(g.cmd + " " + g.desc)
		return g, nil
	}
	code, err := goods.ParseCode(cmd)
	if err != nil {
		return nil, fault.In(fault.Place{Field: "cmdCode"}, err)
	}
	if n := code.Len(); n != len(cmd) || n%2 == 1 {
		return nil, wrong("cmdCode", "%q is not a code of the HS: it has %d digits", clip(cmd), n).
			WithFix("a leading zero may have been lost: load the file as it was downloaded")
	}
	g.code, g.commodity = code, g.desc
	return g, nil
}

func (w *rower) edition(class string) (edition, error) {
	if e, ok := w.editions[class]; ok {
		return e, nil
	}
	e := edition{hs: true}
	switch {
	case class == "" || class == "HS": // as reported; which edition is not said
	case len(class) == 2 && class[0] == 'H':
		var err error
		if e.edition, err = record.ParseEdition(class); err != nil {
			return e, fault.In(fault.Place{Field: "classificationCode"}, err)
		}
	default:
		e.hs = false
	}
	if len(w.editions) < maxRemembered {
		w.editions[strings.Clone(class)] = e
	}
	return e, nil
}

// setPart names what a row is a part of, where it is not the whole.
func (w *rower) setPart(c *cells, r *record.Record) error {
	r.Part = ""
	w.key = w.key[:0]
	add := func(name, value string) {
		if len(w.key) > 0 {
			w.key = append(w.key, ';')
		}
		w.key = append(append(append(w.key, name...), '='), value...)
	}
	if v := c[colCustoms]; v != "" && v != "C00" {
		add("customs", v)
	}
	switch v := c[colFlow]; v {
	case "FM", "MIP", "MOP", "DX", "XIP", "XOP":
		add("flow", v)
	}
	if v := c[colMos]; v != "" && v != "0" {
		add("mos", v)
	}
	if v := c[colMot]; v != "" && v != "0" {
		add("mot", v)
	}
	if v := c[colPartner2Code]; v != "" && v != "0" {
		add("partner2", v)
	}
	if len(w.key) == 0 {
		return nil
	}
	if part, ok := w.parts[string(w.key)]; ok {
		r.Part = part
		return nil
	}
	r.Part = string(w.key)
	if len(w.parts) < maxRemembered {
		w.parts[r.Part] = r.Part
	}
	return nil
}

// unitCodes and unitNames are the units of quantity as the publication writes them.
var (
	unitCodes = map[string]string{
		"2": "m2", "3": "mwh", "4": "m", "5": "items", "6": "pairs", "7": "l", "8": "kg", "9": "thousands", "10": "packs",
		"11": "dozens", "12": "m3", "13": "carat",
	}
	unitNames = map[string]string{
		"m²": "m2", "m2": "m2", "1000 kWh": "mwh", "m": "m", "u": "items", "2u": "pairs", "l": "l", "kg": "kg",
		"1000u": "thousands", "u (jeu/pack)": "packs", "12u": "dozens", "m³": "m3", "m3": "m3", "carat": "carat",
	}
)

// setFigures reads value, quantity and weight. The publication writes 0 where it has
// no quantity: a zero beside a value is a blank.
func setFigures(c *cells, r *record.Record) (err error) {
	if r.Value, err = figure("primaryValue", c[colValue]); err != nil {
		return err
	}
	if r.NetWeight, err = figure("netWgt", c[colWeight]); err != nil {
		return err
	}
	cif, err := figure("cifvalue", c[colCIF])
	if err != nil {
		return err
	}
	fob, err := figure("fobvalue", c[colFOB])
	if err != nil {
		return err
	}
	r.Basis = basis(r.Value, cif, fob, r.Flow)
	if err := setQuantity(c, r); err != nil {
		return err
	}
	if r.Value.Low > 0 {
		blankZero(&r.Quantity)
		blankZero(&r.NetWeight)
	}
	if !r.Quantity.Known {
		r.Unit = ""
	}
	r.Blank = !r.Value.Known && !r.Quantity.Known && !r.NetWeight.Known
	return nil
}

func blankZero(v *record.Range) {
	if v.High == 0 {
		*v = record.Range{}
	}
}

func figure(name, s string) (record.Range, error) {
	if s == "" {
		return record.Range{}, nil
	}
	if v, ok := record.ParseNumber(s); ok {
		return record.Exactly(v), nil
	}
	v, err := strconv.ParseFloat(s, 64) // large values are written as 1.2345E9
	if err != nil || v < 0 || v-v != 0 || strings.ContainsAny(s, "xX_") {
		return record.Range{}, wrong(name, "%q is not a figure", clip(s))
	}
	return record.Exactly(v), nil
}

// basis tells which of the two values the primary one is. Where both are given and
// equal it is the one that is usual for the direction.
func basis(v, cif, fob record.Range, f record.Flow) record.Basis {
	isCIF, isFOB := v.Known && cif == v, v.Known && fob == v
	switch {
	case isCIF && isFOB && (f == record.Export || f == record.ReExport):
		return record.FOB
	case isCIF:
		return record.CIF
	case isFOB:
		return record.FOB
	}
	return record.UnknownBasis
}

func setQuantity(c *cells, r *record.Record) error {
	r.Quantity, r.Unit = record.Range{}, ""
	abbr, code := c[colUnit], c[colUnitCode]
	if abbr == "N/A" || abbr == "-" || code == "-1" || code == "1" || c[colQty] == "" {
		return nil
	}
	v, err := figure("qty", c[colQty])
	if err != nil {
		return err
	}
	unit, ok := unitNames[abbr]
	if abbr == "" {
		unit, ok = unitCodes[code]
	}
	switch {
	case ok:
	case v.High == 0:
		return nil
	default:
		return wrong("qtyUnitAbbr", "the unit %q is not known", clip(abbr+code))
	}
	r.Quantity, r.Unit = v, unit
	return nil
}

// setKind flags what the publication put in: quantities by its flags, and a row that
// is neither reported nor added up from rows that are.
func setKind(c *cells, r *record.Record) error {
	quantity, err := flag("isQtyEstimated", c[colQtyEstimated], false)
	if err != nil {
		return err
	}
	weight, err := flag("isNetWgtEstimated", c[colWeightEstimated], false)
	if err != nil {
		return err
	}
	reported, err := flag("isReported", c[colReported], true)
	if err != nil {
		return err
	}
	aggregate, err := flag("isAggregate", c[colAggregate], false)
	if err != nil {
		return err
	}
	switch c[colLegacyFlag] {
	case "", "0":
	case "2":
		quantity = true
	case "4":
		weight = true
	case "6":
		quantity, weight = true, true
	default:
		return wrong("legacyEstimationFlag", "there is no flag %q", clip(c[colLegacyFlag]))
	}
	r.EstimatedQuantity = quantity && r.Quantity.Known || weight && r.NetWeight.Known
	r.Kind = record.Reported
	if !reported && !aggregate {
		r.Kind = record.Estimated
	}
	return nil
}

// flag reads a flag; def where there is none.
func flag(name, s string, def bool) (bool, error) {
	switch s {
	case "":
		return def, nil
	case "true", "True", "TRUE", "1":
		return true, nil
	case "false", "False", "FALSE", "0":
		return false, nil
	}
	return false, wrong(name, "%q is neither true nor false", clip(s))
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
