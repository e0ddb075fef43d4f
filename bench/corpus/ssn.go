package corpus

import (
	"fmt"
	"strings"
)

// ssn makes up the nine digits of a social security number that may have been issued (SSA POMS RM 10201.035).
func (g *generator) ssn() string {
	area := 1 + g.IntN(898)
	for area == 666 {
		area = 1 + g.IntN(898)
	}
	return fmt.Sprintf("%03d%02d%04d", area, 1+g.IntN(99), 1+g.IntN(9999))
}

// spellSSN spells a number as cards and forms (dashes), as old systems (digits), or as call centres do.
func (g *generator) spellSSN(p *person, style string) value {
	s := p.ssn
	switch style {
	case "digits":
		return one("us_ssn", s)
	case "dashes":
		return one("us_ssn", s[:3]+"-"+s[3:5]+"-"+s[5:])
	case "last4":
		return one("us_ssn", s[5:])
	case "masked":
		return one("us_ssn", pick(g, []string{"***-**-", "XXX-XX-", "xxx-xx-"})+s[5:])
	}
	separator := pick(g, []string{"-", "-", "-", "-", "", "", " ", " "})
	return one("us_ssn", strings.Join([]string{s[:3], s[3:5], s[5:]}, separator))
}

// itin is an individual taxpayer identification number (IRS publication 1915).
func (g *generator) itin() value {
	group := pick(g, []int{50, 58, 65, 70, 77, 82, 88, 90, 92, 94, 96, 99})
	return one("us_itin", fmt.Sprintf("9%s-%d-%s", g.shape("##"), group, g.shape("####")))
}
