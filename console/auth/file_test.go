package auth

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
)

// person is a valid user of the file, with changes.
func person(change string) string {
	base := map[string]string{
		"name": `"anna"`, "role": `"analyst"`, "source": `"local"`, "password": `"$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$c3Vtc3Vtc3Vtc3Vtc3Vtc3U"`,
		"totp": `"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"`, "created": `"2026-11-23T09:00:00Z"`,
	}
	for pair := range strings.SplitSeq(change, ";") {
		k, v, ok := strings.Cut(pair, "=")
		switch {
		case ok && v == "":
			delete(base, k)
		case ok:
			base[k] = v
		}
	}
	var members []string
	for k, v := range base {
		members = append(members, `"`+k+`":`+v)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func TestDecodeAccounts(t *testing.T) {
	link := `invite={"hash":"00","expires":"2026-11-24T09:00:00Z"}`
	for name, tt := range map[string]struct {
		src  string
		want string // of the error; "" for none
	}{
		"empty":               {`{"v":1,"users":[]}`, ""},
		"one":                 {`{"v":1,"users":[` + person("") + `]}`, ""},
		"invited":             {`{"v":1,"users":[` + person("password=;totp=;"+link) + `]}`, ""},
		"of the provider":     {`{"v":1,"users":[` + person(`password=;totp=;source="oidc";subject="i s"`) + `]}`, ""},
		"twice":               {`{"v":1,"users":[` + person("") + "," + person("") + `]}`, "twice"},
		"other version":       {`{"v":2,"users":[]}`, "version"},
		"no version":          {`{"users":[]}`, "version"},
		"unknown member":      {`{"v":1,"users":[` + person("admin=true") + `]}`, "unknown"},
		"text after it":       {`{"v":1,"users":[]}{}`, "follows"},
		"cut":                 {`{"v":1,"users":[`, "an accounts file"},
		"not JSON":            {`v: 1`, "not JSON"},
		"upper-case name":     {`{"v":1,"users":[` + person(`name="Anna"`) + `]}`, "not one"},
		"no name":             {`{"v":1,"users":[` + person("name=") + `]}`, "not one"},
		"unknown role":        {`{"v":1,"users":[` + person(`role="god"`) + `]}`, "role"},
		"unordered roles":     {`{"v":1,"users":[` + person(`role="lead,analyst"`) + `]}`, "role"},
		"no role":             {`{"v":1,"users":[` + person("role=") + `]}`, "role"},
		"no source":           {`{"v":1,"users":[` + person("source=") + `]}`, "source"},
		"no password":         {`{"v":1,"users":[` + person("password=") + `]}`, "either"},
		"no second factor":    {`{"v":1,"users":[` + person("totp=") + `]}`, "either"},
		"invited and in":      {`{"v":1,"users":[` + person(link) + `]}`, "either"},
		"weak secret":         {`{"v":1,"users":[` + person(`totp="JBSWY3DP"`) + `]}`, "128 bits"},
		"not base 32":         {`{"v":1,"users":[` + person(`totp="jbswy3dpehpk3pxpjbswy3dpehpk3px1"`) + `]}`, "128 bits"},
		"secret in two lines": {`{"v":1,"users":[` + person(`totp="JBSWY3DPEHPK3PXP\nJBSWY3DPEHPK3PXP"`) + `]}`, "128 bits"},
		"plain password":      {`{"v":1,"users":[` + person(`password="hunter2 hunter2"`) + `]}`, "PHC"},
		"stranger's hash":     {`{"v":1,"users":[` + person(`source="oidc";subject="i s"`) + `]}`, "identity provider"},
		"no subject":          {`{"v":1,"users":[` + person(`password=;totp=;source="oidc"`) + `]}`, "identity provider"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeAccounts([]byte(tt.src))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("%v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("%v, want %q", err, tt.want)
			case err != nil && strings.Contains(err.Error(), "hunter2"):
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

// FuzzDecodeAccounts holds what is read against encoding/json: what was accepted is written and read as the same, and every
// user of it can be found and is one.
func FuzzDecodeAccounts(f *testing.F) {
	f.Add([]byte(`{"v":1,"users":[` + person("") + `]}`))
	f.Add([]byte(`{"v":1,"setup":{"hash":"00","expires":"2026-11-24T09:00:00Z"},"users":[]}`))
	f.Add([]byte(`{"v":1,"users":[` + person(`password=;totp=;source="oidc";subject="i s"`) + `]}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		a, err := decodeAccounts(src)
		if err != nil {
			return
		}
		if !json.Valid(src) {
			t.Fatal("what is not JSON is accepted")
		}
		out, err := json.Marshal(a)
		if err != nil {
			return // a time that encoding/json reads and does not write
		}
		b, err := decodeAccounts(out)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(a.Users, b.Users); diff != "" {
			t.Fatal(diff)
		}
		for _, u := range a.Users {
			if found, ok := a.find(u.Name); !ok || found.Name != u.Name || u.Role == "" {
				t.Fatalf("user %q", u.Name)
			}
		}
	})
}

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "users.json")
	for _, text := range []string{"one", "two"} {
		if err := replaceFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil || string(got) != text || info.Mode().Perm() != 0o600 {
			t.Errorf("%q, mode %v, %v", got, info.Mode(), err)
		}
	}
	if err := replaceFile(filepath.Join(dir, "none", "users.json"), nil); err == nil {
		t.Error("a file in no folder was written")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
}

// A file that cannot be written after its change was recorded leaves a second record that says so.
func TestRecordOfAChangeThatFailed(t *testing.T) {
	r := newRig(t)
	r.first()
	before := r.file()
	dir := filepath.Dir(r.cfg.File)
	err := r.auth.change(t.Context(), by(admin(), audit.Access{Kind: audit.AccessUser, Target: "anna", Reason: reasonRole}), func(*accounts) error {
		// The folder disappears between the change and the file.
		return os.Rename(dir, dir+".away")
	})
	t.Cleanup(func() { _ = os.RemoveAll(dir + ".away") })
	if err == nil {
		t.Fatal("no error")
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if r.file() != before {
		t.Error("the file changed")
	}
	if got := r.said(2); got[0] != "user ok role root anna" || got[1] != "user failed not_written root anna" {
		t.Errorf("the log says %v", got)
	}
}
