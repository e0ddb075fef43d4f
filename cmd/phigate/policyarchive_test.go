package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/policy"
)

func digestOf(text string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))) }

func TestPolicyArchive(t *testing.T) {
	dir := t.TempDir()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	a, err := openPolicyArchive(dir)
	if err != nil {
		t.Fatal(err)
	}
	for n, text := range map[int]string{1: "one", 2: "one"} {
		if err := a.Enact([]byte(text), day(n)); err != nil {
			t.Fatal(err)
		}
	}
	first := a.Enacted()[0].Since // whichever came first; the second was no change
	for n, text := range []string{"two", "one", "three"} {
		if err := a.Enact([]byte(text), day(10+n)); err != nil {
			t.Fatal(err)
		}
	}
	// A crash left half a line, and the archive is opened again.
	if err := appendDurably(a.journal(), []byte("\n{\"digest\":\"sha2")); err != nil {
		t.Fatal(err)
	}
	if a, err = openPolicyArchive(dir); err != nil {
		t.Fatal(err)
	}
	if err := a.Enact([]byte("four"), day(20)); err != nil {
		t.Fatal(err)
	}
	if a, err = openPolicyArchive(dir); err != nil {
		t.Fatal(err)
	}
	want := []enactment{{digestOf("one"), first}, {digestOf("two"), day(10)}, {digestOf("one"), day(11)}, {digestOf("three"), day(12)}, {digestOf("four"), day(20)}}
	if diff := cmp.Diff(want, a.Enacted()); diff != "" {
		t.Errorf("in effect (-want +got):\n%s", diff)
	}
	now := day(25)
	for text, want := range map[string]time.Time{"one": day(12), "two": day(11), "three": day(20), "four": now, "never": {}} {
		if got := a.LastInEffect(digestOf(text), now); !got.Equal(want) {
			t.Errorf("%s was last in effect at %v, want %v", text, got, want)
		}
	}
	if text, ok := a.Text(digestOf("two")); !ok || text != "two" {
		t.Errorf("the text of two is %q, %v", text, ok)
	}
	changed := filepath.Join(dir, digestOf("two")[len("sha256:"):]+".yaml")
	if err := os.WriteFile(changed, []byte("TWO"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, digest := range map[string]string{"changed": digestOf("two"), "unknown": digestOf("never"), "no digest": "../../x", "empty": ""} {
		if _, ok := a.Text(digest); ok {
			t.Errorf("the archive gave a text for a digest that is %s", name)
		}
	}
}

// A policy's rules are counted once, since its digest stands for one text.
func TestRuleCounts(t *testing.T) {
	dir := t.TempDir()
	a, err := openPolicyArchive(dir)
	if err != nil {
		t.Fatal(err)
	}
	text := string(policy.Starter())
	if err := a.Enact([]byte(text), time.Now()); err != nil {
		t.Fatal(err)
	}
	c := &ruleCounts{archive: a, known: map[string]int{}}
	n, kept := c.of(digestOf(text))
	if n == 0 || !kept {
		t.Errorf("got %d, %v", n, kept)
	}
	if _, kept := c.of(digestOf("another")); kept {
		t.Error("a text that was never kept is there")
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if again, kept := c.of(digestOf(text)); again != n || !kept {
		t.Errorf("once more: %d, %v", again, kept)
	}
}
