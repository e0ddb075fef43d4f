package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

// idp is an identity provider over TLS. It checks what a provider checks: client, redirect, PKCE, and that a code is
// redeemed once.
type idp struct {
	t      *testing.T
	server *httptest.Server
	key    *ecdsa.PrivateKey
	now    func() time.Time

	mu     sync.Mutex // guards what follows
	claims map[string]any
	drop   []string          // claims that are left out
	signer crypto.PrivateKey // nil: key
	alg    string
	codes  map[string]url.Values // what was asked for, by code
	broken bool
}

const (
	clientID     = "phigate-console"
	clientSecret = "a secret of the client"
)

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key, alg: oidc.ES256, claims: map[string]any{}, codes: map[string]url.Values{}}
	provider := &oidctest.Server{Algorithms: []string{oidc.ES256},
		PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k1", Algorithm: oidc.ES256}}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		broken := p.broken
		p.mu.Unlock()
		if broken {
			http.Error(w, "broken", http.StatusInternalServerError)
			return
		}
		provider.ServeHTTP(w, r)
	})
	p.server = httptest.NewTLSServer(mux)
	provider.SetIssuer(p.server.URL)
	t.Cleanup(func() {
		p.server.Client().CloseIdleConnections()
		p.server.Close()
	})
	return p
}

func (p *idp) config(c *Config) {
	p.now = c.Now
	c.OIDC = &OIDC{Issuer: p.server.URL, ClientID: clientID, ClientSecret: clientSecret, Redirect: testOrigin + callbackPath,
		Label: "Example ID", Client: p.server.Client(), Roles: map[string]review.Role{
			"dlp-analysts": review.Analyst, "dlp-leads": review.Lead, "privacy-office": "auditor,policy_admin"}}
}

// set changes claims of the next tokens.
func (p *idp) set(claims map[string]any, drop ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.Copy(p.claims, claims)
	p.drop = drop
}

// approve is what the provider does when somebody signs in there: it sends them back with a code.
func (p *idp) approve(to string) string {
	p.t.Helper()
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, p.server.URL+"/auth?") {
		p.t.Fatalf("sent to %s", to)
	}
	q := u.Query()
	for name, want := range map[string]string{"client_id": clientID, "redirect_uri": testOrigin + callbackPath, "response_type": "code",
		"code_challenge_method": "S256", "scope": "openid profile email"} {
		if q.Get(name) != want {
			p.t.Errorf("%s=%q, want %q", name, q.Get(name), want)
		}
	}
	if len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43 || len(q.Get("code_challenge")) != 43 {
		p.t.Errorf("weak: %v", q)
	}
	code := newToken()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes[code] = q
	return callbackPath + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

// token redeems a code.
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, ok := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	if !ok || id != clientID || secret != clientSecret || r.FormValue("redirect_uri") != asked.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"error": "invalid_grant"})
		return
	}
	body := map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 60}
	if !slices.Contains(p.drop, "id_token") {
		body["id_token"] = p.sign(map[string]any{"nonce": asked.Get("nonce"), "preferred_username": "Mira.Koch", "name": "Mira Koch",
			"email": "mira@example.org", "groups": []string{"dlp-analysts", "everybody"}, "sid": "s1"})
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body)
}

