package corpus

import (
	"fmt"
	"strings"
)

// phoneFormats are the spellings of ten digits in the North American Numbering Plan: A the area code, B the exchange, C
// the line.
var phoneFormats = []string{"(A) B-C", "A-B-C", "A.B.C", "A B C", "+1 A-B-C", "1-A-B-C", "+1ABC", "(A)B-C", "+1 (A) B-C", "A/B-C",
	"(A) B-C x%%%", "A-B-C ext. %%%%"}

// phone spells a number of p's region. The line numbers are not the fictional 555-01XX, which real systems do not hold.
func (g *generator) phone(p *person, kind, style string) value {
	format := pick(g, phoneFormats)
	switch style {
	case "digits":
		format = "ABC"
	case "hl7":
		format = pick(g, []string{"(A)B-C", "A-B-C", "ABC", "(A) B-C"})
	case "field":
		format = pick(g, append(phoneFormats[:8:8], "ABC", "ABC"))
	}
	exchange := g.shape("%##")
	for exchange[0] == '1' || exchange[1:] == "11" {
		exchange = g.shape("%##")
	}
	text := strings.NewReplacer("A", p.areaCode, "B", exchange, "C", g.shape("####")).Replace(format)
	return one(kind, g.shape(text))
}

// mailHosts are hosts of people's mail. Those of large providers are in use, the rest is reserved (RFC 2606).
var mailHosts = []string{"gmail.com", "yahoo.com", "hotmail.com", "aol.com", "icloud.com", "comcast.net", "mail.example.org",
	"example.com", "outlook.com", "student.example.edu", "med.example.co.uk", "verizon.net"}

// mail is p's address.
func (g *generator) mail(p *person) string {
	given, family := local(p.given), local(p.family)
	switch g.IntN(6) {
	case 0:
		return fmt.Sprintf("%s.%s@%s", given, family, pick(g, mailHosts))
	case 1:
		return fmt.Sprintf("%s%s%d@%s", given[:1], family, 1+g.IntN(99), pick(g, mailHosts))
	case 2:
		return fmt.Sprintf("%s_%s@%s", family, given, pick(g, mailHosts))
	case 3:
		return fmt.Sprintf("%s+%s@%s", given, pick(g, []string{"clinic", "health", "records", "mychart"}), pick(g, mailHosts))
	case 4:
		return fmt.Sprintf("%s%d@%s", given, 1940+g.IntN(70), pick(g, mailHosts))
	}
	return fmt.Sprintf("%s%s@%s", given, family, pick(g, mailHosts))
}

// local makes a name usable on the left of an @.
func local(name string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(ascii(name)))
}

// url is an address on the web that belongs to a person.
func (g *generator) url(p *person) value {
	given, family := local(p.given), local(p.family)
	return one("url", pick(g, []string{
		"https://www.facebook.com/" + given + "." + family, "https://mychart.example.org/patients/" + g.shape("#######"),
		"http://www." + family + "family.example.com", "https://www.linkedin.com/in/" + given + "-" + family + "-" + g.shape("####"),
		"https://portal.example.org/p/" + g.shape("######") + "/summary", "www." + given + family + ".example.net/about",
		"https://caringbridge.example.org/visit/" + given + family, "https://instagram.com/" + given + "_" + family,
	}))
}

// ip is the address of somebody's machine: any but private, local and documentation ranges.
func (g *generator) ip() value {
	first := pick(g, []int{24, 45, 66, 71, 73, 98, 104, 131, 174, 184, 207, 216})
	if g.chance(15) {
		return one("ip_address", fmt.Sprintf("2601:%x:%x:%x::%x", 0x100+g.IntN(0xEFF), 0x100+g.IntN(0xEFF), 0x100+g.IntN(0xEFF), 1+g.IntN(0xFFFE)))
	}
	return one("ip_address", fmt.Sprintf("%d.%d.%d.%d", first, 1+g.IntN(254), g.IntN(256), 1+g.IntN(254)))
}

// mac is the address of a network adapter (IEEE 802).
func (g *generator) mac() value {
	separator := pick(g, []string{":", "-", ":", ":"})
	parts := []string{pick(g, []string{"00", "3C", "A4", "F0", "DC"})}
	for range 5 {
		parts = append(parts, fmt.Sprintf("%02X", g.IntN(256)))
	}
	return one("mac_address", strings.Join(parts, separator))
}
