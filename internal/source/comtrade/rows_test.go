package comtrade

import (
	"context"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/record"
)

// read reads a file to its end.
func read(t testing.TB, r *Reader, err error) ([]record.Record, record.Tally) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out []record.Record
	if err := r.Each(context.Background(), func(rec *record.Record) error { out = append(out, *rec); return nil }); err != nil {
		t.Fatal(err)
	}
	tally := r.Tally()
	if tally.Rows != tally.Handled+tally.Refused || tally.Handled != len(out) {
		t.Errorf("the tally does not add up: %+v, %d records", tally, len(out))
	}
	return out, tally
}

const few = "period,reporterCode,reporterISO,flowCode,partnerCode,partnerISO,partner2Code,classificationCode,cmdCode,cmdDesc,aggrLevel," +
	"customsCode,motCode,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,netWgt,isNetWgtEstimated,cifvalue,fobvalue,primaryValue," +
	"legacyEstimationFlag,isReported,isAggregate\n"

// TestRows reads one row at a time, in the words of what it says.
func TestRows(t *testing.T) {
	areas := testAreas(t)
	for _, c := range []struct{ name, row, want string }{
		{
			"a year, as reported", "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,8,kg,1000,False,1000,False,55.5,,55.5,0,False,True",
			`{"series":"comtrade","measure":"trade","kind":"reported","reporter":"CN","partner":"KP","flow":"import","hs":"270119","edition":"2017","commodity":"Coal","period":"2017","quantity":1000,"unit":"kg","net_weight_kg":1000,"value_usd":55.5,"basis":"cif","row":2}`,
		},
		{
			"a month, all goods, the world", "201704,842,USA,X,0,W00,0,H5,TOTAL,All Commodities,0,C00,0,-1,N/A,0,False,0,False,,9,9,0,False,True",
			`{"series":"comtrade","measure":"trade","kind":"reported","reporter":"US","world":true,"flow":"export","edition":"2017","period":"2017-04","value_usd":9,"basis":"fob","row":2}`,
		},
		{
			"estimated quantities", "2011,699,IND,M,408,PRK,0,H3,270119,Coal,6,C00,0,8,kg,10,True,10,True,5,,5,6,False,True",
			`{"series":"comtrade","measure":"trade","kind":"reported","reporter":"IN","partner":"KP","flow":"import","hs":"270119","edition":"2007","commodity":"Coal","period":"2011","quantity":10,"unit":"kg","net_weight_kg":10,"estimated_quantity":true,"value_usd":5,"basis":"cif","row":2}`,
		},
		{
			"neither reported nor added up", "2011,699,IND,M,408,PRK,0,H3,27,Fuels,2,C00,0,-1,N/A,,,,,,,5,0,False,False",
			`{"series":"comtrade","measure":"trade","kind":"estimated","reporter":"IN","partner":"KP","flow":"import","hs":"27","edition":"2007","commodity":"Fuels","period":"2011","value_usd":5,"row":2}`,
		},
		{
			"a zero beside a value is a blank", "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,8,kg,0,False,0,False,5,,5,0,False,True",
			`{"series":"comtrade","measure":"trade","kind":"reported","reporter":"CN","partner":"KP","flow":"import","hs":"270119","edition":"2017","commodity":"Coal","period":"2017","value_usd":5,"basis":"cif","row":2}`,
		},
		{
			"a zero of everything is a zero", "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,8,kg,0,False,0,False,,,0,0,False,True",
			`{"series":"comtrade","measure":"trade","kind":"reported","reporter":"CN","partner":"KP","flow":"import","hs":"270119","edition":"2017","commodity":"Coal","period":"2017","quantity":0,"unit":"kg","net_weight_kg":0,"value_usd":0,"row":2}`,
		},
		{
			"nothing stated is a blank", "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,,,,",
			`{"series":"comtrade","measure":"trade","kind":"reported","reporter":"CN","partner":"KP","flow":"import","hs":"270119","edition":"2017","commodity":"Coal","period":"2017","blank":true,"row":2}`,
		},
		{
			"a partner that is no state", "2017,156,CHN,M,899,_X ,0,H5,999999,Not specified,6,C00,0,-1,N/A,,,,,,,5,0,False,True",
			`{"series":"comtrade","measure":"trade","kind":"reported","reporter":"CN","area":"Areas, nes","flow":"import","edition":"2017","commodity":"999999 Not specified","period":"2017","value_usd":5,"row":2}`,
		},
		{
			"a reporter that is no state", "2017,490,S19,RX,837,XX,0,H5,TOTAL,,0,C00,0,-1,N/A,,,,,,,5,0,False,True",
			`{"series":"comtrade","measure":"trade","kind":"reported","by":"Other Asia, nes","area":"Bunkers","flow":"re_export","edition":"2017","period":"2017","value_usd":5,"row":2}`,
		},
		{
			"a part of a total", "2017,156,CHN,DX,408,PRK,643,HS,270119,Coal,6,C01,1000,5,u,3,False,,,,5,5,0,True,False",
			`{"series":"comtrade","measure":"trade","kind":"reported","reporter":"CN","partner":"KP","flow":"export","hs":"270119","commodity":"Coal","part":"customs=C01;flow=DX;mot=1000;partner2=643","period":"2017","quantity":3,"unit":"items","value_usd":5,"basis":"fob","row":2}`,
		},
		{"no such partner", "2017,156,CHN,M,998,,0,H5,270119,Coal,6,C00,0,,,,,,,,,5,,,", "field partnerCode: there is no reporter or partner with the code \"998\""},
		{"the world reports", "2017,0,W00,M,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,5,,,", "field reporterCode: the whole world does not report"},
		{"code and letters differ", "2017,156,JPN,M,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,5,,,", "field reporterCode: the code 156 is that of China, the alpha-3 code JPN that of Japan"},
		{"a month that is none", "201713,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,5,,,", "field period: \"201713\" is neither a year nor a month"},
		{"no such flow", "2017,156,CHN,Q,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,5,,,", "field flowCode: there is no flow \"Q\""},
		{"SITC", "2017,156,CHN,M,408,PRK,0,S4,3212,Coal,4,C00,0,,,,,,,,,5,,,", "field classificationCode: the goods are classified by S4, not by the HS"},
		{"a lost zero", "2017,156,CHN,M,408,PRK,0,H5,10121,Horses,6,C00,0,,,,,,,,,5,,,", "field cmdCode: \"10121\" is not a code of the HS: it has 5 digits"},
		{"another level", "2017,156,CHN,M,408,PRK,0,H5,2701,Coal,6,C00,0,,,,,,,,,5,,,", "field cmdCode: the code 2701 has 4 digits and aggrLevel says 6"},
		{"a unit nobody knows", "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,,barrow,3,,,,,,5,,,", "field qtyUnitAbbr: the unit \"barrow\" is not known"},
		{"a value that is none", "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,x,,,", "field primaryValue: \"x\" is not a figure"},
		{"a flag that is none", "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,5,3,,", "field legacyEstimationFlag: there is no flag \"3\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := NewCSV(strings.NewReader(few+c.row+"\n"), Options{File: "f.csv", Areas: areas})
			recs, tally := read(t, r, err)
			got := ""
			if len(recs) == 1 {
				got = string(record.AppendJSON(nil, &recs[0]))
			} else {
				got = tally.Refusals[0].Place.String() + ": " + tally.Refusals[0].Reason
				c.want = "f.csv:2, " + c.want
			}
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestColumnsOfTheFile tells which columns are missing, and which nobody knows.
func TestColumnsOfTheFile(t *testing.T) {
	_, err := NewCSV(strings.NewReader("refYear,reporterDesc,flowCode,cmdCode,primaryValue\n"), Options{File: "f.csv", Areas: testAreas(t)})
	if err == nil || !strings.Contains(err.Error(), "f.csv:1: there is no column partnerCode, partnerISO or partnerDesc") {
		t.Errorf("%v", err)
	}
	r, err := NewCSV(strings.NewReader("REFYEAR,reporterDesc,flowCode,partnerDesc,cmdCode,primaryValue,altQty,mood,empty\n2017,China,M,World,27,5,1,good,\n"),
		Options{File: "f.csv", Areas: testAreas(t)})
	recs, tally := read(t, r, err)
	if len(recs) != 1 || strings.Join(tally.Unused, " ") != "mood" {
		t.Errorf("%v %+v", recs, tally)
	}
}

// TestOrderOfMemory reads rows whose cells come again in another context: what is
// remembered of one row must not leak into another.
func TestOrderOfMemory(t *testing.T) {
	rows := "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,1,,,\n" +
		"2017,156,CHN,M,408,KOR,0,H5,270119,Coal,6,C00,0,,,,,,,,,2,,,\n" + // another state by its letters: refused
		"2017,156,CHN,M,408,PRK,0,H5,270119,Other words,6,C00,0,,,,,,,,,3,,,\n" +
		"2017,156,CHN,M,408,PRK,0,H4,270119,Coal,6,C00,1,,,,,,,,,4,,,\n" +
		"201702,156,CHN,M,0,W00,0,H5,TOTAL,,0,C00,0,,,,,,,,,5,,,\n" +
		"2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,,,,,,,,,6,,,\n"
	r, err := NewCSV(strings.NewReader(few+rows), Options{File: "f.csv", Areas: testAreas(t)})
	recs, tally := read(t, r, err)
	var got []string
	for i := range recs {
		got = append(got, recs[i].Name()+" "+recs[i].Commodity+" "+recs[i].Value.String())
	}
	want := "cn-kp-import-270119-hs2017-2017 Coal 1\ncn-kp-import-270119-hs2017-2017 Other words 3\n" +
		"cn-kp-import-270119-hs2012-mot-1-2017 Coal 4\ncn-world-import-2017-02  5\ncn-kp-import-270119-hs2017-2017 Coal 6"
	if strings.Join(got, "\n") != want || tally.Refused != 1 {
		t.Errorf("%s\n%+v", strings.Join(got, "\n"), tally)
	}
}

const answerOf = `{"elapsedTime":"0.1 secs","count":2,"data":[
{"typeCode":"C","freqCode":"M","refPeriodId":20170401,"refYear":2017,"refMonth":4,"period":"201704","reporterCode":156,"reporterISO":"CHN","flowCode":"M","partnerCode":408,"partner2Code":0,"classificationCode":"H5","cmdCode":"270119","cmdDesc":null,"aggrLevel":6,"isLeaf":true,"customsCode":"C00","mosCode":"0","motCode":0,"qtyUnitCode":8,"qty":10.0,"isQtyEstimated":false,"netWgt":10.0,"cifvalue":7.25,"fobvalue":null,"primaryValue":7.25,"legacyEstimationFlag":0,"isReported":true,"isAggregate":false},
{"period":"2017","reporterCode":156,"flowCode":"Q","partnerCode":0,"cmdCode":"TOTAL","primaryValue":1,"colour":"red"}],"error":""}`

// TestAnswer reads an answer of the interface like the table with the same rows.
func TestAnswer(t *testing.T) {
	r, err := NewJSON(strings.NewReader(answerOf), Options{File: "a.json", Areas: testAreas(t)})
	recs, tally := read(t, r, err)
	got := ""
	if len(recs) == 1 {
		got = string(record.AppendJSON(nil, &recs[0]))
	}
	want := `{"series":"comtrade","measure":"trade","kind":"reported","reporter":"CN","partner":"KP","flow":"import","hs":"270119","edition":"2017","period":"2017-04","quantity":10,"unit":"kg","net_weight_kg":10,"value_usd":7.25,"basis":"cif","row":1}`
	if got != want || tally.Refusals[0].Place.String() != "a.json, item 2, field flowCode" || strings.Join(tally.Unused, "") != "colour" {
		t.Errorf("%s\n%+v", got, tally)
	}
}

// TestAnswersThatAreNone tells what was saved in place of an answer.
func TestAnswersThatAreNone(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{`{"count":2,"data":[{"period":"2017","reporterCode":156,"flowCode":"M","partnerCode":0,"cmdCode":"TOTAL","primaryValue":1}]}`, "the answer says that it has 2 rows and has 1"},
		{`{"data":[{"period":"2017"`, "the answer is broken off"},
		{`{"statusCode":429,"message":"slow down"}`, `an answer of UN Comtrade has no key "statusCode"`},
		{`{"data":[],"error":"Too many"}`, "the publication answered with an error: Too many"},
		{`{"count":0}`, "the answer has no data"},
		{`[]`, "an answer of UN Comtrade is one object with data"},
		{`{"data":[],"error":""}{}`, "something follows the answer"},
		{`{"data":[{"period":{}}]}`, "period of row 1 is not a single value"},
		{``, "the answer is broken off"},
	} {
		r, err := NewJSON(strings.NewReader(c.file), Options{File: "a.json", Areas: testAreas(t)})
		if err == nil {
			err = r.Each(context.Background(), func(*record.Record) error { return nil })
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot  %v\nwant %s", c.file, err, c.want)
		}
	}
}

// FuzzCSV holds that every row is handled or refused and that what is handled passes
// the check of records.
func FuzzCSV(f *testing.F) {
	areas := testAreas(f)
	f.Add(few + "2017,156,CHN,M,408,PRK,0,H5,270119,Coal,6,C00,0,8,kg,1000,False,1000,False,55.5,,55.5,0,False,True\n")
	f.Add("refYear,reporterDesc,flowCode,partnerDesc,cmdCode,cmdDesc,primaryValue_usd\n2004,China,,\"Areas, nes\",01,\"a \"\"b\"\"\",1e5\n")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := NewCSV(strings.NewReader(s), Options{File: "f", Areas: areas})
		if err != nil {
			return
		}
		hold(t, r)
	})
}

