package match

import "unsafe"

// Size gives about how many bytes of memory a subject takes, at most: what it may share
// with others counts too.
func (p *Prepared) Size() int {
	size := int(unsafe.Sizeof(*p)) + len(p.facts.births)*16 + len(p.facts.countries)*2
	for i := range p.names {
		size += p.names[i].size()
	}
	for i := range p.facts.ids {
		size += int(unsafe.Sizeof(identifier{})) + len(p.facts.ids[i].value)
	}
	for i := range p.facts.addresses {
		size += int(unsafe.Sizeof(address{})) + len(p.facts.addresses[i].text) + 8*len(p.facts.addresses[i].words)
	}
	return size
}

func (n *name) size() int {
	size := int(unsafe.Sizeof(*n)) + len(n.text) + n.whole.size() + 8*len(n.acronym) + cap(n.list)*int(unsafe.Sizeof(head{}))
	for i := range n.tokens {
		t := &n.tokens[i]
		size += int(unsafe.Sizeof(*t)) + len(t.text)
		for k := range t.forms {
			size += int(unsafe.Sizeof(form{})) + t.forms[k].size()
		}
	}
	for i := range n.joins {
		size += int(unsafe.Sizeof(form{})) + n.joins[i].size()
	}
	for _, views := range [][]view{n.korean, n.chinese} {
		for i := range views {
			size += int(unsafe.Sizeof(view{})) + len(views[i].list)*int(unsafe.Sizeof(syllable{}))
		}
	}
	return size
}

// size gives the bytes that lie outside the form itself.
func (f *form) size() int { return cap(f.letters) + cap(f.sounds) + cap(f.drop) + cap(f.skel) }
