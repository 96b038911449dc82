package mirror

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Values and quantities are kept as whole thousandths.
const (
	scale     = 1000
	mostValue = 9e12 // US dollars or units in one row
)

const (
	maxFigures = 200_000
	chunkSize  = 1 << 15
	// world stands for all partners together. No state has this value: their codes are two capital letters.
	world place.State = 1
)

// cell is the figure of one key: source, reporter, partner, period | code, flow, basis, kind, unit.
type cell struct {
	hi, lo          uint64
	value, quantity int64  // the highest reading; blank where there is none
	first           uint32 // the lowest row number
	rows            uint32 // readings: rows with this key
}

// blank is the value or quantity of rows that state none.
const blank = -1

type source struct {
	series   string
	snapshot int
}

type coded struct {
	code    goods.Code
	edition goods.Edition
	// words are those of goods without a code that are not all goods.
	words string
}

// heard is a period for which a reporter reported a flow in a source, to whatever partner.
type heard struct {
	source, period uint16
	reporter       place.State
	flow           record.Flow
}

// intern numbers the values it has seen, in their order.
type intern[T comparable] struct {
	ids  map[T]uint32
	list []T
	last uint32
}

func (n *intern[T]) id(v T) uint32 {
	if len(n.list) > 0 && n.list[n.last] == v {
		return n.last
	}
	i, ok := n.ids[v]
	if !ok {
		if n.ids == nil {
			n.ids = map[T]uint32{}
		}
		i = uint32(len(n.list))
		n.ids[v] = i
		n.list = append(n.list, v)
	}
	n.last = i
	return i
}

// Tally accounts for what was given to a Builder: Seen is the sum of the others.
type Tally struct {
	Seen int
	// Kept rows went into the table, Figures are kept whole.
	Kept, Figures int
	// Parts are rows that another row of the table holds too, Elsewhere rows about states that are not looked at,
	// Other figures of something else than trade, Blank rows without value and quantity.
	Parts, Elsewhere, Other, Blank int
}

// Builder takes in rows of trade, one at a time. It keeps one cell of 40 bytes for each key, so memory follows the number of
// different keys and not of rows. Two rows of one snapshot with the same key are two readings of one figure and are never added
// up: where they differ, the figure is a range. It is used by one goroutine.
type Builder struct {
	keep    map[place.State]bool
	sources intern[source]
	periods intern[when.Period]
	codes   intern[coded]
	units   intern[string]
	index   []uint32 // open addressing: number of a cell plus one
	chunks  [][]cell
	n       int
	heard   map[heard]struct{}
	// lows holds the lowest value of cells whose readings differ, by the number of the cell.
	lows    map[uint32]int64
	figures []record.Record
	tally   Tally
}

// NewBuilder makes a Builder that keeps rows in which one of the states reports or is the partner; all rows when none is
// given. That a reporter reported is noted for every row.
func NewBuilder(states ...place.State) *Builder {
	b := &Builder{heard: map[heard]struct{}{}, lows: map[uint32]int64{}, index: make([]uint32, 1<<10)}
	if len(states) > 0 {
		b.keep = map[place.State]bool{}
		for _, s := range states {
			b.keep[s] = true
		}
	}
	return b
}

// Add takes one record: a row of a table, which has no ID of its own, into a cell; any other figure of trade as it is. The record may be
// reused by the caller. A value that is negative, no number or beyond 9 trillion is fault.Invalid, with the row.
func (b *Builder) Add(r *record.Record) error {
	b.tally.Seen++
	switch {
	case r.Measure != record.Trade && r.Measure != record.TradeShare:
		b.tally.Other++
		return nil
	case !r.Whole():
		b.tally.Parts++
		return nil
	case r.ID != "" || r.Measure != record.Trade || r.Reporter == 0 || !exact(r.Value) || !exact(r.Quantity):
		return b.figure(r)
	}
	return b.row(r)
}

func exact(r record.Range) bool { return !r.Known || r.Low == r.High }

