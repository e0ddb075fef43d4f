package proxy

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/salesforce"
)

// The reasons that an exchange adds to those of the connection.
const (
	ReasonClean        Reason = "clean"         // nothing matched
	ReasonPolicy       Reason = "policy"        // a rule matched
	ReasonPath         Reason = "path"          // the path can be read in two ways
	ReasonAudit        Reason = "audit"         // the decision could not be recorded
	ReasonUpstreamBody Reason = "upstream_body" // the response broke off
	ReasonClosed       Reason = "closed"        // whoever read the body stopped before its end
)

// faultError ends an exchange. Its reason is what may be shown; the error inside stays in the operational log.
type faultError struct {
	reason Reason
	err    error
}

func (f *faultError) Error() string { return string(f.reason) }

func (f *faultError) Unwrap() error { return f.err }

func fault(reason Reason, err error) error { return &faultError{reason, err} }

// asFault returns the fault in err. What is none is a failure of the gate.
func asFault(err error) *faultError {
	var f *faultError
	if errors.As(err, &f) {
		return f
	}
	return &faultError{ReasonPanic, err}
}

// unreadableReason is the reason for a body that cannot be read, such as "unreadable_syntax".
func unreadableReason(err error) Reason {
	var u *inspect.UnreadableError
	if errors.As(err, &u) {
		return "unreadable_" + Reason(u.Reason)
	}
	return ReasonUnreadable
}

// outcome is how a reason is told to a job: the status on a Salesforce host, the errorCode of the Salesforce APIs, and
// a sentence. Clients retry 5xx, log in again on 401 and lose the message of 403, so a decision is a 400.
type outcome struct {
	status int
	code   string
	text   string
}

// outcomes is the one table of what a refusal looks like. A reason that it lacks is answered as ReasonPanic.
var outcomes = map[Reason]outcome{
	ReasonPolicy:          {400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "may not be transferred"},
	ReasonPath:            {400, "INVALID_INPUT", "the path can be read in two ways"},
	ReasonUnreadable:      {400, "INVALID_INPUT", "the body cannot be read with certainty"},
	ReasonClientAbort:     {400, "INVALID_INPUT", "the request is not complete"},
	ReasonHostNotAllowed:  {403, "API_DISABLED_FOR_ORG", "the policy does not list this host"},
	ReasonHostLabel:       {403, "API_DISABLED_FOR_ORG", "a name with numbers under a wildcard; list the host by its full name"},
	ReasonClientHost:      {403, "API_DISABLED_FOR_ORG", "this client may not reach this host"},
	ReasonPort:            {403, "API_DISABLED_FOR_ORG", "the policy does not list this port"},
	ReasonAddress:         {403, "API_DISABLED_FOR_ORG", "an address stands where a host name belongs"},
	ReasonAuthority:       {400, "INVALID_INPUT", "this is not a host name"},
	ReasonIdentity:        {407, "INVALID_LOGIN", "the proxy does not know this client; set user and password in HTTPS_PROXY"},
	ReasonRateLimited:     {407, "INVALID_LOGIN", "too many failed logins; wait a minute"},
	ReasonLoop:            {403, "API_DISABLED_FOR_ORG", "the request already went through this gate"},
	ReasonNotConnect:      {403, "API_DISABLED_FOR_ORG", "only CONNECT is served here; set HTTPS_PROXY and use https"},
	ReasonScheme:          {400, "INVALID_INPUT", "only https is served here"},
	ReasonTimeout:         {408, "INVALID_INPUT", "the request did not arrive in time"},
	ReasonDraining:        {503, "SERVER_UNAVAILABLE", "the gate is being stopped; try again"},
	ReasonMisdirected:     {421, "INVALID_INPUT", "the request names another host than CONNECT did"},
	ReasonFraming:         {400, "INVALID_INPUT", "the framing can be read in two ways"},
	ReasonMethod:          {405, "METHOD_NOT_ALLOWED", "the gate does not serve this method"},
	ReasonTarget:          {400, "INVALID_INPUT", "the request target is malformed"},
	ReasonUpgrade:         {501, "API_DISABLED_FOR_ORG", "the gate does not upgrade connections"},
	ReasonExpect:          {417, "INVALID_INPUT", "the only expectation is 100-continue"},
	ReasonHeader:          {400, "INVALID_INPUT", "Connection names a header that is not hop-by-hop"},
	ReasonHeaderSize:      {431, "INVALID_INPUT", "the header is too large"},
	ReasonPanic:           {500, "UNKNOWN_EXCEPTION", "the gate failed; nothing was released"},
	ReasonAudit:           {503, "SERVER_UNAVAILABLE", "the decision could not be recorded; nothing was released"},
	ReasonDNS:             {503, "SERVER_UNAVAILABLE", "the host name does not resolve"},
	ReasonDial:            {503, "SERVER_UNAVAILABLE", "the host cannot be reached"},
	ReasonParent:          {503, "SERVER_UNAVAILABLE", "the parent proxy refused"},
	ReasonGuard:           {400, "PHI_PROXY_ADDRESS", "the host resolves to an address that must not be dialled"},
	ReasonUpstreamTLS:     {400, "PHI_PROXY_TLS", "the host does not speak TLS 1.2 or later with an accepted cipher"},
	ReasonCertificate:     {400, "PHI_PROXY_TLS_CERTIFICATE", "the host's certificate is not trusted"},
	ReasonPin:             {400, "PHI_PROXY_TLS_PIN_MISMATCH", "no certificate of the host is pinned"},
	ReasonRevoked:         {400, "PHI_PROXY_TLS_REVOKED", "the host's certificate is revoked, or nobody can tell"},
	ReasonUpstreamTimeout: {504, "SERVER_UNAVAILABLE", "the host did not answer in time"},
	ReasonReset:           {502, "SERVER_UNAVAILABLE", "the host closed the connection"},
	ReasonUpstream:        {502, "SERVER_UNAVAILABLE", "the host's answer cannot be used"},
	ReasonUpstreamBody:    {502, "SERVER_UNAVAILABLE", "the host's answer broke off"},
}

