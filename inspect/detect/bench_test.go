package detect

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/inspect"
)

// contact returns a record of about 1.5 KB as the REST API returns a Contact, with the given free text.
func contact(text string) *inspect.Record {
	return row("Contact",
		"attributes/type", "Contact", "attributes/url", "/services/data/v60.0/sobjects/Contact/0035e00000abcdeAAA",
		"Id", "0035e00000abcdeAAA", "IsDeleted", "false", "AccountId", "0015e00000abcdeAAA", "FirstName", "Maria",
		"LastName", "Garcia", "Salutation", "Ms.", "Name", "Maria Garcia", "OtherStreet", "", "MailingStreet", "123 Main St Apt 4",
		"MailingCity", "Springfield", "MailingState", "IL", "MailingPostalCode", "62704", "MailingCountry", "USA",
		"MailingLatitude", "39.7817", "MailingLongitude", "-89.6501", "Phone", "(217) 555-1234", "MobilePhone", "2175551235",
		"Email", "maria.garcia@example.org", "Title", "Engineer", "Department", "Research", "Birthdate", "1980-02-03",
		"LeadSource", "Web", "OwnerId", "0055e00000abcdeAAA", "CreatedDate", "2024-01-02T03:04:05.000+0000",
		"CreatedById", "0055e00000abcdeAAA", "LastModifiedDate", "2024-01-02T03:04:05.000+0000",
		"LastModifiedById", "0055e00000abcdeAAA", "SystemModstamp", "2024-01-02T03:04:05.000+0000", "MRN__c", "00123456",
		"SSN__c", "123-45-6789", "Level__c", "Primary", "Languages__c", "English", "Region__c", "Midwest", "Score__c", "81.5",
		"Description", text)
}

// notes are texts of about 900 bytes: without any identifier, and with one in nearly every line.
var notes = map[string]string{
	"plain": strings.Repeat("The customer wants to know whether the new model is in stock and how long delivery takes. ", 10),
	"dense": strings.Repeat("Seen on 2024-03-05, Dr. Lopez, call (415) 555-1234, Dx E11.9, MRN: A1234567, 92 y/o, CA 94105. ", 9),
}

func BenchmarkInspect(b *testing.B) {
	for name, text := range notes {
		b.Run(name, func(b *testing.B) {
			s := newScanner(b)
			r := contact(text)
			var dst []inspect.Finding
			b.SetBytes(size(r))
			b.ReportAllocs()
			for b.Loop() {
				dst = s.Inspect(r, dst[:0])
			}
			b.ReportMetric(float64(len(dst)), "findings")
		})
	}
}

func BenchmarkText(b *testing.B) {
	for name, text := range notes {
		b.Run(name, func(b *testing.B) {
			s := newScanner(b)
			r := row("", "", strings.Repeat(text, 64))
			var dst []inspect.Finding
			b.SetBytes(size(r))
			b.ReportAllocs()
			for b.Loop() {
				dst = s.Inspect(r, dst[:0])
			}
		})
	}
}

// size returns the number of bytes of the names and values of r.
func size(r *inspect.Record) int64 {
	n := 0
	for i := range r.Fields {
		n += len(r.Fields[i].Name) + len(r.Fields[i].Value)
	}
	return int64(n)
}

// TestInspectAllocatesNothing holds for records whose places and size were seen before.
func TestInspectAllocatesNothing(t *testing.T) {
	s := newScanner(t)
	records := map[string]*inspect.Record{
		"plain": contact(notes["plain"]), "dense": contact(notes["dense"]),
		"folded": contact(strings.ReplaceAll(notes["dense"], "-", "‑") + "%41"),
	}
	for name, r := range records {
		sc := new(scratch) // the pool may drop its own at any time
		var dst []inspect.Finding
		run := func() {
			sc.reset(s, r, dst[:0])
			sc.record()
			dst = sc.out
			sc.forget()
		}
		run()
		if n := testing.AllocsPerRun(100, run); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestInspectTakesLinearTime looks at texts that are made to be slow: the time per byte must not grow with the size. What
// else the machine does may make one measurement slow, so that the least of several counts.
func TestInspectTakesLinearTime(t *testing.T) {
	s := newScanner(t)
	for _, unit := range []string{"://a", "a@", "1-", "1.1", "A ", "Dr. ", "12 A ", "(01)", "::", "1,", "&#", "%41", "/9j/", "January ", "é"} {
		small, large := row("", "x", strings.Repeat(unit, 500)), row("", "x", strings.Repeat(unit, 16000))
		var dst []inspect.Finding
		per := func(r *inspect.Record) float64 {
			start := time.Now()
			dst = s.Inspect(r, dst[:0])
			return float64(time.Since(start)) / float64(size(r))
		}
		a, b := math.Inf(1), math.Inf(1)
		for i := 0; i < 4 || i < 40 && b > 8*a+50; i++ {
			a, b = min(a, per(small)), min(b, per(large))
		}
		if b > 8*a+50 {
			t.Errorf("%q: %.1f ns/byte for 500, %.1f for 16000", unit, a, b)
		}
	}
}