func (b *Builder) figure(r *record.Record) error {
	if len(b.figures) >= maxFigures {
		return fault.New(fault.TooLarge, "more than %d figures that are no rows of a table", maxFigures)
	}
	if !r.Value.Known && !r.Quantity.Known {
		b.tally.Blank++
		return nil
	}
	for _, v := range []record.Range{r.Value, r.Quantity} {
		if v.Known && !(v.Low >= 0 && v.Low <= v.High && v.High <= mostValue) { // not-a-number too
			return fault.New(fault.Invalid, "the figure %s from %v to %v is no range from 0 to 9 trillion", r.ID, v.Low, v.High).
				At(fault.Place{Item: r.Row})
		}
	}
	b.tally.Figures++
	b.figures = append(b.figures, *r)
	return nil
}

func (b *Builder) row(r *record.Record) error {
	value, err := thousandths(r, "value", r.Value)
	if err != nil {
		return err
	}
	quantity, unit, err := quantityOf(r)
	if err != nil {
		return err
	}
	k, err := b.key(r, unit)
	if err != nil {
		return err
	}
	b.heard[heard{uint16(k.hi >> 48), uint16(k.hi), r.Reporter, r.Flow}] = struct{}{}
	if r.Partner == 0 && !r.World || b.keep != nil && !b.keep[r.Reporter] && !b.keep[r.Partner] {
		b.tally.Elsewhere++
		return nil
	}
	b.tally.Kept++
	k.value, k.quantity, k.first = value, quantity, uint32(r.Row)
	b.put(&k)
	return nil
}

// quantityOf gives the quantity of a row in its unit: the net weight in kilograms where there is one, since both sides state
// it in the same unit; "" when there is none.
func quantityOf(r *record.Record) (int64, string, error) {
	if r.NetWeight.Known && exact(r.NetWeight) {
		q, err := thousandths(r, "net weight", r.NetWeight)
		return q, "kg", err
	}
	if !r.Quantity.Known {
		return blank, "", nil
	}
	q, err := thousandths(r, "quantity", r.Quantity)
	return q, r.Unit, err
}

func thousandths(r *record.Record, what string, v record.Range) (int64, error) {
	if !v.Known {
		return blank, nil
	}
	if !(v.Low >= 0 && v.Low <= mostValue) { // not-a-number too
		return 0, fault.New(fault.Invalid, "the %s %v is not between 0 and 9 trillion", what, v.Low).
			At(fault.Place{Item: r.Row, Field: what}).WithFix("correct the row or leave the field empty")
	}
	return int64(math.Round(v.Low * scale)), nil
}

func (b *Builder) key(r *record.Record, unit string) (cell, error) {
	partner := r.Partner
	if r.World {
		partner = world
	}
	c := coded{code: r.Code, edition: r.Edition}
	if r.Code.IsZero() {
		c.words = r.Commodity
	}
	src, period := b.sources.id(source{r.Series, r.Snapshot}), b.periods.id(r.Period)
	code, u := b.codes.id(c), b.units.id(unit)
	if src > math.MaxUint16 || period > math.MaxUint16 || u > math.MaxUint8 {
		return cell{}, fault.New(fault.TooLarge, "more than 65,536 series or periods, or 256 units").At(fault.Place{Item: r.Row})
	}
	return cell{
		hi: uint64(src)<<48 | uint64(r.Reporter)<<32 | uint64(partner)<<16 | uint64(period),
		lo: uint64(code)<<32 | uint64(r.Flow)<<16 | uint64(r.Basis)<<12 | uint64(r.Kind)<<8 | uint64(u),
	}, nil
}

func (c *cell) hash() uint64 {
	h, l := bits.Mul64(c.hi^0x9E3779B97F4A7C15, c.lo^0xD6E8FEB86659FD93)
	return h ^ l ^ c.hi>>29
}

