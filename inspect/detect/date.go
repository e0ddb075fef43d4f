package detect

import "github.com/phigate/phigate/inspect"

// birthDate recognises dates that something tells of being of birth.
var birthDate = Detector{
	Name:     "date_birth",
	Category: inspect.Date,
	Doc:      "date of birth: a date that a name or words near it call one",
	Keys: []string{"birth date", "birthdate", "date of birth", "dob", "d o b", "birthday", "birth day", "bday", "birth time",
		"birthtime", "birth dt", "person birthdate", "born on", "born"},
	Base:   "date",
	Check:  func(v []byte, now clock) inspect.Evidence { return wholeDate(v, now.today) },
	Normal: normalDate,
}

// deathDate recognises dates of death.
var deathDate = Detector{
	Name:     "date_death",
	Category: inspect.Date,
	Doc:      "date of death: a date that a name or words near it call one",
	Keys:     []string{"death date", "date of death", "deceased date", "date deceased", "dod", "deceased date time", "death dt"},
	Hints:    []string{"died", "died on", "deceased", "expired on", "passed away", "death"},
	Base:     "date",
	Check:    func(v []byte, now clock) inspect.Evidence { return wholeDate(v, now.today) },
	Normal:   normalDate,
}

// serviceDate recognises dates of care: admission, discharge, visits, procedures.
var serviceDate = Detector{
	Name:     "date_service",
	Category: inspect.Date,
	Doc:      "date of care, such as admission, discharge or a procedure: a date that a name, words or the object call one",
	Keys: []string{"service date", "date of service", "dos", "admission date", "admit date", "date admitted", "admitted date",
		"discharge date", "date discharged", "discharged date", "onset date", "date of onset", "visit date", "encounter date",
		"appointment date", "procedure date", "surgery date", "date of surgery", "diagnosis date", "diagnosed date",
		"treatment date", "immunization date", "vaccination date", "exam date", "test date", "collection date", "result date",
		"hospitalize period start", "hospitalize period end", "period start", "period end",
		"abatement date", "medication start date", "medication end date", "enrollment date", "admission date time",
		"discharge date time", "admit dt", "discharge dt", "prescription date", "last visit date", "next visit date", "hosp admsn",
		"hosp admsn time", "hosp disch time", "admsn time", "disch time", "disch dt", "disch dt tm", "reg dt", "reg dt tm", "adm dt",
		"adm date", "disch date", "contact date", "arrival date", "arrival time", "admission time", "discharge time", "fill date",
		"dispense date", "implant date", "service from date", "service to date", "service from", "service to", "last visit",
		"next visit", "next appointment", "effective date time", "specimen date", "accident date", "injury date", "date of injury"},
	Hints: []string{"admission", "admitted", "admit", "discharge", "discharged", "surgery", "procedure", "visit", "seen on",
		"seen", "appointment", "appt", "onset", "diagnosed", "encounter", "treated", "vaccinated", "hospitalized", "transferred", "pronounced", "collected", "dictated"},
	Base:   "date",
	Check:  func(v []byte, now clock) inspect.Evidence { return wholeDate(v, now.today+20000) },
	Normal: normalDate,
}

// date recognises all elements of dates but a year alone.
var date = Detector{
	Name:     "date",
	Category: inspect.Date,
	Doc:      "date with more than a year: ISO 8601, US and European order, with the name of a month, or eight digits",
	Hints:    []string{"date", "dt", "on", "day", "since", "until", "from", "return", "dated", "attempt", "due", "signed", "last seen", "reviewed"},
	Anchors:  atDigits | atMixed | atCapital,
	Check:    func(v []byte, now clock) inspect.Evidence { return wholeDate(v, now.today+20000) },
	Find:     dateAt,
	Normal:   normalDate,
}

// calendar is a date that was read; day 0 is a month of a year.
type calendar struct{ year, month, day int }

// plausible reports whether c is on the calendar, from 1900 on and not more than two years after today.
func (c calendar) plausible(today int) bool {
	return c.year >= 1900 && c.year <= today/10000+2 && c.month >= 1 && c.month <= 12 && c.day >= 0 && c.day <= monthDays(c)
}

