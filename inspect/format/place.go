package format

import (
	"strings"
)

// place is a node of the tree that the paths of Shape.Records make: where in a JSON document records may lie.
type place struct {
	key      []byte // the name of the member; empty for the elements of an array
	elements bool   // the place is the elements of an array
	records  bool   // the place is an array whose elements are records
	base     string // Record.Base of these records
	children []*place
}

// newPlace returns the tree's root, which is the document; nil without paths. A path names an array; a "[]" behind its
// name, as in "records[]", says the same. Where one path leads through the records of another, the outer one counts.
func newPlace(paths []string) *place {
	if len(paths) == 0 {
		return nil
	}
	root := &place{}
	for _, path := range paths {
		path = strings.TrimSuffix(path, "[]")
		at := root
		for _, part := range strings.Split(path, ".") {
			key := strings.TrimRight(part, "[]")
			if key != "" {
				at = at.grow(key, false)
			}
			for range strings.Count(part, "[]") {
				at = at.grow("", true)
			}
		}
		at.records, at.base = true, path+"[]"
	}
	return root
}

// grow returns the child with the given key, or of the elements, and makes it if there is none.
func (p *place) grow(key string, elements bool) *place {
	child := p.child([]byte(key), elements)
	if child == nil {
		child = &place{key: []byte(key), elements: elements}
		p.children = append(p.children, child)
	}
	return child
}

// child returns the place of a member or of the elements, nil if no path leads there.
func (p *place) child(key []byte, elements bool) *place {
	for _, c := range p.children {
		if c.elements == elements && string(c.key) == string(key) {
			return c
		}
	}
	return nil
}
