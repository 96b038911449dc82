// Command tradegen writes rows in the shape of UN Comtrade, of its own making, for measuring: go run ./internal/trade/tradegen
// -rows 10000000 > rows.csv. The rows are no statistics. Equal arguments give equal bytes.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/place"
)

const header = "typeCode,freqCode,refYear,refMonth,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,aggrLevel," +
	"customsCode,mosCode,motCode,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,netWgt,isNetWgtEstimated,cifvalue,fobvalue,primaryValue,isReported,isAggregate\n"

func main() {
	rows := flag.Int("rows", 1_000_000, "number of rows")
	seed := flag.Uint64("seed", 1, "seed of the values")
	flag.Parse()
	if err := write(*rows, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "tradegen:", err)
		os.Exit(1)
	}
}

// write writes reporter by reporter and year by year, as downloads come: each reporter shows both flows with every partner
// in as many subheadings as the rows allow.
func write(rows int, seed uint64) error {
	states, err := numbers()
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	if _, err := w.WriteString(header); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(seed, 0))
	const years = 20
	flows := [...]string{"M", "X"}
	goods := 1 + rows/(len(states)*(len(states)-1)*len(flows)*years)
	n := 0
	var b []byte
	for _, reporter := range states {
		for year := 2004; year < 2004+years; year++ {
			for _, partner := range states {
				for _, flow := range flows {
					for g := range goods {
						if partner == reporter || n == rows {
							continue
						}
						n++
						b = row(b[:0], r, reporter, partner, flow, year, g)
						if _, err := w.Write(b); err != nil {
							return err
						}
					}
				}
			}
		}
	}
	if n < rows {
		return fmt.Errorf("only %d rows", n)
	}
	return w.Flush()
}

func row(b []byte, r *rand.Rand, reporter, partner, flow string, year, g int) []byte {
	code := 100 * (101 + (g*37+r.IntN(37))%9600) // headings 0101 to 9700, each with its first subheading
	code += 10
	edition := "H3"
	switch {
	case year >= 2022:
		edition = "H6"
	case year >= 2017:
		edition = "H5"
	case year >= 2012:
		edition = "H4"
	}
	value := int(1000 * (1 + 99*r.ExpFloat64()))
	y := strconv.Itoa(year)
	b = append(b, "C,A,"+y+",52,"+y+","+reporter+","+flow+","+partner+",0,"+edition+","...)
	b = fmt.Appendf(b, "%06d", code)
	b = append(b, ",6,C00,0,0,8,kg,"...)
	b = strconv.AppendInt(b, int64(value/2), 10)
	b = append(b, ",False,"...)
	b = strconv.AppendInt(b, int64(value/2), 10)
	b = append(b, ",False,,,"...)
	b = strconv.AppendInt(b, int64(value), 10)
	return append(b, ".25,True,False\n"...)
}

// numbers gives the numeric codes of all states.
func numbers() ([]string, error) {
	folder, err := fs.Sub(data.FS, "place")
	if err != nil {
		return nil, err
	}
	g, err := place.Load(folder)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range g.States() {
		if n := g.Numeric(s); n != "" {
			out = append(out, n)
		}
	}
	return out, nil
}
