package match

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cordon-engine/cordon/data"
)

// TestHowFirmsAreWritten are names of one firm, and of two, as lists, payments and registers write them.
func TestHowFirmsAreWritten(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	const match, possible, less = 2, 1, 0
	for _, c := range []struct {
		what, schema, a, b string
		least, most        int
	}{
		{"an abbreviation in brackets", "Company", "OCEAN MARITIME MANAGEMENT COMPANY, LIMITED (OMM)", "Ocean Maritime Management", match, match},
		{"an abbreviation that is no acronym", "Company", "NAFTIRAN INTERTRADE COMPANY (NICO)", "Naftiran Intertrade Co.", match, match},
		{"with a hyphen", "Organization", "ISLAMIC SECURITY FORCE-INDIAN MUJAHIDEEN (ISF-IM)", "Islamic Security Force Indian Mujahideen", match, match},
		{"the abbreviation alone", "Company", "Foreign Trade Bank of Examplia (FTB)", "FTB", possible, match},
		{"a place in brackets is none", "Company", "EXAMPLE IMPORTS BANK (KENYA)", "Kenya", less, less},
		{"an abbreviation of something else", "Company", "Korea Ryonbong Corporation (DCB)", "DCB", less, less},

		{"a legal form cut off", "Company", "Romashka Joint Stock Compan", "JSC Romashka", match, match},
		{"cut off further", "Company", "Romashka Limited Liability C", "Romashka LLC", less, less}, // one letter is too little
		{"cut off at two letters", "Company", "Romashka Limited Liability Co", "Romashka LLC", match, match},
		{"a slip in a legal form", "Company", "Tactical Missiles Corporation Joynt Stock Company", "Tactical Missiles Corporation JSC", match, match},
		{"Finland", "Company", "Romashka Oy", "Romashka Osakeyhtiö", match, match},
		{"Morocco", "Company", "Atlas Romashka SARL AU", "Atlas Romashka Société à responsabilité limitée à associé unique", match, match},
		{"Kyrgyzstan", "Company", "ОсОО Ала-Тоо Трейд", "Ala-Too Trade LLC", possible, match},
		{"a form tied to a word is none", "Company", "Ala-Too Romashka", "Ala Romashka", less, possible},
		{"but is one at the end", "Company", "Koksokhimtrans-OOO", "Koksokhimtrans LLC", match, match},
		{"Poland", "Company", "Kowalski Sp. z o.o.", "Kowalski Spółka z ograniczoną odpowiedzialnością", match, match},
		{"Hungary", "Company", "Romashka Kft.", "Romashka Korlátolt Felelősségű Társaság", match, match},
		{"the Emirates", "Company", "Gulf Romashka FZE", "Gulf Romashka Free Zone Establishment", match, match},

		{"Hangul, all of it generic but one word", "Company", "단천상업은행", "Tanchon Commercial Bank", possible, match},
		{"Hangul with a place", "Company", "조선광업개발무역회사", "Korea Mining Development Trading Corporation", match, match},
		{"the form before and after", "Company", "주식회사 청송연합", "청송연합(주)", possible, match},
		{"Han before and after", "Company", "株式会社三井物産", "三井物産株式会社", match, match},
		{"Han, simple and full", "Company", "大连海运有限公司", "大連海運有限公司", match, match},
		{"Han and pinyin", "Company", "大连海运有限公司", "Dalian Haiyun Co., Ltd", possible, match},
		{"Han of another firm", "Company", "大连海运有限公司", "上海海运有限公司", less, less},
		{"Hangul of another firm", "Company", "단천상업은행", "Taesong Commercial Bank", less, less},

		{"Han with words of several kinds", "Company", "丹东鸿祥实业发展有限公司", "Dandong Hongxiang Industrial Development Co Ltd", match, match},
		{"Persian", "Company", "بانک ملی ایران", "Bank Melli Iran", match, match},
		{"Arabic", "Company", "المصرف التجاري السوري", "Commercial Bank of Syria", possible, match},

		{"a state by two names", "Company", "Korea Mining Development Trading Corporation", "DPRK Mining Development Trading Corp.", match, match},
		{"its genitive", "Company", "Foreign Trade Bank of the DPRK", "North Korea's Foreign Trade Bank", match, match},
		{"another state", "Company", "South Korea Mining Development Corporation", "DPRK Mining Development Corporation", less, less},

		{"a ship written together", "Vessel", "M/V Chong Chon Gang", "CHONGCHONGANG", match, match},
		{"a ship in Hangul", "Vessel", "M/V Chong Chon Gang", "청천강", possible, match},
		{"a title of another land", "Person", "Comrade Robert Mugabe", "Robert Mugabe", match, match},
		{"a place is no person written together", "Person", "Rajin", "RYU JIN", less, less},
		{"nor by its syllables", "Person", "Chongjin", "Zhang Jian", less, less},
		{"but is itself", "Company", "Rajin", "Rajin", match, match},
		{"German for Russian", "Person", "Nikita Borschtschow", "Nikita Borshchov", match, match},

		{"a short name, whole", "Organization", "AL-QAIDA", "Al-Qaida", match, match},
		{"an acronym, whole", "Organization", "AQIM", "AQIM", match, match},
		{"generic words alone", "Company", "Trading Company", "Trading Company", less, possible},
		{"a surname is sooner that than an acronym", "", "Kim", "Kalai Industries Management", less, possible},
	} {
		a, b := prepared(t, p, c.schema, c.a), prepared(t, p, c.schema, c.b)
		got := s.Score(a, b)
		band := less
		switch against := p.AgainstList(got.Probability); {
		case against >= p.Alert():
			band = match
		case against >= p.Possible():
			band = possible
		}
		if band < c.least || band > c.most {
			t.Errorf("%s: %s | %s: %.3f (%.1f bits), want a band from %d to %d\n%s", c.what, c.a, c.b, p.AgainstList(got.Probability), got.Bits, c.least, c.most,
				Summary(s.Explain(a, b)))
		}
		sum := 0.0
		for _, e := range s.Explain(a, b) {
			sum += e.Bits
		}
		if d := sum - got.Bits; d > 1e-6 || d < -1e-6 {
			t.Errorf("%s: the evidence adds up to %.3f, the score is %.3f", c.what, sum, got.Bits)
		}
	}
}

// TestWholeWeakNames holds that a weak alias is not lifted to the band of a match for being written exactly so.
func TestWholeWeakNames(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	of := func(k NameKind) *Prepared {
		x, err := Prepare(p, Input{Schema: "Organization", Names: []Name{{"AQIM", k}}})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if got := p.AgainstList(s.Score(of(Primary), of(Weak)).Probability); got >= p.Alert() || got < p.Possible() {
		t.Errorf("a weak alias alone scores %.3f", got)
	}
}

// TestParametersWithoutPlaces holds that parameters kept before places were read from a file of their own still load.
func TestParametersWithoutPlaces(t *testing.T) {
	old := fstest.MapFS{}
	for _, name := range paramFiles {
		b, err := fs.ReadFile(data.FS, "matching/"+name)
		if err != nil {
			t.Fatal(err)
		}
		old[name] = &fstest.MapFile{Data: b}
	}
	delete(old, townFile)
	p, err := Load(old, ".")
	if err != nil {
		t.Fatal(err)
	}
	if now := params(t); p.ID() == now.ID() {
		t.Error("parameters with and without places have one identifier")
	}
	old[townFile] = &fstest.MapFile{Data: []byte("KP\tRason\n")}
	if _, err := Load(old, "."); err == nil || !strings.Contains(err.Error(), townFile+":1") {
		t.Errorf("a bad line of places: %v", err)
	}
}
