package org

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
)

// soapCall is what is read of a SOAP request: the operation and the text of its elements, by local name.
type soapCall struct {
	operation string
	session   string
	text      map[string]string
}

// soap answers the partner API: login, logout and getUserInfo, which is what clients need to begin with.
func (o *Org) soap(r *http.Request, path []string, body io.Reader) *answer {
	if r.Method != http.MethodPost {
		return errMethod(r.Method, "POST").answer()
	}
	if len(path) < 2 || !strings.EqualFold(path[0], "u") {
		return soapFault("sf:UNSUPPORTED_API_VERSION", "This org speaks the partner API only", "UnexpectedErrorFault")
	}
	b, bad := slurp(body)
	if bad != nil {
		return soapFault("soapenv:Client", "The request's body cannot be read", "")
	}
	call, err := readSOAP(b)
	if err != nil {
		return soapFault("soapenv:Client", "The request is no SOAP envelope", "")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch call.operation {
	case "login":
		user := o.user(call.text["username"])
		if user == "" || !strings.HasPrefix(call.text["password"], Password) {
			return soapFault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.", "LoginFault")
		}
		return o.loginResponse(r, path[1], user)
	case "logout", "getUserInfo":
		user := o.sessions[call.session]
		if user == "" {
			return soapFault("sf:INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session", "UnexpectedErrorFault")
		}
		if call.operation == "logout" {
			delete(o.sessions, call.session)
			return envelope(http.StatusOK, `<logoutResponse/>`)
		}
		return envelope(http.StatusOK, `<getUserInfoResponse><result>`+o.userInfo(user)+`</result></getUserInfoResponse>`)
	}
	return soapFault("sf:UNSUPPORTED_API_VERSION", "No operation available for this request", "UnexpectedErrorFault")
}

// readSOAP reads an envelope. Prefixes are ignored: clients differ in their namespaces.
func readSOAP(b []byte) (soapCall, error) {
	call := soapCall{text: map[string]string{}}
	dec := xml.NewDecoder(bytes.NewReader(b))
	var stack []string
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) && call.operation != "" {
			return call, nil
		}
		if err != nil {
			return call, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(stack) == 2 && stack[1] == "Body" {
				call.operation = t.Name.Local
			}
			stack = append(stack, t.Name.Local)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			switch {
			case len(stack) == 4 && stack[1] == "Body":
				call.text[stack[3]] += string(t)
			case len(stack) == 4 && stack[1] == "Header" && stack[3] == "sessionId":
				call.session += string(t)
			}
		}
	}
}

// loginResponse opens a session and renders it in the order of the WSDL.
func (o *Org) loginResponse(r *http.Request, version, user string) *answer {
	url := o.instance(r.Host) + "/services/Soap/u/" + version + "/" + orgID15
	meta := o.instance(r.Host) + "/services/Soap/m/" + version + "/" + orgID15
	return envelope(http.StatusOK, `<loginResponse><result>`+
		element("metadataServerUrl", meta)+element("passwordExpired", "false")+element("sandbox", "false")+
		element("serverUrl", url)+element("sessionId", o.login(user))+element("userId", user)+
		`<userInfo>`+o.userInfo(user)+`</userInfo></result></loginResponse>`)
}

// userInfo renders the elements of a GetUserInfoResult. o.mu is held.
func (o *Org) userInfo(user string) string {
	row := o.table("User").find(user)
	return element("accessibilityMode", "false") + element("currencySymbol", "$") +
		element("orgDefaultCurrencyIsoCode", "USD") + element("organizationId", orgID15+suffix(orgID15)) +
		element("organizationMultiCurrency", "false") + element("organizationName", "Acme Synthetic Health") +
		element("profileId", "00e5e000000abcDAAA") + element("sessionSecondsValid", "7200") +
		element("userEmail", row["Email"]) + element("userFullName", row["Name"]) + element("userId", user) +
		element("userLanguage", "en_US") + element("userLocale", "en_US") + element("userName", row["Username"]) +
		element("userTimeZone", "America/Los_Angeles") + element("userType", "Standard") + element("userUiSkin", "Theme3")
}

func element(name, text string) string {
	var b strings.Builder
	// A strings.Builder takes everything.
	_ = xml.EscapeText(&b, []byte(text))
	return "<" + name + ">" + b.String() + "</" + name + ">"
}

func envelope(status int, body string) *answer {
	return &answer{status: status, kind: xmlType, body: []byte(`<?xml version="1.0" encoding="UTF-8"?>` +
		`<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" ` +
		`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>` + body + `</soapenv:Body></soapenv:Envelope>`)}
}

// soapFault renders a fault; kind is the type of its detail, empty for none.
func soapFault(code, message, kind string) *answer {
	bare := strings.TrimPrefix(code, "sf:")
	detail := ""
	if kind != "" {
		detail = `<detail><sf:` + kind + ` xmlns:sf="urn:fault.partner.soap.sforce.com" xsi:type="sf:` + kind + `">` +
			element("sf:exceptionCode", bare) + element("sf:exceptionMessage", message) + `</sf:` + kind + `></detail>`
	}
	return envelope(http.StatusInternalServerError, `<soapenv:Fault>`+element("faultcode", code)+
		element("faultstring", bare+": "+message)+detail+`</soapenv:Fault>`)
}