// outcomeOf returns how a reason is told.
func outcomeOf(reason Reason) outcome {
	if o, ok := outcomes[reason]; ok {
		return o
	}
	if strings.HasPrefix(string(reason), "unreadable_") {
		o := outcomes[ReasonUnreadable]
		o.text += " (" + strings.TrimPrefix(string(reason), "unreadable_") + ")"
		return o
	}
	return outcomes[ReasonPanic]
}

// answer is what a refusal is made of.
type answer struct {
	dialect  salesforce.Dialect
	host     string
	decision string
	fault    *faultError
	tally    *tally
}

// refusal answers a request that the gate does not let through, in the dialect of the API that it called. The text
// names the rule, the fields and the decision, never a value.
func refusal(req *http.Request, a answer) *http.Response {
	o := outcomeOf(a.fault.reason)
	var rule string
	var fields []string
	if a.fault.reason == ReasonPolicy {
		rule, fields = a.tally.culprits()
	}
	message := o.message(a.decision, rule, fields)
	if rule != "" && !salesforce.IsHost(a.host) {
		o.status = http.StatusForbidden
	}
	d := dialects[a.dialect]
	if d.status != 0 && o.status < 500 && o.status != http.StatusMisdirectedRequest {
		o.status = d.status
	}
	resp := respond(req, o.status, d.mediaType, d.write(o.code, message, fields))
	resp.Header.Set("X-Phigate-Decision", a.decision)
	return resp
}

// message is the sentence that a job's client shows. It begins with a word to search for: PHI_POLICY_VIOLATION where
// the policy decided, PHI_PROXY_ERROR where something failed that may pass.
func (o outcome) message(decision, rule string, fields []string) string {
	subject := "the request"
	if len(fields) > 0 {
		subject = strings.Join(fields, ", ")
	}
	switch {
	case rule != "":
		return fmt.Sprintf("PHI_POLICY_VIOLATION [%s] %s %s (decision %s)", rule, subject, o.text, decision)
	case o.status >= 500 || strings.HasPrefix(o.code, "PHI_PROXY"):
		return fmt.Sprintf("PHI_PROXY_ERROR %s (decision %s)", o.text, decision)
	default:
		return fmt.Sprintf("PHI_POLICY_VIOLATION %s (decision %s)", o.text, decision)
	}
}

