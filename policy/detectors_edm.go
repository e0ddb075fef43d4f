package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// edmPrefix begins the names of the detectors that stand for indexes of exact data: edm_patients is a value of the
// index patients, and edm_patients:2 one of a row of which two columns stand in the record. These names are
// inspect/edm's, which this package does not import.
const edmPrefix = "edm_"

// maxColumns is how many columns an index can have.
const maxColumns = 16

// edmNames returns the detectors of values in an index, of rows of which so many columns or more stand in the record.
func edmNames(index string, least, most int) []string {
	var names []string
	for n := least; n <= most; n++ {
		name := edmPrefix + index
		if n > 1 {
			name = fmt.Sprintf("%s:%d", name, n)
		}
		names = append(names, name)
	}
	return names
}

// edm reads {index: patients, columns: 2} and returns the detectors that it stands for.
func (f *file) edm(n *yaml.Node) []string {
	var index string
	columns, most := 1, maxColumns
	var at *yaml.Node
	seen := f.mapping(n, "edm",
		key{"index", func(n *yaml.Node) { index, most = f.index(n) }},
		key{"columns", func(n *yaml.Node) { columns, _ = f.number(n, "columns", 1, maxColumns); at = n }})
	switch {
	case seen == nil:
		return nil
	case seen["index"] == nil:
		f.report(n, "edm: {index: patients, columns: 2}", "edm without index")
	case index != "" && columns > most:
		f.report(at, "", "index %q has %d columns", index, most)
	}
	return edmNames(index, max(columns, 1), most)
}

// index reads the name of an index of exact data, and returns how many columns it has, as far as that is known.
func (f *file) index(n *yaml.Node) (string, int) {
	if f.vocabulary.Indexes == nil {
		return f.name(n, "index"), maxColumns
	}
	s, ok := f.word(n, "index", slices.Sorted(maps.Keys(f.vocabulary.Indexes)))
	if !ok {
		return "", maxColumns
	}
	return s, f.vocabulary.Indexes[s]
}

// detectors returns the detectors that a name in the file stands for: those of an index are several.
func (f *file) detectors(n *yaml.Node) []string {
	index, exact := strings.CutPrefix(n.Value, edmPrefix)
	if columns, known := f.vocabulary.Indexes[index]; exact && (known || f.vocabulary.Indexes == nil) {
		if !known {
			columns = maxColumns
		}
		return edmNames(index, 1, columns)
	}
	if len(f.vocabulary.Detectors) == 0 {
		s, _ := f.text(n, "detector")
		return []string{s}
	}
	names := slices.Concat(f.vocabulary.Detectors, f.defined)
	for index := range maps.Keys(f.vocabulary.Indexes) {
		names = append(names, edmPrefix+index)
	}
	s, ok := f.word(n, "detector", names)
	if !ok {
		return nil
	}
	return []string{s}
}