// plausible reports whether c is plausible today, and notes in t.late if it may become so with time.
func (t *text) plausible(c calendar) bool {
	if c.plausible(t.now.today) {
		return true
	}
	t.late = t.late || t.now.today == 0 || c.plausible(99991231)
	return false
}

func monthDays(c calendar) int {
	switch c.month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if c.year%4 == 0 && (c.year%100 != 0 || c.year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func (c calendar) number() int { return c.year*10000 + c.month*100 + c.day }

// wholeDate returns the evidence that v is a date, with or without a time, that is not after latest.
func wholeDate(v []byte, latest int) inspect.Evidence {
	t := text{b: v, now: clock{today: latest}, lex: months}
	m, c, ok := readDate(&t, t.word(0))
	if !ok || m.start != 0 {
		return 0
	}
	if t.digits(0, 15) == 14 && fraction(v[14:]) {
		m.end = len(v)
	}
	if rest := v[m.end:]; len(rest) > 0 && !clockTime(rest) {
		return 0
	}
	if c.number() > latest {
		return inspect.ByShape
	}
	return inspect.ByShape | inspect.ByValidity
}

// fraction reports whether b is what HL7 v2 (2.A.22, DTM) writes behind the seconds: a fraction of one to four digits and
// a zone, each optional.
func fraction(b []byte) bool {
	t := text{b: b}
	i := 0
	if t.at(0) == '.' {
		n := t.digits(1, 5)
		if n == 0 || n == 5 {
			return false
		}
		i = 1 + n
	}
	if c := t.at(i); (c == '+' || c == '-') && t.exactly(i+1, 4) {
		i += 5
	}
	return i == len(b)
}

func dateAt(t *text, k token) (match, bool) {
	m, _, ok := readDate(t, k)
	return m, ok && !(m.alone == inspect.Unlikely && m.end-m.start <= 8 && t.outranked(m.start)) // "MRN 11-23-72"
}

// readDate reads a date that begins at k.
func readDate(t *text, k token) (m match, c calendar, ok bool) {
	if t.class(k.start)&isDigit == 0 {
		return monthFirst(t, k)
	}
	if !t.open(k.start) {
		return m, c, false
	}
	n := t.digits(k.start, 15)
	switch {
	case n == 4 && t.at(k.start+4) != ' ':
		if m, c, ok = yearFirst(t, k.start); !ok {
			m, c, ok = weekOfYear(t, k.start)
		}
	case n == 8 || n == 12 || n == 14:
		m, c, ok = compact(t, k.start, n)
	case n <= 2:
		if m, c, ok = dayMonthYear(t, k.start, n); !ok {
			m, c, ok = dayNamed(t, k.start, n)
		}
	}
	return m, c, ok && t.plausible(c)
}

// yearFirst reads YYYY-MM-DD, YYYY/MM/DD and YYYY.MM.DD, with the time that may follow behind a T.
func yearFirst(t *text, i int) (m match, c calendar, ok bool) {
	sep := t.at(i + 4)
	month := t.digits(i+5, 3)
	j := i + 5 + month
	day := t.digits(j+1, 3)
	if (sep != '-' && sep != '/' && sep != '.') || month == 0 || month > 2 || t.at(j) != sep || day == 0 || day > 2 {
		return m, c, false
	}
	end := j + 1 + day
	c = calendar{t.value(i, i+4), t.value(i+5, j), t.value(j+1, end)}
	m = match{start: i, end: end, alone: inspect.Likely, valid: true}
	if sep == '.' {
		m.alone = inspect.Possible
	}
	if t.at(end) == 'T' && t.digit(end+1) { // a machine's time stamp
		m.end, m.alone = timeEnd(t, end+1), inspect.Possible
		return m, c, true
	}
	return m, c, t.closed(end) && !(t.at(end) == '-' && t.digit(end+1))
}

// weekOfYear reads the weeks of ISO 8601: 2021-W05, 2021-W05-3.
func weekOfYear(t *text, i int) (m match, c calendar, ok bool) {
	if t.at(i+4) != '-' || t.at(i+5) != 'W' || t.digits(i+6, 3) != 2 {
		return m, c, false
	}
	end, week := i+8, t.value(i+6, i+8)
	if t.at(end) == '-' && t.exactly(end+1, 1) {
		end += 2
	}
	c = calendar{year: t.value(i, i+4), month: 1}
	return match{start: i, end: end, alone: inspect.Likely, valid: true}, c, week >= 1 && week <= 53 && t.closed(end)
}

// timeEnd returns the place behind hh:mm:ss, a fraction and a zone at i.
func timeEnd(t *text, i int) int {
	end := i
	for end-i < 22 && (t.digit(end) || contains(":.+-Z", t.at(end))) {
		end++
	}
	for end > i && contains(".:+-", t.at(end-1)) {
		end--
	}
	return end
}

// compact reads YYYYMMDD, with hhmm and ss behind it, as HL7 and X12 write dates.
func compact(t *text, i, n int) (m match, c calendar, ok bool) {
	c = calendar{t.value(i, i+4), t.value(i+4, i+6), t.value(i+6, i+8)}
	if n >= 12 && (t.value(i+8, i+10) > 23 || t.value(i+10, i+12) > 59) {
		return m, c, false
	}
	end := i + n
	if n == 14 && t.at(end) == '.' {
		if f := t.digits(end+1, 5); f > 0 && f < 5 {
			end += 1 + f
		}
	}
	return match{start: i, end: end, alone: inspect.Unlikely, valid: true}, c, c.day > 0 && t.closed(end)
}

// dayMonthYear reads M/D/YYYY, M/D/YY, and the same with D first where M cannot be, with "/", "-" or "." between.
func dayMonthYear(t *text, i, n int) (m match, c calendar, ok bool) {
	sep := t.at(i + n)
	second := i + n + 1
	k := t.digits(second, 5)
	third := second + k + 1
	y := t.digits(third, 5)
	if sep == '/' && k > 0 && (t.at(second+k) != sep || y == 0) && t.at(i-1) != '/' {
		return monthDay(t, i, n, k)
	}
	if (sep != '/' && sep != '-' && sep != '.') || k == 0 || k > 2 || t.at(second+k) != sep || (y != 2 && y != 4) {
		return m, c, false
	}
	end := third + y
	c = calendar{t.value(third, end), t.value(i, i+n), t.value(second, second+k)}
	m = match{start: i, end: end, valid: true, alone: inspect.Likely}
	if y == 2 {
		c.year += 1900
		if c.year+100 <= t.now.today/10000+2 {
			c.year += 100
		}
		if sep != '/' {
			m.alone = inspect.Unlikely
		}
	}
	if c.month > 12 {
		c.month, c.day = c.day, c.month
	}
	return m, c, c.day > 0 && t.closed(end) && !(contains("/-", t.at(end)) && t.digit(end+1))
}

// monthDay reads M/D and MM/YYYY, the numbers of n and k digits. The first looks like a fraction or a score and is a date
// only where something tells so; the second leaves the day open.
func monthDay(t *text, i, n, k int) (m match, c calendar, ok bool) {
	end := i + n + 1 + k
	c = calendar{t.now.today / 10000, t.value(i, i+n), t.value(i+n+1, end)}
	m = match{start: i, end: end, valid: k == 2}
	if k == 4 {
		c.year, c.day = c.day, 0
		m.alone, m.valid = inspect.Possible, true
	}
	if c.month < c.day && c.day <= 4 && t.at(end) == ' ' && t.class(end+1)&isLower != 0 { // "1/2 tablet"
		return m, c, false
	}
	return m, c, (c.day > 0 || k == 4) && t.closed(end) && t.at(end) != '/' && t.at(end) != '-' && t.at(end) != '%'
}

// dayNamed reads D Month YYYY, D-MMM-YYYY and DMMMYYYY, the year with two or four digits.
func dayNamed(t *text, i, n int) (m match, c calendar, ok bool) {
	j := ordinal(t, i+n)
	j = dateGap(t, j)
	if t.at(j) == 'o' && t.at(j+1) == 'f' && t.at(j+2) == ' ' {
		j += 3
	}
	w := letters(t, j)
	month := t.entry(w).month
	if month == 0 {
		return m, c, false
	}
	j = dateGap(t, w.end)
	y := t.digits(j, 5)
	if (y != 4 && y != 2) || !t.closed(j+y) || y == 2 && t.at(j+y) == ':' {
		return dayOfMonth(t, i, n, w, int(month))
	}
	c = calendar{t.value(j, j+y), int(month), t.value(i, i+n)}
	m = match{start: i, end: j + y, alone: inspect.Likely, valid: true}
	if y == 2 {
		c.year += 1900
		if c.year+100 <= t.now.today/10000+2 {
			c.year += 100
		}
		m.alone = inspect.Possible
	}
	return m, c, c.day > 0
}

// leapYear stands for the year of a date that leaves it open.
const leapYear = 2000

// dayOfMonth reads "5 March" and "the 5th of March", where w is the month, whose year is open: in small letters it may be
// another word.
func dayOfMonth(t *text, i, n int, w token, month int) (m match, c calendar, ok bool) {
	c = calendar{leapYear, month, t.value(i, i+n)}
	m = match{start: i, end: w.end, alone: inspect.Likely, valid: true}
	if ordinal(t, i+n) == i+n && (month == 5 || t.at(w.end) == ' ' && t.class(w.end+1)&isUpper != 0) { // "2 May be given", "2 June Road"
		m.alone = inspect.Possible
	}
	return m, c, c.day > 0 && t.class(w.start)&isUpper != 0 && t.class(w.end)&isWord == 0 && t.at(w.end) != '-' && t.at(i+n) != '-' && t.at(i+n) != '/'
}

// monthFirst reads Month D, YYYY, Month D, Month YYYY, Month 'YY and Month of YYYY.
func monthFirst(t *text, k token) (m match, c calendar, ok bool) {
	w := letters(t, k.start)
	month := t.entry(w).month
	if month == 0 || t.class(k.start-1)&isWord != 0 {
		return m, c, false
	}
	j := dateGap(t, w.end)
	if t.at(j) == 'o' && t.at(j+1) == 'f' && t.at(j+2) == ' ' {
		j += 3
	}
	n := t.digits(j, 5)
	c = calendar{month: int(month)}
	switch {
	case n == 4 && t.closed(j+4):
		c.year = t.value(j, j+4)
		return match{start: k.start, end: j + 4, alone: inspect.Likely, valid: true}, c, t.plausible(c)
	case n == 0 && t.at(j) == '\'' && t.exactly(j+1, 2) && t.closed(j+3):
		if c.year = 2000 + t.value(j+1, j+3); c.year > t.now.today/10000+2 {
			c.year -= 100
		}
		return match{start: k.start, end: j + 3, alone: inspect.Likely, valid: true}, c, t.plausible(c)
	case n == 0 || n > 2:
		return m, c, false
	}
	c.day = t.value(j, j+n)
	end := ordinal(t, j+n)
	y := dateGap(t, end)
	if t.at(y) == ',' {
		y = t.skipSpace(y + 1)
	}
	if t.exactly(y, 4) && t.closed(y+4) {
		c.year = t.value(y, y+4)
		m = match{start: k.start, end: y + 4, alone: inspect.Likely, valid: true}
		return m, c, c.day > 0 && t.plausible(c)
	}
	c.year = t.now.today / 10000
	m = match{start: k.start, end: end, alone: inspect.Likely, valid: true}
	if month == 5 && t.at(w.end) != '.' { // "May 2 tablets be crushed?"
		m.alone = inspect.Possible
	}
	return m, c, c.day > 0 && c.day <= 31 && t.closed(end) && classes[t.at(w.start)]&isUpper != 0
}

// letters returns the run of letters at i.
func letters(t *text, i int) token {
	k := token{start: i, end: i}
	for k.end-i < maxRun && t.class(k.end)&(isUpper|isLower) != 0 {
		k.end++
	}
	return k
}

// ordinal returns the place behind st, nd, rd or th at i, i if there is none.
func ordinal(t *text, i int) int {
	a, b := lower(t.at(i)), lower(t.at(i+1))
	for _, s := range [...]string{"st", "nd", "rd", "th"} {
		if a == s[0] && b == s[1] && t.class(i+2)&isWord == 0 {
			return i + 2
		}
	}
	return i
}

// dateGap returns the place behind what stands between the parts of a date at i: a dot, and a space, comma or hyphen.
func dateGap(t *text, i int) int {
	if t.at(i) == '.' {
		i++
	}
	if t.at(i) == ',' && t.at(i+1) == ' ' {
		return i + 2
	}
	if c := t.at(i); c == ' ' || c == '-' || c == '/' {
		i++
	}
	return i
}
