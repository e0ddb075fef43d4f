package proxy

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/salesforce"
	"github.com/phigate/phigate/policy"
)

// blockedTally is the account of a contact whose social security number was refused.
func blockedTally() *tally {
	rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}, Fields: []inspect.Field{{Object: "Contact", Name: []byte("SSN__c")}}}
	t := &tally{}
	t.add(&Config{}, rec, nil, []policy.Hit{{Rule: "ssn<&>", Action: policy.Block, Applied: policy.Block, Finding: -1}})
	return t
}

// Every client shows the reason only if the error is in the words of the API that it called.
func TestRefusalDialects(t *testing.T) {
	const message = "PHI_POLICY_VIOLATION [ssn<&>] Contact.SSN__c may not be transferred (decision 01ID)"
	tests := map[string]struct {
		dialect   salesforce.Dialect
		host      string
		status    int
		mediaType string
		message   func(body []byte) (string, error)
	}{
		"REST": {salesforce.JSONArray, "acme.my.salesforce.com", 400, "application/json;charset=UTF-8", func(b []byte) (string, error) {
			var e []struct {
				Message, ErrorCode string
				Fields             []string
			}
			err := json.Unmarshal(b, &e)
			if err == nil && (len(e) != 1 || e[0].ErrorCode != "FIELD_CUSTOM_VALIDATION_EXCEPTION" || len(e[0].Fields) != 1 || e[0].Fields[0] != "SSN__c") {
				err = errors.New("not a Salesforce error")
			}
			return e[0].Message, err
		}},
		"REST elsewhere": {salesforce.JSONArray, "api.example.org", 403, "application/json;charset=UTF-8", nil},
		"REST in XML": {salesforce.XMLErrors, "acme.my.salesforce.com", 400, "application/xml;charset=UTF-8", func(b []byte) (string, error) {
			var e struct {
				XMLName xml.Name `xml:"Errors"`
				Message string   `xml:"Error>message"`
			}
			err := xml.Unmarshal(b, &e)
			return e.Message, err
		}},
		"SOAP": {salesforce.SOAPFault, "acme.my.salesforce.com", 500, "text/xml;charset=UTF-8", func(b []byte) (string, error) {
			var e struct {
				XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
				Code    string   `xml:"Body>Fault>faultcode"`
				Text    string   `xml:"Body>Fault>faultstring"`
				Message string   `xml:"Body>Fault>detail>UnexpectedErrorFault>exceptionMessage"`
			}
			err := xml.Unmarshal(b, &e)
			if err == nil && (e.Code != "sf:INSUFFICIENT_ACCESS" || !strings.HasSuffix(e.Text, e.Message)) {
				err = errors.New("not a fault of the partner WSDL")
			}
			return e.Message, err
		}},
		"Bulk 1.0, XML": {salesforce.BulkXML, "acme.my.salesforce.com", 400, "application/xml;charset=UTF-8", func(b []byte) (string, error) {
			var e struct {
				XMLName xml.Name `xml:"http://www.force.com/2009/06/asyncapi/dataload error"`
				Message string   `xml:"exceptionMessage"`
			}
			err := xml.Unmarshal(b, &e)
			return e.Message, err
		}},
		"Bulk 1.0, JSON": {salesforce.BulkJSON, "acme.my.salesforce.com", 400, "application/json;charset=UTF-8", func(b []byte) (string, error) {
			var e struct{ ExceptionCode, ExceptionMessage string }
			err := json.Unmarshal(b, &e)
			return e.ExceptionMessage, err
		}},
		"OAuth": {salesforce.OAuthJSON, "login.salesforce.com", 400, "application/json;charset=UTF-8", func(b []byte) (string, error) {
			var e struct {
				Error       string `json:"error"`
				Description string `json:"error_description"`
			}
			err := json.Unmarshal(b, &e)
			if err == nil && e.Error != "access_denied" {
				err = errors.New("not an OAuth error")
			}
			return e.Description, err
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			resp := refusal(nil, answer{
				dialect: tt.dialect, host: tt.host, decision: "01ID", fault: &faultError{reason: ReasonPolicy}, tally: blockedTally(),
			})
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tt.status || resp.Header.Get("Content-Type") != tt.mediaType || resp.ContentLength != int64(len(body)) {
				t.Errorf("answered %d, %s, %d bytes", resp.StatusCode, resp.Header.Get("Content-Type"), resp.ContentLength)
			}
			if resp.Header.Get("X-Phigate-Decision") != "01ID" || resp.Header.Get("Proxy-Status") != "phigate; error=http_request_denied" ||
				resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("the header is %v", resp.Header)
			}
			if tt.message == nil {
				return
			}
			if got, err := tt.message(body); err != nil || got != message {
				t.Errorf("the client shows %q, %v; want %q", got, err, message)
			}
		})
	}
}

