package auth

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

func TestManage(t *testing.T) {
	r := newRig(t)
	r.first()
	r.add("anna", review.Analyst)
	ctx := t.Context()
	for name, tt := range map[string]struct {
		do   func() error
		want error
		log  string
	}{
		"add somebody twice": {func() error { _, err := r.auth.AddUser(ctx, admin(), "Anna", "", review.Viewer); return err }, ErrTaken, ""},
		"bad name":           {func() error { _, err := r.auth.AddUser(ctx, admin(), "-", "", review.Viewer); return err }, ErrName, ""},
		"long name": {func() error {
			_, err := r.auth.AddUser(ctx, admin(), strings.Repeat("a", 129), "", review.Viewer)
			return err
		}, ErrName, ""},
		"unprintable display": {func() error { _, err := r.auth.AddUser(ctx, admin(), "x", "a\u202eb", review.Viewer); return err }, ErrName, ""},
		"no role":             {func() error { _, err := r.auth.AddUser(ctx, admin(), "x", "", ""); return err }, ErrName, ""},
		"unknown role":        {func() error { return r.auth.SetRole(ctx, admin(), "anna", "god") }, ErrName, ""},
		"unknown user":        {func() error { return r.auth.SetRole(ctx, admin(), "ghost", review.Viewer) }, ErrUser, ""},
		"last admin's role":   {func() error { return r.auth.SetRole(ctx, admin(), "root", review.Lead) }, ErrLastAdmin, ""},
		"last admin disabled": {func() error { return r.auth.Disable(ctx, admin(), "root") }, ErrLastAdmin, ""},
		"last admin reset":    {func() error { _, err := r.auth.ResetSecond(ctx, admin(), "root"); return err }, ErrLastAdmin, ""},
		"role":                {func() error { return r.auth.SetRole(ctx, admin(), "anna", "lead,viewer") }, nil, "user ok role root anna"},
		"disable":             {func() error { return r.auth.Disable(ctx, admin(), "anna") }, nil, "user ok disabled root anna"},
		"enable":              {func() error { return r.auth.Enable(ctx, admin(), "anna") }, nil, "user ok enabled root anna"},
		"reset": {func() error { _, err := r.auth.ResetSecond(ctx, admin(), "anna"); return err }, nil,
			"user ok second_factor_reset root anna"},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(r.records())
			if err := tt.do(); !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			var got string
			if all := r.records(); len(all) > before {
				got = r.said(1)[0]
			}
			if got != tt.log {
				t.Errorf("the log says %q, want %q", got, tt.log)
			}
		})
	}
}

// Who may not manage people may not, whatever the console lets through, and that is recorded.
func TestManageTakesThePermission(t *testing.T) {
	r := newRig(t)
	r.first()
	r.add("anna", review.Analyst)
	before := r.file()
	ctx := t.Context()
	for _, role := range append(review.Roles(), "", "god", "viewer,analyst,lead,policy_admin,auditor") {
		if role.May(review.UsersManage) {
			continue
		}
		actor := review.Actor{User: "anna", Role: role, Source: "192.0.2.1", Via: viaConsole}
		_, add := r.auth.AddUser(ctx, actor, "mole", "", review.UserAdmin)
		_, reset := r.auth.ResetSecond(ctx, actor, "root")
		for what, err := range map[string]error{
			"add": add, "reset": reset, "role": r.auth.SetRole(ctx, actor, "anna", review.UserAdmin),
			"disable": r.auth.Disable(ctx, actor, "root"), "enable": r.auth.Enable(ctx, actor, "root"),
		} {
			if !errors.Is(err, ErrDenied) {
				t.Errorf("%q may %s: %v", role, what, err)
			}
		}
		if got := r.said(1)[0]; got != "user denied permission anna root" {
			t.Errorf("the log says %q", got)
		}
	}
	if _, err := r.auth.AddUser(ctx, review.Actor{Role: review.UserAdmin, Via: viaConsole}, "mole", "", review.Viewer); !errors.Is(err, ErrDenied) {
		t.Errorf("an actor without a name: %v", err)
	}
	if r.file() != before {
		t.Error("the accounts changed")
	}
}

func TestRoleIsOnRecord(t *testing.T) {
	r := newRig(t)
	r.first()
	if _, err := r.auth.AddUser(t.Context(), admin(), "anna", "", "lead, analyst"); err != nil {
		t.Fatal(err)
	}
	last := r.records()[len(r.records())-1]
	want := audit.Access{V: last.V, ID: last.ID, Time: last.Time, Node: "gate-1", Seq: last.Seq, Kind: audit.AccessUser, Actor: "root",
		Role: string(firstRole()), Session: "0123456789ab", Source: "192.0.2.1", Via: "console", Target: "anna", Query: "role:analyst,lead",
		Outcome: "ok", Reason: "added"}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
}

// Changes of many at once, in two processes, are all there afterwards.
func TestChangesDoNotGetLost(t *testing.T) {
	r := newRig(t)
	r.first()
	auths := []*Auth{r.auth, r.open()}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := auths[i%2].AddUser(t.Context(), admin(), fmt.Sprintf("user%d", i), "", review.Viewer); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, a := range auths {
		if n := len(a.Users()); n != 21 {
			t.Errorf("%d users", n)
		}
	}
}

// A code that is sent ten times at once lets in once, also when two processes take it.
func TestCodeRaces(t *testing.T) {
	r := newRig(t)
	r.first()
	auths := []*Auth{r.auth, r.open()}
	code := r.code("root")
	let := make(chan bool, 10)
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			_, err := auths[i%2].checkCode(t.Context(), claim{name: "root", good: true, code: code, source: "192.0.2.1", via: viaConsole})
			if err == nil {
				let <- true
			} else if !errors.Is(err, ErrCredentials) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(let) != 1 {
		t.Errorf("let in %d times", len(let))
	}
}

func TestUsersAreCopies(t *testing.T) {
	r := newRig(t)
	r.first()
	r.auth.Users()[0].Role = "mole"
	if got := r.user("root").Role; got != firstRole() {
		t.Errorf("%s", got)
	}
}
