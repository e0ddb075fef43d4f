package corpus

import (
	"fmt"
	"strings"
)

// address is where somebody lives.
type address struct {
	street, unit, city, state, zip, county, areaCode string
	latitude, longitude                              float64
}

// suffixes are forms of USPS Publication 28, appendix C1, as people write them.
var suffixes = []string{"St", "Street", "Ave", "Avenue", "Rd", "Road", "Blvd", "Boulevard", "Dr", "Drive", "Ln", "Lane",
	"Ct", "Court", "Way", "Circle", "Cir", "Pl", "Place", "Terrace", "Pkwy", "Parkway", "Trail", "Hwy", "Loop", "Square"}

// address makes up an address: a place and its county, ZIP code and area code belong together, the street does not.
func (g *generator) address() address {
	place := strings.Split(pick(g, places), "|")
	a := address{city: place[0], state: place[1], zip: place[2], county: place[3], areaCode: place[4]}
	number := fmt.Sprint(1 + g.IntN(9999))
	switch {
	case g.chance(6):
		a.street = fmt.Sprintf("%s %d", pick(g, []string{"PO Box", "P.O. Box", "P. O. Box", "Post Office Box"}), 1+g.IntN(9999))
	case g.chance(3):
		a.street = fmt.Sprintf("%s %d Box %d", pick(g, []string{"RR", "HC"}), 1+g.IntN(99), 1+g.IntN(500))
	default:
		direction := pick(g, []string{"", "", "", "", "N ", "North ", "SW ", "E. "})
		a.street = number + " " + direction + pick(g, streetNames) + " " + pick(g, suffixes)
	}
	a.unit = pick(g, []string{"Apt ", "Unit ", "#", "Apt. ", "Suite ", "Lot "}) + fmt.Sprint(1+g.IntN(400)) + pick(g, []string{"", "", "A", "C"})
	if g.chance(25) {
		a.zip += g.shape("-####")
	}
	a.latitude, a.longitude = 25+g.Float64()*24, -124+g.Float64()*54
	return a
}

// street spells a's street line.
func (g *generator) street(a address, style string) value {
	text := a.street
	if style == "unit" || style == "" && g.chance(25) {
		text += pick(g, []string{" ", ", "}) + a.unit
	}
	if style == "caps" {
		text = strings.ToUpper(a.street)
	}
	return one("street_address", text)
}

// place spells a part of a that stands alone.
func (g *generator) place(a address, part, style string) value {
	switch part {
	case "street":
		return g.street(a, style)
	case "city":
		if style == "caps" {
			return one("city", strings.ToUpper(a.city))
		}
		return one("city", a.city)
	case "zip":
		if style == "5" {
			return one("zip_code", a.zip[:5])
		}
		if style == "digits" {
			return one("zip_code", strings.ReplaceAll(a.zip, "-", ""))
		}
		return one("zip_code", a.zip)
	case "county":
		return one("county", a.county)
	case "lat":
		return one("geo", fmt.Sprintf("%.6f", a.latitude))
	case "lon":
		return one("geo", fmt.Sprintf("%.6f", a.longitude))
	case "state":
		return plain(a.state)
	}
	return nil
}

// line is a's whole address on one line.
func (g *generator) line(a address) value {
	return value{
		{text: a.street, kind: "street_address"}, {text: ", "}, {text: a.city, kind: "city"}, {text: ", " + a.state + " "},
		{text: a.zip, kind: "zip_code"},
	}
}
