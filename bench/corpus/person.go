package corpus

import (
	"embed"
	"strings"
)

//go:embed words
var words embed.FS

// list returns the lines of a file of words.
func list(name string) []string {
	file, err := words.ReadFile("words/" + name + ".txt")
	if err != nil {
		panic(err) // the file is part of the binary
	}
	return strings.Split(strings.TrimSpace(string(file)), "\n")
}

// What people are called. Half of them are frequent in the United States' census, the rest are not: hospitals serve
// everybody.
var (
	givenNames  = list("given")
	familyNames = list("family")
	streetNames = list("streets")
	places      = list("places") // city|state|ZIP|county|area code
)

// person is somebody of whom a text speaks.
type person struct {
	given, middle, family string
	born, died            day
	sex                   string
	home                  address
	areaCode              string
	mail                  string
	ssn, mrn, account     string
	member, group         string
}

// person makes up somebody.
func (g *generator) person() *person {
	p := &person{given: pick(g, givenNames), middle: pick(g, givenNames), family: pick(g, familyNames)}
	if g.chance(4) {
		p.family += "-" + pick(g, familyNames)
	}
	p.sex = []string{"M", "F"}[g.IntN(2)]
	p.born = g.dayBetween(1934, 2020)
	p.home = g.address()
	p.areaCode = p.home.areaCode
	p.mail = g.mail(p)
	p.ssn = g.ssn()
	p.mrn, p.account = g.mrn(), g.shape(pick(g, []string{"#########", "4########", "V########", "AC-#######", "H0########", "%#######"}))
	p.member, p.group = g.member(), g.shape(pick(g, []string{"######", "GRP-#####", "00#####", "?####-##", "%#####-0#-001"}))
	return p
}

// name spells p's name. The styles are those of forms, of lists and of letters.
func (g *generator) name(p *person, style string) value {
	switch style {
	case "given":
		return one("person_name", p.given)
	case "family":
		return one("person_name", p.family)
	case "middle":
		if g.chance(50) {
			return one("person_name", ascii(p.middle)[:1])
		}
		return one("person_name", p.middle)
	case "middlename":
		return one("person_name", p.middle)
	case "initial":
		return one("person_name", ascii(p.middle)[:1])
	case "list": // as worklists and HL7 displays print it
		if g.chance(50) {
			return one("person_name", p.family+", "+p.given)
		}
		return one("person_name", p.family+", "+p.given+" "+ascii(p.middle)[:1])
	case "caps":
		return one("person_name", strings.ToUpper(p.family+", "+p.given))
	case "capsgiven":
		return one("person_name", strings.ToUpper(p.given))
	case "capsfamily":
		return one("person_name", strings.ToUpper(p.family))
	case "short":
		return one("person_name", ascii(p.given)[:1]+". "+p.family)
	case "comma":
		return one("person_name", p.family+","+p.given)
	}
	if g.chance(20) {
		return one("person_name", p.given+" "+ascii(p.middle)[:1]+". "+p.family)
	}
	return one("person_name", p.given+" "+p.family)
}

// ascii returns s without accents, as addresses of mail and old systems spell it.
func ascii(s string) string {
	return strings.NewReplacer("é", "e", "í", "i", "ñ", "n", "ö", "o", "ü", "u", "á", "a", "ó", "o", "ç", "c", "É", "E", "Á", "A", "Ö", "O", "ł", "l").Replace(s)
}
