package format

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/phigate/phigate/inspect"
)

// fill adds the fields of a segment, whose node was added. It reports false if the record is unreadable.
func (d *hl7Decoder) fill(rec *inspect.Record, s span) bool {
	raw := rec.Raw[:s.end]
	at, number := s.start+3, 0
	if segment := raw[s.start:]; headsHL7(segment) && !endsBatch(segment) {
		_, end, _ := hl7Marks(segment) // the separators are its first two fields
		at, number = s.start+end, 2
	}
	for at < s.end {
		number++
		end := s.end
		if n := bytes.IndexByte(raw[at+1:], d.marks.Field); n >= 0 {
			end = at + 1 + n
		}
		if end > at+1 {
			d.field(rec, raw[s.start:s.start+3], number, at+1, end)
		}
		if d.err != nil {
			return false
		}
		at = end
	}
	return true
}

// field adds the values of a field that stands from start to end, repetition by repetition.
func (d *hl7Decoder) field(rec *inspect.Record, segment []byte, number, start, end int) {
	d.name = append(append(d.name[:0], segment...), '_')
	d.name = strconv.AppendInt(d.name, int64(number), 10)
	kind := hl7Kinds[string(d.name)]
	plain := len(d.name)
	for start <= end && d.err == nil {
		stop := end
		if n := bytes.IndexByte(rec.Raw[start:end], d.marks.Repetition); n >= 0 && d.marks.Repetition != 0 {
			stop = start + n
		}
		d.name = d.name[:plain]
		if kind.codes != nil {
			if code := kind.codes[string(d.component(rec.Raw[start:stop], kind.at))]; code != "" {
				d.name = append(append(d.name, '_'), code...)
			}
		}
		d.repetition(rec, plain, kind.of, start, stop)
		start = stop + 1
	}
}

// component returns the n-th component of a repetition, empty if there is none.
func (d *hl7Decoder) component(repetition []byte, n int) []byte {
	for ; n > 1; n-- {
		i := bytes.IndexByte(repetition, d.marks.Component)
		if i < 0 {
			return nil
		}
		repetition = repetition[i+1:]
	}
	if i := bytes.IndexByte(repetition, d.marks.Component); i >= 0 {
		return repetition[:i]
	}
	return repetition
}

// repetition adds the values of a repetition. d.name is the field's name with its kind, d.name[:plain] without; the
// components in of are named with it.
func (d *hl7Decoder) repetition(rec *inspect.Record, plain int, of []int, start, end int) {
	component, sub, escaped, from := 1, 1, false, start
	for i := start; i <= end && d.err == nil; i++ {
		if i < end && d.class[rec.Raw[i]] != hl7Separator {
			escaped = escaped || d.class[rec.Raw[i]] == hl7Escape
			continue
		}
		if i > from {
			name := d.name[:plain]
			if slices.Contains(of, component) {
				name = d.name
			}
			d.value(rec, hl7Name(rec, name, component, sub), from, i, escaped)
		}
		if i < end && rec.Raw[i] == d.marks.Component {
			component, sub = component+1, 1
		} else {
			sub++
		}
		escaped, from = false, i+1
	}
}

// hl7Name returns the name of a value of a field. Numbers that are 1 are left out.
func hl7Name(rec *inspect.Record, field []byte, component, sub int) []byte {
	var buf [64]byte
	name := append(buf[:0], field...)
	if component > 1 || sub > 1 {
		name = strconv.AppendInt(append(name, '_'), int64(component), 10)
	}
	if sub > 1 {
		name = strconv.AppendInt(append(name, '_'), int64(sub), 10)
	}
	return rec.Keep(name)
}

// value adds one value.
func (d *hl7Decoder) value(rec *inspect.Record, name []byte, start, end int, escaped bool) {
	f := inspect.Field{Object: d.object, Name: name, Node: len(rec.Nodes) - 1, Encoding: inspect.HL7, Start: start, End: end,
		Value: rec.Raw[start:end:end]}
	if string(f.Value) == `""` { // deletes what the receiver holds
		f.Kind = inspect.Null
	}
	switch {
	case len(rec.Fields)+len(rec.Nodes) >= d.lim.Fields:
		d.fail(start, inspect.ReasonRecordSize)
	case escaped && d.shifts(f.Value):
		d.fail(start, inspect.ReasonEncoding)
	case escaped:
		d.scratch = d.marks.Unescape(d.scratch[:0], f.Value)
		f.Value = rec.Keep(d.scratch)
	}
	rec.Fields = append(rec.Fields, f)
}

// shifts reports whether a value holds an escape to another character set, \Cxxyy\ or \Mxxyyzz\ (v2.9, section 2.7.2).
func (d *hl7Decoder) shifts(value []byte) bool {
	for {
		i := bytes.IndexByte(value, d.marks.Escape)
		if i < 0 {
			return false
		}
		value = value[i+1:]
		n := bytes.IndexByte(value, d.marks.Escape)
		if n != 5 && n != 7 || value[0] != 'C' && value[0] != 'M' {
			continue
		}
		hex := true
		for _, c := range value[1:n] {
			hex = hex && hexDigit(c) >= 0
		}
		if hex {
			return true
		}
	}
}

// hl7Kind says which component of a repetition tells of the kind of which others.
type hl7Kind struct {
	at    int               // the component that tells
	of    []int             // the components that it tells of
	codes map[string]string // what stands in the name for what it says; what is not listed is left out
}