// Clients retry 5xx, log in again on 401 and lose the text of 403 and 429: what a policy decided is none of them.
func TestRefusalStatus(t *testing.T) {
	for reason, o := range outcomes {
		switch o.status {
		case http.StatusUnauthorized, http.StatusTooManyRequests:
			t.Errorf("%s is answered %d", reason, o.status)
		}
		if o.code == "" || o.text == "" {
			t.Errorf("%s has no code or no text", reason)
		}
	}
	for _, reason := range []Reason{ReasonPolicy, ReasonPath, ReasonUnreadable, "unreadable_syntax", ReasonPin, ReasonCertificate, ReasonRevoked, ReasonUpstreamTLS, ReasonGuard} {
		if got := outcomeOf(reason).status; got != http.StatusBadRequest {
			t.Errorf("%s is answered %d, want 400", reason, got)
		}
	}
	if got := outcomeOf("no such reason"); got != outcomes[ReasonPanic] {
		t.Errorf("an unknown reason is answered %v", got)
	}
	if got := outcomeOf("unreadable_duplicate_name").text; !strings.Contains(got, "duplicate_name") {
		t.Errorf("an unreadable body is answered %q", got)
	}
}

// A decision and a refusal name places; what a client wrote in place of a name is not repeated.
func TestTallyRepeatsNoNamesThatAreNone(t *testing.T) {
	var tl tally
	for _, name := range []string{"SSN__c", "536-90-4399", "John Smith", "S536904399"} {
		rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}, Fields: []inspect.Field{{Object: "536-90-4399", Name: []byte(name)}}}
		tl.add(&Config{}, rec, nil, []policy.Hit{{Rule: "r", Action: policy.Block, Applied: policy.Block, Finding: -1}})
	}
	_, fields := tl.culprits()
	b, err := json.Marshal(struct{ Findings, Fields any }{tl.findings(), fields})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"536", "Smith"} {
		if strings.Contains(string(b), secret) {
			t.Errorf("%s is repeated in %s", secret, b)
		}
	}
	if !strings.Contains(string(b), "SSN__c") {
		t.Errorf("the field is not named in %s", b)
	}
}

// A hostile body with a value in each of a thousand fields makes a decision that the log takes.
func TestTallyIsBounded(t *testing.T) {
	var tl tally
	for i := range 1000 {
		name := []byte("F_" + strings.Repeat("x", i%70) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)))
		rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}, Fields: []inspect.Field{{Object: "Contact", Name: name}}}
		tl.add(&Config{}, rec, nil, []policy.Hit{{Rule: "r" + string(name), Action: policy.Alert, Applied: policy.Alert, Finding: -1}})
	}
	if len(tl.places) > maxPlaces || len(tl.rules) > maxRules {
		t.Errorf("%d places, %d rules", len(tl.places), len(tl.rules))
	}
	log, err := audit.Open(audit.Config{Dir: t.TempDir(), Node: "test", Wait: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	d := &audit.Decision{Kind: audit.Whole, Action: "alert", Reason: "policy", Rules: tl.rules, Finding: tl.findings()}
	if err := log.Append(t.Context(), d); err != nil {
		t.Errorf("the log does not take the decision: %v", err)
	}
	total := 0
	for _, f := range tl.findings() {
		total += f.Count
	}
	if total != 1000 {
		t.Errorf("%d findings are counted, want 1000", total)
	}
}

// Every reason that a refusal can have is explained in words.
func TestExplain(t *testing.T) {
	for reason := range outcomes {
		if got := Explain(string(reason)); got == "" || got == string(reason) {
			t.Errorf("%s is explained as %q", reason, got)
		}
	}
	for reason, want := range map[string]string{
		"clean": "no rule matched", "policy": "a rule of the policy matched", "closed": "whoever read the body stopped before its end",
		"unreadable_syntax": "the body cannot be read with certainty (syntax)", "policy_loaded": "policy_loaded",
	} {
		if got := Explain(reason); got != want {
			t.Errorf("%s is explained as %q, want %q", reason, got, want)
		}
	}
}
