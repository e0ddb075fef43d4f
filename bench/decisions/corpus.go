package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/phigate/phigate/audit"
)

// corpus makes decisions as a busy gate takes them: a few clients and objects have most of the traffic, most of it is
// allowed, what is found depends on the object, and the same values come again and again.
type corpus struct {
	r        *rand.Rand
	clients  zipf
	objects  zipf
	values   zipf
	at, step time.Duration
	from     time.Time
}

// zipf draws numbers of which each is about as frequent as the one before it divided by its place.
type zipf struct{ cumulated []float64 }

func newZipf(n int, skew float64) zipf {
	z := zipf{make([]float64, n)}
	sum := 0.0
	for i := range z.cumulated {
		sum += 1 / math.Pow(float64(i+1), skew)
		z.cumulated[i] = sum
	}
	return z
}

func (z zipf) draw(r *rand.Rand) int {
	at := r.Float64() * z.cumulated[len(z.cumulated)-1]
	lo, hi := 0, len(z.cumulated)-1
	for lo < hi {
		if mid := (lo + hi) / 2; z.cumulated[mid] < at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// The names that decisions have.
const (
	clientCount = 60
	objectCount = 50
	fieldCount  = 12 // of each object
)

// detectors are those that find something, the most frequent first, with their category, the rule that is about them and what it does.
var detectors = [...][4]string{
	{"email", "email", "mask-email", "mask"}, {"phone", "phone", "mask-phones", "mask"}, {"person_name", "name", "names-monitored", "alert"},
	{"mrn", "mrn", "mrn-never-leaves", "block"}, {"us_ssn", "ssn", "ssn-never-leaves", "block"}, {"date_of_birth", "date", "birthdate-without-consent", "redact"},
	{"street_address", "geographic", "address-to-zip3", "redact"}, {"icd10_cm", "clinical", "identity-with-diagnosis", "block"},
	{"npi", "other", "npi-monitored", "allow"}, {"mbi", "plan", "plans-never-leave", "block"}, {"ip_address", "ip", "ip-monitored", "alert"},
	{"vin", "vehicle", "vin-monitored", "alert"}, {"us_passport", "licence", "licences-never-leave", "block"},
	{"dea_number", "licence", "licences-never-leave", "block"}, {"imei", "device", "devices-monitored", "alert"}, {"photo", "photo", "photos-never-leave", "block"},
}

func client(i int) string {
	return fmt.Sprintf("%s-%02d", [...]string{"ehr", "billing", "portal", "lab"}[i%4], i)
}

func object(i int) string {
	known := [...]string{"Contact", "Account", "Case", "Lead", "Task", "Event", "Intake__c", "Encounter__c", "Opportunity", "User"}
	if i < len(known) {
		return known[i]
	}
	return fmt.Sprintf("Custom%02d__c", i)
}

func newCorpus(n, days int, now time.Time) *corpus {
	span := time.Duration(days) * 24 * time.Hour
	return &corpus{
		r: rand.New(rand.NewPCG(20261123, 1)), clients: newZipf(clientCount, 1.1), objects: newZipf(objectCount, 1.2), values: newZipf(500_000, 0.7), step: span / time.Duration(n), from: now.Add(-span),
	}
}

// next makes a decision, a moment after the one before it.
func (c *corpus) next() *audit.Decision {
	c.at += time.Duration(c.r.ExpFloat64() * float64(c.step))
	who := c.clients.draw(c.r)
	o := c.objects.draw(c.r)
	if c.r.IntN(500) > 0 {
		o = (o%6*(1+who%5) + who%7) % objectCount // a job has to do with a few objects
	}
	d := &audit.Decision{
		Time: c.from.Add(c.at).Truncate(time.Microsecond), Kind: audit.Whole, Action: "allow", Reason: "clean", Mode: "enforce",
		Client: client(who), Source: fmt.Sprintf("10.20.%d.%d", who, c.r.IntN(3)),
		Dest: audit.Dest{Host: "acme.my.salesforce.com", Port: 443}, API: c.one("rest", "rest", "rest", "query", "composite", "bulk2", "soap"),
		Op: c.one("read", "read", "update", "upsert", "create"), Object: object(o), Dir: c.one("request", "request", "request", "response", "response"),
		HTTP:   audit.HTTP{Method: c.one("GET", "POST", "PATCH"), Route: "/services/data/{version}/sobjects/" + object(o)},
		TLS:    audit.TLS{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256"},
		Policy: audit.Policy{Version: 1, Digest: "sha256:5f3c9a1be2d47086c1f3a9d5e7b80214c6d3f1a0b9e8d7c6f5a4b3c2d1e0f908"},
		Bytes:  int64(200 + c.r.ExpFloat64()*4000), Records: int64(1 + c.r.ExpFloat64()*3), Cover: audit.Full, Micros: int64(150 + c.r.ExpFloat64()*400),
	}
	d.ID = audit.NewID(d.Time)
	if c.r.IntN(200) == 0 {
		d.Kind, d.Action, d.Reason, d.Cover, d.Object, d.Dest.Host = audit.Connect, "block", "host_not_listed", audit.None, "", "*.example.org"
		return d
	}
	if c.r.IntN(4) == 0 {
		c.find(d, o)
	}
	return d
}

func (c *corpus) one(list ...string) string { return list[c.r.IntN(len(list))] }

// find puts findings into a decision.
func (c *corpus) find(d *audit.Decision, o int) {
	d.Reason = "policy"
	for range 1 + min(int(c.r.ExpFloat64()), 5) {
		k := min(int(c.r.ExpFloat64()*2), 5) // an object has a few kinds of identifier
		det := detectors[(k+o*3)%len(detectors)]
		f := audit.Finding{
			Detector: det[0], Category: det[1], Likelihood: c.one("possible", "likely", "likely", "very_likely"), Evidence: "shape,validity",
			Object: d.Object, Field: fmt.Sprintf("Field%02d__c", (2*k+c.r.IntN(20)/19)%fieldCount), Path: "records[].Field__c", Count: 1 + int(c.r.ExpFloat64()),
			Action: det[3],
		}
		if c.r.IntN(20) == 0 {
			f.Action = c.one("allow", "alert", "block") // an exception, a likelihood that is too low, another direction
		}
		if f.Action != "allow" {
			f.Rules = []string{det[2]}
			d.Rules = append(d.Rules, det[2])
		}
		for range min(f.Count, 2) {
			f.Fingerprints = append(f.Fingerprints, c.fingerprint())
		}
		d.Finding = append(d.Finding, f)
		d.Action = stricter(d.Action, f.Action)
	}
}

func stricter(a, b string) string {
	for _, action := range [...]string{"block", "redact", "mask", "alert"} {
		if a == action || b == action {
			return action
		}
	}
	return "allow"
}

// fingerprint is that of one of half a million values.
func (c *corpus) fingerprint() string {
	const code = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	x := uint64(c.values.draw(c.r)+1) * 0x9e3779b97f4a7c15
	var b [26]byte
	for i := range b {
		b[i] = code[x>>59]
		x = x*6364136223846793005 + 1442695040888963407
	}
	return string(b[:])
}
