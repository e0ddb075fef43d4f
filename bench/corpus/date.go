package corpus

import (
	"fmt"
	"strings"
	"time"
)

// day is a calendar day.
type day struct{ time.Time }

// dayBetween is a day of the years from first to last.
func (g *generator) dayBetween(first, last int) day {
	start := time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC)
	return day{start.AddDate(0, 0, g.IntN((last-first)*365))}
}

// after is the day some days later.
func (d day) after(days int) day { return day{d.AddDate(0, 0, days)} }

// dateFormats are the spellings of dates in prose: forms, letters, notes, foreign habits.
var dateFormats = []string{"01/02/2006", "1/2/2006", "1/2/06", "2006-01-02", "January 2, 2006", "Jan 2, 2006", "02-Jan-2006",
	"2 January 2006", "01-02-2006", "Jan. 2, 2006", "2 Jan 2006", "January 2nd, 2006", "02JAN2006", "1-2-06",
	"02.01.2006", "2006/01/02"}

// date spells d in a style: iso, hl7 (HL7 v2 DT, X12 D8), hl7time, datetime, us, long, month (no day), any.
func (g *generator) date(kind string, d day, style string) value {
	at := d.Add(time.Duration(g.IntN(86400)) * time.Second)
	switch style {
	case "iso":
		return one(kind, d.Format("2006-01-02"))
	case "hl7":
		return one(kind, d.Format("20060102"))
	case "hl7time":
		return one(kind, at.Format(pick(g, []string{"200601021504", "20060102150405", "20060102150405-0500", "20060102150405.0000"})))
	case "datetime":
		return one(kind, at.Format(pick(g, []string{"2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000+0000", "2006-01-02T15:04:05-05:00", "2006-01-02T15:04:05.000Z"})))
	case "us":
		return one(kind, d.Format("01/02/2006"))
	case "long":
		return one(kind, d.Format("January 2, 2006"))
	case "month":
		return one(kind, d.Format(pick(g, []string{"January 2006", "Jan 2006", "01/2006", "Jan. 2006"})))
	case "noyear":
		return one(kind, d.Format(pick(g, []string{"January 2", "1/2", "Jan 2", "Jan. 2", "January 2nd", "01/02"})))
	case "field": // what files carry
		return one(kind, d.Format(pick(g, []string{"2006-01-02", "01/02/2006", "1/2/2006", "20060102", "2006-01-02 00:00:00", "02-Jan-2006", "2006-01-02T00:00:00Z", "1/2/06"})))
	case "year":
		return plain(d.Format("2006"))
	}
	text := d.Format(strings.Replace(pick(g, dateFormats), "2nd", "2", 1))
	return one(kind, text)
}

// oldAge spells an age over 89, which stands for a date (45 CFR 164.514(b)(2)(i)(C)).
func (g *generator) oldAge(style string) value {
	age := 90 + g.IntN(14)
	if style == "number" {
		return one("age_over_89", fmt.Sprint(age))
	}
	form := pick(g, []string{"%d-year-old", "%d year old", "%d y/o", "%dyo", "%d yo", "%d years old", "%d-yr-old", "%d y.o."})
	return one("age_over_89", fmt.Sprintf(form, age))
}

// age spells an age that Safe Harbor allows.
func (g *generator) age() value {
	form := pick(g, []string{"%d-year-old", "%d year old", "%d y/o", "%dyo", "%d yo", "%d years old"})
	return plain(fmt.Sprintf(form, 19+g.IntN(70)))
}
