package detect

import "github.com/phigate/phigate/inspect"

// Telephone numbers have as many forms as there are numbering plans, and each country writes its own in several ways:
// 020 7946 0018, 01 42 68 53 00, (02) 9876 5432, 98765 43210, 0961-7596216. What they share is what ITU-T E.164 and E.123
// say: at most fifteen digits, in groups with a space, a hyphen, a dot or a slash between them, the first of them perhaps
// in parentheses. So do many other numbers, and words have to tell of these.

// Bounds of a telephone number without a country code, in digits.
const (
	minPhone = 7
	maxPhone = 15
)

// localPhone looks for a telephone number of any country whose first digit is at i and that begins at start.
func localPhone(t *text, start, i int) (match, bool) {
	if t.mute || t.lex == nil {
		return match{}, false
	}
	if t.digits(i, 4) == 4 && t.at(i) != '0' && t.toldBefore(start)&t.lex.phones == 0 { // what most numbers fail for
		return match{}, false
	}
	g := phoneGroups(t, i)
	if g.digits < minPhone || g.digits > maxPhone || g.length[0] < 2 || !t.open(start) || !closedPhone(t, g.end) || g.otherwise() {
		return match{}, false
	}
	if b := t.skipSpaceBefore(start); b < start && t.digit(b-1) { // the last groups of a longer number
		return match{}, false
	}
	m := match{start: start, end: extension(t, g.end), valid: true, alone: inspect.VeryUnlikely}
	switch {
	case t.at(i) == '0' && t.at(i+1) == '0' && t.at(i+2) >= '1' && t.digit(i+2) && g.groups > 2 && g.digits > 10: // 0044 20 7946 0958
		m.alone = inspect.Possible
	case t.toldBefore(start)&t.lex.phones == 0:
		return match{}, false
	case g.groups == 1 && !t.announced(start) || g.groups > 1 && t.outranked(start):
		return match{}, false
	}
	return m, true
}

// digitGroups are groups of digits as a telephone number has them.
type digitGroups struct {
	end, digits, groups int
	// length is that of each of the first four groups; sign stands between the first and the second, and same says that it
	// stands between all of them.
	length [4]int
	sign   byte
	same   bool
}

// phoneGroups reads the groups of digits at i.
func phoneGroups(t *text, i int) (g digitGroups) {
	g.same = true
	for g.digits <= maxPhone {
		run := t.digits(i, maxPhone+1)
		if run == 0 || g.groups > 0 && run == 1 {
			break
		}
		if g.groups == 1 && run == 2 && g.length[0] != 2 && i-g.end == 1 && contains("-./", t.at(g.end)) { // 2023-06-05, 123-45-6789
			break
		}
		after := t.at(i + run)
		if g.groups > 0 && (after == ':' || after == '/' && g.sign != '/' || after == '%') { // a time, a date or a result follows
			break
		}
		if g.groups < len(g.length) {
			g.length[g.groups] = run
		}
		g.end, g.digits, g.groups = i+run, g.digits+run, g.groups+1
		next := phoneSeparator(t, g.end)
		if next == g.end || !t.digit(next) && t.at(next) != '(' {
			break
		}
		if g.groups == 1 {
			g.sign = after
		}
		g.same = g.same && after == g.sign && next == g.end+1
		i = next
	}
	return g
}

// otherwise reports whether the groups are those of a date, a Social Security number or a ZIP+4 code.
func (g *digitGroups) otherwise() bool {
	if !g.same || g.sign == ' ' {
		return false
	}
	a, b, c := g.length[0], g.length[1], g.length[2]
	switch g.groups {
	case 2:
		return a == 5 && b == 4 || a == 2 && b == 7
	case 3:
		return a == 3 && b == 2 && c == 4 || a == 4 && b <= 2 && c <= 2 || a <= 2 && b <= 2 && (c == 2 || c == 4)
	}
	return false
}

// announced reports whether what stands directly before i calls it a telephone number: "Mobile: ", "Phone:\n", "tel ".
func (t *text) announced(i int) bool {
	for n := 0; n < 4 && i > 0 && (space(t.at(i-1)) || t.at(i-1) == ':'); n++ {
		i--
	}
	return t.labels(i)&t.lex.phones != 0
}
