package detect

import "github.com/phigate/phigate/inspect"

// account recognises the numbers of accounts, claims and visits.
var account = Detector{
	Name:     "account_number",
	Category: inspect.Account,
	Doc:      "account, claim or visit number: letters and digits that a name or words near them call one",
	Keys: []string{"account number", "account no", "acct number", "acct no", "acct num", "acct", "patient account",
		"patient account number", "bank account", "bank account number", "bank acct", "routing number", "aba", "aba number", "rtn",
		"claim number", "claim no", "claim id", "encounter number", "encounter id", "encounter no", "visit number",
		"visit no", "csn", "har", "invoice number", "billing number", "authorization number", "prior auth number", "referral number",
		"patient control number", "account num", "fin", "fin number", "fin nbr", "hsp account id", "hospital account", "pat enc csn"},
	Hints:   []string{"account", "routing", "claim", "encounter", "visit", "invoice", "authorization", "auth no", "auth number"},
	Anchors: atDigits | atMixed,
	Told:    true,
	Check:   func(v []byte, _ clock) inspect.Evidence { return identifier(v, 4, 34, 1) },
	Find: func(t *text, k token) (match, bool) {
		m, ok := identifierAt(t, k, 5, 34, 4)
		return m, ok && !t.claimed(m.start, t.lex.own.account)
	},
	Normal: normalAlnum,
}