// put finds the cell of a key and takes the reading in, or makes the cell.
func (b *Builder) put(k *cell) {
	if (b.n+1)*4 > len(b.index)*3 {
		b.grow()
	}
	mask := uint64(len(b.index) - 1)
	for i := k.hash() & mask; ; i = (i + 1) & mask {
		n := b.index[i]
		if n == 0 {
			b.index[i] = uint32(b.n + 1)
			b.append(k)
			return
		}
		if c := b.at(int(n - 1)); c.hi == k.hi && c.lo == k.lo {
			b.again(n-1, c, k)
			return
		}
	}
}

func (b *Builder) append(k *cell) {
	if b.n%chunkSize == 0 {
		b.chunks = append(b.chunks, make([]cell, 0, chunkSize))
	}
	last := &b.chunks[len(b.chunks)-1]
	*last = append(*last, *k)
	(*last)[len(*last)-1].rows = 1
	b.n++
}

// again takes in another reading of a figure. The result does not depend on the order of the readings.
func (b *Builder) again(n uint32, c, k *cell) {
	if c.rows < math.MaxUint32 {
		c.rows++
	}
	c.first = min(c.first, k.first)
	c.quantity = max(c.quantity, k.quantity)
	if k.value == blank {
		return
	}
	low, differ := b.lows[n]
	if !differ {
		low = c.value
	}
	if c.value == blank {
		c.value = k.value
		return
	}
	c.value = max(c.value, k.value)
	if low = min(low, k.value); low != c.value {
		b.lows[n] = low
	}
}

func (b *Builder) at(i int) *cell { return &b.chunks[i/chunkSize][i%chunkSize] }

func (b *Builder) grow() {
	b.index = make([]uint32, 2*len(b.index))
	mask := uint64(len(b.index) - 1)
	for i := range b.n {
		slot := b.at(i).hash() & mask
		for b.index[slot] != 0 {
			slot = (slot + 1) & mask
		}
		b.index[slot] = uint32(i + 1)
	}
}

// Table is what a Builder has summed up. It does not change and may be used by many goroutines.
type Table struct {
	b *Builder
	// reported holds, for each series, reporter, period and flow, the latest snapshot in which the reporter spoke.
	reported map[spoke]int
	// periods holds, for each series, reporter and flow, the periods in which the reporter spoke: by their first day, and
	// of those that begin together the longest first.
	periods map[voice][]when.Period
	// ever holds the reporters that spoke at all.
	ever map[voice]bool
}

type voice struct {
	series   string
	reporter place.State
	flow     record.Flow
}

type spoke struct {
	series   string
	reporter place.State
	period   when.Period
	flow     record.Flow
}

// Table ends the building. The Builder must not be used any more.
func (b *Builder) Table() *Table {
	t := &Table{b: b, reported: map[spoke]int{}, ever: map[voice]bool{}, periods: map[voice][]when.Period{}}
	b.index = nil
	for h := range b.heard {
		src := b.sources.list[h.source]
		k := spoke{src.series, h.reporter, b.periods.list[h.period], h.flow}
		if s, ok := t.reported[k]; !ok || src.snapshot > s {
			t.reported[k] = src.snapshot
		}
		t.ever[voice{series: src.series, reporter: h.reporter}] = true
	}
	for k := range t.reported {
		v := voice{k.series, k.reporter, k.flow}
		t.periods[v] = append(t.periods[v], k.period)
	}
	for _, list := range t.periods {
		slices.SortFunc(list, func(a, b when.Period) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To)) })
	}
	slices.SortFunc(b.figures, compareFigures)
	return t
}

func compareFigures(x, y record.Record) int {
	return strings.Compare(figureKey(&x), figureKey(&y))
}

func figureKey(r *record.Record) string {
	return fmt.Sprintf("%s|%s|%s|%s|%d|%v|%v", r.Period.From, r.Series, r.ID, r.Period.To, r.Flow, r.Value, r.Quantity)
}

// Tally gives what became of the records.
func (t *Table) Tally() Tally { return t.b.tally }

// Cells is the number of different keys.
func (t *Table) Cells() int { return t.b.n }

