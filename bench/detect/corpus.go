package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// body is the answer to a query: rows of one object, as the REST API writes them.
type body struct {
	object string
	name   string // what the table calls it
	json   []byte
}

// share is how many of ten rows are about a person, and hold identifiers.
const share = 7

// corpus returns the bodies to scan: n rows each of contacts, cases and observations of care. The same seed gives the
// same bytes. Nothing in it is about anybody: names are common ones, numbers are random.
func corpus(seed uint64, n int) []body { return rows(newGenerator(seed), n, 3, 7, 3) }

// longCorpus is corpus with more sentences in the texts, so that a row has about 1.5 KB.
func longCorpus(seed uint64, n int) []body {
	all := rows(newGenerator(seed), n, 8, 10, 9)
	for i := range all {
		all[i].name += ", longer text"
	}
	return all
}

// rows returns n rows of each object, whose texts have so many sentences.
func rows(g generator, n, contact, report, observation int) []body {
	return []body{
		g.body("Contact", "003", n, func(person bool) row { return g.contact(person, contact) }),
		g.body("Case", "500", n, func(person bool) row { return g.report(person, report) }),
		g.body("CareObservation", "0hX", n, func(person bool) row { return g.observation(person, observation) }),
	}
}

func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // a corpus must be the same again
}

// body returns n rows of an object whose Ids begin with prefix. row returns the fields of one, which is about a person or
// about nobody.
func (g generator) body(object, prefix string, n int, fields func(person bool) row) body {
	b := []byte(fmt.Sprintf(`{"totalSize":%d,"done":true,"records":[`, n))
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		r := row{}
		id := g.id(prefix)
		r.set("attributes", row{{"type", object}, {"url", "/services/data/v60.0/sobjects/" + object + "/" + id}})
		r.set("Id", id)
		r = append(r, fields(g.IntN(10) < share)...)
		b = r.appendJSON(append(b, '{'))
		b = append(b, '}')
	}
	return body{object: object, name: object, json: append(b, "]}"...)}
}

// row is the members of a JSON object in order.
type row []member

// member has a string, a number, true, false, nil or a row.
type member struct {
	name  string
	value any
}

func (r *row) set(name string, value any) { *r = append(*r, member{name, value}) }

func (r row) appendJSON(b []byte) []byte {
	for i, m := range r {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), m.name...), '"', ':')
		if inner, ok := m.value.(row); ok {
			b = append(inner.appendJSON(append(b, '{')), '}')
			continue
		}
		v, err := json.Marshal(m.value)
		if err != nil {
			panic(err) // a kind of value that the corpus does not have
		}
		b = append(b, v...)
	}
	return b
}

type generator struct{ *rand.Rand }

var (
	givens  = strings.Fields("Maria James Linda Robert Aisha David Elena Michael Wei Susan Carlos Karen Thomas Priya Daniel Nancy")
	family  = strings.Fields("Garcia Smith Nguyen Johnson Okafor Williams Petrov Brown Lopez Miller Kim Davis Anderson Patel Wilson Moore")
	streets = strings.Fields("Main Oak Maple Cedar Elm Washington Lake Hill Park Pine Walnut Spring North Ridge Church Willow")
	suffix  = strings.Fields("St Ave Rd Dr Ln Blvd Ct Way")
	cities  = strings.Fields("Springfield Riverside Fairview Georgetown Salem Madison Clinton Arlington Ashland Dover")
	states  = strings.Fields("IL CA TX NY FL OH WA MA GA NC")
	plain   = strings.Split("The customer asked about the delivery window and was told that the team will confirm it.|"+
		"They prefer to be contacted in the morning and would like a summary by the end of the week.|"+
		"The previous order arrived late, so the shipping team has been asked to follow up.|"+
		"No further action is needed until the review is complete.|"+
		"A replacement was offered and accepted without any extra charge.|"+
		"Please make sure the new agreement is signed before the renewal takes place.", "|")
	pick = strings.Fields("Primary Secondary Web Referral Partner Phone Active Inactive Standard Premium Midwest Northeast English Spanish")
)

func (g generator) of(list []string) string { return list[g.IntN(len(list))] }

// digits replaces each # by a digit and each @ by a capital.
func (g generator) digits(pattern string) string {
	b := []byte(pattern)
	for i, c := range b {
		switch c {
		case '#':
			b[i] = '0' + byte(g.IntN(10))
		case '@':
			b[i] = "ACDEFGHJKMNPQRTUVWXY"[g.IntN(20)]
		}
	}
	return string(b)
}

