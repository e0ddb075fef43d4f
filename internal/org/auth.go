package org

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// authorised finds the user of a request by its session, in whichever header it comes.
func (o *Org) authorised(r *http.Request) (string, bool) {
	session := r.Header.Get("X-SFDC-Session")
	if scheme, value, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok &&
		(strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "OAuth")) {
		session = strings.TrimSpace(value)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	user, ok := o.sessions[session]
	return user, ok && session != ""
}

// login opens a session for a user. o.mu is held.
func (o *Org) login(user string) string {
	session := token(orgID15 + "!AQ")
	o.sessions[session] = user
	return session
}

// instance returns the URL that a login on host names as the instance.
func (o *Org) instance(host string) string {
	if o.cfg.InstanceURL != "" {
		return strings.TrimSuffix(o.cfg.InstanceURL, "/")
	}
	name, port, _ := strings.Cut(host, ":")
	if !strings.HasSuffix(name, ".my.salesforce.com") && strings.HasSuffix(name, ".salesforce.com") {
		for _, n := range o.cfg.Names {
			if strings.HasSuffix(n, ".my.salesforce.com") {
				name = n
				break
			}
		}
	}
	if port != "" {
		name += ":" + port
	}
	return "https://" + name
}

// oauth answers everything below /services/oauth2.
func (o *Org) oauth(r *http.Request, path []string, body io.Reader) *answer {
	if len(path) != 1 {
		return errNoResource().answer()
	}
	switch strings.ToLower(path[0]) {
	case "token":
		if r.Method != http.MethodPost {
			return oauthError("invalid_request", "must use HTTP POST")
		}
		form, err := formOf(r, body)
		if err != nil {
			return oauthError("invalid_request", "the request cannot be read")
		}
		return o.grant(r, form)
	case "revoke":
		form, err := formOf(r, body)
		if err != nil {
			return oauthError("invalid_request", "the request cannot be read")
		}
		return o.revoke(form.Get("token"))
	case "userinfo":
		return o.identityURL(r)
	}
	return errNoResource().answer()
}

// formOf reads the form of a request, and its query.
func formOf(r *http.Request, body io.Reader) (url.Values, error) {
	b, bad := slurp(body)
	if bad != nil {
		return nil, bad
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	for name, values := range query {
		form[name] = append(form[name], values...)
	}
	return form, err
}

func oauthError(code, description string) *answer {
	b := appendString([]byte(`{"error":`), code)
	b = appendString(append(b, `,"error_description":`...), description)
	return jsonAnswer(http.StatusBadRequest, append(b, '}'))
}

// grant answers the token endpoint.
func (o *Org) grant(r *http.Request, form url.Values) *answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	if form.Get("client_id") == "" && form.Get("assertion") == "" && r.Header.Get("Authorization") == "" {
		return oauthError("invalid_client_id", "client identifier invalid")
	}
	user := o.user(Username)
	offline := false
	switch form.Get("grant_type") {
	case "password":
		user = o.user(form.Get("username"))
		// A security token may follow the password.
		if user == "" || !strings.HasPrefix(form.Get("password"), Password) {
			return oauthError("invalid_grant", "authentication failure")
		}
		offline = true
	case "client_credentials":
		if form.Get("client_secret") == "" && r.Header.Get("Authorization") == "" {
			return oauthError("invalid_client", "invalid client credentials")
		}
	case "refresh_token":
		if user = o.refresh[form.Get("refresh_token")]; user == "" {
			return oauthError("invalid_grant", "expired access/refresh token")
		}
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		// The signature is not checked: nobody's key is registered here.
		if strings.Count(form.Get("assertion"), ".") != 2 {
			return oauthError("invalid_grant", "invalid assertion")
		}
	default:
		return oauthError("unsupported_grant_type", "grant type not supported")
	}
	return o.tokenAnswer(r, user, offline)
}

// tokenAnswer opens a session and renders it; offline adds a refresh token.
func (o *Org) tokenAnswer(r *http.Request, user string, offline bool) *answer {
	session := o.login(user)
	issued := strconv.FormatInt(o.cfg.Now().UnixMilli(), 10)
	instance := o.instance(r.Host)
	id := "https://" + r.Host + "/id/" + orgID15 + suffix(orgID15) + "/" + user
	sum := sha256.Sum256([]byte(id + issued))
	b := []byte{'{'}
	pairs := []string{
		"access_token", session, "instance_url", instance, "id", id, "token_type", "Bearer", "scope", "api refresh_token",
		"issued_at", issued, "signature", base64.StdEncoding.EncodeToString(sum[:]),
	}
	if offline {
		refresh := token("5Aep861")
		o.refresh[refresh] = user
		pairs = append(pairs, "refresh_token", refresh)
	}
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, pairs[i]), ':')
		b = appendString(b, pairs[i+1])
	}
	return jsonAnswer(http.StatusOK, append(b, '}'))
}

// revoke ends a session or forgets a refresh token.
func (o *Org) revoke(t string) *answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sessions[t] == "" && o.refresh[t] == "" {
		return oauthError("invalid_token", "invalid token")
	}
	delete(o.sessions, t)
	delete(o.refresh, t)
	return &answer{status: http.StatusOK}
}

// identityURL answers /id/{org}/{user} and userinfo with the session's user.
func (o *Org) identityURL(r *http.Request) *answer {
	user, ok := o.authorised(r)
	if !ok {
		return jsonAnswer(http.StatusForbidden, []byte(`{"error":"invalid_token","error_description":"Bad_OAuth_Token"}`))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	row := o.table("User").find(user)
	orgID := orgID15 + suffix(orgID15)
	instance := o.instance(r.Host)
	who := struct {
		Sub            string            `json:"sub"`
		ID             string            `json:"id"`
		UserID         string            `json:"user_id"`
		OrganizationID string            `json:"organization_id"`
		Username       string            `json:"username"`
		Preferred      string            `json:"preferred_username"`
		DisplayName    string            `json:"display_name"`
		Name           string            `json:"name"`
		Email          string            `json:"email"`
		Active         bool              `json:"active"`
		UserType       string            `json:"user_type"`
		UpdatedAt      string            `json:"updated_at"`
		URLs           map[string]string `json:"urls"`
	}{
		Sub: "https://" + r.Host + "/id/" + orgID + "/" + user, ID: "https://" + r.Host + "/id/" + orgID + "/" + user,
		UserID: user, OrganizationID: orgID, Username: row["Username"], Preferred: row["Username"],
		DisplayName: row["Name"], Name: row["Name"], Email: row["Email"], Active: true, UserType: "STANDARD",
		UpdatedAt: o.cfg.Now().UTC().Format(time.RFC3339),
		URLs: map[string]string{
			"rest":    instance + "/services/data/v{version}/",
			"query":   instance + "/services/data/v{version}/query/",
			"partner": instance + "/services/Soap/u/{version}/" + orgID15,
		},
	}
	return jsonAnswer(http.StatusOK, marshal(who))
}
