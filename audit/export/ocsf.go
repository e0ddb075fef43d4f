package export

import (
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/phigate/phigate/audit"
)

// ocsfVersion is the version of the schema that the events keep to (released 2026-03-16).
const ocsfVersion = "1.8.0"

// appendOCSF appends the events of d, one a line:
//
//   - HTTP Activity (4002) with the security_control profile, or Application Lifecycle (6002) for what the gate says of
//     itself;
//   - Data Security Finding (2006), activity Create, if there are findings or it was not simply allowed;
//   - Data Security Finding, activity Update or Close, if people made something of it.
//
// Whatever could carry content stays out: data_security.pattern_match, discovery_details.value, evidences, raw_data,
// query strings, headers.
func appendOCSF(line []byte, d *audit.Decision, s State) ([]byte, error) {
	sum := summarise(d)
	if d.Kind == audit.Admin {
		return appendJSON(line, lifecycle(d, sum))
	}
	line, err := appendJSON(line, httpActivity(d, sum))
	if err != nil || len(d.Finding) == 0 && appliedOf(d.Action) == passed {
		return line, err
	}
	created := finding(d, sum)
	if line, err = appendJSON(line, created); err != nil || s.Status == "" {
		return line, err
	}
	return appendJSON(line, updated(created, d, s))
}

// classify sets what says of which class an event is. type_uid is class_uid * 100 + activity_id.
func classify(class, activity int) (b ocsfBase) {
	b.ClassUID, b.ActivityID = class, activity
	b.CategoryUID, b.TypeUID = class/1000, class*100+activity
	return b
}

// base is what all events of a decision share.
func base(d *audit.Decision, sum summary, class, activity int) ocsfBase {
	b := classify(class, activity)
	b.Time = d.Time.UnixMilli()
	b.SeverityID = severity(d, sum)
	b.Severity = []string{"Unknown", "Informational", "Low", "Medium", "High"}[b.SeverityID]
	b.StatusCode = d.Reason
	b.Message = title(d, sum)
	b.Metadata = ocsfMetadata{
		Version: ocsfVersion, UID: d.ID, CorrelationUID: d.Of, Sequence: d.Seq, LogName: "decisions",
		LogVersion: strconv.Itoa(d.V), OriginalTime: d.Time.UTC().Format(time.RFC3339Nano), Profiles: []string{},
		Product: ocsfProduct{Name: "phigate", Vendor: "phigate"},
	}
	if d.Node != "" {
		b.Metadata.Reporter = &ocsfEntity{Name: d.Node}
	}
	b.Unmapped = &ocsfUnmapped{
		Kind: string(d.Kind), Mode: d.Mode, Coverage: string(d.Cover), API: d.API, Operation: d.Op, Object: d.Object,
		Direction: d.Dir, Records: d.Records, LatencyMicros: d.Micros, UpstreamSPKI: d.TLS.Upstream, Rules: sum.rules,
	}
	return b
}

// control is the security_control profile: what was done, by which rule of which policy.
func control(d *audit.Decision, sum summary) ocsfControl {
	c := ocsfControl{Policy: policyOf(d), IsAlert: appliedOf(d.Action) != passed}
	switch appliedOf(d.Action) {
	case blocked:
		c.ActionID, c.Action, c.DispositionID, c.Disposition = 2, "Denied", 2, "Blocked"
	case modified:
		c.ActionID, c.Action, c.DispositionID, c.Disposition = 4, "Modified", 11, "Corrected"
	case detected:
		c.ActionID, c.Action, c.DispositionID, c.Disposition = 3, "Observed", 15, "Detected"
	case passed:
		c.ActionID, c.Action, c.DispositionID, c.Disposition = 1, "Allowed", 1, "Allowed"
	}
	if len(sum.rules) > 0 {
		c.FirewallRule = &ocsfEntity{Name: sum.rules[0]}
	}
	if sum.likelihood != "" {
		c.ConfidenceID, c.ConfidenceScore = confidence(sum.likelihood)
		c.Confidence = []string{"Unknown", "Low", "Medium", "High"}[c.ConfidenceID]
	}
	return c
}

