package detect

// claimed reports whether a label directly before i calls what stands there another identifier without a grammar than that of
// the detector in own: "Med Rec # 30-11-45  Acct 5589112".
func (t *text) claimed(i int, own set) bool {
	if t.toldBefore(i)&t.lex.formless&^own == 0 { // no word tells of another
		return false
	}
	told := t.labels(i) & t.lex.formless
	return told != 0 && told&own == 0
}

// Bounds of an identifier that is written in groups, in digits: NHS numbers and those of health cards.
const (
	minGrouped = 9
	maxGrouped = 12
)

// groupedAt reads groups of three to five digits with a space between, as national numbers are printed, directly behind a label
// of the detector in own: "NHS No: 485 777 3456".
func groupedAt(t *text, k token, own set) (match, bool) {
	if k.class&isWord != isDigit || k.len() < 3 || k.len() > 4 || !t.open(k.start) {
		return match{}, false
	}
	end, n := k.end, k.len()
	for t.at(end) == ' ' && n < maxGrouped {
		run := t.digits(end+1, 6)
		if run < 3 || run > 5 {
			break
		}
		end, n = end+1+run, n+run
	}
	return match{start: k.start, end: end}, n >= minGrouped && n <= maxGrouped && end > k.end && t.closed(end) && t.labels(k.start)&own != 0
}

// loginAt reads what stands behind "Username:" or "Password:" around k: all up to white space or a sign that ends a clause.
func loginAt(t *text, k token) (match, bool) {
	start, end := k.start, k.end
	if k.class&isWord == isDigit && k.len() < 4 {
		return match{}, false
	}
	for start > 0 && k.start-start < maxRun && !space(t.at(start-1)) && !contains(":=,;\"'", t.at(start-1)) {
		start--
	}
	for end < len(t.b) && end-k.end < maxRun && !space(t.at(end)) && !contains(",;\"'", t.at(end)) {
		end++
	}
	for end > k.end && contains(".)]!?", t.at(end-1)) {
		end--
	}
	return match{start: start, end: end}, end-start >= 4 && t.announcesLogin(start)
}

// announcesLogin reports whether a word for the name or the secret of a user stands before i, with a colon, "is" or an equals
// sign between.
func (t *text) announcesLogin(i int) bool {
	at := t.skipColon(i)
	if at == t.skipSpaceBefore(i) {
		return false
	}
	w := t.wordBefore(at)
	b := t.b[w.start:w.end]
	for _, s := range [...]string{"username", "userid", "password", "passcode", "login"} {
		if equalFold(b, s) {
			return true
		}
	}
	before := t.wordBefore(t.at1(w.start, ' '))
	return (equalFold(b, "name") || equalFold(b, "id")) && equalFold(t.b[before.start:before.end], "user")
}
