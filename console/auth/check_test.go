package auth

import (
	"net/http"
	"os"
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

// A page does not say why nobody can sign in; the gate's own log does, and holds no secret.
func TestReport(t *testing.T) {
	var reports []string
	r := newRig(t, func(c *Config) {
		c.Report = func(route string, err error) { reports = append(reports, route+": "+err.Error()) }
	})
	r.first()
	if err := os.Chmod(r.cfg.File, 0o644); err != nil {
		t.Fatal(err)
	}
	r.forgetAccounts()
	got := r.browser().post("/login", map[string]string{"username": "root", "password": goodPass})
	if got.Status != http.StatusServiceUnavailable || strings.Contains(got.Body, r.cfg.File) {
		t.Errorf("status %d: %s", got.Status, got.Body)
	}
	if len(reports) != 1 || !strings.HasPrefix(reports[0], "POST /login: ") || !strings.Contains(reports[0], "chmod 600") ||
		strings.Contains(reports[0], goodPass) {
		t.Errorf("reported: %q", reports)
	}
	if _, ok := r.auth.SetupLink("https://" + testHost); ok || len(reports) != 2 {
		t.Errorf("a link %v, reported: %q", ok, reports)
	}
}

// forgetAccounts forgets what was read of the accounts.
func (r *rig) forgetAccounts() {
	r.auth.store.mu.Lock()
	defer r.auth.store.mu.Unlock()
	r.auth.store.info = nil
}
