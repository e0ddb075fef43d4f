package policy

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// maskChars are what may stand for a masked byte: each is one byte in every encoding of a value, begins no formula in
// a spreadsheet and needs no escape.
func maskChars() []string { return []string{"*", "x", "X", "_"} }

// then reads an action: its name, or a mapping of its name to how it is done.
func (f *file) then(n *yaml.Node, r *rule) {
	r.change.char = '*'
	if n.Kind != yaml.MappingNode {
		if s, ok := f.word(n, "action", actionNames[:]); ok {
			r.action, _ = ParseAction(s)
		}
		return
	}
	seen := f.mapping(n, "then",
		key{"mask", func(n *yaml.Node) { r.action = Mask; f.mask(n, &r.change) }},
		key{"generalise", func(n *yaml.Node) { r.action = Generalise; f.generalise(n, &r.change) }})
	if seen != nil && len(seen) != 1 {
		f.report(n, "then: {mask: {keep_last: 4}}", "then needs one action")
	}
}

func (f *file) mask(n *yaml.Node, c *change) {
	const most = 64
	f.mapping(n, "mask",
		key{"keep_first", func(n *yaml.Node) { c.keepFirst, _ = f.number(n, "keep_first", 0, most) }},
		key{"keep_last", func(n *yaml.Node) { c.keepLast, _ = f.number(n, "keep_last", 0, most) }},
		key{"char", func(n *yaml.Node) {
			if s, ok := f.word(n, "mask character", maskChars()); ok {
				c.char = s[0]
			}
		}})
}

func (f *file) generalise(n *yaml.Node, c *change) {
	known := []string{"date", "year", "zip", "age", "geo"}
	kinds := []kind{dateKind, yearKind, zipKind, ageKind, geoKind}
	f.mapping(n, "generalise", key{"as", func(n *yaml.Node) {
		if s, ok := f.word(n, "generalisation", known); ok {
			c.as = kinds[slices.Index(known, s)]
		}
	}})
}
