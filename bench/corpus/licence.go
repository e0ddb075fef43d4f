package corpus

import "strings"

// licenceFormats are the shapes of driver's licences of some states (AAMVA): California, Texas, New York, Florida,
// Illinois, Ohio, Pennsylvania, Washington, Michigan, Wisconsin.
var licenceFormats = []string{"?#######", "########", "#########", "?###########", "?###-####-####", "??######", "## ### ###",
	"WDL??#?##?#?", "? ### ### ### ###", "?###-####-####-##"}

// driver is the number of a driver's licence.
func (g *generator) driver() value { return one("us_driver_license", g.shape(pick(g, licenceFormats))) }

// licence is the number that a board gave to somebody who practises.
func (g *generator) licence() value {
	return one("license_number", g.shape(pick(g, []string{"MD######", "RN-######", "ME#####", "A######", "036-######", "PA#####", "G#####", "0101######"})))
}

// npi is a National Provider Identifier: Luhn over the prefix 80840 (45 CFR 162.406).
func (g *generator) npi() value {
	payload := g.shape("1########")
	return one("us_npi", payload+string(luhn("80840"+payload)))
}

// dea is a registration number of the Drug Enforcement Administration: two letters, the second the initial of the name,
// six digits and a check digit.
func (g *generator) dea(p *person) value {
	d := g.shape("######")
	n := func(i int) int { return int(d[i] - '0') }
	check := (n(0) + n(2) + n(4) + 2*(n(1)+n(3)+n(5))) % 10
	initial := strings.ToUpper(ascii(p.family))[:1]
	if initial < "A" || initial > "Z" {
		initial = "9"
	}
	return one("us_dea", pick(g, []string{"A", "B", "F", "M"})+initial+d+string(byte('0'+check)))
}