// sign returns a token. p.mu is held.
func (p *idp) sign(more map[string]any) string {
	now := p.now()
	claims := map[string]any{"iss": p.server.URL, "aud": clientID, "sub": "u-1", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	maps.Copy(claims, more)
	maps.Copy(claims, p.claims)
	for _, name := range p.drop {
		delete(claims, name)
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	if p.alg == "none" {
		enc := base64.RawURLEncoding
		return enc.EncodeToString([]byte(`{"alg":"none"}`)) + "." + enc.EncodeToString(raw) + "."
	}
	var key crypto.PrivateKey = p.key
	if p.signer != nil {
		key = p.signer
	}
	return oidctest.SignIDToken(key, "k1", p.alg, string(raw))
}

// logoutToken returns a token that ends sessions.
func (p *idp) logoutToken(claims map[string]any, drop ...string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func(d []string) { p.drop = d }(p.drop)
	p.drop = drop
	all := map[string]any{"jti": newToken(), "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
	maps.Copy(all, claims)
	return p.sign(all)
}

// through signs in by the provider and returns what the callback answers.
func (b *browser) through(p *idp, next string) trial.Answer {
	b.t.Helper()
	a := b.Get("/oidc/start?" + url.Values{"next": {next}}.Encode())
	if a.Status != http.StatusSeeOther {
		b.t.Fatalf("start: %d %s", a.Status, a.Body)
	}
	return b.Get(p.approve(a.To()))
}

func TestProviderSignIn(t *testing.T) {
	p := newIDP(t)
	r := newRig(t, p.config)
	if a := r.browser().Get("/login?next=/queue"); !strings.Contains(a.Body, "Sign in with Example ID") || !strings.Contains(a.Body, `href="/oidc/start?next=%2Fqueue"`) {
		t.Errorf("the form: %s", a.Body)
	}
	b := r.browser()
	if a := b.through(p, "/queue?q=a"); a.Status != 303 || a.To() != "/queue?q=a" {
		t.Fatalf("%d %s %s", a.Status, a.To(), a.Body)
	}
	if a := b.Get("/queue"); a.Body != "queue for mira.koch" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if len(b.Cookies) != 1 {
		t.Errorf("cookies are left: %d", len(b.Cookies))
	}
	u := r.user("mira.koch")
	want := User{Name: "mira.koch", Display: "Mira Koch", Role: review.Analyst, Source: "oidc", Created: r.clock.Now(), LastLogin: r.clock.Now()}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	if got := r.said(1)[0]; got != "login ok - mira.koch" {
		t.Errorf("the log says %q", got)
	}
	if a := b.Get("/account"); !strings.Contains(a.Body, "identity provider") || strings.Contains(a.Body, "current-password") {
		t.Errorf("the account page: %s", a.Body)
	}
	if a := b.post("/account/password", map[string]string{"current": "", "password": otherPass, "again": otherPass}); a.Status != 403 {
		t.Errorf("a password for somebody who has none: %d", a.Status)
	}
	if a := r.browser().through(p, "//evil.example"); a.To() != "/" {
		t.Errorf("to %s", a.To())
	}
	// The groups of the latest sign-in count, for all sessions.
	p.set(map[string]any{"groups": []string{"dlp-leads", "privacy-office"}})
	r.browser().through(p, "/")
	if u := r.user("mira.koch"); u.Role != "lead,policy_admin,auditor" {
		t.Errorf("role %s", u.Role)
	}
}

func TestProviderRefusals(t *testing.T) {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		config  func(*OIDC)
		claims  map[string]any
		drop    []string
		signer  crypto.PrivateKey
		alg     string
		prepare func(*rig)
		want    string // reason on the access log
	}{
		"no group":           {claims: map[string]any{"groups": []string{"everybody"}}, want: "no_role"},
		"no groups claim":    {drop: []string{"groups"}, want: "no_role"},
		"groups of numbers":  {claims: map[string]any{"groups": []int{1}}, want: "no_role"},
		"group's prefix":     {claims: map[string]any{"groups": []string{"dlp-analysts-emeritus"}}, want: "no_role"},
		"other key":          {signer: other, want: "bad_token"},
		"unsigned":           {alg: "none", want: "bad_token"},
		"no token":           {drop: []string{"id_token"}, want: "bad_token"},
		"other audience":     {claims: map[string]any{"aud": "another"}, want: "bad_token"},
		"several audiences":  {claims: map[string]any{"aud": []string{clientID, "another"}}, want: "bad_token"},
		"other party":        {claims: map[string]any{"azp": "another"}, want: "bad_token"},
		"other issuer":       {claims: map[string]any{"iss": "https://evil.example"}, want: "bad_token"},
		"expired":            {claims: map[string]any{"exp": time.Date(2026, 11, 23, 8, 59, 0, 0, time.UTC).Unix()}, want: "bad_token"},
		"not yet":            {claims: map[string]any{"nbf": time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC).Unix()}, want: "bad_token"},
		"other nonce":        {claims: map[string]any{"nonce": "x"}, want: "bad_token"},
		"no nonce":           {drop: []string{"nonce"}, want: "bad_token"},
		"no subject":         {claims: map[string]any{"sub": ""}, want: "bad_token"},
		"other access token": {claims: map[string]any{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, want: "bad_token"},
		"unfit name":         {claims: map[string]any{"preferred_username": "Mira Koch"}, want: "bad_name"},
		"weak acr":           {config: func(o *OIDC) { o.ACR = []string{"gold"} }, claims: map[string]any{"acr": "bronze"}, want: "weak_authentication"},
		"no acr":             {config: func(o *OIDC) { o.ACR = []string{"gold"} }, want: "weak_authentication"},
		"weak amr":           {config: func(o *OIDC) { o.AMR = []string{"mfa", "hwk"} }, claims: map[string]any{"amr": []string{"pwd"}}, want: "weak_authentication"},
		"disabled": {prepare: func(r *rig) {
			r.browser().through(r.idp, "/")
			if err := r.auth.Disable(r.t.Context(), admin(), "mira.koch"); err != nil {
				r.t.Fatal(err)
			}
		}, want: "disabled"},
		"name of somebody of this gate": {prepare: func(r *rig) {
			if _, err := r.auth.AddUser(r.t.Context(), admin(), "mira.koch", "", review.Viewer); err != nil {
				r.t.Fatal(err)
			}
		}, want: "name_taken"},
		"name of somebody else there": {claims: nil, prepare: func(r *rig) {
			r.browser().through(r.idp, "/")
			r.idp.set(map[string]any{"sub": "u-2"})
		}, want: "name_taken"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newIDP(t)
			r := newRig(t, p.config, func(c *Config) {
				if tt.config != nil {
					tt.config(c.OIDC)
				}
			})
			r.idp = p
			if tt.prepare != nil {
				tt.prepare(r)
			}
			p.set(tt.claims, tt.drop...)
			p.signer = tt.signer
			p.alg = orElse(tt.alg, p.alg)
			b := r.browser()
			a := b.through(p, "/")
			if a.Status != http.StatusForbidden || b.Cookies[sessionCookie] != "" {
				t.Errorf("%d", a.Status)
			}
			last := r.records()[len(r.records())-1]
			if last.Reason != tt.want || last.Outcome != "denied" || last.Actor != "-" {
				t.Errorf("the log says %+v", last)
			}
			if got := b.Get("/queue").Status; got != 303 {
				t.Errorf("the queue: %d", got)
			}
		})
	}
}

func TestProviderAccepts(t *testing.T) {
	for name, tt := range map[string]struct {
		config func(*OIDC)
		claims map[string]any
		drop   []string
		want   string // name and role
	}{
		"one group as a string": {claims: map[string]any{"groups": "dlp-leads"}, want: "mira.koch lead"},
		"other claims": {config: func(o *OIDC) { o.Name, o.Groups = "upn", "roles" },
			claims: map[string]any{"upn": "MK@example.org", "roles": []string{"privacy-office"}}, want: "mk@example.org policy_admin,auditor"},
		"email as name":           {drop: []string{"preferred_username"}, want: "mira@example.org analyst"},
		"subject as name":         {drop: []string{"preferred_username", "email"}, want: "u-1 analyst"},
		"strong enough":           {config: func(o *OIDC) { o.ACR, o.AMR = []string{"gold"}, []string{"mfa"} }, claims: map[string]any{"acr": "gold", "amr": []string{"pwd", "mfa"}}, want: "mira.koch analyst"},
		"several, and it is ours": {claims: map[string]any{"aud": []string{clientID, "another"}, "azp": clientID}, want: "mira.koch analyst"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newIDP(t)
			scope := func(c *Config) {
				if tt.config != nil {
					tt.config(c.OIDC)
				}
			}
			r := newRig(t, p.config, scope)
			p.set(tt.claims, tt.drop...)
			b := r.browser()
			a := b.Get("/oidc/start")
			if len(r.cfg.OIDC.ACR) > 0 && !strings.Contains(a.To(), "acr_values=gold") {
				t.Errorf("sent to %s", a.To())
			}
			if a := b.Get(p.approve(a.To())); a.Status != 303 {
				t.Fatalf("%d %s: %v", a.Status, a.Body, r.said(1))
			}
			u := r.auth.Users()[0]
			if got := u.Name + " " + string(u.Role); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// A person who comes back under another name is the same person: nobody approves what they asked for themselves.
func TestProviderRenames(t *testing.T) {
	p := newIDP(t)
	r := newRig(t, p.config)
	r.browser().through(p, "/")
	p.set(map[string]any{"preferred_username": "mira.novak"})
	b := r.browser()
	b.through(p, "/")
	if a := b.Get("/"); a.Body != "home for mira.koch" || len(r.auth.Users()) != 1 {
		t.Errorf("%s, %d users", a.Body, len(r.auth.Users()))
	}
}

// Somebody of the identity provider who cannot manage people does not make the set-up link useless, and one who can does.
func TestProviderAndSetup(t *testing.T) {
	p := newIDP(t)
	r := newRig(t, p.config, func(c *Config) { c.OIDC.Roles["it"] = review.UserAdmin })
	r.browser().through(p, "/")
	link, ok := r.auth.SetupLink(testOrigin)
	if !ok {
		t.Fatal("an analyst makes the set-up link useless")
	}
	u, _ := url.Parse(link)
	a := r.browser().post("/setup", map[string]string{"token": u.Query().Get("token"), "username": "mira.koch", "password": goodPass, "again": goodPass})
	if a.Status != 422 || !strings.Contains(a.Body, "identity provider") {
		t.Errorf("taking the name of somebody of the provider: %d", a.Status)
	}
	step := setupStep{Link: hashToken(u.Query().Get("token")), Name: "mira.koch"}
	if _, err := r.auth.join(t.Context(), step, 1, "192.0.2.1", "x"); !errors.Is(err, errStale) {
		t.Errorf("taking it behind the form's back: %v", err)
	}
	p.set(map[string]any{"groups": []string{"it"}, "sub": "u-2", "preferred_username": "ines"})
	r.browser().through(p, "/")
	if got := r.browser().Get(strings.TrimPrefix(link, testOrigin)).Status; got != 404 {
		t.Errorf("the link after somebody who manages people came: %d", got)
	}
	if _, ok := r.auth.SetupLink(testOrigin); ok {
		t.Error("there is a new one")
	}
}

func TestProviderState(t *testing.T) {
	p := newIDP(t)
	r := newRig(t, p.config)
	start := func(b *browser) string { return p.approve(b.Get("/oidc/start").To()) }
	denied := func(t *testing.T, b *browser, back, reason string) {
		t.Helper()
		if a := b.Get(back); a.Status != 403 || b.Cookies[sessionCookie] != "" {
			t.Errorf("%d", a.Status)
		}
		if last := r.records()[len(r.records())-1]; last.Reason != reason || last.Outcome != "denied" {
			t.Errorf("the log says %+v", last)
		}
	}
	with := func(back, name, value string) string {
		u, _ := url.Parse(back)
		q := u.Query()
		q.Set(name, value)
		return callbackPath + "?" + q.Encode()
	}
	t.Run("of another browser", func(t *testing.T) { denied(t, r.browser(), start(r.browser()), "bad_state") })
	t.Run("of another sign-in", func(t *testing.T) {
		b := r.browser()
		old := start(b)
		start(b)
		denied(t, b, old, "bad_state")
	})
	t.Run("changed", func(t *testing.T) { b := r.browser(); denied(t, b, with(start(b), "state", "x"), "bad_state") })
	t.Run("empty", func(t *testing.T) { b := r.browser(); denied(t, b, with(start(b), "state", ""), "bad_state") })
	t.Run("of another issuer", func(t *testing.T) {
		b := r.browser()
		denied(t, b, with(start(b), "iss", "https://evil.example"), "bad_state")
	})
	t.Run("stolen code", func(t *testing.T) { // the code of somebody else's sign-in in one's own: PKCE
		b, victim := r.browser(), r.browser()
		u, _ := url.Parse(start(victim))
		denied(t, b, with(start(b), "code", u.Query().Get("code")), "provider_error")
	})
	t.Run("error", func(t *testing.T) {
		b := r.browser()
		denied(t, b, with(start(b), "error", "access_denied"), "provider_error")
	})
	t.Run("no code", func(t *testing.T) { b := r.browser(); denied(t, b, with(start(b), "code", ""), "provider_error") })
	t.Run("too late", func(t *testing.T) {
		b := r.browser()
		back := start(b)
		r.clock.Advance(stepLife)
		denied(t, b, back, "bad_state")
	})
	t.Run("twice", func(t *testing.T) {
		r.clock.Advance(time.Minute)
		b := r.browser()
		back := start(b)
		if a := b.Get(back); a.Status != 303 {
			t.Fatal(a.Status)
		}
		b.post("/logout", nil)
		denied(t, b, back, "bad_state")
	})
	t.Run("named issuer that is right", func(t *testing.T) {
		b := r.browser()
		if a := b.Get(with(start(b), "iss", p.server.URL)); a.Status != 303 {
			t.Errorf("%d", a.Status)
		}
	})
}

func TestProviderDown(t *testing.T) {
	p := newIDP(t)
	p.broken = true
	r := newRig(t, p.config)
	if a := r.browser().Get("/oidc/start"); a.Status != http.StatusBadGateway {
		t.Errorf("%d", a.Status)
	}
	p.mu.Lock()
	p.broken = false
	p.mu.Unlock()
	if a := r.browser().through(p, "/"); a.Status != 303 {
		t.Errorf("when it is back: %d", a.Status)
	}
}

func TestProviderCannotBeRecorded(t *testing.T) {
	p := newIDP(t)
	r := newRig(t, p.config)
	b := r.browser()
	back := p.approve(b.Get("/oidc/start").To())
	r.log.Fail(trial.ErrDisk)
	if a := b.Get(back); a.Status != 503 || b.Cookies[sessionCookie] != "" || len(r.auth.Users()) != 0 {
		t.Errorf("%d, %d users", a.Status, len(r.auth.Users()))
	}
}

func TestBackChannelLogout(t *testing.T) {
	p := newIDP(t)
	r := newRig(t, p.config)
	r.first()
	type call func() string
	old := p.logoutToken(nil)
	tests := map[string]struct {
		token call
		want  int // status
		ends  bool
	}{
		"by subject":               {func() string { return p.logoutToken(nil) }, 200, true},
		"by session":               {func() string { return p.logoutToken(map[string]any{"sid": "s1"}, "sub") }, 200, true},
		"by both":                  {func() string { return p.logoutToken(map[string]any{"sid": "s1"}) }, 200, true},
		"other subject":            {func() string { return p.logoutToken(map[string]any{"sub": "u-9"}) }, 200, false},
		"other session":            {func() string { return p.logoutToken(map[string]any{"sid": "s9"}, "sub") }, 200, false},
		"other session of subject": {func() string { return p.logoutToken(map[string]any{"sid": "s9"}) }, 200, false},
		"neither":                  {func() string { return p.logoutToken(nil, "sub") }, 400, false},
		"an ID token":              {func() string { return p.logoutToken(map[string]any{"nonce": "x"}) }, 400, false},
		"no event":                 {func() string { return p.logoutToken(nil, "events") }, 400, false},
		"no ID":                    {func() string { return p.logoutToken(nil, "jti") }, 400, false},
		"other audience":           {func() string { return p.logoutToken(map[string]any{"aud": "another"}) }, 400, false},
		"too old": {func() string {
			r.clock.Advance(logoutLife + time.Second)
			return p.logoutToken(map[string]any{"iat": r.clock.Now().Add(-logoutLife - time.Second).Unix()})
		}, 400, false},
		"from tomorrow": {func() string { return p.logoutToken(map[string]any{"iat": r.clock.Now().Add(24 * time.Hour).Unix()}) }, 400, false},
		"expired":       {func() string { r.clock.Advance(6 * time.Minute); return old }, 400, false},
		"nothing":       {func() string { return "" }, 400, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r.clock.Advance(time.Minute)
			b, local := r.browser(), r.signedIn("root")
			b.through(p, "/")
			token := tt.token()
			server := r.browser()
			send := func() int {
				return server.post(backChannelPath, map[string]string{"logout_token": token}, header("Origin", ""), header("Sec-Fetch-Site", "")).Status
			}
			if got := send(); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
			if got := b.Get("/").Status == 303; got != tt.ends {
				t.Errorf("session ended: %v", got)
			}
			if got := local.Get("/").Status; got != 200 {
				t.Errorf("the session of somebody of this gate: %d", got)
			}
			if tt.want == 200 {
				if got := send(); got != 400 {
					t.Errorf("the same token again: %d", got)
				}
			}
		})
	}
	if a := r.browser().Get(backChannelPath); a.Status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", a.Status)
	}
}

// Without a provider there is no hole in the check of origins.
func TestBackChannelTakesAProvider(t *testing.T) {
	r := newRig(t)
	a := r.browser().post(backChannelPath, nil, header("Origin", ""), header("Sec-Fetch-Site", ""))
	if a.Status != http.StatusForbidden {
		t.Errorf("%d", a.Status)
	}
}

func TestProviderConfig(t *testing.T) {
	good := OIDC{Issuer: "https://id.example.org", ClientID: "x", Redirect: testOrigin + callbackPath, Roles: map[string]review.Role{"g": "lead, analyst"}}
	for name, change := range map[string]func(*OIDC){
		"http issuer":    func(o *OIDC) { o.Issuer = "http://id.example.org" },
		"no issuer":      func(o *OIDC) { o.Issuer = "" },
		"no client":      func(o *OIDC) { o.ClientID = "" },
		"no roles":       func(o *OIDC) { o.Roles = nil },
		"unknown role":   func(o *OIDC) { o.Roles = map[string]review.Role{"g": "god"} },
		"other redirect": func(o *OIDC) { o.Redirect = testOrigin + "/login" },
		"no redirect":    func(o *OIDC) { o.Redirect = "" },
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			change(&bad)
			if _, err := newProvider(&bad, time.Now); err == nil {
				t.Error("accepted")
			}
		})
	}
	p, err := newProvider(&good, time.Now)
	if err != nil || p.label != "id.example.org" || p.cfg.Roles["g"] != "analyst,lead" || p.client.Timeout == 0 {
		t.Errorf("%+v, %v", p, err)
	}
}
