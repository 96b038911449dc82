package activity

import (
	"strconv"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// ReadYAML reads the activities of a YAML file: one a document, or a list of
// them. JSON is read too, as the part of YAML that it is.
func (r *Reference) ReadYAML(file string, data []byte) ([]*Activity, error) {
	docs, err := yamltree.Parse(file, data)
	if err != nil {
		return nil, err
	}
	var out []*Activity
	for _, d := range docs {
		nodes := []*yamltree.Node{d}
		if d.Kind == yamltree.List {
			nodes = d.Items
		}
		for _, n := range nodes {
			a, err := r.FromNode(n)
			if err != nil {
				return nil, err
			}
			out = append(out, a)
		}
	}
	return out, nil
}

// FromNode reads one activity from a tree, as scenario files hold them.
func (r *Reference) FromNode(n *yamltree.Node) (*Activity, error) {
	if n.Kind != yamltree.Map {
		return nil, n.Errorf("an activity must be a set of keys and values").WithFix("start with `kind:` and `date:`")
	}
	a := &Activity{Kind: vocab.NoKind, Date: when.Period{From: when.NoDay}}
	var goodsAt []fault.Place
	for i, k := range n.Keys {
		v := n.Items[i]
		var err error
		switch {
		case v.Kind == yamltree.Null:
			if _, known := keys[k.Text]; !known && keys[""][k.Text] == 0 && k.Text != "jurisdiction" && k.Text != "id" {
				err = unknownKey("", k.Text).At(k.Place())
			}
		case k.Text == "id":
			a.ID, err = v.String("id")
			if err == nil && len(a.ID) > 256 {
				err = v.Errorf("an id has at most 256 bytes")
			}
		case k.Text == "kind":
			var s string
			if s, err = v.String("kind"); err == nil {
				a.Kind, err = kindNamed(s)
			}
		case k.Text == "date":
			var s string
			if s, err = v.String("date"); err == nil {
				a.Date, err = when.Parse(s)
			}
		case isGoodsOrParties(k.Text):
			if v.Kind == yamltree.Map { // one line need not be a list
				v = &yamltree.Node{Kind: yamltree.List, Items: []*yamltree.Node{v}, File: v.File, Line: v.Line, Column: v.Column}
			}
			if v.Kind != yamltree.List {
				return nil, v.Errorf("%s must be a list", k.Text)
			}
			if len(v.Items) > MaxLines {
				return nil, fault.New(fault.TooLarge, "%s has %d entries; at most %d are read", k.Text, len(v.Items), MaxLines).At(v.Place())
			}
			for _, it := range v.Items {
				line, err := r.group(k.Text, it)
				if err != nil {
					return nil, err
				}
				if k.Text == "goods" {
					a.Goods = append(a.Goods, line)
					goodsAt = append(goodsAt, it.Place())
				} else {
					a.Parties = append(a.Parties, line)
				}
			}
		default:
			if id, ok := keys[""][k.Text]; ok {
				err = r.scalar(&a.Facts, id, v)
			} else if _, ok := keys[k.Text]; ok {
				var fs Facts
				if fs, err = r.group(k.Text, v); err == nil {
					for _, g := range fs {
						a.Facts.Set(g.Fact, g.Value)
					}
				}
			} else {
				err = unknownKey("", k.Text).At(k.Place())
			}
		}
		if err != nil {
			p := v.Place()
			p.Field = k.Text
			return nil, fault.In(p, err)
		}
	}
	if a.Kind == vocab.NoKind {
		return nil, n.Errorf("the activity has no kind").WithFix("say what is done, as `kind: transfer`")
	}
	if a.Date.From == when.NoDay {
		return nil, n.Errorf("the activity has no date").WithFix("say when, as `date: 2017-07-04`, or a month, a year or a span")
	}
	return a, r.check(a, func(i int) fault.Place {
		p := goodsAt[i]
		p.Field = "goods[" + strconv.Itoa(i+1) + "].hs"
		return p
	})
}

// group reads the facts of one group, goods line or party.
func (r *Reference) group(name string, n *yamltree.Node) (Facts, error) {
	if n.Kind != yamltree.Map {
		return nil, n.Errorf("%s must be a set of keys and values", name)
	}
	var fs Facts
	for i, k := range n.Keys {
		id, ok := keys[name][k.Text]
		if !ok {
			return nil, unknownKey(name, k.Text).At(k.Place())
		}
		if n.Items[i].Kind == yamltree.Null {
			continue
		}
		if err := r.scalar(&fs, id, n.Items[i]); err != nil {
			return nil, err
		}
	}
	return fs, nil
}

func (r *Reference) scalar(fs *Facts, id vocab.FactID, n *yamltree.Node) error {
	p := n.Place()
	p.Field = vocab.FactOf(id).Name
	s, err := n.String(p.Field)
	if err != nil {
		return err
	}
	v, err := r.Parse(id, s)
	if err != nil {
		return fault.In(p, err)
	}
	fs.Set(id, v)
	return nil
}
