package romanise

import "strings"

// The tables follow the systems of BGN/PCGN and the United Nations where these
// exist, without their diacritics. A letter that is mute is "-".

var latinBare = pairs(`ø o ł l đ d ð d ħ h ı i ß ss æ ae œ oe þ th ŋ ng ə a ɓ b ɗ d ŧ t ĸ k ſ s ə a ŀ l ʻ - ʼ -`)

var latinWide = latinBare.with(pairs(`ö oe ü ue ä ae å aa ø oe š sh č ch ž zh ć c ş sh ș sh ç ch ğ gh ñ ny đ dj ż zh ő o ŏ eo ŭ eu ř rz ł w ț ts ţ ts ā aa ī ee ū oo ə e â aa ê ee î ee û oo ø oe`))

var cyrillicTable = pairs(`а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh
	ц ts ч ch ш sh щ shch ъ - ы y ь - э e ю yu я ya і i ї yi є ye ґ g ў u ђ dj ј j љ lj њ nj ћ c џ dz ѓ g ќ k ѕ dz
	қ q ғ gh ң ng ү u ұ u ө o һ h ә a җ j ҷ j ҳ h ӯ u ӣ i ҡ q ҙ z ҫ s ӏ - ѣ e ѳ f ѵ i`)

var ukrainian = cyrillicTable.with(pairs(`г h и y`))

var greekTable = pairs(`α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ kh ψ ps ω o
	ά a έ e ή i ί i ό o ύ y ώ o ϊ i ϋ y ΐ i ΰ y`)

var greekPairs = strings.NewReplacer("ου", "u", "ού", "u", "μπ", "b", "ντ", "nt", "γκ", "g", "γγ", "ng", "αυ", "av", "ευ", "ev",
	"αύ", "av", "εύ", "ev", "τσ", "ts", "τζ", "tz", "αι", "e", "αί", "e", "ει", "i", "εί", "i", "οι", "i", "οί", "i")

var armenianTable = pairs(`ա a բ b գ g դ d ե e զ z է e ը e թ t ժ zh ի i լ l խ kh ծ ts կ k հ h ձ dz ղ gh ճ ch մ m յ y ն n շ sh
	ո o չ ch պ p ջ j ռ r ս s վ v տ t ր r ց ts ւ u փ p ք k օ o ֆ f և ev`)

var georgianTable = pairs(`ა a ბ b გ g დ d ე e ვ v ზ z თ t ი i კ k ლ l მ m ნ n ო o პ p ჟ zh რ r ს s ტ t უ u ფ p ქ k ღ gh ყ q
	შ sh ჩ ch ც ts ძ dz წ ts ჭ ch ხ kh ჯ j ჰ h`)

var arabicTable = pairs(`ا a أ a إ i آ a ٱ a ب b پ p ت t ث th ج j چ ch ح h خ kh د d ذ dh ر r ز z ژ zh س s ش sh ص s ض d ط t ظ z
	ع - غ gh ف f ڤ v ق q ك k ک k گ g ل l م m ن n ه h و w ي y ی y ى a ة a ء - ئ y ؤ w ں n ٹ t ڈ d ڑ r ھ h ہ h ے e ۀ h ۃ a
	ۇ u ڭ ng ې e ټ t ډ d ړ r ښ sh ږ zh ځ dz څ ts ڼ n ګ g`)

var arabicEastern = arabicTable.with(pairs(`ض z ذ z ث s`))

var hebrewTable = pairs(`א a ב b ג g ד d ה h ו v ז z ח h ט t י y כ k ך kh ל l מ m ם m נ n ן n ס s ע - פ p ף f צ ts ץ ts ק k ר r ש sh ת t`)

var hebrewSoft = hebrewTable.with(pairs(`ב v כ kh פ f ו u ש s ח kh`))

