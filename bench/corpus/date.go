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
	"2 January 2006", "01-02-2006", "Jan. 2, 2006", "2 Jan 2006", "January 2nd, 2006", "02Jan2006", "1-2-06",
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
		format := pick(g, []string{"200601021504", "20060102150405", "20060102150405.0000"})
		return one(kind, at.Format(format)+pick(g, []string{"", "", "", "-0500"}))
	case "datetime":
		return one(kind, at.Format("2006-01-02T15:04:05")+pick(g, []string{"Z", ".000+0000", "-05:00", ".000Z"}))
	case "us":
		return one(kind, d.Format("01/02/2006"))
	case "long":
		return one(kind, d.Format("January 2, 2006"))
	case "month":
		return one(kind, spell(d, pick(g, []string{"January 2006", "Jan 2006", "01/2006", "Jan. 2006"})))
	case "noyear":
		return one(kind, spell(d, pick(g, []string{"January 2", "1/2", "Jan 2", "Jan. 2", "January 2nd", "01/02"})))
	case "field": // what files carry
		return one(kind, d.Format(pick(g, []string{"2006-01-02", "01/02/2006", "1/2/2006", "20060102", "2006-01-02 00:00:00", "02-Jan-2006", "2006-01-02T00:00:00Z", "1/2/06"})))
	case "year":
		return plain(d.Format("2006"))
	}
	return one(kind, spell(d, pick(g, dateFormats)))
}

// spell formats d. May is no abbreviation, and the second is not the only day of a month.
func spell(d day, format string) string {
	text := d.Format(strings.Replace(format, "2nd", "2th", 1))
	if strings.Contains(format, "2nd") {
		text = strings.Replace(text, d.Format("2")+"th", ordinal(d.Day()), 1)
	}
	return strings.Replace(text, "May.", "May", 1)
}

// ordinal spells a day of the month as letters do.
func ordinal(n int) string {
	ending := "th"
	if n/10 != 1 && n%10 > 0 && n%10 < 4 {
		ending = []string{"st", "nd", "rd"}[n%10-1]
	}
	return fmt.Sprint(n) + ending
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
