package export_test

import (
	"flag"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/export"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// samples are decisions of every kind and every action, one after the other in time.
func samples() []sample {
	at := time.Date(2026, 11, 23, 9, 30, 0, 123456000, time.UTC)
	id := func(n byte) string { return "01K8ZQ4T8F00000000000000" + string([]byte{'0' + n/10, '0' + n%10}) }
	common := func(n byte) audit.Decision {
		return audit.Decision{
			V: 1, ID: id(n), Time: at.Add(time.Duration(n) * time.Second), Node: "gate-1", Seq: uint64(n), Kind: audit.Whole, Mode: "enforce",
			Client: "ehr-sync", Source: "10.1.2.3", Dest: audit.Dest{Host: "acme.my.salesforce.com", Port: 443}, API: "rest",
			Op: "create", Object: "Contact", Dir: "request",
			HTTP:   audit.HTTP{Method: "POST", Route: "/services/data/v{n}/sobjects/Contact"},
			TLS:    audit.TLS{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256"},
			Policy: audit.Policy{Version: 1, Digest: "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"},
			Bytes:  412, Records: 1, Cover: audit.Full, Micros: 431,
		}
	}
	ssn := audit.Finding{Detector: "us_ssn", Category: "ssn", Likelihood: "very_likely", Evidence: "validity+key", Object: "Contact",
		Field: "SSN__c", Path: "SSN__c", Count: 1, Fingerprints: []string{"GEZDGNBVGY3TQOJQGEZDGNBVGY"}, Rules: []string{"ssn-never-leaves"}, Action: "block"}
	phone := audit.Finding{Detector: "us_phone", Category: "phone", Likelihood: "possible", Evidence: "shape", Object: "Contact",
		Field: "Phone", Path: "records[].Phone", Count: 3, Fingerprints: []string{"MFRGGZDFMZTWQ2LKNNWG23TPOA", "NBSWY3DPEB3W64TMMQQHO2LUNA"},
		Rules: []string{"mask-phones"}, Action: "mask"}

	started := audit.Decision{V: 1, ID: id(1), Time: at, Node: "gate-1", Seq: 1, Kind: audit.Admin, Action: "allow", Reason: "started",
		Mode: "enforce", Policy: common(1).Policy, Cover: audit.None}
	torn := audit.Decision{V: 1, ID: id(2), Time: at, Node: "gate-1", Seq: 2, Kind: audit.Admin, Action: "alert", Reason: "audit.torn", Bytes: 17}
	clean := common(3)
	clean.Action, clean.Reason, clean.HTTP.Status, clean.TLS.Upstream = "allow", "clean", 201, "sha256/i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY="
	blocked := common(4)
	blocked.Action, blocked.Reason, blocked.Rules, blocked.Finding = "block", "policy", []string{"ssn-never-leaves", "mask-phones"}, []audit.Finding{ssn, phone}
	masked := common(5)
	masked.Action, masked.Reason, masked.Rules, masked.Finding, masked.Dir = "mask", "policy", []string{"mask-phones"}, []audit.Finding{phone}, "response"
	masked.HTTP = audit.HTTP{Method: "GET", Route: "/services/data/v{n}/query", Status: 200}
	opening := common(6)
	opening.Kind, opening.Action, opening.Reason, opening.Mode, opening.Source = audit.Opening, "alert", "policy", "monitor", "2001:db8::7"
	opening.Finding, opening.Rules = []audit.Finding{phone}, []string{"mask-phones"}
	opening.HTTP = audit.HTTP{Method: "PUT", Route: "/services/data/v{n}/jobs/ingest/{id}/batches"}
	closing := common(7)
	closing.Kind, closing.Of, closing.Action, closing.Reason, closing.Cover, closing.Bytes = audit.Closing, id(6), "block", "unreadable_syntax", audit.Partial, 52428800
	closing.HTTP = opening.HTTP
	refused := audit.Decision{V: 1, ID: id(8), Time: at.Add(8 * time.Second), Node: "gate-1", Seq: 8, Kind: audit.Connect, Action: "block",
		Reason: "host_not_allowed", Mode: "enforce", Source: "10.1.2.4", Dest: audit.Dest{Host: "*.example.com", Port: 443},
		HTTP: audit.HTTP{Method: "CONNECT"}, Policy: common(8).Policy, Cover: audit.None}
	odd := common(9)
	odd.Action, odd.Reason, odd.Client, odd.Source, odd.Object = "block", "method", `=1+1|"a", b\c`, "unix", "-Contact"
	odd.HTTP, odd.TLS, odd.Dir = audit.HTTP{Method: "{method}", Route: "/a=b|c"}, audit.TLS{}, ""
	return []sample{
		{d: started}, {d: torn}, {d: clean}, {d: blocked, s: export.State{Status: "decided", Verdict: "false_positive", By: "ann",
			Assignee: "ann", At: at.Add(time.Hour)}},
		{d: masked, s: export.State{Status: "awaiting_second", Verdict: "true_positive", By: "ben", At: at.Add(2 * time.Hour)}},
		{d: opening}, {d: closing}, {d: refused, s: export.State{Status: "open", By: "ann", At: at.Add(3 * time.Hour)}}, {d: odd},
	}
}

type sample struct {
	d audit.Decision
	s export.State
}