// From U+0E01 and U+1780, in the order of Unicode.
var (
	thaiConsonants = strings.Fields(`k kh kh kh kh kh ng ch ch ch s ch y d t th th th n d t th th th n b p ph f ph f ph m y r - l - w s s s h l o h`)

	khmerConsonants = strings.Fields(`k kh k kh ng ch ch ch ch nh d th d th n t th t th n b ph p ph m y r l v sh s s h l o`)

	kanaTable = strings.Fields(`a a i i u u e e o o ka ga ki gi ku gu ke ge ko go sa za shi ji su zu se ze so zo ta da chi ji tu tsu zu
	te de to do na ni nu ne no ha ba pa hi bi pi fu bu pu he be pe ho bo po ma mi mu me mo ya ya yu yu yo yo ra ri ru re ro
	wa wa i e o n vu ka ke`)

	// Consonants of the scripts of India, at 0x15 from the start of each block.
	indicConsonants = strings.Fields(`k kh g gh ng ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l l v sh sh s h`)

	// Rows of eight from U+1200.
	ethiopicRows = strings.Fields(`h l h m s r s sh q qw q qw b v t ch h hw n ny - k kw kh khw w - z zh y d d j g gw g t ch p ts ts f p`)
	ethiopicEnds = [8]string{"e", "u", "i", "a", "e", "", "o", "wa"}
)

func kana(word string) string {
	var out []byte
	double := false
	for _, r := range word {
		if 0x30A1 <= r && r <= 0x30F6 {
			r -= 0x60
		}
		i := int(r - 0x3041)
		if i < 0 || i >= len(kanaTable) {
			continue // a long mark or a dot
		}
		s := kanaTable[i]
		switch {
		case r == 0x3063: // small tsu doubles what follows
			double = true
			continue
		case smallKana(r) && len(out) > 0 && isVowel(out[len(out)-1]):
			out = out[:len(out)-1]
			if n := len(out); s[0] == 'y' && n > 0 && (out[n-1] == 'h' || out[n-1] == 'j') {
				s = s[1:]
			}
		}
		if double {
			out = append(out, s[0])
			double = false
		}
		out = append(out, s...)
	}
	return string(out)
}

// smallKana reports whether r (hiragana) is written small and takes the vowel
// of the one before it.
func smallKana(r rune) bool {
	switch r {
	case 0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3083, 0x3085, 0x3087, 0x308E:
		return true
	}
	return false
}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// indic reads the nine scripts of India whose blocks are laid out alike. A
// consonant carries an a unless a vowel sign or a stop follows or the word ends.
func indic(word string) string {
	var b strings.Builder
	owed := false
	give := func(s string) {
		if owed {
			b.WriteByte('a')
			owed = false
		}
		b.WriteString(s)
	}
	for _, r := range word {
		if r < 0x0900 || r > 0x0D7F {
			continue
		}
		switch i := int(r-0x0900) % 0x80; {
		case 0x15 <= i && i < 0x15+len(indicConsonants):
			give(indicConsonants[i-0x15])
			owed = true
		case i == 0x4D: // virama
			owed = false
		case 0x3E <= i && i <= 0x4C:
			owed = false
			b.WriteString(indicVowel(i - 0x3E + 6))
		case 0x05 <= i && i <= 0x14:
			give(indicVowel(i))
		case i == 0x01 || i == 0x02:
			give("n")
		case i == 0x58 || i == 0x59 || i == 0x5A || i == 0x5B || i == 0x5C || i == 0x5D || i == 0x5E || i == 0x5F:
			give([]string{"q", "kh", "gh", "z", "r", "rh", "f", "y"}[i-0x58])
			owed = true
		case i == 0x66:
		}
	}
	return b.String()
}

// indicVowel gives the independent vowel at offset i of a block.
func indicVowel(i int) string {
	switch i {
	case 0x05, 0x06:
		return "a"
	case 0x07, 0x08:
		return "i"
	case 0x09, 0x0A:
		return "u"
	case 0x0B:
		return "ri"
	case 0x0D, 0x0E, 0x0F:
		return "e"
	case 0x10:
		return "ai"
	case 0x11, 0x12, 0x13:
		return "o"
	case 0x14:
		return "au"
	}
	return ""
}

func ethiopic(word string) string {
	var b strings.Builder
	for _, r := range word {
		i := int(r - 0x1200)
		if i < 0 || i/8 >= len(ethiopicRows) {
			continue
		}
		c, v := ethiopicRows[i/8], ethiopicEnds[i%8]
		if c == "-" { // a bare vowel
			c = ""
			if v == "e" && i%8 == 0 {
				v = "a"
			}
		}
		b.WriteString(c + v)
	}
	return b.String()
}