// id returns a record Id of 18 characters with the suffix that its capitals ask for.
func (g generator) id(prefix string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := []byte(prefix + "5e00000")
	for len(b) < 15 {
		b = append(b, letters[g.IntN(len(letters))])
	}
	for chunk := range 3 {
		bits := 0
		for i, c := range b[5*chunk : 5*chunk+5] {
			if 'A' <= c && c <= 'Z' {
				bits |= 1 << i
			}
		}
		b = append(b, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
	}
	return string(b)
}

func (g generator) date() string {
	return fmt.Sprintf("%d-%02d-%02d", 1935+g.IntN(80), 1+g.IntN(12), 1+g.IntN(28))
}

func (g generator) moment() string {
	return fmt.Sprintf("2025-%02d-%02dT%02d:%02d:%02d.000+0000", 1+g.IntN(12), 1+g.IntN(28), g.IntN(24), g.IntN(60), g.IntN(60))
}

func (g generator) phone() string {
	return fmt.Sprintf("(%d%d%s) %d%s", 2+g.IntN(8), g.IntN(9), g.digits("#"), 2+g.IntN(8), g.digits("##-####"))
}

func (g generator) street() string {
	return fmt.Sprintf("%d %s %s", 1+g.IntN(9999), g.of(streets), g.of(suffix))
}

// prose returns about n sentences, with what one says of a person among them if there is one.
func (g generator) prose(n int, of string) string {
	out := make([]string, 0, n+1)
	for range n {
		out = append(out, g.of(plain))
	}
	if of != "" {
		out[g.IntN(n)] = of
	}
	return strings.Join(out, " ")
}

// note says something of a person that identifies them.
func (g generator) note(name string) string {
	switch g.IntN(4) {
	case 0:
		return "Spoke with " + name + ", please call back on " + g.phone() + "."
	case 1:
		return "Patient seen on " + g.date() + ", MRN: " + g.digits("A#######") + ", follow up for E11.9."
	case 2:
		return "SSN " + g.digits("4##-5#-6###") + " was confirmed, lives at " + g.street() + ", " + g.of(cities) + ", " + g.of(states) + "."
	}
	return "Sent the forms to " + strings.ToLower(g.of(givens)) + g.digits("##") + "@example.org for member ID " + g.digits("W#########") + "."
}

// system appends the fields that the platform sets.
func (g generator) system(r *row) {
	user := g.id("005")
	r.set("OwnerId", user)
	r.set("IsDeleted", false)
	r.set("CreatedDate", g.moment())
	r.set("CreatedById", user)
	r.set("LastModifiedDate", g.moment())
	r.set("LastModifiedById", user)
	r.set("SystemModstamp", g.moment())
}

func (g generator) contact(person bool, sentences int) (r row) {
	when := func(name string, value func() string) { // null in rows about nobody
		if person {
			r.set(name, value())
		} else {
			r.set(name, nil)
		}
	}
	given, surname := g.of(givens), g.of(family)
	r.set("AccountId", g.id("001"))
	when("FirstName", func() string { return given })
	when("LastName", func() string { return surname })
	when("Name", func() string { return given + " " + surname })
	when("MailingStreet", g.street)
	when("MailingCity", func() string { return g.of(cities) })
	when("MailingState", func() string { return g.of(states) })
	when("MailingPostalCode", func() string { return g.digits("6####") })
	r.set("MailingCountry", "USA")
	when("Phone", g.phone)
	r.set("Fax", nil)
	when("MobilePhone", g.phone)
	when("Email", func() string { return strings.ToLower(given+"."+surname) + "@example.org" })
	r.set("Title", nil)
	r.set("Department", g.of(pick))
	when("Birthdate", g.date)
	r.set("LeadSource", g.of(pick))
	when("MRN__c", func() string { return g.digits("00######") })
	when("SSN__c", func() string { return g.digits("4##-5#-6###") })
	r.set("Level__c", g.of(pick))
	r.set("Languages__c", g.of(pick))
	r.set("Score__c", float64(g.IntN(1000))/10)
	r.set("HasOptedOutOfEmail", g.IntN(2) == 0)
	of := ""
	if person {
		of = g.note(given + " " + surname)
	}
	r.set("Description", g.prose(sentences, of))
	g.system(&r)
	return r
}

func (g generator) report(person bool, sentences int) (r row) {
	name, of := "", ""
	r.set("ContactId", nil)
	r.set("AccountId", g.id("001"))
	r.set("CaseNumber", g.digits("0######"))
	r.set("SuppliedName", nil)
	if person {
		name = g.of(givens) + " " + g.of(family)
		r[0].value, r[3].value, of = g.id("003"), name, g.note(name)
		r.set("SuppliedEmail", strings.ToLower(strings.ReplaceAll(name, " ", "_"))+"@example.com")
		r.set("SuppliedPhone", g.phone())
	}
	r.set("Type", g.of(pick))
	r.set("Status", "Working")
	r.set("Reason", g.of(pick))
	r.set("Origin", g.of(pick))
	r.set("Subject", "Question about the order")
	r.set("Priority", "Medium")
	r.set("Description", g.prose(sentences, of))
	r.set("IsClosed", false)
	r.set("ClosedDate", nil)
	r.set("IsEscalated", g.IntN(2) == 0)
	g.system(&r)
	return r
}

func (g generator) observation(person bool, sentences int) (r row) {
	r.set("Name", g.digits("OBS-########"))
	r.set("ObservedSubjectId", g.id("001"))
	r.set("Category", "Laboratory")
	r.set("ObservationStatus", "Final")
	r.set("NumericValue", float64(g.IntN(3000))/10)
	r.set("BaselineValueText", "within the usual range")
	r.set("EffectiveDateTime", nil)
	r.set("SourceSystem", "lab-interface")
	r.set("CodeId", g.id("0hX"))
	if person {
		name := g.of(givens) + " " + g.of(family)
		r[6].value = g.moment()
		r.set("SourceSystemIdentifier", g.digits("@@######"))
		r.set("MemberNumber__c", g.digits("W#########"))
		r.set("Provider_NPI__c", g.digits("1#########"))
		r.set("Diagnosis_Code__c", g.digits("E1#.#"))
		r.set("Comments__c", g.prose(sentences, g.note(name)))
	} else {
		r.set("Comments__c", g.prose(sentences, ""))
	}
	r.set("Unit__c", "mg/dL")
	r.set("IsReviewed__c", true)
	g.system(&r)
	return r
}
