package audit

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func TestProve(t *testing.T) {
	p := newProven(t, 700)
	all := readAll(t, p.cfg.Dir)
	for _, at := range []int{0, 1, 254, 255, 256, 257, 511, 512, 600, 698, 699} {
		proof, err := Prove(p.cfg.Dir, all[at].ID)
		if err != nil {
			t.Fatal(err)
		}
		got, err := VerifyProof(proof, p.cfg.Key.Verifier())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(all[at], got); diff != "" {
			t.Error(diff)
		}
		// A verifier that knows nothing of this package takes it too.
		line, err := torchwood.ProofExtraData(proof)
		if err != nil {
			t.Fatal(err)
		}
		policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy("test/decisions/1"), torchwood.SingleVerifierPolicy(p.cfg.Key.Verifier()))
		if err := torchwood.VerifyProof(policy, tlog.RecordHash(line), proof); err != nil {
			t.Error(err)
		}
	}
	if _, err := Prove(p.cfg.Dir, "x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Prove of nothing = %v", err)
	}
}

// A proof can be had a moment after the record, and at once by asking for a checkpoint.
func TestProveAtOnce(t *testing.T) {
	l := openLog(t, Config{Key: testKey(t)})
	for range 3 {
		d := write(t, l, 1)[0]
		if _, err := Prove(l.cfg.Dir, d.ID); err != nil && !errors.Is(err, ErrUnsigned) {
			t.Fatal(err)
		}
		signed, err := l.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		proof, err := Prove(l.cfg.Dir, d.ID)
		if err != nil || !bytes.HasSuffix(proof, signed) {
			t.Errorf("Prove = %v", err)
		}
		if got := l.Stats().Signed; got != int64(d.Seq) {
			t.Errorf("Signed = %d, want %d", got, d.Seq)
		}
	}
	keyless := openLog(t, Config{})
	if _, err := Prove(keyless.cfg.Dir, write(t, keyless, 1)[0].ID); !errors.Is(err, ErrUnsigned) {
		t.Errorf("without a key: %v", err)
	}
}

// What is not under the checkpoint is not proven.
func TestProveTampered(t *testing.T) {
	for name, tamper := range map[string]func(dir string, id string){
		"record": func(dir, id string) {
			path := segmentPaths(t, dir)[0]
			writeFile(t, path, resealed(readFile(t, path), `"action":"mask"`, `"action":"pass"`))
		},
		"neighbour": func(dir, _ string) {
			path := segmentPaths(t, dir)[1]
			writeFile(t, path, resealed(readFile(t, path), `"action":"mask"`, `"action":"pass"`))
		},
		"tree": func(dir, _ string) { writeFile(t, tilePath(dir, 1), bytes.Repeat([]byte("x"), 64)) },
	} {
		p := newProven(t, 600)
		id := readAll(t, p.cfg.Dir)[7].ID
		tamper(p.cfg.Dir, id)
		if proof, err := Prove(p.cfg.Dir, id); err == nil {
			t.Errorf("%s: proven by %q", name, proof)
		}
	}
}

func TestVerifyProofRefuses(t *testing.T) {
	p := newProven(t, 300)
	proof, err := Prove(p.cfg.Dir, readAll(t, p.cfg.Dir)[100].ID)
	if err != nil {
		t.Fatal(err)
	}
	v := p.cfg.Key.Verifier()
	tests := map[string]struct {
		proof []byte
		key   note.Verifier
	}{
		"nothing":      {nil, v},
		"another key":  {proof, testKey(t).Verifier()},
		"no extra":     {[]byte(dropTextLine(string(proof), 1)), v},
		"less proof":   {[]byte(dropTextLine(string(proof), 4)), v},
		"no signature": {proof[:bytes.LastIndex(proof, []byte("— "))], v},
	}
	for name, test := range tests {
		if d, err := VerifyProof(test.proof, test.key); err == nil {
			t.Errorf("%s: proves %+v", name, d)
		}
	}
	if a, err := VerifyAccessProof(proof, v); err == nil {
		t.Errorf("a decision proves the access %+v", a)
	}
	rapid.Check(t, func(rt *rapid.T) {
		spoilt := bytes.Clone(proof)
		spoilt[drawAt(rt, spoilt)] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		want, err := VerifyProof(proof, v)
		if err != nil {
			rt.Fatal(err)
		}
		// base64 has bits that mean nothing; a proof in which only those are others proves the same.
		if got, err := VerifyProof(spoilt, v); err == nil && !cmp.Equal(want, got) {
			rt.Fatalf("a spoilt proof proves %+v", got)
		}
	})
}

func dropTextLine(text string, i int) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(append(lines[:i:i], lines[i+1:]...), "")
}

func TestProveAccess(t *testing.T) {
	key := testKey(t)
	l := openAccess(t, Config{Key: key})
	a := judgement()
	if err := l.Append(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	proof, err := Prove(l.cfg.Dir, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := VerifyAccessProof(proof, key.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, got); diff != "" {
		t.Error(diff)
	}
	if d, err := VerifyProof(proof, key.Verifier()); err == nil {
		t.Errorf("an access proves the decision %+v", d)
	}
}

// A proof that is taken is one that tlog takes for a checkpoint that the key signed.
func FuzzVerifyProof(f *testing.F) {
	key := testKey(f)
	line := fileLines(fixedLog(f))[1]
	var tr tree
	tr.add(tlog.RecordHash(bytes.TrimSuffix(line, []byte("\n"))))
	c := newCheckpoint("test/decisions", 1, &tr)
	if err := c.sign(key); err != nil {
		f.Fatal(err)
	}
	f.Add(torchwood.FormatProofWithExtraData(0, bytes.TrimSuffix(line, []byte("\n")), nil, c.signed))
	f.Fuzz(func(t *testing.T, proof []byte) {
		d, err := VerifyProof(proof, key.Verifier())
		if err != nil {
			return
		}
		extra, _, _ := strings.Cut(strings.TrimPrefix(string(proof), "c2sp.org/tlog-proof@v1\nextra "), "\n")
		got, err := base64.StdEncoding.DecodeString(extra)
		if err != nil || tlog.RecordHash(got) != c.Hash || d.Seq != 1 {
			t.Fatalf("%q proves %+v, %v", proof, d, err)
		}
	})
}
