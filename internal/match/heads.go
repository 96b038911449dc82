package match

import "math/bits"

// head is what is looked at first of a word, or of two neighbours written together. Those
// of a name lie side by side, so that of most pairs of words nothing else is read.
type head struct {
	hash    uint64  // of the word; of two words 0
	have    uint64  // see [form]; of the first reading
	near    uint64  // likewise
	bits    float32 // rarity
	alpha   uint32  // see [form]; of the first reading
	levels  uint16  // likewise
	count   uint8   // consonants
	letters uint8   // of the first reading; noLetters where there is none
	role    role
	plain   bool // it has one reading, and is no number; a place or a generic word has a class
	loose   bool
	class   uint16 // 0 for none
}

const noLetters = 0xFF

func (h *head) core() bool { return h.role < roleInitial }

// headsOf gives the heads of the words of a name, and then those of its joins.
func headsOf(n *name) []head {
	list := make([]head, 0, len(n.tokens)+len(n.joins))
	for i := range n.tokens {
		t := &n.tokens[i]
		h := head{hash: t.hash, bits: t.bits, role: t.role, class: t.class, letters: noLetters}
		if len(t.forms) > 0 {
			h.read(&t.forms[0])
		}
		h.plain = len(t.forms) == 1 && t.role != roleNumber && (t.role != rolePlace && t.role != roleGeneric || t.class != 0)
		list = append(list, h)
	}
	for i := range n.joins {
		h := head{}
		h.read(&n.joins[i])
		list = append(list, h)
	}
	return list
}

func (h *head) read(f *form) {
	h.have, h.near, h.alpha, h.levels, h.count, h.letters, h.loose = f.have, f.near, f.alpha, f.levels, uint8(len(f.skel)), uint8(len(f.letters)), f.loose
}

// words gives the heads of the words, and joined those of two neighbours each.
func (n *name) heads() (words, joined []head) { return n.list[:len(n.tokens)], n.list[len(n.tokens):] }

// differ says whether two words with different hashes are different for certain: it is
// what [Scorer.dissimilarity] finds before it compares letters. Where it is false they
// may be different all the same.
func (h *head) differ(o *head) bool {
	if !h.plain || !o.plain || h.class != 0 && h.class == o.class {
		return h.role == roleNumber || o.role == roleNumber
	}
	allowed := 1 + int(max(h.count, o.count))/5
	if d := int(h.count) - int(o.count); d > allowed || -d > allowed || bits.OnesCount16(h.levels^o.levels) > 2*allowed {
		return true
	}
	if h.loose != o.loose {
		return false
	}
	// Each consonant without a near one costs nearly an edit, in sounds, and each letter that
	// only one has an edit in letters.
	lack := max(bits.OnesCount64(h.have&^o.near), bits.OnesCount64(o.have&^h.near)) * (unit * 9 / 10)
	if lack == 0 {
		return false
	}
	long := (float32(h.letters) + float32(o.letters)) / 2 * unit
	if lack > int(conflict*long)+1 {
		return true
	}
	letters := float32(lettersApart(h.alpha, o.alpha, int(h.letters), int(o.letters)))
	return (1-letterShare)*min(float32(lack), letters)+letterShare*letters > (conflict+1e-4)*long
}

// comparable says whether two forms are so much alike in length and consonants that
// [Scorer.close] may find them so; h is that of two words.
func (h *head) comparable(o *head) bool {
	d, e := int(h.count)-int(o.count), int(h.letters)-int(o.letters)
	return d <= 1 && d >= -1 && e <= 2 && e >= -2 && h.letters > 0 && bits.OnesCount16(h.levels^o.levels) <= 2 &&
		bits.OnesCount64(h.have&^o.near) <= 1 && bits.OnesCount64(o.have&^h.near) <= 1
}
