package detect

import "github.com/phigate/phigate/inspect"

// device recognises the serial numbers of devices.
var device = Detector{
	Name:     "device_id",
	Category: inspect.Device,
	Doc:      "serial number of a device: letters and digits that a name or words near them call one",
	Keys: []string{"device id", "device identifier", "device serial", "device serial number", "serial number", "serial no",
		"serial num", "serial", "implant serial", "implant serial number", "imei", "imsi", "iccid", "lot number", "device number",
		"ser no", "ser number", "ser num", "device no", "tag no", "asset tag"},
	Hints:   []string{"implant", "device", "pacemaker", "sn", "s n", "ser", "lot serial"},
	Anchors: atDigits | atMixed,
	Told:    true,
	Check:   func(v []byte, _ clock) inspect.Evidence { return identifier(v, 4, 40, 1) },
	Find: func(t *text, k token) (match, bool) {
		m, ok := identifierAt(t, k, 5, 24, 3)
		return m, ok && !t.claimed(m.start, t.lex.own.device)
	},
	Normal: normalAlnum,
}

// udi recognises unique device identifiers.
var udi = Detector{
	Name:     "device_udi",
	Category: inspect.Device,
	Doc:      "unique device identifier with GS1 application identifiers (21 CFR 830)",
	Keys:     []string{"udi", "udi number", "unique device identifier", "unique device identification"},
	Anchors:  atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if _, ok := udiAt(&t, 1); ok && v[0] == '(' {
			return inspect.ByShape | inspect.ByValidity
		}
		return identifier(v, 4, 80, 1)
	},
	Find:   func(t *text, k token) (match, bool) { return udiAt(t, k.start) },
	Normal: normalAlnum,
}

// udiAt looks at i for a UDI in the form for people: (01), a trade item number with its check digit, and the elements
// that identify the one device, such as (21) and a serial number. i is behind the first parenthesis.
func udiAt(t *text, i int) (match, bool) {
	if t.at(i-1) != '(' || t.at(i) != '0' || t.at(i+1) != '1' || t.at(i+2) != ')' || !t.exactly(i+3, 14) {
		return match{}, false
	}
	end := i + 17
	for n := 0; n < 6 && t.at(end) == '(' && t.digits(end+1, 5) >= 2; n++ {
		j := end + 1 + t.digits(end+1, 5)
		if t.at(j) != ')' {
			break
		}
		for end = j + 1; end-j <= 30 && (t.class(end)&isWord != 0 || contains("-./_+", t.at(end))); end++ {
		}
	}
	m := match{start: i - 1, end: end, valid: checkGS1(t.b[i+3 : i+17])}
	switch {
	case m.valid && end > i+17:
		m.alone = inspect.VeryLikely
	case m.valid: // a product, no device
		m.alone = inspect.Possible
	}
	return m, true
}

// checkGS1 reports whether the digits in b satisfy the check digit of GS1: alternating weights 3 and 1, modulo 10.
func checkGS1(b []byte) bool {
	sum := 0
	for i, c := range b {
		d := int(c - '0')
		if (len(b)-i)%2 == 0 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}
