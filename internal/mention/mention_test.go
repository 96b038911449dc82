package mention_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestFind gives for each text the mentions of one kind: the words, and after a colon what they lead to.
func TestFind(t *testing.T) {
	g := gazetteer(t)
	day := when.Date(2017, 7, 5) // a Wednesday
	state := func(m mention.Mention) string { return m.State.String() }
	for _, tt := range []struct {
		kind     mention.Kind
		in, want string
		of       func(mention.Mention) string
	}{
		{mention.State, "Beijing said the North Korean ship left for Moscow; America’s ally, the DPRK.", "Beijing:CN|North Korean:KP|America:US|DPRK:KP", state},
		{mention.State, "The U.S. and the UK told us to talk. A French-made part. Koreans agreed.", "U.S.:US|UK:GB|French-made:FR", state},
		{mention.State, "The Democratic People’s Republic of Korea's port, the People's Republic of China and the Republic of Korea.", "Democratic People’s Republic of Korea:KP|People's Republic of China:CN|Republic of Korea:KR", state},
		{mention.State, "They met in Paris and in Vienna, Austria.", "Austria:AT", state},
		{mention.State, "Chinese officials denied it; Russians did not.", "Chinese:CN|Russians:RU", state},
		{mention.Person, "U.S. Secretary of State Rex Tillerson spoke. Tillerson left. Mr Tillerson too.", "U.S. Secretary of State Rex Tillerson:Rex Tillerson US|Tillerson:Rex Tillerson US|Mr Tillerson:Rex Tillerson US", name},
		{mention.Person, "Russian President Vladimir Putin met Kim Jong-un’s envoy.", "Russian President Vladimir Putin:Vladimir Putin RU|Kim Jong-un:Kim Jong Un KP", name},
		{mention.Person, "Norwegian Foreign Minister Kari Hansen left. Hansen will return.", "Norwegian Foreign Minister Kari Hansen:Kari Hansen NO|Hansen:Kari Hansen NO", name},
		{mention.Organisation, "The UN Security Council met the Ministry of Trade of Peru and Acme Shipping Ltd.", "UN Security Council:United Nations Security Council |Ministry of Trade of Peru:Ministry of Trade of Peru PE|Acme Shipping Ltd:Acme Shipping Ltd ", name},
		{mention.Group, "The Syrian government and Russian officials said they agree.", "The Syrian government:SY|Russian officials:RU|they:", state},
		{mention.Instrument, "Under UN Security Council resolution 2371 (2017) and resolution 2270, the joint statement stands.", "UN Security Council resolution 2371 (2017)|resolution 2270|joint statement", nil},
		{mention.Vessel, "The tanker Ocean Star (IMO 8628597) met the MV Blue Wave.", "The tanker Ocean Star|IMO 8628597|MV Blue Wave", nil},
		{mention.Share, "It has ninety percent, up from 12.5% or 40 per cent.", "ninety percent:90|12.5%:12.5|40 per cent:40", low},
		{mention.Money, "They paid $2.5 million and 30 million dollars, or €400.", "$2.5 million:2500000|30 million dollars:30000000|€400:400", low},
		{mention.Quantity, "About 1,200 workers, six trucks and 3 thousand tonnes.", "1,200 workers:1200|six trucks:6|3 thousand tonnes:3000", low},
		{mention.Date, "On Tuesday, on 4 July, July 3, 2016, in May 2017, in 2015, yesterday.", "Tuesday:2017-07-04|4 July:2017-07-04|July 3, 2016:2016-07-03|May 2017:2017-05|2015:2015|yesterday:2017-07-04", date},
		{mention.Date, "It fell on Tuesday and on 31 December.", "on Tuesday:2017-07-04|31 December:2016-12-31", date},
	} {
		var got []string
		for _, m := range g.Find(tt.in, day) {
			if m.Kind != tt.kind {
				continue
			}
			s := tt.in[m.From:m.To]
			if tt.of != nil {
				s += ":" + tt.of(m)
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, s, tt.want)
		}
	}
}

func name(m mention.Mention) string { return m.Name + " " + m.State.String() }

func low(m mention.Mention) string {
	return strconv.FormatFloat(m.Low, 'f', -1, 64)
}

func date(m mention.Mention) string { return m.Period.String() }

// TestSpansHold holds for any text that mentions lie in it and are cut at characters.
func TestSpansHold(t *testing.T) {
	g := gazetteer(t)
	part := rapid.SampledFrom([]string{
		"North", "Korea", " ", " ", " ", "U.S.", "’s", "the", "President", "of", "Moscow", "said", "\n", "é", ".", ",", "(", "$5", "million",
		"4 July", "officials", "Ministry", "Kim", "-", "&", "“", "resolution 2270", "in 2017", "IMO 1234567", "Tuesday",
	})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(part, 0, 40).Draw(t, "parts"), "")
		last := 0
		for _, m := range g.Find(s, when.Date(2017, 7, 5)) {
			if m.From < last || m.To <= m.From || m.To > len(s) || !utf8.ValidString(s[m.From:m.To]) || m.Rule == "" {
				t.Fatalf("mention %+v after %d in %q", m, last, s)
			}
			last = m.From
		}
	})
}
