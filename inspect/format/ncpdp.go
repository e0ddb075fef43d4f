package format

import (
	"bytes"

	"github.com/phigate/phigate/inspect"
)

// The separators of NCPDP's Telecommunication Standard, and the text indicators around the records of its Batch Standard.
const (
	ncpdpStart   = 0x02 // STX
	ncpdpEnd     = 0x03 // ETX
	ncpdpField   = 0x1C // in front of a field
	ncpdpGroup   = 0x1D // in front of a transaction
	ncpdpSegment = 0x1E // in front of a segment
)

// ncpdpDecoder makes a record of every transmission of NCPDP's Telecommunication Standard, versions 5.1 and D.0: a header
// whose fields have fixed widths, the segments that hold for all of its transactions, and those of up to four transactions,
// each behind a group separator. A body is one transmission, or a file of the Batch Standard 1.2: transmissions and the
// records around them, each between STX and ETX, with line ends between them. The records of types 00 and 99 that begin
// and end a file are envelopes, and inspected too.
//
// Every value that is not empty is a field, named by its segment and its identifier: AM01_CA is the first name of the
// patient, AM07_D7 the product, HDR_D1 the date of service in the header. What a qualifier in front of it says of its kind
// stands in the name too: AM01_CY_SSN, AM03_DB_NPI, AM13_DO_ICD. The object is that of the request. Each segment is a node
// without a key. The fields of the header, the identifications of segments and the records of a batch have the carrier
// InHeader: a value of theirs that is changed makes another transmission, or none.
//
// What another reader might divide in another way is unreadable: control characters in a value, a segment that does not
// begin with its identification (AM), identifiers that are not two capitals or digits, anything between a separator and
// the next, a transmission that is neither between indicators nor all of the body. A transmission has to be UTF-8.
//
// BUG(ncpdp): versions F2 and F6, whose header has an issuer of eight digits, are not read.
type ncpdpDecoder struct {
	object string
	lim    Limits

	pos    int   // no end of the record is in front of it
	base   int64 // position of the record's first byte in the body
	framed bool  // a record between indicators was read
	name   []byte
	err    error
}

func newNCPDP(shape inspect.Shape, lim Limits) inspect.Decoder {
	return &ncpdpDecoder{object: shape.Object, lim: lim.orDefaults()}
}

// ncpdpPart is a field of fixed width.
type ncpdpPart struct {
	id    string
	width int
}

// The headers of requests and of answers (Telecommunication Implementation Guide D.0, sections 8 and 9), and the records of
// a batch (Batch Implementation Guide 1.2).
var (
	ncpdpRequest = []ncpdpPart{{"HDR_A1", 6}, {"HDR_A2", 2}, {"HDR_A3", 2}, {"HDR_A4", 10}, {"HDR_A9", 1}, {"HDR_B2", 2}, {"HDR_B1", 15}, {"HDR_D1", 8}, {"HDR_AK", 10}}
	ncpdpAnswer  = []ncpdpPart{{"HDR_A2", 2}, {"HDR_A3", 2}, {"HDR_A9", 1}, {"HDR_AN", 1}, {"HDR_B2", 2}, {"HDR_B1", 15}, {"HDR_D1", 8}}
	ncpdpFile    = []ncpdpPart{{"BATCH_TYPE", 2}, {"BATCH_K6", 1}, {"BATCH_K1", 24}, {"BATCH_5C", 7}, {"BATCH_K2", 8}, {"BATCH_K3", 4}, {"BATCH_FT", 1}, {"BATCH_A2", 2}, {"BATCH_K7", 24}}
	ncpdpDetail  = []ncpdpPart{{"BATCH_TYPE", 2}, {"BATCH_K5", 10}}
	ncpdpTrailer = []ncpdpPart{{"BATCH_TYPE", 2}, {"BATCH_5C", 7}, {"BATCH_RC", 10}, {"BATCH_F4", 35}}
)

func ncpdpWidth(parts []ncpdpPart) (n int) {
	for _, p := range parts {
		n += p.width
	}
	return n
}

// ncpdpHeader returns the layout of the header that b begins with, nil if it is none.
func ncpdpHeader(b []byte) []ncpdpPart {
	for _, header := range [...]struct {
		parts   []ncpdpPart
		version int // where the version stands
	}{{ncpdpRequest, 6}, {ncpdpAnswer, 0}} {
		n := ncpdpWidth(header.parts)
		if len(b) < n || len(b) > n && b[n] != ncpdpSegment && b[n] != ncpdpGroup {
			continue
		}
		if v := string(b[header.version : header.version+2]); v != "D0" && v != "51" {
			continue
		}
		if bytes.IndexFunc(b[:n], func(r rune) bool { return r < 0x20 }) < 0 {
			return header.parts
		}
	}
	return nil
}

