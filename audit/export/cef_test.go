package export_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/export"
)

// cef is an event as a receiver reads it.
type cef struct {
	header []string
	ext    map[string]string
}

// keyAt finds where a key begins: CEF has no quotes, so a receiver looks for blanks before a word and an equals sign
// that is not escaped.
var keyAt = regexp.MustCompile(`(?:^| )([A-Za-z0-9]+)=`)

// readCEF is a reader of its own, written from ArcSight's description of the format.
func readCEF(line string) (cef, error) {
	rest, ok := strings.CutPrefix(line, "CEF:")
	if !ok {
		return cef{}, errors.New("no prefix")
	}
	event := cef{ext: map[string]string{}}
	var field strings.Builder
	for i := 0; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && i+1 < len(rest) && (rest[i+1] == '|' || rest[i+1] == '\\'):
			i++
			field.WriteByte(rest[i])
		case rest[i] == '\\':
			return event, errors.New("a backslash in the header escapes nothing")
		case rest[i] == '|':
			event.header = append(event.header, field.String())
			if field.Reset(); len(event.header) == 7 {
				return event, event.extension(rest[i+1:])
			}
		default:
			field.WriteByte(rest[i])
		}
	}
	return event, fmt.Errorf("%d fields in the header", len(event.header))
}

func (e *cef) extension(text string) error {
	keys := keyAt.FindAllStringSubmatchIndex(text, -1)
	for i, k := range keys {
		end := len(text)
		if i+1 < len(keys) {
			end = keys[i+1][0]
		}
		key, raw := text[k[2]:k[3]], text[k[1]:end]
		var value strings.Builder
		for j := 0; j < len(raw); j++ {
			if raw[j] == '=' {
				return fmt.Errorf("an equals sign in %s", key)
			}
			if raw[j] != '\\' {
				value.WriteByte(raw[j])
				continue
			}
			if j++; j == len(raw) {
				return fmt.Errorf("%s ends in a backslash", key)
			}
			escaped, ok := map[byte]byte{'\\': '\\', '=': '=', 'n': '\n', 'r': '\r'}[raw[j]]
			if !ok {
				return fmt.Errorf("%s has an unknown escape", key)
			}
			value.WriteByte(escaped)
		}
		if _, twice := e.ext[key]; twice {
			return fmt.Errorf("%s occurs twice", key)
		}
		e.ext[key] = value.String()
	}
	return nil
}

func oneCEF(t *testing.T, d audit.Decision, s export.State) cef {
	t.Helper()
	var out bytes.Buffer
	w := must(export.New(&out, export.CEF))
	if err := errors.Join(w.WriteReviewed(&d, s), w.Close()); err != nil {
		t.Fatal(err)
	}
	line, ok := strings.CutSuffix(out.String(), "\n")
	if !ok || strings.ContainsAny(line, "\r\n") {
		t.Fatalf("%q is not one line", out.String())
	}
	event, err := readCEF(line)
	if err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return event
}

