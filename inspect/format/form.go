package format

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/phigate/phigate/inspect"
)

// formDecoder makes one record of an application/x-www-form-urlencoded body, with a field for each parameter. Pairs
// are separated by & alone. A parameter without = is a value without a name, since what it holds may be data. A name
// may stand more than once.
//
// The pairs are read when the body is complete. The bytes before that are not looked at.
type formDecoder struct {
	object  string
	lim     Limits
	base    int64 // how many bytes of the body went before
	scratch []byte
}

func newForm(shape inspect.Shape, lim Limits) inspect.Decoder {
	return &formDecoder{object: shape.Object, lim: lim.orDefaults()}
}

// Decode implements [inspect.Decoder].
func (d *formDecoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	if !eof || len(buf) == 0 {
		return 0, nil
	}
	rec.Reset()
	rec.Raw = buf[:len(buf):len(buf)]
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	for at := 0; at < len(buf); {
		end := len(buf)
		if i := bytes.IndexByte(buf[at:], '&'); i >= 0 {
			end = at + i
		}
		if end > at {
			if err := d.pair(rec, at, end); err != nil {
				return 0, err
			}
		}
		at = end + 1
	}
	d.base += int64(len(buf))
	return len(buf), nil
}

// pair adds the field of the parameter in rec.Raw[start:end].
func (d *formDecoder) pair(rec *inspect.Record, start, end int) error {
	if len(rec.Fields) >= d.lim.Fields {
		return d.fail(start, inspect.ReasonRecordSize)
	}
	f := inspect.Field{Object: d.object, Encoding: inspect.FormValue, Start: start, End: end}
	var err error
	if i := bytes.IndexByte(rec.Raw[start:end], '='); i >= 0 {
		if f.Name, err = d.decode(rec, start, start+i); err != nil {
			return err
		}
		if len(f.Name) > 0 && !inspect.IsName(f.Name) { // anything can be said in a name
			rec.Fields = append(rec.Fields, inspect.Field{Object: d.object, Encoding: inspect.FormValue, Carrier: inspect.InName,
				Start: start, End: start + i, Value: f.Name})
		}
		f.Start = start + i + 1
	}
	if f.Value, err = d.decode(rec, f.Start, end); err != nil {
		return err
	}
	rec.Fields = append(rec.Fields, f)
	return nil
}

// decode returns what rec.Raw[start:end] stands for.
func (d *formDecoder) decode(rec *inspect.Record, start, end int) ([]byte, error) {
	raw := rec.Raw[start:end:end]
	value := raw
	if bytes.IndexByte(raw, '%') >= 0 || bytes.IndexByte(raw, '+') >= 0 {
		d.scratch = slices.Grow(d.scratch[:0], len(raw))
		for i := 0; i < len(raw); i++ {
			c := raw[i]
			switch c {
			case '+':
				c = ' '
			case '%':
				if i+2 >= len(raw) || hexDigit(raw[i+1]) < 0 || hexDigit(raw[i+2]) < 0 {
					return nil, d.fail(start+i, inspect.ReasonSyntax)
				}
				c = byte(hexDigit(raw[i+1])<<4 | hexDigit(raw[i+2]))
				i += 2
			}
			d.scratch = append(d.scratch, c)
		}
		value = rec.Keep(d.scratch)
	}
	if !utf8.Valid(value) || bytes.IndexByte(raw, 0) >= 0 {
		return nil, d.fail(start, inspect.ReasonEncoding)
	}
	return value, nil
}

func (d *formDecoder) fail(at int, reason inspect.Reason) error {
	return &inspect.UnreadableError{Reason: reason, Format: "form", Offset: d.base + int64(at)}
}