// confidence is OCSF's confidence_id and confidence_score of a likelihood. The score is the middle of what the
// likelihood stands for.
func confidence(likelihood string) (id, score int) {
	switch likelihood {
	case "very_likely":
		return 3, 95
	case "likely":
		return 3, 80
	case "possible":
		return 2, 50
	case "unlikely":
		return 1, 20
	case "very_unlikely":
		return 1, 5
	}
	return 0, 0
}

func policyOf(d *audit.Decision) *ocsfPolicy {
	if d.Policy.Digest == "" {
		return nil
	}
	return &ocsfPolicy{UID: d.Policy.Digest, Version: strconv.Itoa(d.Policy.Version), Applied: d.Mode != "monitor"}
}

// httpActivity is the HTTP Activity event (4002) of a decision.
func httpActivity(d *audit.Decision, sum summary) *ocsfHTTPActivity {
	b := base(d, sum, 4002, methodID(d))
	b.Metadata.Profiles = []string{"security_control"}
	e := &ocsfHTTPActivity{ocsfBase: b, ocsfControl: control(d, sum), ocsfPeers: peers(d), ActivityName: methodName(d)}
	e.Request = ocsfRequest{Method: d.HTTP.Method, UID: d.ID}
	if d.HTTP.Route != "" {
		e.Request.URL = &ocsfURL{Scheme: "https", Hostname: d.Dest.Host, Port: d.Dest.Port, Path: d.HTTP.Route}
	}
	if d.HTTP.Status != 0 {
		e.Response = &ocsfResponse{Code: d.HTTP.Status}
	}
	if d.TLS.Version != "" {
		e.TLS = &ocsfTLS{Version: d.TLS.Version, Cipher: d.TLS.Cipher}
	}
	e.Traffic = &ocsfTraffic{Bytes: d.Bytes}
	switch d.Dir {
	case "request":
		e.Traffic.Out = d.Bytes
	case "response":
		e.Traffic.In = d.Bytes
	}
	e.StatusID, e.Status = 1, "Success"
	if appliedOf(d.Action) == blocked {
		e.StatusID, e.Status = 2, "Failure"
	}
	return e
}

// methods are the activities of HTTP Activity, from 1.
func methods() []string {
	return []string{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE", "PATCH"}
}

func methodID(d *audit.Decision) int {
	switch i := slices.Index(methods(), d.HTTP.Method); {
	case i >= 0:
		return i + 1
	case d.HTTP.Method == "":
		return 0 // Unknown
	}
	return 99 // Other
}

// methodName is the caption of the activity; of what is Other, OCSF wants the source's own name.
func methodName(d *audit.Decision) string {
	if id := methodID(d); id == 0 {
		return "Unknown"
	} else if id == 99 {
		return d.HTTP.Method
	}
	return d.HTTP.Method[:1] + lower(d.HTTP.Method[1:])
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// peers are both ends. A class of network activity needs one of them with a name or an address.
func peers(d *audit.Decision) ocsfPeers {
	var p ocsfPeers
	if d.Dest.Host != "" {
		p.Destination = &ocsfEndpoint{Hostname: d.Dest.Host, Port: d.Dest.Port}
	}
	if d.Source != "" || d.Client != "" {
		p.Source = &ocsfEndpoint{Hostname: d.Source, Name: d.Client}
		if address, err := netip.ParseAddr(d.Source); err == nil {
			p.Source.Hostname, p.Source.IP = "", address.WithZone("").String()
		}
	}
	if p.Destination == nil && p.Source == nil {
		p.Source = &ocsfEndpoint{Name: "unknown"}
	}
	return p
}

// lifecycle is the Application Lifecycle event (6002) for what the gate says of itself.
func lifecycle(d *audit.Decision, sum summary) *ocsfLifecycle {
	activity, name := 99, d.Reason
	switch d.Reason {
	case "started":
		activity, name = 3, "Start"
	case "stopped":
		activity, name = 4, "Stop"
	case "policy_loaded", "index_loaded":
		activity, name = 8, "Update"
	}
	e := &ocsfLifecycle{ocsfBase: base(d, sum, 6002, activity), ActivityName: name}
	e.App = ocsfProduct{Name: "phigate", Vendor: "phigate"}
	if d.Policy.Digest != "" {
		e.App.Feature = &ocsfEntity{Name: "policy", UID: d.Policy.Digest}
	}
	return e
}
