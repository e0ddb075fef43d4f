package org

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

var formHeader = http.Header{"Authorization": nil, "Content-Type": {"application/x-www-form-urlencoded"}}

func TestOAuth(t *testing.T) {
	w := newWorld(t, Config{})
	grant := func(form string) (int, jsontext.Value) {
		t.Helper()
		resp, body := w.send("POST", "/services/oauth2/token", strings.NewReader(form), formHeader)
		return resp.StatusCode, jsontext.Value(body)
	}
	password := url.Values{"grant_type": {"password"}, "client_id": {"c"}, "username": {Username}, "password": {Password + "TOKEN"}}
	_, first := grant(password.Encode())
	refresh := url.QueryEscape(stringOf(lookupMember(first, "refresh_token")))
	for name, form := range map[string]string{
		"password":           password.Encode(),
		"client credentials": "grant_type=client_credentials&client_id=c&client_secret=s",
		"refresh token":      "grant_type=refresh_token&client_id=c&refresh_token=" + refresh,
		"jwt bearer":         "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c",
	} {
		t.Run(name, func(t *testing.T) {
			status, body := grant(form)
			token := stringOf(lookupMember(body, "access_token"))
			if status != 200 || token == "" || stringOf(lookupMember(body, "instance_url")) != "https://"+w.server.Addr {
				t.Fatalf("status %d, body %s", status, body)
			}
			session := http.Header{"Authorization": {"Bearer " + token}}
			if resp, _ := w.send("GET", base+"/limits", nil, session); resp.StatusCode != 200 {
				t.Errorf("the session gets %d", resp.StatusCode)
			}
			if _, who := w.send("GET", "/services/oauth2/userinfo", nil, session); !strings.Contains(who, Username) {
				t.Errorf("userinfo %s", who)
			}
			w.send("POST", "/services/oauth2/revoke", strings.NewReader("token="+url.QueryEscape(token)), formHeader)
			if resp, _ := w.send("GET", base+"/limits", nil, session); resp.StatusCode != 401 {
				t.Errorf("the revoked session gets %d", resp.StatusCode)
			}
			if resp, _ := w.send("GET", "/services/oauth2/userinfo", nil, session); resp.StatusCode != 403 {
				t.Errorf("userinfo for the revoked session: %d", resp.StatusCode)
			}
		})
	}
	for name, test := range map[string]struct{ form, want string }{
		"wrong password": {"grant_type=password&client_id=c&password=x&username=" + url.QueryEscape(Username), "invalid_grant"},
		"no such user":   {"grant_type=password&client_id=c&username=x&password=" + Password, "invalid_grant"},
		"no client":      {"grant_type=password&password=" + Password, "invalid_client_id"},
		"no secret":      {"grant_type=client_credentials&client_id=c", "invalid_client"},
		"old refresh":    {"grant_type=refresh_token&client_id=c&refresh_token=x", "invalid_grant"},
		"no assertion":   {"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a", "invalid_grant"},
		"unknown grant":  {"grant_type=x&client_id=c", "unsupported_grant_type"},
		"broken form":    {"%zz", "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			if status, body := grant(test.form); status != 400 || stringOf(lookupMember(body, "error")) != test.want {
				t.Errorf("status %d, body %s", status, body)
			}
		})
	}
}

func TestInstance(t *testing.T) {
	o, err := New(Config{Names: []string{"login.salesforce.com", "acme.my.salesforce.com"}})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"login.salesforce.com":        "https://acme.my.salesforce.com",
		"test.salesforce.com:8443":    "https://acme.my.salesforce.com:8443",
		"other.my.salesforce.com":     "https://other.my.salesforce.com",
		"localhost:1":                 "https://localhost:1",
		"login.salesforce.com.evil.x": "https://login.salesforce.com.evil.x",
	} {
		if got := o.instance(host); got != want {
			t.Errorf("instance(%s) = %s, want %s", host, got, want)
		}
	}
	o.cfg.InstanceURL = "https://x.example/"
	if got := o.instance("login.salesforce.com"); got != "https://x.example" {
		t.Errorf("configured: %s", got)
	}
}

func TestSOAP(t *testing.T) {
	w := newWorld(t, Config{})
	header := http.Header{"Authorization": nil, "Content-Type": {"text/xml"}, "Soapaction": {`""`}}
	call := func(path, head, body string) (int, string) {
		t.Helper()
		resp, got := w.send("POST", path, strings.NewReader(`<?xml version="1.0"?><se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/">`+
			`<se:Header>`+head+`</se:Header><se:Body xmlns="urn:partner.soap.sforce.com">`+body+`</se:Body></se:Envelope>`), header)
		return resp.StatusCode, got
	}
	text := func(xml, name string) string {
		_, rest, _ := strings.Cut(xml, "<"+name+">")
		value, _, _ := strings.Cut(rest, "</"+name+">")
		return value
	}
	const path = "/services/Soap/u/60.0"
	login := `<login><username>` + Username + `</username><password>` + Password + `</password></login>`
	status, body := call(path, "", login)
	session := text(body, "sessionId")
	if want := "https://" + w.server.Addr + "/services/Soap/u/60.0/" + orgID15; status != 200 || session == "" || text(body, "serverUrl") != want {
		t.Fatalf("login: %d %s", status, body)
	}
	if resp, _ := w.send("GET", base+"/limits", nil, http.Header{"Authorization": {"Bearer " + session}}); resp.StatusCode != 200 {
		t.Errorf("the session gets %d", resp.StatusCode)
	}
	head := `<SessionHeader><sessionId>` + session + `</sessionId></SessionHeader>`
	if status, body := call(path+"/"+orgID15, head, "<getUserInfo/>"); status != 200 || text(body, "userName") != Username {
		t.Errorf("getUserInfo: %d %s", status, body)
	}
	if status, _ := call(path, head, "<logout/>"); status != 200 {
		t.Errorf("logout: %d", status)
	}
	for name, test := range map[string]struct{ path, head, body, code string }{
		"wrong password":  {path, "", strings.Replace(login, Password, "x", 1), "INVALID_LOGIN"},
		"old session":     {path, head, "<getUserInfo/>", "sf:INVALID_SESSION_ID"},
		"other operation": {path, head, "<create/>", "sf:UNSUPPORTED_API_VERSION"},
		"enterprise":      {"/services/Soap/c/60.0", "", login, "sf:UNSUPPORTED_API_VERSION"},
		"no XML":          {path, "", "<login>", "soapenv:Client"},
	} {
		t.Run(name, func(t *testing.T) {
			if status, body := call(test.path, test.head, test.body); status != 500 || text(body, "faultcode") != test.code {
				t.Errorf("status %d, body %s", status, body)
			}
		})
	}
}
