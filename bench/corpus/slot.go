package corpus

import (
	"fmt"
	"strings"
)

// noteTemplates are sentences for fields of free text.
var noteTemplates = sentences()

// sentences returns the lines of notes.txt.
func sentences() []string { return load("notes.txt")[0] }

// choose replaces every "<< a ;; b >>" of text by one of the choices.
func (g *generator) choose(text string) string {
	for {
		before, rest, found := strings.Cut(text, "<<")
		if !found {
			return text
		}
		choices, after, _ := strings.Cut(rest, ">>")
		list := strings.Split(choices, ";;")
		text = before + strings.TrimSpace(list[g.IntN(len(list))]) + after
	}
}

// note is some sentences of prose.
func (g *generator) note() value {
	var v value
	for i := range 1 + g.IntN(3) {
		if i > 0 {
			v = append(v, piece{text: " "})
		}
		v = append(v, g.fill(g.choose(pick(g, noteTemplates)))...)
	}
	return v
}

// slot returns the value of a place in a template: [rel.|doc.]attribute[:style].
func (g *generator) slot(name string) value {
	name, style, _ := strings.Cut(name, ":")
	p := g.patient
	if who, attribute, found := strings.Cut(name, "."); found {
		p, name = map[string]*person{"rel": g.relative, "doc": g.doctor}[who], attribute
	}
	for _, attributes := range []func(*person, string, string) value{g.personal, g.numbers, g.things} {
		if v := attributes(p, name, style); v != nil {
			return v
		}
	}
	panic(fmt.Sprintf("corpus: no slot %q", name))
}

// personal returns what describes p: name, place, dates, ways to reach.
func (g *generator) personal(p *person, name, style string) value {
	switch name {
	case "name":
		return g.name(p, style)
	case "given", "family", "middle", "middlename":
		return g.name(p, name)
	case "street", "city", "zip", "county", "lat", "lon", "state":
		return g.place(p.home, name, style)
	case "address":
		return g.line(p.home)
	case "dob":
		return g.date("date_birth", p.born, style)
	case "dod":
		return g.date("date_death", p.died, style)
	case "admit":
		return g.date("date_service", g.admitted, style)
	case "visit":
		return g.date("date_service", g.admitted.after(g.IntN(3)), style)
	case "discharge":
		return g.date("date_service", g.discharged, style)
	case "date":
		return g.date("date", g.discharged.after(7*g.IntN(20)), style)
	case "oldage":
		return g.oldAge(style)
	case "age":
		return g.age()
	case "sex":
		return plain(p.sex)
	case "phone":
		return g.phone(p, "phone", style)
	case "fax":
		return g.phone(p, "fax", style)
	case "email":
		return one("email", p.mail)
	case "url":
		return g.url(p)
	}
	return nil
}

// numbers returns what was assigned to p.
func (g *generator) numbers(p *person, name, style string) value {
	switch name {
	case "ssn":
		return g.spellSSN(p, style)
	case "itin":
		return g.itin()
	case "mrn":
		return one("mrn", p.mrn)
	case "member":
		return one("health_plan_id", p.member)
	case "group":
		return one("health_plan_id", p.group)
	case "mbi":
		return g.mbi(style)
	case "hicn":
		return g.hicn()
	case "account":
		return one("account_number", p.account)
	case "encounter":
		return one("account_number", g.shape(pick(g, []string{"%########", "1000######", "E-######", "V#######"})))
	case "card":
		return g.card()
	case "iban":
		return g.iban()
	case "routing":
		return one("bank", g.routing())
	case "driver":
		return g.driver()
	case "license":
		return g.licence()
	case "npi":
		return g.npi()
	case "dea":
		return g.dea(p)
	case "other":
		return g.other(style)
	}
	return nil
}

// hospitals are facilities, which are no individuals.
var hospitals = []string{"GENERAL HOSPITAL", "MERCY WEST", "LAKESIDE CLINIC", "UNIV HLTH", "ST ELSEWHERE", "VALLEY MED CTR"}

// things returns what belongs to p, what is wrong with p, and what has nothing to do with anybody.
func (g *generator) things(_ *person, name, style string) value {
	switch name {
	case "ip":
		return g.ip()
	case "mac":
		return g.mac()
	case "vin":
		return g.vin()
	case "plate":
		return g.plate()
	case "udi":
		return g.udi()
	case "serial":
		return g.serial()
	case "product":
		return plain(g.product())
	case "photo":
		return g.photo()
	case "biometric":
		return g.biometric()
	case "icd", "dx", "snomed", "loinc", "ndc", "drug", "cpt", "unit", "test", "result":
		return g.clinical(name, style)
	case "org": // what belongs to an organisation identifies nobody, and is no trap either
		return one("organisation", style)
	case "ein": // an employer's or a payer's
		return one("organisation", g.shape("%########"))
	case "facility":
		return one("facility", pick(g, hospitals))
	case "note":
		return g.note()
	case "x":
		return plain(g.harmless(style))
	}
	return nil
}
