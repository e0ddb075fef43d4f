package format

import (
	"bytes"

	"github.com/phigate/phigate/inspect"
)

// parts adds the fields of fixed widths that stand from at on, without the blanks behind them.
func (d *ncpdpDecoder) parts(rec *inspect.Record, at int, parts []ncpdpPart) {
	qualifier := ""
	for _, p := range parts {
		value := bytes.TrimRight(rec.Raw[at:at+p.width], " ")
		name := p.id
		if p.id == "HDR_B1" && qualifier != "" {
			name += "_" + qualifier
		}
		if p.id == "HDR_B2" {
			qualifier = ncpdpProviders[string(value)]
		}
		if len(value) > 0 {
			d.value(rec, []byte(name), inspect.InHeader, at, at+len(value))
		}
		at += p.width
	}
}

// transmission adds the fields of a header and of the segments behind it.
func (d *ncpdpDecoder) transmission(rec *inspect.Record, s span, header []ncpdpPart) {
	rec.Role = inspect.Data
	d.parts(rec, s.start, header)
	at := s.start + ncpdpWidth(header)
	for at < s.end && d.err == nil {
		if rec.Raw[at] == ncpdpGroup {
			at++
		}
		if at == s.end || rec.Raw[at] != ncpdpSegment {
			d.fail(at, inspect.ReasonSyntax)
			return
		}
		end := s.end
		if n := bytes.IndexAny(rec.Raw[at+1:s.end], string([]byte{ncpdpGroup, ncpdpSegment})); n >= 0 {
			end = at + 1 + n
		}
		d.segment(rec, at+1, end)
		at = end
	}
}

// segment adds the fields of a segment, which begins with the separator in front of its identification.
func (d *ncpdpDecoder) segment(rec *inspect.Record, at, end int) {
	rec.Nodes = append(rec.Nodes, inspect.Node{})
	var kind ncpdpQualified // what the qualifier that was read last says of
	word := ""
	first := true
	for ; at < end; first = false {
		stop := end
		if n := bytes.IndexByte(rec.Raw[at+1:end], ncpdpField); n >= 0 {
			stop = at + 1 + n
		}
		if rec.Raw[at] != ncpdpField || stop < at+3 || !isNCPDPField(rec.Raw[at+1:at+3]) {
			d.fail(at, inspect.ReasonSyntax)
			return
		}
		id, value := rec.Raw[at+1:at+3], rec.Raw[at+3:stop]
		if first {
			if string(id) != "AM" || len(value) != 2 || !isNCPDPField(value) {
				d.fail(at, inspect.ReasonSyntax)
				return
			}
			d.name = append(append(append(d.name[:0], "AM"...), value...), '_')
		}
		name := append(d.name, id...)
		if word != "" && string(id) == kind.of {
			name = append(append(name, '_'), word...)
		}
		if q, ok := ncpdpQualifiers[string(id)]; ok {
			kind, word = q, q.codes[string(value)]
		}
		carrier := inspect.InBody
		if first {
			carrier = inspect.InHeader
		}
		if len(value) > 0 {
			d.value(rec, name, carrier, at+3, stop)
		}
		at = stop
	}
	if first {
		d.fail(at, inspect.ReasonSyntax)
	}
}

// isNCPDPField reports whether b is two capitals or digits.
func isNCPDPField(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(b) == 2
}

// value adds one value.
func (d *ncpdpDecoder) value(rec *inspect.Record, name []byte, carrier inspect.Carrier, start, end int) {
	if len(rec.Fields)+len(rec.Nodes) >= d.lim.Fields {
		d.fail(start, inspect.ReasonRecordSize)
		return
	}
	rec.Fields = append(rec.Fields, inspect.Field{Object: d.object, Name: rec.Keep(name), Node: len(rec.Nodes) - 1, Carrier: carrier,
		Encoding: inspect.X12, Start: start, End: end, Value: rec.Raw[start:end:end]})
}

// ncpdpQualified says what a qualifier is of: a field behind it, and the words for its codes that stand in the field's
// name. What has no word is left out.
type ncpdpQualified struct {
	of    string
	codes map[string]string
}

// ncpdpProviders are the kinds of identifiers of pharmacies and prescribers (fields 202-B2, 466-EZ, 468-2E).
var ncpdpProviders = map[string]string{"01": "NPI", "06": "UPIN", "07": "NCPDP", "08": "LICENSE", "11": "EIN", "12": "DEA"}

// ncpdpProducts are the kinds of products (fields 436-E1, 453-EJ, 488-RE).
var ncpdpProducts = map[string]string{"01": "UPC", "03": "NDC", "07": "CPT", "08": "CPT", "09": "HCPCS", "11": "NAPPI", "12": "GTIN"}

// ncpdpQualifiers are the fields whose value says what another field holds (NCPDP External Code List).
var ncpdpQualifiers = map[string]ncpdpQualified{
	"CX": {"CY", map[string]string{"01": "SSN", "1J": "FACILITY", "02": "LICENSE", "03": "MILITARY", "04": "PLAN", "05": "SSN", "06": "MEDICAID",
		"07": "STATE", "08": "PASSPORT", "09": "MEDICARE", "10": "EMPLOYEE", "11": "PLAN", "12": "ALIEN", "13": "VISA", "14": "TRIBAL", "EA": "MRN"}},
	"EZ": {"DB", ncpdpProviders},
	"2E": {"DL", ncpdpProviders},
	"EY": {"E9", map[string]string{"01": "DEA", "02": "LICENSE", "03": "SSN", "04": "NAME", "05": "NPI"}},
	"E1": {"D7", ncpdpProducts},
	"EJ": {"EA", ncpdpProducts},
	"RE": {"TE", ncpdpProducts},
	"WE": {"DO", map[string]string{"01": "ICD", "02": "ICD", "04": "SNOMED"}},
}