// FuzzAnswer does the same for answers of the interface.
func FuzzAnswer(f *testing.F) {
	areas := testAreas(f)
	f.Add(answerOf)
	f.Add(`{"data":[{"period":2017,"reporterCode":156,"flowCode":"M","partnerCode":0,"cmdCode":"TOTAL","primaryValue":1E3}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		r, err := NewJSON(strings.NewReader(s), Options{File: "f", Areas: areas})
		if err != nil {
			return
		}
		hold(t, r)
	})
}

func hold(t *testing.T, r *Reader) {
	n := 0
	_ = r.Each(context.Background(), func(rec *record.Record) error {
		n++
		if err := rec.Check(); err != nil {
			t.Fatal(err)
		}
		return nil
	})
	if tally := r.Tally(); tally.Rows != tally.Handled+tally.Refused || tally.Handled != n {
		t.Fatalf("%+v, %d records", tally, n)
	}
}

// TestPeriods holds the columns of time against each other.
func TestPeriods(t *testing.T) {
	const head = "freqCode,refYear,refMonth,period,reporterCode,flowCode,partnerCode,cmdCode,primaryValue\n"
	for _, c := range []struct{ cells, want string }{
		{"A,2017,52,2017", "2017"},
		{"M,2017,4,201704", "2017-04"},
		{",2017,4,", "2017-04"},
		{",2017,52,", "2017"},
		{",2017,,", "2017"},
		{"A,2017,4,201704", "freqCode: the period is 2017-04 and freqCode says A"},
		{"M,2017,52,2017", "freqCode: the period is 2017 and freqCode says M"},
		{"Q,2017,52,2017", "freqCode: the period is 2017 and freqCode says Q"},
		{"A,2018,52,2017", "refYear: the period is in 2017 and refYear says 2018"},
		{"M,2017,5,201704", "refMonth: the period is 2017-04 and refMonth says 5"},
		{"M,2017,52,201704", "refMonth: the period is 2017-04 and refMonth says 52"},
		{",,,", "period: \"\" is neither a year nor a month"},
	} {
		r, err := NewCSV(strings.NewReader(head+c.cells+",156,M,0,TOTAL,1\n"), Options{File: "f.csv", Areas: testAreas(t)})
		recs, tally := read(t, r, err)
		got := ""
		if len(recs) == 1 {
			got = recs[0].Period.String()
		} else {
			got = tally.Refusals[0].Place.Field + ": " + tally.Refusals[0].Reason
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s gives %s, not %s", c.cells, got, c.want)
		}
	}
}
