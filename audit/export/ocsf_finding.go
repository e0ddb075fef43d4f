package export

import (
	"slices"
	"strconv"
	"strings"

	"github.com/phigate/phigate/audit"
)

// finding is the Data Security Finding (2006) with which a decision enters the review.
func finding(d *audit.Decision, sum summary) *ocsfFinding {
	b := base(d, sum, 2006, 1)
	b.Metadata.UID = d.ID + ".finding" // the activity's is the decision's own
	b.Metadata.CorrelationUID = d.ID
	b.Metadata.Profiles = []string{"security_control", "incident"}
	b.StatusID, b.Status = 1, "New"
	for i := range d.Finding {
		for _, fp := range d.Finding[i].Fingerprints {
			b.Observables = append(b.Observables, ocsfObservable{
				Name: "data_security.discovery_details[" + strconv.Itoa(i) + "]", TypeID: 30, Type: "Fingerprint", Value: fp,
			})
		}
	}
	e := &ocsfFinding{ocsfBase: b, ocsfControl: control(d, sum), ocsfPeers: peers(d), ActivityName: "Create"}
	if d.Client != "" {
		e.Actor = &ocsfActor{AppName: d.Client}
	}
	at := d.Time.UnixMilli()
	e.Info = ocsfFindingInfo{
		UID: d.ID, Title: e.Message, Types: sum.categories, Created: at, FirstSeen: at, LastSeen: at,
		Related: []ocsfRelated{{UID: d.ID, TypeUID: classify(4002, methodID(d)).TypeUID}},
	}
	if e.FirewallRule != nil {
		e.Info.Analytic = &ocsfAnalytic{Name: e.FirewallRule.Name, TypeID: 1, Type: "Rule"}
	}
	e.Security = ocsfSecurity{
		CategoryID: 1, Category: "Personal", SystemID: 2, System: "DLP Gateway",
		StateID: 2, State: "Data in-Transit", Pattern: strings.Join(sum.detectors, ","), Policy: e.Policy, Details: []ocsfDetail{},
	}
	for i := range d.Finding {
		e.Security.Details = append(e.Security.Details, detail(&d.Finding[i]))
	}
	return e
}

// detail says what was found at one place, and how often. Of the place only names of the API are kept.
func detail(f *audit.Finding) ocsfDetail {
	out := ocsfDetail{Type: f.Detector, Count: f.Count}
	switch {
	case f.Path != "":
		out.Occurrences = []ocsfOccurrence{{JSONPath: f.Path, Column: f.Field}}
	case f.Field != "":
		out.Occurrences = []ocsfOccurrence{{Column: f.Field}}
	}
	return out
}

// updated is the Data Security Finding for what people made of it since: closed once the verdict stands, else updated.
func updated(created *ocsfFinding, d *audit.Decision, s State) *ocsfFinding {
	e := *created
	activity, status := 2, 2
	e.ActivityName, e.Status = "Update", "In Progress"
	switch s.Status {
	case "decided":
		activity, status = 3, 4
		e.ActivityName, e.Status = "Close", "Resolved"
	case "open":
		status, e.Status = 1, "New"
	}
	kind := classify(2006, activity)
	e.ActivityID, e.TypeUID, e.StatusID = kind.ActivityID, kind.TypeUID, status
	e.IsAlert = false
	if !s.At.IsZero() {
		e.Time = s.At.UnixMilli()
		e.Info.Modified = e.Time
	}
	e.Metadata.UID = d.ID + ".review." + strconv.FormatInt(e.Time, 10)
	if s.Verdict != "" {
		e.ocsfVerdict = verdict(s.Verdict)
	}
	if s.Assignee != "" {
		e.Assignee = &ocsfUser{Name: s.Assignee, TypeID: 1}
	}
	if s.By != "" {
		e.Unmapped = new(ocsfUnmapped)
		*e.Unmapped = *created.Unmapped
		e.Unmapped.ReviewedBy = s.By
	}
	return &e
}

// verdict is OCSF's verdict of that name. A name that OCSF does not have is Other.
func verdict(name string) *ocsfVerdict {
	names := []string{"unknown", "false_positive", "true_positive", "disregard", "suspicious", "benign", "test",
		"insufficient_data", "security_risk", "managed_externally", "duplicate"}
	id := slices.Index(names, name)
	if id < 0 {
		return &ocsfVerdict{ID: 99, Name: name}
	}
	words := strings.Split(name, "_")
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return &ocsfVerdict{ID: id, Name: strings.Join(words, " ")}
}