func TestCEF(t *testing.T) {
	s := samples()[3]
	got := oneCEF(t, s.d, s.s)
	if diff := cmp.Diff([]string{"0", "phigate", "phigate", "1", "decision:policy", "Blocked PHI transfer", "8"}, got.header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	want := map[string]string{
		"rt": "1763890204123", "externalId": s.d.ID, "deviceExternalId": "gate-1", "cat": "decision", "act": "block",
		"outcome": "failure", "reason": "policy", "suser": "ehr-sync", "src": "10.1.2.3", "dhost": "acme.my.salesforce.com",
		"dpt": "443", "app": "rest", "requestMethod": "POST", "request": "/services/data/v{n}/sobjects/Contact",
		"deviceDirection": "1", "out": "412", "cs1": "ssn-never-leaves,mask-phones", "cs1Label": "Rules",
		"cs2": "us_ssn,us_phone", "cs2Label": "Detectors", "cs3": "Contact.SSN__c,Contact.Phone", "cs3Label": "Fields",
		"cs4":      "GEZDGNBVGY3TQOJQGEZDGNBVGY,MFRGGZDFMZTWQ2LKNNWG23TPOA,NBSWY3DPEB3W64TMMQQHO2LUNA",
		"cs4Label": "Fingerprints", "cs5": s.d.Policy.Digest, "cs5Label": "PolicyDigest",
		"cs6": "decided false_positive by ann", "cs6Label": "Review", "flexString1": "Contact", "flexString1Label": "Object",
		"flexString2": "create", "flexString2Label": "Operation", "cn1": "4", "cn1Label": "Findings", "cn2": "1",
		"cn2Label": "Records", "cn3": "431", "cn3Label": "LatencyMicroseconds",
	}
	want["rt"] = fmt.Sprint(s.d.Time.UnixMilli())
	if diff := cmp.Diff(want, got.ext); diff != "" {
		t.Errorf("extension (-want +got):\n%s", diff)
	}
}

// dictionary are the keys of ArcSight's CEF dictionary that are used, with their greatest lengths; 0 is a number.
var dictionary = map[string]int{
	"rt": 0, "externalId": 40, "deviceExternalId": 255, "cat": 1023, "act": 63, "outcome": 63, "reason": 1023, "suser": 1023,
	"src": 15, "shost": 1023, "c6a2": 39, "c6a2Label": 1023, "dhost": 1023, "dpt": 0, "app": 31, "requestMethod": 1023,
	"request": 1023, "deviceDirection": 0, "in": 0, "out": 0, "cn1": 0, "cn2": 0, "cn3": 0, "cn1Label": 1023, "cn2Label": 1023,
	"cn3Label": 1023, "cs1": 4000, "cs2": 4000, "cs3": 4000, "cs4": 4000, "cs5": 4000, "cs6": 4000, "cs1Label": 1023, "cs2Label": 1023,
	"cs3Label": 1023, "cs4Label": 1023, "cs5Label": 1023, "cs6Label": 1023, "flexString1": 1023, "flexString1Label": 1023,
	"flexString2": 1023, "flexString2Label": 1023,
}

func TestCEFKeepsToTheDictionary(t *testing.T) {
	long := samples()[3].d
	for i := range audit.MaxFindings {
		f := long.Finding[0]
		f.Fingerprints = []string{fmt.Sprintf("%026d", i), fmt.Sprintf("%026d", -i)}
		f.Field = strings.Repeat("f", 200) + fmt.Sprint(i)
		long.Finding = append(long.Finding[:min(i, len(long.Finding))], f)
	}
	long.API, long.ID = strings.Repeat("ä", 100), strings.Repeat("I", 64)
	for _, s := range append(samples(), sample{d: long}) {
		for key, value := range oneCEF(t, s.d, s.s).ext {
			most, known := dictionary[key]
			switch {
			case !known:
				t.Errorf("%s is not in the dictionary", key)
			case most == 0 && strings.Trim(value, "0123456789") != "":
				t.Errorf("%s=%s is no number", key, value)
			case most > 0 && len(value) > most:
				t.Errorf("%s has %d bytes", key, len(value))
			}
		}
	}
	got := oneCEF(t, long, export.State{}).ext["cs4"]
	if parts := strings.Split(got, ","); len(parts[0]) != 26 || !regexp.MustCompile(` \+\d+$`).MatchString(got) {
		t.Errorf("what does not fit is not counted: %q", got[len(got)-40:])
	}
}

func TestCEFSource(t *testing.T) {
	tests := map[string]struct{ source, key, want string }{
		"IPv4":           {"10.1.2.3", "src", "10.1.2.3"},
		"IPv4 in IPv6":   {"::ffff:10.1.2.3", "src", "10.1.2.3"},
		"IPv6":           {"2001:db8::7", "c6a2", "2001:db8::7"},
		"IPv6 with zone": {"fe80::1%eth0", "c6a2", "fe80::1"},
		"no address":     {"local", "shost", "local"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := samples()[2].d
			d.Source = test.source
			ext := oneCEF(t, d, export.State{}).ext
			got := map[string]string{}
			for _, key := range []string{"src", "c6a2", "shost"} {
				if ext[key] != "" {
					got[key] = ext[key]
				}
			}
			if diff := cmp.Diff(map[string]string{test.key: test.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever a text holds, the event is one line, it has the same keys, and a receiver reads the text back.
func FuzzCEF(f *testing.F) {
	for _, s := range []string{"", "a", "a=b", `a\`, `\=`, "a|b", "a\nb", "a\r\nb", " x=y", "\x00", "ä", "cs1=x dhost=evil", "\xff"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, reason, client string) {
		d := samples()[3].d
		d.Reason, d.Client = reason, client
		event := oneCEF(t, d, export.State{})
		if got, want := event.header[4], "decision:"+blank(reason); got != want {
			t.Errorf("header: %q came back as %q", want, got)
		}
		want := shortened(visible(client))
		if got := event.ext["suser"]; got != want {
			t.Errorf("suser: %q came back as %q", want, got)
		}
		for key := range event.ext {
			if _, known := dictionary[key]; !known {
				t.Errorf("a text made the key %q", key)
			}
		}
	})
}

func blank(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c == 0x7f {
			b[i] = ' '
		}
	}
	return string(b)
}

// visible keeps the ends of lines, for which the extension has an escape.
func visible(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c != '\n' && c != '\r' && (c < ' ' || c == 0x7f) {
			b[i] = ' '
		}
	}
	return string(b)
}

func shortened(s string) string {
	if len(s) <= 1023 {
		return s
	}
	return strings.ToValidUTF8(s[:1023], "")
}
