package detect

import "github.com/phigate/phigate/inspect"

// Detector recognises one kind of identifier.
type Detector struct {
	// Name is the detector's stable name, in snake case; policies and decision records spell it so.
	Name string
	// Category is the kind of identifier.
	Category inspect.Category
	// Doc says in one sentence what is recognised, with its source.
	Doc string
}

// table holds all detectors. Where two are equally sure of the same bytes, the earlier one wins.
var table = [...]*Detector{}

// Detectors returns all detectors. The caller must not change them.
func Detectors() []*Detector { return append([]*Detector(nil), table[:]...) }

// Names returns the names of all detectors in the order of the table.
func Names() []string {
	names := make([]string, 0, len(table))
	for _, d := range table {
		names = append(names, d.Name)
	}
	return names
}
