package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lines and backwards against bytes.Split.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nbc\n\n"), int64(-1))
	f.Add([]byte("a\nbc"), int64(-1))
	f.Add([]byte("a\nbc\nd\n"), int64(4))
	f.Add([]byte("\n"), int64(0))
	f.Add(bytes.Repeat([]byte("x"), 3*MaxLine), int64(-1))
	f.Add(append(bytes.Repeat([]byte("x"), MaxLine), "\ny\n"...), int64(-1))
	f.Fuzz(func(t *testing.T, text []byte, limit int64) {
		counted := text
		if 0 <= limit && limit < int64(len(text)) {
			counted = text[:limit]
		}
		whole := bytes.LastIndexByte(counted, '\n') + 1
		var want []string
		for _, line := range fileLines(counted[:whole]) {
			want = append(want, strings.TrimSuffix(string(line), "\n"))
		}
		tooLong := slices.ContainsFunc(append(want, string(counted[whole:])), func(s string) bool { return len(s) > 2*(MaxLine+1) })
		forwards, err := collectLines(newLines(bytes.NewReader(text), limit))
		switch {
		case errors.Is(err, errLong):
			if n := len(forwards); n < len(want) && len(want[n]) <= MaxLine || n == len(want) && len(counted)-whole <= MaxLine {
				t.Fatalf("line %d is called too long", n)
			}
			return
		case tooLong:
			t.Fatalf("a line that does not fit was taken: %v", err)
		case whole < len(counted) && !errors.Is(err, errTorn), whole == len(counted) && !errors.Is(err, io.EOF):
			t.Fatalf("ends with %v", err)
		}
		if diff := cmp.Diff(want, forwards); diff != "" {
			t.Fatal(diff)
		}
		b, err := newBackwards(bytes.NewReader(text), int64(len(counted)))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for {
			line, offset, err := b.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				break
			}
			if !bytes.HasPrefix(text[offset:], line) {
				t.Fatalf("line is not at %d", offset)
			}
			got = append(got, string(line))
		}
		slices.Reverse(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("backwards: %s", diff)
		}
	})
}

func collectLines(l *lines) (list []string, err error) {
	for {
		line, err := l.next()
		if err != nil {
			return list, err
		}
		list = append(list, string(line))
	}
}

