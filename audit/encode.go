package audit

import (
	"encoding/json"
	"strconv"
	"time"
)

// appendJSON appends d as json.Marshal writes it, without the number, for which stands a 0. Each decision passes here
// while an exchange waits, and reflection takes four times as long, of which two cores that also carry the syncs have
// none to spare. The time is in UTC, and all texts are valid UTF-8, which [Decision.validate] has seen to.
func (d *Decision) appendJSON(dst []byte) []byte {
	dst = append(dst, `{"v":`...)
	dst = strconv.AppendInt(dst, int64(d.V), 10)
	dst = appendMember(dst, `,"id":`, d.ID)
	dst = append(dst, `,"time":"`...)
	dst = d.Time.AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, '"')
	dst = appendMember(dst, `,"node":`, d.Node)
	dst = append(dst, `,"seq":0`...)
	dst = appendMember(dst, `,"kind":`, string(d.Kind))
	dst = appendOptional(dst, `,"of":`, d.Of)
	dst = appendMember(dst, `,"action":`, d.Action)
	dst = appendMember(dst, `,"reason":`, d.Reason)
	dst = appendMember(dst, `,"mode":`, d.Mode)
	dst = appendOptional(dst, `,"client":`, d.Client)
	dst = appendOptional(dst, `,"source":`, d.Source)
	dst = appendMember(dst, `,"dest":{"host":`, d.Dest.Host)
	dst = appendCount(dst, `,"port":`, int64(d.Dest.Port))
	dst = append(dst, '}')
	dst = appendOptional(dst, `,"api":`, d.API)
	dst = appendOptional(dst, `,"operation":`, d.Op)
	dst = appendOptional(dst, `,"object":`, d.Object)
	dst = appendOptional(dst, `,"direction":`, d.Dir)
	dst = d.HTTP.appendJSON(append(dst, `,"http":`...))
	dst = d.TLS.appendJSON(append(dst, `,"tls":`...))
	dst = append(dst, `,"policy":{"version":`...)
	dst = strconv.AppendInt(dst, int64(d.Policy.Version), 10)
	dst = append(appendMember(dst, `,"digest":`, d.Policy.Digest), '}')
	dst = appendList(dst, `,"rules":`, d.Rules)
	dst = appendList(dst, `,"exceptions":`, d.Except)
	dst = appendFindings(dst, d.Finding)
	dst = append(dst, `,"bytes":`...)
	dst = strconv.AppendInt(dst, d.Bytes, 10)
	dst = appendCount(dst, `,"records":`, d.Records)
	dst = appendMember(dst, `,"coverage":`, string(d.Cover))
	dst = append(dst, `,"latency_us":`...)
	dst = strconv.AppendInt(dst, d.Micros, 10)
	dst = appendOptional(dst, `,"checkpoint":`, d.Proof)
	dst = d.Mark.appendMember(dst)
	return append(dst, '}')
}

func (h *HTTP) appendJSON(dst []byte) []byte {
	start := len(dst)
	dst = appendOptional(dst, `,"method":`, h.Method)
	dst = appendOptional(dst, `,"route":`, h.Route)
	dst = appendCount(dst, `,"status":`, int64(h.Status))
	return closeObject(dst, start)
}

func (t *TLS) appendJSON(dst []byte) []byte {
	start := len(dst)
	dst = appendOptional(dst, `,"version":`, t.Version)
	dst = appendOptional(dst, `,"cipher":`, t.Cipher)
	dst = appendOptional(dst, `,"upstream_spki":`, t.Upstream)
	return closeObject(dst, start)
}

func appendFindings(dst []byte, list []Finding) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = append(dst, `,"findings":[`...)
	for i := range list {
		f := &list[i]
		dst = appendMember(dst, `{"detector":`, f.Detector)
		dst = appendMember(dst, `,"category":`, f.Category)
		dst = appendMember(dst, `,"likelihood":`, f.Likelihood)
		dst = appendOptional(dst, `,"evidence":`, f.Evidence)
		dst = appendOptional(dst, `,"object":`, f.Object)
		dst = appendOptional(dst, `,"field":`, f.Field)
		dst = appendOptional(dst, `,"path":`, f.Path)
		dst = append(dst, `,"count":`...)
		dst = strconv.AppendInt(dst, int64(f.Count), 10)
		dst = appendList(dst, `,"fingerprints":`, f.Fingerprints)
		dst = appendList(dst, `,"rules":`, f.Rules)
		dst = append(appendMember(dst, `,"action":`, f.Action), '}', ',')
	}
	dst[len(dst)-1] = ']'
	return dst
}

func (m *Mark) appendMember(dst []byte) []byte {
	if m == nil {
		return dst
	}
	dst = append(dst, `,"mark":`...)
	start := len(dst)
	if m.Minimum != 0 {
		dst = strconv.AppendUint(append(dst, `,"minimum":`...), m.Minimum, 10)
	}
	dst = appendCount(dst, `,"size":`, m.Size)
	dst = appendOptional(dst, `,"root":`, m.Root)
	if m.Epoch != 0 {
		dst = strconv.AppendUint(append(dst, `,"epoch":`...), m.Epoch, 10)
	}
	return closeObject(dst, start)
}

// closeObject makes an object of the members from start on, each of which begins with a comma.
func closeObject(dst []byte, start int) []byte {
	if len(dst) == start {
		return append(dst, '{', '}')
	}
	dst[start] = '{'
	return append(dst, '}')
}

// appendMember appends a text behind what comes before it.
func appendMember(dst []byte, before, text string) []byte {
	return appendText(append(dst, before...), text)
}

// appendOptional leaves out an empty text.
func appendOptional(dst []byte, before, text string) []byte {
	if text == "" {
		return dst
	}
	return appendMember(dst, before, text)
}

// appendCount leaves out a zero.
func appendCount(dst []byte, before string, n int64) []byte {
	if n == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, before...), n, 10)
}

// appendList leaves out an empty list.
func appendList(dst []byte, before string, list []string) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = append(append(dst, before...), '[')
	for _, text := range list {
		dst = append(appendText(dst, text), ',')
	}
	dst[len(dst)-1] = ']'
	return dst
}

// appendText appends a text that is valid UTF-8. What needs more than quotes around it is left to encoding/json.
func appendText(dst []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			quoted, _ := json.Marshal(text) // a string always can be
			return append(dst, quoted...)
		}
	}
	return append(append(append(dst, '"'), text...), '"')
}