// hl7Identifiers are the types of identifiers in HL7's table 0203 that are of persons or providers.
var hl7Identifiers = map[string]string{
	"SS": "SS", "MR": "MR", "MRN": "MR", "PI": "PI", "PT": "PT", "PN": "PN", "AN": "AN", "VN": "VN", "DL": "DL", "DLN": "DL",
	"PPN": "PPN", "MC": "MC", "MCR": "MC", "MA": "MA", "MCD": "MA", "MB": "MB", "MI": "MI", "SN": "SN", "HC": "HC", "NPI": "NPI",
	"DEA": "DEA", "TAX": "TAX", "EI": "EI", "EN": "EN", "LN": "LN", "MD": "LN", "UPIN": "UPIN", "BC": "BC", "CC": "BC", "JHN": "JHN",
	"BA": "BA", "VS": "VS", "RRI": "PI", "RI": "PI", "PHE": "MB", "ANON": "PI", "BR": "PI", "NI": "PI", "XX": "XX",
}

// hl7Systems are the coding systems in HL7's table 0396 that records of patients are coded in.
var hl7Systems = map[string]string{
	"I10": "I10", "I10C": "I10", "ICD10": "I10", "ICD-10": "I10", "ICD10CM": "I10", "ICD-10-CM": "I10", "I10P": "I10P", "I9": "I9",
	"I9C": "I9", "I9CDX": "I9", "ICD9": "I9", "LN": "LN", "LOINC": "LN", "SCT": "SCT", "SNM": "SCT", "SNOMED": "SCT", "C4": "C4",
	"CPT": "C4", "CPT4": "C4", "HCPCS": "HCPCS", "HPC": "HCPCS", "NDC": "NDC", "CVX": "CVX", "RXNORM": "RXNORM",
}

// hl7Equipment are the types of telecommunication in HL7's table 0202.
var hl7Equipment = map[string]string{
	"PH": "PH", "CP": "CP", "FX": "FX", "BP": "BP", "TDD": "PH", "TTY": "PH", "Internet": "NET", "X.400": "NET",
}

var (
	hl7CX  = hl7Kind{at: 5, of: []int{1}, codes: hl7Identifiers}
	hl7XCN = hl7Kind{at: 13, of: []int{1}, codes: hl7Identifiers}
	hl7XTN = hl7Kind{at: 3, of: []int{1, 12}, codes: hl7Equipment}
	hl7CWE = hl7Kind{at: 3, of: []int{1}, codes: hl7Systems}
)

// hl7Kinds are the fields of HL7's types CX, XCN, XTN and CWE whose kind decides what they are. It holds for v2.2 to v2.9.
var hl7Kinds = map[string]hl7Kind{
	"PID_2": hl7CX, "PID_3": hl7CX, "PID_4": hl7CX, "PID_18": hl7CX, "PID_21": hl7CX, "PD1_12": hl7CX, "PV1_19": hl7CX, "PV1_50": hl7CX,
	"PV1_5": hl7CX, "NK1_33": hl7CX, "NK1_12": hl7CX, "GT1_2": hl7CX, "GT1_29": hl7CX, "IN1_3": hl7CX, "IN1_49": hl7CX, "IN2_1": hl7CX,
	"MRG_1": hl7CX, "MRG_2": hl7CX, "MRG_3": hl7CX, "MRG_4": hl7CX, "MRG_5": hl7CX, "MRG_6": hl7CX, "FT1_2": hl7CX, "ROL_1": hl7CX,
	"SCH_1": hl7CX, "STF_2": hl7CX,

	"PV1_7": hl7XCN, "PV1_8": hl7XCN, "PV1_9": hl7XCN, "PV1_17": hl7XCN, "PV1_52": hl7XCN, "OBR_16": hl7XCN, "OBR_28": hl7XCN,
	"ORC_10": hl7XCN, "ORC_11": hl7XCN, "ORC_12": hl7XCN, "ORC_19": hl7XCN, "PD1_4": hl7XCN, "EVN_5": hl7XCN, "PV2_13": hl7XCN,
	"DG1_16": hl7XCN, "PR1_8": hl7XCN, "PR1_11": hl7XCN, "PR1_12": hl7XCN, "OBX_16": hl7XCN, "RXA_10": hl7XCN, "RXE_13": hl7XCN,
	"RXE_14": hl7XCN, "ROL_4": hl7XCN, "FT1_20": hl7XCN, "FT1_21": hl7XCN, "TXA_5": hl7XCN, "TXA_9": hl7XCN, "TXA_22": hl7XCN,
	"AIP_3": hl7XCN, "SCH_16": hl7XCN, "SCH_20": hl7XCN,

	"PID_13": hl7XTN, "PID_14": hl7XTN, "PID_40": hl7XTN, "NK1_5": hl7XTN, "NK1_6": hl7XTN, "NK1_31": hl7XTN, "GT1_6": hl7XTN,
	"GT1_7": hl7XTN, "IN1_7": hl7XTN, "IN2_63": hl7XTN, "IN2_64": hl7XTN, "OBR_17": hl7XTN, "ORC_14": hl7XTN, "ORC_23": hl7XTN,
	"STF_10": hl7XTN, "ROL_12": hl7XTN, "PRT_15": hl7XTN, "SCH_13": hl7XTN, "SCH_17": hl7XTN,

	"DG1_3": hl7CWE, "OBX_3": hl7CWE, "OBX_5": hl7CWE, "OBR_4": hl7CWE, "OBR_31": hl7CWE, "PR1_3": hl7CWE, "RXA_5": hl7CWE,
	"RXE_2": hl7CWE, "RXO_1": hl7CWE, "RXD_2": hl7CWE, "RXG_4": hl7CWE, "AL1_3": hl7CWE, "IAM_3": hl7CWE, "PRB_3": hl7CWE,
	"FT1_7": hl7CWE, "FT1_19": hl7CWE, "FT1_25": hl7CWE, "PV2_3": hl7CWE, "ORC_16": hl7CWE, "SPM_4": hl7CWE, "IAM_8": hl7CWE,
}