// Verify against the words of the package comment, on a log of one segment.
func FuzzVerify(f *testing.F) {
	valid := fixedLog(f)
	f.Add(valid)
	f.Add(bytes.ToUpper(valid))
	f.Add(valid[:len(valid)-1])
	f.Add(resealed(valid, `"seq":2`, `"seq":3`))
	f.Add(resealed(valid, `"seq":2`, `"seq":2 `))
	f.Add(resealed(valid, `"kind":"decision"`, `"kind":"x"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if n := len(text); n > 0 && text[n-1] != '\n' {
			text = append(text, '\n') // a torn line is waited for, which would make the fuzzing slow
		}
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, segmentName(1)), text)
		report, err := Verify(dir)
		if records, ok := verifyByTheBook(text); ok != (err == nil) || ok && records != report.Records {
			t.Fatalf("Verify = %+v, %v; by the book %d records, %t", report, err, records, ok)
		}
	})
}

// fixedLog returns the only segment of a log with two records. It is the same in every process, as fuzzing wants it.
func fixedLog(t testing.TB) []byte {
	t.Helper()
	h := header{V: Version, Log: "01K", Segment: 1, First: 1, Node: "gate-1", Created: base, Previous: genesis("", "gate-1", "01K")}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	link := newLinker()
	text, before := link.seal(text, 0, h.Previous)
	for seq := range uint64(2) {
		d := sample()
		d.V, d.ID, d.Node, d.Time = Version, "01K", "gate-1", base
		e, err := newEntry(d)
		if err != nil {
			t.Fatal(err)
		}
		start := len(text)
		text, before = link.seal(e.appendBody(text, seq+1), start, before)
	}
	return text
}

// verifyByTheBook is a second reading of the format that shares nothing with the first.
func verifyByTheBook(text []byte) (records int, ok bool) {
	var node, previous string
	for i, line := range strings.SplitAfter(string(text), "\n") {
		if line == "" {
			return i - 1, i > 0
		}
		if len(line) > MaxLine {
			return 0, false
		}
		at := strings.LastIndex(line, `,"chain":"`)
		if at < 0 || !json.Valid([]byte(line)) {
			return 0, false
		}
		var m struct {
			V                                   int
			Log, Node, Previous, Time, ID, Kind string
			Segment, First, Seq                 uint64
			Created, Of                         string
			Cut                                 int64
		}
		if json.Unmarshal([]byte(line), &m) != nil || m.V != 1 {
			return 0, false
		}
		if i == 0 {
			first := sha256.Sum256([]byte("phigate audit log v1\x00" + m.Node + "\x00" + m.Log))
			node, previous = m.Node, hex.EncodeToString(first[:])
			if m.Previous != previous || m.Segment != 1 || m.First != 1 {
				return 0, false
			}
		} else if m.Seq != uint64(i) || m.Node != node {
			return 0, false
		}
		before, err := hex.DecodeString(previous)
		if err != nil {
			return 0, false
		}
		sum := sha256.Sum256(append(before, line[:at]+"}"...))
		previous = hex.EncodeToString(sum[:])
		if line[at:] != `,"chain":"`+previous+"\"}\n" {
			return 0, false
		}
	}
	return 0, false
}

// resealed changes a log and computes all chains anew.
func resealed(text []byte, old, changed string) []byte {
	var out []byte
	link := newLinker()
	var h header
	var before chain
	for i, line := range fileLines(text) {
		head, _, _ := splitChain(bytes.TrimSuffix(line, []byte("\n")))
		body := append(bytes.ReplaceAll(head, []byte(old), []byte(changed)), '}')
		if i == 0 && json.Unmarshal(body, &h) == nil {
			before = h.Previous
		}
		start := len(out)
		out, before = link.seal(append(out, body...), start, before)
	}
	return out
}

// A decision that is accepted is one line, is read as it was written, and has its number in the right place.
func FuzzEncode(f *testing.F) {
	f.Add("01K", "mask", `","seq":0,"x":"`, "Prüfung", uint64(7))
	f.Add(`"seq":0`, "a\nb", "\u2028", "\x00", uint64(1<<63))
	f.Add("seq", "<&>", `\`, "😀", uint64(0))
	f.Fuzz(func(t *testing.T, id, action, reason, client string, seq uint64) {
		d := sample()
		d.V, d.ID, d.Node, d.Time = Version, id, "gate-1", base
		d.Action, d.Reason, d.Client, d.Rules = action, reason, client, []string{reason, client}
		if d.validate() != nil {
			return
		}
		e, err := newEntry(d)
		if err != nil {
			t.Fatal(err)
		}
		link := newLinker()
		line, c := link.seal(e.appendBody(nil, seq), 0, chain{1})
		if n := bytes.Count(line, []byte("\n")); n != 1 || line[len(line)-1] != '\n' {
			t.Fatalf("%d newlines", n)
		}
		if strings.ContainsFunc(string(line[:len(line)-1]), func(r rune) bool { return r < ' ' || r == '\u2028' || r == '\u202e' }) {
			t.Fatalf("%q has a control character", line)
		}
		line = line[:len(line)-1]
		if got, ok := link.check(line, chain{1}); !ok || got != c {
			t.Fatal("the line does not hold")
		}
		got := new(Decision)
		if err := json.Unmarshal(line, got); err != nil {
			t.Fatal(err)
		}
		d.Seq = seq
		if diff := cmp.Diff(d, got); diff != "" {
			t.Fatal(diff)
		}
	})
}
