package romanise

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed han.tsv
var hanFile string

// hanRow is what is known of one Han character.
type hanRow struct {
	pinyin [3]Mandarin
	korean rune // a Hangul syllable, or 0
}

const hanFirst, hanCount = 0x4E00, 0x9FFF - 0x4E00 + 1

// hanTable is read from the embedded file when the first Han character comes.
var hanTable = sync.OnceValue(func() *[hanCount]hanRow {
	var t [hanCount]hanRow
	for line := range strings.Lines(hanFile) {
		ch, rest, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || ch[0] == '#' {
			continue
		}
		r, _ := utf8.DecodeRuneInString(ch)
		py, ko, _ := strings.Cut(rest, "\t")
		row := &t[r-hanFirst]
		for i, s := range strings.SplitN(py, ",", len(row.pinyin)) {
			row.pinyin[i] = mandarinID(s)
		}
		if ko != "" {
			row.korean, _ = utf8.DecodeRuneInString(ko)
		}
	}
	return &t
})

func hanOf(r rune) hanRow {
	if r < hanFirst || r >= hanFirst+hanCount {
		return hanRow{}
	}
	return hanTable()[r-hanFirst]
}

// pinyinOf gives the first reading of each character, joined.
func pinyinOf(word string) string {
	var b strings.Builder
	for _, r := range word {
		b.WriteString(hanOf(r).pinyin[0].String())
	}
	return b.String()
}

// Mandarin is one syllable of Mandarin by its number; 0 is none.
type Mandarin uint16

// String gives the pinyin without tone, u-umlaut as v.
func (m Mandarin) String() string {
	if int(m) >= len(mandarin) {
		return ""
	}
	return mandarin[m]
}

var (
	initials = strings.Fields("b p m f d t n l g k h j q x zh ch sh r z c s y w")
	// mandarin are the syllables, sorted; number 0 is empty.
	mandarin = func() []string {
		all := append([]string{""}, strings.Fields(`a ai an ang ao e ei en eng er o ou
		ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu pa pai pan pang pao pei pen peng pi pian piao pie pin ping po pou pu
		ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu fa fan fang fei fen feng fo fou fu
		da dai dan dang dao de dei den deng di dian diao die ding diu dong dou du duan dui dun duo
		ta tai tan tang tao te teng ti tian tiao tie ting tong tou tu tuan tui tun tuo
		na nai nan nang nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nuo nun nv nve
		la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu lo long lou lu luan lun luo lv lve
		ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun guo
		ka kai kan kang kao ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo
		ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo
		ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun
		xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun
		zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo
		cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo
		sha shai shan shang shao she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo
		ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo
		za zai zan zang zao ze zei zen zeng zi zong zou zu zuan zui zun zuo
		ca cai can cang cao ce cen ceng ci cong cou cu cuan cui cun cuo sa sai san sang sao se sen seng si song sou su suan sui sun suo
		ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun wa wai wan wang wei wen weng wo wu`)...)
		slices.Sort(all)
		return all
	}()
)

func mandarinID(s string) Mandarin {
	if i, ok := slices.BinarySearch(mandarin, s); ok {
		return Mandarin(i)
	}
	return 0
}

// MandarinSet is up to four syllables that one spelling or character may be.
type MandarinSet [4]Mandarin

// Meets reports whether the two sets share a syllable.
func (a *MandarinSet) Meets(b *MandarinSet) bool {
	for _, x := range a {
		for _, y := range b {
			if x != 0 && x == y {
				return true
			}
		}
	}
	return false
}

func (a *MandarinSet) add(m Mandarin) {
	for i, x := range a {
		if x == m {
			return
		}
		if x == 0 {
			a[i] = m
			return
		}
	}
}

// spellings maps every Latin spelling of a syllable (pinyin; Wade-Giles without
// its apostrophes; the Cyrillic of Palladius) to the syllables it may be.
var spellings = sync.OnceValue(func() map[string]MandarinSet {
	t := make(map[string]MandarinSet, 4*len(mandarin))
	put := func(s string, m Mandarin) {
		set := t[s]
		set.add(m)
		t[s] = set
	}
	for pass := range 3 { // pinyin has the first place in every set
		for i, s := range mandarin {
			if i == 0 {
				continue
			}
			switch m := Mandarin(i); pass {
			case 0:
				put(s, m)
				if strings.Contains(s, "v") {
					put(strings.ReplaceAll(s, "v", "u"), m)
					put(strings.ReplaceAll(s, "v", "yu"), m)
				}
			case 1:
				for _, w := range wadeGiles(s) {
					put(w, m)
				}
			case 2:
				put(palladius(s), m)
			}
		}
	}
	return t
})

func split(s string) (initial, final string) {
	for _, i := range []string{"zh", "ch", "sh"} {
		if strings.HasPrefix(s, i) {
			return i, s[2:]
		}
	}
	if slices.Contains(initials, s[:1]) {
		return s[:1], s[1:]
	}
	return "", s
}

