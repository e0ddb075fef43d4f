package format

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// row is a record in a shape that outlives its decoder.
type row struct {
	Role   inspect.Role
	Base   string
	Raw    string
	Nodes  []node
	Fields []value
}

type node struct {
	Parent int
	Key    string
	Array  bool
}

type value struct {
	Path     string
	Name     string
	Node     int
	Object   string
	Kind     inspect.Kind
	Encoding inspect.Encoding
	Carrier  inspect.Carrier
	Raw      string
	Value    string
}

// snapshot copies rec.
func snapshot(rec *inspect.Record) row {
	r := row{Role: rec.Role, Base: rec.Base, Raw: string(rec.Raw)}
	for _, n := range rec.Nodes {
		r.Nodes = append(r.Nodes, node{n.Parent, string(n.Key), n.Array})
	}
	for i, f := range rec.Fields {
		r.Fields = append(r.Fields, value{
			Carrier: f.Carrier,
			Path:    rec.Path(i), Name: string(f.Name), Node: f.Node, Object: f.Object, Kind: f.Kind,
			Encoding: f.Encoding, Raw: string(rec.Raw[f.Start:f.End]), Value: string(f.Value),
		})
	}
	return r
}

// drain decodes body, of which next bytes more come with each call that needs them. Every call gets its bytes in fresh
// memory, and the memory of the call before is overwritten: what a decoder keeps must not point into it.
func drain(d inspect.Decoder, body []byte, next func() int) ([]row, error) {
	var rows []row
	var last []byte
	rec := new(inspect.Record)
	for start, seen := 0, 0; ; {
		buf := slices.Clone(body[start:seen])
		for i := range last {
			last[i] = 'X'
		}
		last = buf
		eof := seen == len(body)
		n, err := d.Decode(buf, eof, rec)
		if err != nil {
			return rows, err
		}
		if n > 0 {
			rows = append(rows, snapshot(rec))
			start += n
			continue
		}
		if eof {
			if start != len(body) {
				return rows, errors.New("bytes are left behind the last record")
			}
			return rows, nil
		}
		seen = min(len(body), seen+max(1, next()))
	}
}

// whole decodes body in one piece.
func whole(d inspect.Decoder, body string) ([]row, error) {
	return drain(d, []byte(body), func() int { return len(body) })
}

// raws returns the roles and bytes of rows, which is what most tables compare: "D" data, "E" envelope, "H" header.
func raws(rows []row) []string {
	var out []string
	for _, r := range rows {
		out = append(out, string("DEH"[r.Role])+" "+r.Raw)
	}
	return out
}

// pairs returns path=value of all fields.
func pairs(rows []row) []string {
	var out []string
	for _, r := range rows {
		for _, f := range r.Fields {
			out = append(out, f.Path+"="+f.Value)
		}
	}
	return out
}

// reason returns the reason of an *inspect.UnreadableError, "" for nil.
func reason(t testing.TB, err error) inspect.Reason {
	t.Helper()
	if err == nil {
		return ""
	}
	var u *inspect.UnreadableError
	if !errors.As(err, &u) || !errors.Is(err, inspect.ErrUnreadable) {
		t.Fatalf("error %v is not unreadable", err)
	}
	return u.Reason
}

// checkSplits decodes body cut at every offset, and byte by byte, and wants what it is when whole.
func checkSplits(t *testing.T, open func() inspect.Decoder, body string) {
	t.Helper()
	want, wantErr := whole(open(), body)
	check := func(name string, next func() int) {
		got, err := drain(open(), []byte(body), next)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-whole +cut)\n%s", name, diff)
		}
		if diff := cmp.Diff(wantErr, err, cmp.Comparer(func(a, b error) bool { return a == b || a != nil && b != nil && a.Error() == b.Error() })); diff != "" {
			t.Errorf("%s: error %v, want %v", name, err, wantErr)
		}
	}
	check("byte by byte", func() int { return 1 })
	for i := 1; i < len(body); i++ {
		first := true
		check("cut at "+body[:i], func() int {
			if first {
				first = false
				return i
			}
			return len(body)
		})
	}
}
