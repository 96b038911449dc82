package comtrade

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/cordon-engine/cordon/internal/record"
)

const header = "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc," +
	"partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode," +
	"isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode," +
	"qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt," +
	"isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate\n"

// rows gives n rows in the shape of the publication, of our own making.
func rows(n int) io.Reader {
	pr, pw := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(pw, 1<<20)
		fmt.Fprint(w, header)
		partners := []struct {
			code      int
			iso, name string
		}{{156, "CHN", "China"}, {643, "RUS", "Russian Federation"}, {699, "IND", "India"}, {0, "W00", "World"}, {276, "DEU", "Germany"}}
		for i := range n {
			p := partners[i%len(partners)]
			fmt.Fprintf(w, "C,M,20170%d01,2017,%d,2017%02d,842,USA,USA,M,Import,%d,%s,%s,0,W00,World,H5,HS,True,%06d,\"Some goods; of a kind, number %d\",6,True,"+
				"C00,TOTAL CPC,0,0,TOTAL MOT,8,kg,%d,False,-1,N/A,0,False,%d,False,0,False,%d.5,,%d.5,0,False,True\n",
				i%9+1, i%12+1, i%12+1, p.code, p.iso, p.name, 10121+i%5000, i%5000, i+1, i+1, i+7, i+7)
		}
		w.Flush()
		pw.Close()
	}()
	return pr
}

// BenchmarkCSV reads rows with all columns of the current interface; one operation is
// one row.
func BenchmarkCSV(b *testing.B) {
	const pass = 100_000
	areas := testAreas(b)
	file, err := io.ReadAll(rows(pass))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; {
		r, err := NewCSV(bytes.NewReader(file), Options{File: "rows.csv", Areas: areas})
		if err != nil {
			b.Fatal(err)
		}
		enough := errors.New("enough")
		if err := r.Each(context.Background(), func(*record.Record) error {
			if n++; n == b.N {
				return enough
			}
			return nil
		}); err != nil && !errors.Is(err, enough) {
			b.Fatal(err)
		}
		if r.Tally().Refused > 0 {
			b.Fatal(r.Tally().Refusals)
		}
	}
}