// Explain says in a sentence what a reason on the decision log means.
func Explain(reason string) string {
	switch Reason(reason) {
	case ReasonClean:
		return "no rule matched"
	case ReasonPolicy:
		return "a rule of the policy matched"
	case ReasonClosed:
		return "whoever read the body stopped before its end"
	}
	if o := outcomeOf(Reason(reason)); o != outcomes[ReasonPanic] || Reason(reason) == ReasonPanic {
		return o.text
	}
	return reason
}

// dialect is how one API spells an error. A status of 0 leaves the outcome's.
type dialect struct {
	mediaType string
	status    int
	write     func(code, message string, fields []string) []byte
}

var dialects = map[salesforce.Dialect]dialect{
	salesforce.JSONArray: {"application/json;charset=UTF-8", 0, writeJSONArray},
	salesforce.XMLErrors: {"application/xml;charset=UTF-8", 0, writeXMLErrors},
	salesforce.SOAPFault: {"text/xml;charset=UTF-8", http.StatusInternalServerError, writeSOAPFault},
	salesforce.BulkXML:   {"application/xml;charset=UTF-8", 0, writeBulkXML},
	salesforce.BulkJSON:  {"application/json;charset=UTF-8", 0, writeBulkJSON},
	salesforce.OAuthJSON: {"application/json;charset=UTF-8", 0, writeOAuthJSON},
	plainText:            {"text/plain;charset=UTF-8", 0, writeText},
}

// plainText is the answer to a CONNECT, which no API's client parses.
const plainText salesforce.Dialect = 255

func writeText(_, message string, _ []string) []byte { return []byte(message + "\n") }

func writeJSONArray(code, message string, fields []string) []byte {
	names := []string{}
	for _, f := range fields {
		names = append(names, f[strings.LastIndexByte(f, '.')+1:])
	}
	return encode([]struct {
		Message   string   `json:"message"`
		ErrorCode string   `json:"errorCode"`
		Fields    []string `json:"fields"`
	}{{message, code, names}})
}

func writeOAuthJSON(_, message string, _ []string) []byte {
	return encode(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{"access_denied", message})
}

func writeBulkJSON(_, message string, _ []string) []byte {
	return encode(struct {
		Code    string `json:"exceptionCode"`
		Message string `json:"exceptionMessage"`
	}{"ClientInputError", message})
}

func writeBulkXML(_, message string, _ []string) []byte {
	return xmlf(`<error xmlns="http://www.force.com/2009/06/asyncapi/dataload"><exceptionCode>ClientInputError</exceptionCode>`+
		`<exceptionMessage>%s</exceptionMessage></error>`, message)
}

func writeXMLErrors(code, message string, _ []string) []byte {
	return xmlf(`<Errors><Error><errorCode>%s</errorCode><message>%s</message></Error></Errors>`, code, message)
}

// writeSOAPFault writes a fault that the Java client can parse: a code of the WSDL's ExceptionCode and a typed detail.
func writeSOAPFault(_, message string, _ []string) []byte {
	return xmlf(`<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com" `+
		`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault><faultcode>sf:INSUFFICIENT_ACCESS</faultcode>`+
		`<faultstring>INSUFFICIENT_ACCESS: %[1]s</faultstring><detail><sf:UnexpectedErrorFault xsi:type="sf:UnexpectedErrorFault">`+
		`<sf:exceptionCode>INSUFFICIENT_ACCESS</sf:exceptionCode><sf:exceptionMessage>%[1]s</sf:exceptionMessage>`+
		`</sf:UnexpectedErrorFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>`, message)
}

// encode writes a value that always encodes: structs of strings.
func encode[T any](v T) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("[]")
	}
	return b
}

// xmlf formats an XML document, its arguments escaped.
func xmlf(format string, args ...string) []byte {
	escaped := make([]any, len(args))
	for i, a := range args {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(a)) // a bytes.Buffer does not fail
		escaped[i] = b.String()
	}
	return fmt.Appendf([]byte(xml.Header), format, escaped...)
}

// respond makes a response of the gate's own.
func respond(req *http.Request, status int, mediaType string, body []byte) *http.Response {
	header := http.Header{}
	header.Set("Content-Type", mediaType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "no-store")
	header.Set("Proxy-Status", "phigate; error=http_request_denied")
	if status == http.StatusServiceUnavailable {
		header.Set("Retry-After", "5")
	}
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}
