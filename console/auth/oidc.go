package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/phigate/phigate/audit/review"
)

// OIDC is an identity provider that speaks OpenID Connect. Issuer, ClientID, Redirect and Roles are required.
type OIDC struct {
	// Issuer is the provider's URL, exactly as it stands in its tokens.
	Issuer string
	// ClientID and ClientSecret are what the provider knows the console by; a public client has no secret.
	ClientID, ClientSecret string
	// Redirect is the console's own URL of /oidc/callback, as the provider knows it.
	Redirect string
	// Label is what the button says; "" means the issuer's host.
	Label string
	// Scopes are asked for beside openid; nil means profile and email.
	Scopes []string
	// Name is the claim with the person's name; "" means the first of preferred_username, email and sub. A person keeps the
	// name of the first sign-in.
	Name string
	// Groups is the claim with the person's groups, a string or a list of them; "" means groups.
	Groups string
	// Roles are the roles of groups; who is in several has them all. Who is in none does not come in.
	Roles map[string]review.Role
	// ACR and AMR are accepted values of these claims; a token must have one of each list that is not empty. They are how
	// the provider says that a second factor was used.
	ACR, AMR []string
	// Client makes the requests to the provider; nil means one with a limit of ten seconds that asks no proxy.
	Client *http.Client
}

// backChannelPath is where the provider says that a session is over (OpenID Connect Back-Channel Logout 1.0).
const backChannelPath = "/oidc/logout"

const (
	callbackPath    = "/oidc/callback"
	providerTimeout = 10 * time.Second
)

// provider is the identity provider at work. What it says of itself is asked for when somebody first signs in, so that the
// gate starts without it.
type provider struct {
	cfg     OIDC
	label   string
	client  *http.Client
	now     func() time.Time
	logouts logoutTokens

	turn     chan struct{} // holds one token while nobody uses what follows
	oauth    *oauth2.Config
	verifier *oidc.IDTokenVerifier
}