// sniffNCPDP reports whether prefix begins with a transmission or with the first record of a batch.
func sniffNCPDP(prefix []byte) bool {
	prefix = bytes.TrimLeft(prefix, "\r\n")
	if len(prefix) > 3 && prefix[0] == ncpdpStart {
		prefix = prefix[1:]
		switch string(prefix[:3]) {
		case "00T", "00R", "00E":
			return true
		}
		if end := bytes.IndexByte(prefix, ncpdpEnd); end >= 0 {
			prefix = prefix[:end]
		}
	}
	return ncpdpHeader(prefix) != nil
}

// Decode implements [inspect.Decoder].
func (d *ncpdpDecoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	start := 0
	for start < len(buf) && (buf[start] == '\r' || buf[start] == '\n') {
		start++
	}
	switch {
	case start == len(buf) && !eof:
		return 0, nil
	case start == len(buf):
		return d.emit(buf, span{start: start, end: start}, rec)
	case buf[start] == ncpdpStart:
		d.framed = true
		n := bytes.IndexByte(buf[max(d.pos, start):], ncpdpEnd)
		if n < 0 && eof {
			d.fail(start, inspect.ReasonTruncated)
			return 0, d.err
		}
		if n < 0 {
			d.pos = len(buf)
			return 0, nil
		}
		end := max(d.pos, start) + n
		return d.emit(buf[:end+1], span{start: start + 1, end: end}, rec)
	case d.framed:
		d.fail(start, inspect.ReasonSyntax)
		return 0, d.err
	case !eof:
		return 0, nil
	}
	return d.emit(buf, span{start: start, end: len(bytes.TrimRight(buf, "\r\n"))}, rec)
}

// emit fills rec with the record that takes all of raw, of which s is between its indicators, forgets it and returns its
// length.
func (d *ncpdpDecoder) emit(raw []byte, s span, rec *inspect.Record) (int, error) {
	rec.Reset()
	rec.Raw = raw[:len(raw):len(raw)]
	rec.Delimiters = inspect.Delimiters{Segment: ncpdpSegment, Field: ncpdpField, Repetition: ncpdpGroup}
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	rec.Role = inspect.Envelope
	if s.end > s.start {
		if d.check(raw, s); d.err == nil {
			d.record(rec, s)
		}
	}
	if d.err != nil {
		return 0, d.err
	}
	d.base += int64(len(raw))
	d.pos = 0
	return len(raw), nil
}

// check looks at the bytes of a record.
func (d *ncpdpDecoder) check(raw []byte, s span) {
	b := raw[s.start:s.end]
	if n, ok := validText(b, true); !ok {
		d.fail(s.start+n, inspect.ReasonEncoding)
		return
	}
	for i, c := range b {
		if c < 0x20 && c != ncpdpField && c != ncpdpGroup && c != ncpdpSegment {
			d.fail(s.start+i, inspect.ReasonSyntax)
			return
		}
	}
}

// record adds the fields of what stands between indicators.
func (d *ncpdpDecoder) record(rec *inspect.Record, s span) {
	b := rec.Raw[s.start:s.end]
	kind := string(b[:min(2, len(b))])
	switch header := ncpdpHeader(b); {
	case header != nil:
		d.transmission(rec, s, header)
	case d.framed && kind == "G1" && len(b) > ncpdpWidth(ncpdpDetail):
		d.parts(rec, s.start, ncpdpDetail)
		s.start += ncpdpWidth(ncpdpDetail)
		if header = ncpdpHeader(rec.Raw[s.start:s.end]); header == nil {
			d.fail(s.start, inspect.ReasonSyntax)
			return
		}
		d.transmission(rec, s, header)
	case d.framed && kind == "00" && len(b) == ncpdpWidth(ncpdpFile):
		d.parts(rec, s.start, ncpdpFile)
	case d.framed && kind == "99" && len(b) == ncpdpWidth(ncpdpTrailer):
		d.parts(rec, s.start, ncpdpTrailer)
	default:
		d.fail(s.start, inspect.ReasonSyntax)
	}
}

// fail notes an error at position at of the record. It stays: what is behind it is not read.
func (d *ncpdpDecoder) fail(at int, reason inspect.Reason) {
	d.err = &inspect.UnreadableError{Reason: reason, Format: "ncpdp", Offset: d.base + int64(at)}
}
