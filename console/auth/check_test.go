package auth

import (
	"strings"
	"testing"
)

// A password that is longer than any can be is not its own beginning.
func TestCheckPasswordReadsAllOfIt(t *testing.T) {
	r := newRig(t)
	r.first()
	longest := strings.Repeat("long but varied 7", 20)[:maxPassword]
	hash, err := r.auth.hasher.hash(t.Context(), longest)
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.auth.store.read()
	if err != nil {
		t.Fatal(err)
	}
	root, _ := all.find("root")
	root.Password = hash
	err = r.auth.store.update(func(all *accounts) error { all.put(root); return nil }, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{longest: true, longest + "x": false, longest[:maxPassword-1]: false} {
		if got, err := r.auth.checkPassword(t.Context(), "root", password); got != want || err != nil {
			t.Errorf("%d bytes: %v, %v", len(password), got, err)
		}
	}
}