func newProvider(cfg *OIDC, now func() time.Time) (*provider, error) {
	if cfg == nil {
		return nil, nil
	}
	p := &provider{cfg: *cfg, now: now, client: cfg.Client, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	issuer, err := url.Parse(cfg.Issuer)
	if err != nil || issuer.Host == "" || issuer.Scheme != "https" {
		return nil, errors.New("open accounts: the identity provider's issuer is not an https URL")
	}
	back, err := url.Parse(cfg.Redirect)
	if err != nil || back.Host == "" || back.Path != callbackPath || back.RawQuery != "" {
		return nil, fmt.Errorf("open accounts: the redirect is not this console's URL of %s", callbackPath)
	}
	if cfg.ClientID == "" || len(cfg.Roles) == 0 {
		return nil, errors.New("open accounts: the identity provider needs a client ID and the roles of groups")
	}
	p.cfg.Roles = maps.Clone(cfg.Roles)
	for group, role := range p.cfg.Roles {
		if p.cfg.Roles[group], err = canonicalRole(role); err != nil {
			return nil, fmt.Errorf("open accounts: the role of group %q: %w", group, err)
		}
	}
	p.label = orElse(cfg.Label, issuer.Host)
	p.cfg.Groups = orElse(cfg.Groups, "groups")
	if cfg.Scopes == nil {
		p.cfg.Scopes = []string{oidc.ScopeProfile, oidc.ScopeEmail}
	}
	if p.client == nil {
		// The environment is not asked for a proxy: who sets it would see and change what says who somebody is.
		p.client = &http.Client{Timeout: providerTimeout, Transport: &http.Transport{ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: providerTimeout, MaxIdleConns: 4, IdleConnTimeout: time.Minute}}
	}
	return p, nil
}

// discover returns what the provider says of itself. A failure is not kept: the next one who signs in asks again. Who
// waits for somebody who asks already gives up with ctx, so that a provider that is silent does not pile people up.
func (p *provider) discover(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	select {
	case <-p.turn:
		defer func() { p.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, nil, fmt.Errorf("ask the identity provider: %w", ctx.Err())
	}
	if p.oauth != nil {
		return p.oauth, p.verifier, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.cfg.Issuer)
	if err != nil {
		return nil, nil, fmt.Errorf("ask the identity provider: %w", err)
	}
	endpoint := found.Endpoint()
	for _, u := range []string{endpoint.AuthURL, endpoint.TokenURL} {
		if !strings.HasPrefix(u, "https://") {
			return nil, nil, errors.New("ask the identity provider: one of its endpoints is not https")
		}
	}
	p.verifier = found.Verifier(&oidc.Config{ClientID: p.cfg.ClientID, Now: p.now})
	p.oauth = &oauth2.Config{ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: endpoint,
		RedirectURL: p.cfg.Redirect, Scopes: append([]string{oidc.ScopeOpenID}, p.cfg.Scopes...)}
	return p.oauth, p.verifier, nil
}

// signInURL is where somebody is sent to sign in.
func (p *provider) signInURL(ctx context.Context, step oidcStep) (string, error) {
	conf, _, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(step.Nonce), oauth2.S256ChallengeOption(step.Verifier)}
	if len(p.cfg.ACR) > 0 {
		opts = append(opts, oauth2.SetAuthURLParam("acr_values", strings.Join(p.cfg.ACR, " ")))
	}
	return conf.AuthCodeURL(step.State, opts...), nil
}

// identity is who the provider says somebody is.
type identity struct {
	name    string // canonical
	display string
	subject string // issuer and sub
	sid     string
	role    review.Role
}

// refusal is why somebody whom the provider sent does not come in: a reason code. It says nothing of the token.
type refusal string

func (r refusal) Error() string { return "sign in with the identity provider: " + string(r) }

// redeem exchanges a code for an identity.
func (p *provider) redeem(ctx context.Context, code string, step oidcStep) (identity, error) {
	conf, verifier, err := p.discover(ctx)
	if err != nil {
		return identity{}, refusal(reasonProvider)
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := conf.Exchange(ctx, code, oauth2.VerifierOption(step.Verifier))
	if err != nil {
		return identity{}, refusal(reasonProvider)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return identity{}, refusal(reasonToken)
	}
	id, err := verifier.Verify(ctx, raw)
	if err != nil || id.Subject == "" || !sameSecret(id.Nonce, step.Nonce) {
		return identity{}, refusal(reasonToken)
	}
	if id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil {
		return identity{}, refusal(reasonToken)
	}
	return p.identify(id)
}

// claims are the members of an ID token that matter here.
type claims map[string]json.RawMessage

// text returns a claim that is a string.
func (c claims) text(name string) string {
	var s string
	if json.Unmarshal(c[name], &s) != nil {
		return ""
	}
	return s
}

// list returns a claim that is a string or a list of strings.
func (c claims) list(name string) []string {
	if one := c.text(name); one != "" {
		return []string{one}
	}
	var all []string
	if json.Unmarshal(c[name], &all) != nil {
		return nil
	}
	return all
}

// identify reads the claims of a token that was verified.
func (p *provider) identify(token *oidc.IDToken) (identity, error) {
	var c claims
	if err := token.Claims(&c); err != nil {
		return identity{}, refusal(reasonToken)
	}
	// A token for several audiences says for which of them it was made (OpenID Connect Core 1.0, 3.1.3.7).
	if azp := c.text("azp"); azp != p.cfg.ClientID && (azp != "" || len(token.Audience) > 1) {
		return identity{}, refusal(reasonToken)
	}
	if len(p.cfg.ACR) > 0 && !slices.Contains(p.cfg.ACR, c.text("acr")) {
		return identity{}, refusal(reasonStrength)
	}
	amr := c.list("amr")
	if len(p.cfg.AMR) > 0 && !slices.ContainsFunc(p.cfg.AMR, func(m string) bool { return slices.Contains(amr, m) }) {
		return identity{}, refusal(reasonStrength)
	}
	var roles []review.Role
	for _, g := range c.list(p.cfg.Groups) {
		if role, ok := p.cfg.Roles[g]; ok {
			roles = append(roles, role)
		}
	}
	who := identity{subject: p.cfg.Issuer + " " + token.Subject, sid: c.text("sid"), role: review.Join(roles...)}
	if who.role == "" {
		return identity{}, refusal(reasonGroups)
	}
	name := c.text(p.cfg.Name)
	if p.cfg.Name == "" {
		name = orElse(orElse(c.text("preferred_username"), c.text("email")), token.Subject)
	}
	var err error
	if who.name, err = canonicalName(name); err != nil {
		return identity{}, refusal(reasonName)
	}
	if display, err := canonicalDisplay(c.text("name")); err == nil {
		who.display = display
	}
	return who, nil
}