// Line is the sum of the rows of one key, taken apart.
type Line struct {
	Series            string
	Snapshot          int
	Reporter, Partner place.State
	// World is true where the partner is all partners together.
	World   bool
	Flow    record.Flow
	Period  when.Period
	Code    goods.Code
	Edition goods.Edition
	// Words are those of goods that have no code and are not all goods.
	Words string
	Basis record.Basis
	Kind  record.Kind
	// Value is in US dollars: a range where two rows of the snapshot give two readings.
	Value Amount
	// Quantity is in Unit.
	Quantity record.Range
	Unit     string
	// Rows is the number of readings, First the lowest row number.
	Rows, First int
}

func (l *Line) allGoods() bool { return l.Code.IsZero() && l.Words == "" }

// ID names the figure so that its rows can be found again, as Ref does.
func (l *Line) ID() string {
	r := record.Record{
		Reporter: l.Reporter, Partner: l.Partner, World: l.World, Flow: l.Flow, Code: l.Code, Edition: l.Edition, Commodity: l.Words,
		Kind: l.Kind, Period: l.Period,
	}
	return Ref(l.Series, l.Snapshot, r.Name())
}

// Ref names a record among all, as `cordon records show` takes it: its series and reading, and its name there.
func Ref(series string, snapshot int, name string) string {
	return series + "@" + strconv.Itoa(snapshot) + "/" + name
}

func refOf(r *record.Record) string { return Ref(r.Series, r.Snapshot, r.Name()) }

// figure gives the line as a figure.
func (l *Line) figure() Figure {
	return Figure{Amount: l.Value, IDs: []string{l.ID()}, Rows: l.Rows}
}

// line takes cell n apart.
func (t *Table) line(n int, c *cell) Line {
	src, code := t.b.sources.list[c.hi>>48], t.b.codes.list[c.lo>>32]
	l := Line{
		Series: src.series, Snapshot: src.snapshot,
		Reporter: place.State(c.hi >> 32), Partner: place.State(c.hi >> 16), Period: t.b.periods.list[uint16(c.hi)],
		Code: code.code, Edition: code.edition, Words: code.words,
		Flow: record.Flow(c.lo >> 16 & 15), Basis: record.Basis(c.lo >> 12 & 15), Kind: record.Kind(c.lo >> 8 & 15),
		Unit: t.b.units.list[uint8(c.lo)], Rows: int(c.rows), First: int(c.first),
	}
	if c.value != blank {
		low, differ := t.b.lows[uint32(n)]
		if !differ {
			low = c.value
		}
		l.Value = Amount{Low: float64(low) / scale, High: float64(c.value) / scale, Known: true}
	}
	if c.quantity != blank {
		l.Quantity = record.Exactly(float64(c.quantity) / scale)
	}
	if l.Partner == world {
		l.Partner, l.World = 0, true
	}
	return l
}

// Each calls f for every line that is in force: of several snapshots of a series, the latest in which the reporter reported
// that flow for that period. The order is that of the first rows and says nothing.
func (t *Table) Each(want func(reporter, partner place.State) bool, f func(*Line)) {
	for at, chunk := range t.b.chunks {
		for i := range chunk {
			c := &chunk[i]
			if want != nil && !want(place.State(c.hi>>32), place.State(c.hi>>16)) {
				continue
			}
			l := t.line(at*chunkSize+i, c)
			if t.reported[spoke{l.Series, l.Reporter, l.Period, l.Flow}] == l.Snapshot {
				f(&l)
			}
		}
	}
}

// Reported says whether a state reported a flow for a period in a series, to whatever partner.
func (t *Table) Reported(series string, reporter place.State, flow record.Flow, period when.Period) bool {
	_, ok := t.reported[spoke{series, reporter, period, flow}]
	return ok
}

// EverReported says whether a state reported anything in a series.
func (t *Table) EverReported(series string, reporter place.State) bool {
	return t.ever[voice{series: series, reporter: reporter}]
}

func (t *Table) periodsOf(series string, reporter place.State, flow record.Flow) []when.Period {
	return t.periods[voice{series, reporter, flow}]
}
