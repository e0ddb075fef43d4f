// Package edm finds exact data: cells of a table of patients that somebody indexed, such as this hospital's own record
// numbers, in whatever field they appear.
//
// The index holds no value. A cell is known by two keyed hashes of its column and its normal spelling: SipHash-2-4-128
// says where to look and whether it is worth to look further, HMAC-SHA-256 decides. Without the key the file tells the
// names of the columns, how long their values are and how many there are; everything else in it cannot be told from random
// bytes. With the key, small spaces such as all social security numbers can be tried: the key stays with the gate and
// with who builds the index.
//
// A cell is found together with the rows that hold it, so that several columns of one row can be asked for: a date of
// birth alone is anybody's, and with a family name of the same row it is a patient's. docs/edm.md has the layout of the
// file and what was measured.
package edm

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// Limits of an index.
const (
	// MaxColumns is how many columns an index can have.
	MaxColumns = 16
	// MaxRows is how many rows an index can have.
	MaxRows = 1 << 31
	// MaxValue is the length of the longest normal spelling that is indexed or looked up, in bytes.
	MaxValue = 128
	// maxName is the length of the longest name of a column, in bytes.
	maxName = 64
)

// ErrKey is wrapped by the error of an index that was built with another key.
var ErrKey = errors.New("the index was built with another key")

// ErrChanged is wrapped by the error of a file that is no index, or not as it was built.
var ErrChanged = errors.New("not an index, or changed since it was built")

// Kind is how the values of a column are spelt normally.
type Kind uint8

// The kinds of columns.
const (
	Digits Kind = iota // digits only: social security, telephone and account numbers
	Alnum              // digits and letters, these large: record and member numbers, addresses of mail
	Name               // words in small letters with one space between them
	Date               // YYYY-MM-DD
	kinds  = iota
)

var kindNames = [...]string{"digits", "alnum", "name", "date"}

// String returns the kind's name as --columns spells it.
func (k Kind) String() string { return kindNames[k] }

// Kinds returns the names of all kinds.
func Kinds() []string { return slices.Clone(kindNames[:]) }

// accepts reports whether a value can be indexed: short ones are in every text. A date must be one.
func (k Kind) accepts(normal []byte) bool {
	n := len(normal)
	switch k {
	case Date:
		return isDate(normal)
	case Name:
		return 2 <= n && n <= MaxValue
	default:
		return 4 <= n && n <= MaxValue
	}
}

// isDate reports whether b is spelt YYYY-MM-DD.
func isDate(b []byte) bool {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return false
	}
	for i, c := range b {
		if i != 4 && i != 7 && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// Normalise appends the normal spelling of a value of a kind to dst. It is called concurrently, with the values that are
// indexed and with those that are looked up, and retains neither.
type Normalise func(kind Kind, dst, value []byte) []byte

// Column is one column of an index.
type Column struct {
	// Name is the column's name in the table, in small letters.
	Name string
	// Kind is how its values are spelt.
	Kind Kind
	// Category is what findings of its values are.
	Category inspect.Category
}

// known are the names of columns that tell what they hold, tried in this order.
var known = []struct {
	part     string
	kind     Kind
	category inspect.Category
}{
	{"ssn", Digits, inspect.SSN}, {"social", Digits, inspect.SSN},
	{"mrn", Alnum, inspect.MRN}, {"medicalrecord", Alnum, inspect.MRN}, {"chart", Alnum, inspect.MRN}, {"patientid", Alnum, inspect.MRN},
	{"birth", Date, inspect.Date}, {"dob", Date, inspect.Date}, {"death", Date, inspect.Date}, {"date", Date, inspect.Date},
	{"mbi", Alnum, inspect.Plan}, {"member", Alnum, inspect.Plan}, {"subscriber", Alnum, inspect.Plan}, {"policy", Alnum, inspect.Plan},
	{"email", Alnum, inspect.Email}, {"fax", Digits, inspect.Fax}, {"phone", Digits, inspect.Phone}, {"mobile", Digits, inspect.Phone},
	{"account", Alnum, inspect.Account}, {"licen", Alnum, inspect.Licence}, {"vin", Alnum, inspect.Vehicle},
	{"device", Alnum, inspect.Device}, {"zip", Digits, inspect.Geographic}, {"postal", Alnum, inspect.Geographic},
	{"city", Name, inspect.Geographic}, {"street", Name, inspect.Geographic}, {"address", Name, inspect.Geographic},
	{"last", Name, inspect.Name}, {"first", Name, inspect.Name}, {"middle", Name, inspect.Name}, {"maiden", Name, inspect.Name},
	{"family", Name, inspect.Name}, {"given", Name, inspect.Name}, {"name", Name, inspect.Name},
}

// ParseColumns reads what --columns says: names with commas between them, each with a kind and a category behind colons
// where its name does not tell them, such as "mrn,ssn,last,unit:alnum:other".
func ParseColumns(spec string) ([]Column, error) {
	var columns []Column
	for part := range strings.SplitSeq(spec, ",") {
		c, err := parseColumn(part)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, checkColumns(columns)
}

func parseColumn(spec string) (Column, error) {
	name, rest, told := strings.Cut(spec, ":")
	c := Column{Name: strings.ToLower(strings.TrimSpace(name)), Category: inspect.Other}
	flat := strings.NewReplacer("_", "", " ", "", "-", "").Replace(c.Name)
	i := slices.IndexFunc(known, func(k struct {
		part     string
		kind     Kind
		category inspect.Category
	}) bool {
		return strings.Contains(flat, k.part)
	})
	if i >= 0 {
		c.Kind, c.Category = known[i].kind, known[i].category
	}
	if !told {
		if i < 0 {
			return c, fmt.Errorf("column %q: the name does not tell its kind; write %s:%s, or another of %s", c.Name, c.Name, Alnum,
				strings.Join(kindNames[:], ", "))
		}
		return c, nil
	}
	kind, category, categorised := strings.Cut(rest, ":")
	k := slices.Index(kindNames[:], kind)
	if k < 0 {
		return c, fmt.Errorf("column %q: kind %q is none of %s", c.Name, kind, strings.Join(kindNames[:], ", "))
	}
	c.Kind = Kind(k)
	if categorised {
		var ok bool
		if c.Category, ok = inspect.ParseCategory(category); !ok {
			return c, fmt.Errorf("column %q: category %q is none of %s", c.Name, category, strings.Join(inspect.Categories(), ", "))
		}
	}
	return c, nil
}

// checkColumns reports columns that no index can have.
func checkColumns(columns []Column) error {
	if len(columns) == 0 || len(columns) > MaxColumns {
		return fmt.Errorf("an index has 1 to %d columns, not %d", MaxColumns, len(columns))
	}
	for i, c := range columns {
		if c.Name == "" || len(c.Name) > maxName || strings.ContainsFunc(c.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("column %d: its name is not 1 to %d printable bytes", i+1, maxName)
		}
		if c.Kind >= kinds || c.Category > inspect.Clinical {
			return fmt.Errorf("column %q: no such kind or category", c.Name)
		}
		if slices.ContainsFunc(columns[:i], func(o Column) bool { return o.Name == c.Name }) {
			return fmt.Errorf("column %q is there twice", c.Name)
		}
	}
	return nil
}
