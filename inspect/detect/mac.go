package detect

import "github.com/phigate/phigate/inspect"

// macAddress recognises hardware addresses of network interfaces.
var macAddress = Detector{
	Name:     "mac_address",
	Category: inspect.Device,
	Doc:      "MAC address: six pairs of hexadecimal digits, or three groups of four with dots (IEEE 802)",
	Keys:     []string{"mac", "mac address", "macaddress", "hardware address", "ethernet address"},
	Anchors:  atPair,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := macAt(&t, t.word(0)); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   macAt,
	Normal: normalAlnum,
}

func macAt(t *text, k token) (match, bool) {
	size, groups := 2, 6
	sep := t.at(k.end)
	if sep == '.' {
		size, groups = 4, 3
	}
	if k.len() != size || contains(":-.", t.at(k.start-1)) && k.start > 0 {
		return match{}, false
	}
	i, sum := k.start, 0
	for g := range groups {
		if g > 0 {
			if t.at(i) != sep {
				return match{}, false
			}
			i++
		}
		for range size {
			if t.class(i)&isHex == 0 {
				return match{}, false
			}
			sum += int(hexDigit(t.at(i)))
			i++
		}
	}
	if sum == 0 || sum == 12*15 || t.class(i)&isWord != 0 || t.at(i) == sep {
		return match{}, false
	}
	return match{start: k.start, end: i, valid: true, alone: inspect.Likely}, true
}