// wadeGiles gives the spellings of a pinyin syllable by Wade and Giles, without
// apostrophes and umlauts, with and without the circumflexed e.
func wadeGiles(s string) []string {
	i, f := split(s)
	var out []string
	switch s {
	case "zhi", "chi":
		return []string{"chih"}
	case "shi":
		return []string{"shih"}
	case "ri":
		return []string{"jih"}
	case "zi", "ci":
		return []string{"tzu", "tze"}
	case "si":
		return []string{"szu", "ssu", "sze"}
	case "er":
		return []string{"erh"}
	case "yi":
		return []string{"i"}
	case "you":
		return []string{"yu", "yiu"}
	case "yan":
		return []string{"yen"}
	case "ye":
		return []string{"yeh"}
	}
	to, ok := map[string]string{
		"b": "p", "d": "t", "g": "k", "j": "ch", "q": "ch", "x": "hs",
		"zh": "ch", "z": "ts", "c": "ts", "r": "j",
	}[i]
	if !ok {
		to = i
	}
	if g, ok := map[string]string{
		"ian": "ien", "ie": "ieh", "ue": "ueh", "ve": "ueh", "v": "u", "ong": "ung", "iong": "iung", "uo": "o", "ui": "ui",
	}[f]; ok {
		f = g
	}
	if (i == "g" || i == "k") && f == "ui" {
		f = "uei"
	}
	if (i == "g" || i == "k" || i == "sh" || i == "h") && strings.HasSuffix(s, "uo") {
		out = append(out, to+"uo")
	}
	if (i == "g" || i == "k" || i == "h") && f == "e" {
		out = append(out, to+"o")
	}
	return append(out, to+f)
}

var palladiusInitials = pairsOf(`b б p п m м f ф d д t т n н l л g г k к h х j цз q ц x с zh чж ch ч sh ш r ж z цз c ц s с`)

var palladiusFinals = pairsOf(`a а ai ай an ань ang ан ao ао e э ei эй en энь eng эн o о ou оу i и ia я ian янь iang ян iao яо ie е in инь
	ing ин iong юн iu ю ong ун u у ua уа uai уай uan уань uang уан ui уй un унь uo о v юй ve юэ`)

func pairsOf(s string) map[string]string {
	f := strings.Fields(s)
	m := make(map[string]string, len(f)/2)
	for i := 0; i+1 < len(f); i += 2 {
		m[f[i]] = f[i+1]
	}
	return m
}

// palladius gives the usual Cyrillic of a pinyin syllable.
func palladius(s string) string {
	if w, ok := map[string]string{
		"ya": "я", "yan": "янь", "yang": "ян", "yao": "яо", "ye": "е", "yi": "и", "yin": "инь", "ying": "ин", "yong": "юн",
		"you": "ю", "yu": "юй", "yuan": "юань", "yue": "юэ", "yun": "юнь", "wa": "ва", "wai": "вай", "wan": "вань", "wang": "ван",
		"wei": "вэй", "wen": "вэнь", "weng": "вэн", "wo": "во", "wu": "у", "er": "эр", "hui": "хуэй", "zhi": "чжи", "chi": "чи",
		"shi": "ши", "ri": "жи", "zi": "цзы", "ci": "цы", "si": "сы", "ju": "цзюй", "qu": "цюй", "xu": "сюй", "juan": "цзюань",
		"quan": "цюань", "xuan": "сюань", "jue": "цзюэ", "que": "цюэ", "xue": "сюэ", "jun": "цзюнь", "qun": "цюнь", "xun": "сюнь",
		"guo": "го", "kuo": "ко", "huo": "хо", "huang": "хуан",
	}[s]; ok {
		return w
	}
	i, f := split(s)
	return palladiusInitials[i] + palladiusFinals[f]
}

// Chinese gives the syllables of a word that may be Mandarin, one set each; nil
// when it cannot be read so. Of the ways to cut the word that has the fewest
// syllables. Word is lower case, of script s (Latin without accents, Cyrillic
// or Han), at most six syllables.
func Chinese(word string, s Script) []MandarinSet {
	if s == Han {
		var out []MandarinSet
		for _, r := range word {
			var set MandarinSet
			for _, m := range hanOf(r).pinyin {
				if m != 0 {
					set.add(m)
				}
			}
			if set[0] == 0 {
				return nil
			}
			out = append(out, set)
		}
		return out
	}
	if s != Latin && s != Cyrillic || len(word) > 40 {
		return nil
	}
	t := spellings()
	// cut[i] is the number of syllables before byte i and where the last starts.
	type cut struct{ n, from int8 }
	best := make([]cut, len(word)+1)
	for i := 1; i <= len(word); i++ {
		best[i].n = -1
		for j := max(0, i-14); j < i; j++ {
			if best[j].n < 0 {
				continue
			}
			if _, ok := t[word[j:i]]; ok && (best[i].n < 0 || best[j].n+1 < best[i].n) {
				best[i] = cut{best[j].n + 1, int8(j)}
			}
		}
	}
	if n := best[len(word)].n; n < 1 || n > 6 {
		return nil
	}
	out := make([]MandarinSet, best[len(word)].n)
	for i := len(word); i > 0; {
		j := int(best[i].from)
		out[best[i].n-1] = t[word[j:i]]
		i = j
	}
	// Another cut into as many may be meant: zhengen is zhen gen, and without its apostrophe zheng en.
	for i := len(word) - 1; i > 0; i-- {
		k := int(best[i].n)
		if k < 1 || k >= len(out) {
			continue
		}
		for j := max(0, i-14); j < i; j++ {
			before, ok := t[word[j:i]]
			if !ok || int(best[j].n) != k-1 {
				continue
			}
			for end := i + 1; end <= min(len(word), i+14); end++ {
				if after, ok := t[word[i:end]]; ok && (end == len(word) && k+1 == len(out) || end < len(word) && ends(t, word[end:], len(out)-k-1)) {
					out[k-1].addAll(before)
					out[k].addAll(after)
				}
			}
		}
	}
	return out
}

// ends says whether a word can be cut into so many syllables.
func ends(t map[string]MandarinSet, word string, count int) bool {
	if count == 0 || word == "" {
		return count == 0 && word == ""
	}
	for i := 1; i <= min(len(word), 14); i++ {
		if _, ok := t[word[:i]]; ok && ends(t, word[i:], count-1) {
			return true
		}
	}
	return false
}

func (a *MandarinSet) addAll(b MandarinSet) {
	for _, m := range b {
		if m != 0 {
			a.add(m)
		}
	}
}
