package audit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

// testKey makes a key in a folder of its own.
func testKey(t testing.TB) *CheckpointKey {
	t.Helper()
	k, err := OpenCheckpointKey(filepath.Join(t.TempDir(), "key"), "test")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestCheckpointKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "checkpoint-key")
	k, err := OpenCheckpointKey(file, "gate.example.org")
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenCheckpointKey(file, "another")
	if err != nil {
		t.Fatal(err)
	}
	if again.signer.Name() != "gate.example.org" || again.signer.KeyHash() != k.signer.KeyHash() {
		t.Error("the key is another after it was opened again")
	}
	for path, want := range map[string]os.FileMode{file: 0o600, file + ".pub": 0o644} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	public := readFile(t, file+".pub")
	if err := os.Remove(file + ".pub"); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpointKey(file, "x"); err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, file+".pub"); !bytes.Equal(got, public) {
		t.Errorf("the public half was made again as %q, not %q", got, public)
	}
	v, err := ReadCheckpointVerifier(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: "text\n"}, k.signer)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []note.Verifier{v, k.Verifier()} {
		if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckpointKeyRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if _, err := OpenCheckpointKey(good, "test"); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(dir, "open")
	if err := os.WriteFile(open, readFile(t, good), 0o644); err != nil {
		t.Fatal(err)
	}
	spoilt := filepath.Join(dir, "spoilt")
	text := readFile(t, good)
	text[len(text)-5] ^= 1
	writeFile(t, spoilt, text)
	for name, file := range map[string]string{"others may read it": open, "spoilt": spoilt} {
		_, err := OpenCheckpointKey(file, "test")
		if err == nil || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenCheckpointKey(filepath.Join(dir, "name"), "a b"); err == nil {
		t.Error("a name with a space was taken")
	}
	if _, err := ReadCheckpointVerifier(good); err == nil {
		t.Error("a private key was taken for a public one")
	}
}

func TestParseCheckpoint(t *testing.T) {
	k, other := testKey(t), testKey(t)
	var tr tree
	c := newCheckpoint("test/decisions", 7, &tr)
	if err := c.sign(k); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]note.Verifier{"verified": k.verifier, "not verified": nil} {
		got, err := parseCheckpoint(c.signed, v)
		if err != nil || got.log != "test/decisions" || got.epoch != 7 || got.N != 0 || got.Hash != tr.root() {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := parseCheckpoint(c.signed, other.verifier); !errors.Is(err, errCheckpoint) {
		t.Errorf("under another key: %v", err)
	}
	for name, text := range map[string]string{
		"nothing": "", "no signature": c.String(), "no epoch": strings.Replace(string(c.signed), "/7\n", "\n", 1),
		"epoch 0": strings.Replace(string(c.signed), "/7\n", "/0\n", 1), "epoch 07": strings.Replace(string(c.signed), "/7\n", "/07\n", 1),
	} {
		if _, err := parseCheckpoint([]byte(text), nil); !errors.Is(err, errCheckpoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is taken as a checkpoint under a key is what torchwood takes, with an origin of ours.
func FuzzParseCheckpoint(f *testing.F) {
	k := testKey(f)
	var tr tree
	c := newCheckpoint("test/decisions", 1, &tr)
	if err := c.sign(k); err != nil {
		f.Fatal(err)
	}
	f.Add(c.signed)
	f.Add(append(c.signed, "— other AAAAAAA=\n"...))
	f.Add(bytes.Replace(c.signed, []byte("\n0\n"), []byte("\n00\n"), 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		// Fuzzing cannot sign, so the text alone is compared.
		got, err := parseCheckpoint(text, nil)
		head, _, ok := strings.Cut(string(text), "\n\n")
		want, wantErr := torchwood.ParseCheckpoint(head + "\n")
		if err == nil && (!ok || wantErr != nil || want.Tree != got.Tree || want.Origin != got.Origin) {
			t.Fatalf("parsed as %+v, by torchwood %+v, %v", got, want, wantErr)
		}
		if _, err := parseCheckpoint(text, k.verifier); err == nil && !bytes.HasPrefix(text, []byte(c.String())) {
			t.Fatalf("a text that was never signed is taken: %q", text)
		}
	})
}
