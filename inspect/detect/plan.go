package detect

import "github.com/phigate/phigate/inspect"

// plan recognises the numbers of members, subscribers, groups and policies of health plans.
var plan = Detector{
	Name:     "health_plan_id",
	Category: inspect.Plan,
	Doc:      "health plan beneficiary number: letters and digits that a name or words near them call a member, group or policy number",
	Keys: []string{"member id", "member number", "member no", "member num", "member identification number", "member identifier",
		"subscriber id", "subscriber number", "subscriber no", "policy number", "policy no", "policy id", "policy num",
		"group number", "group no", "member group number", "insurance id", "insurance number", "insurance policy number",
		"insurance member id", "plan id", "plan number", "health plan id", "medicaid id", "medicaid number", "medicaid no",
		"cardholder id", "beneficiary id", "beneficiary number", "issuer number", "rxbin", "rxpcn", "rxgrp", "rx bin", "rx pcn",
		"rx grp", "rx group", "payer id", "payer member id", "enrollee id", "certificate number", "insured id", "grp no",
		"grp number", "grp num", "insurance card number", "insurance card no", "insurance card", "health insurance number", "ins id", "ins plan",
		"hbn", "beneficiary no", "insur id", "insurer id", "hmo id", "ppo id", "health id", "phn", "personal health number",
		"health card", "health card number", "health card no"},
	Hints:   []string{"insurance", "medicaid", "bcbs", "blue cross", "aetna", "cigna", "humana", "policy", "subscriber", "member", "grp", "health plan", "ins", "insur"},
	Anchors: atDigits | atMixed,
	Told:    true,
	Check:   func(v []byte, _ clock) inspect.Evidence { return identifier(v, 4, 24, 1) },
	Find: func(t *text, k token) (match, bool) {
		if m, ok := groupedAt(t, k, t.lex.own.plan); ok {
			return m, true
		}
		m, ok := identifierAt(t, k, 6, 20, 3)
		return m, ok && (count(t.b[m.start:m.end], isDigit) > 3 || t.labels(m.start)&t.lex.own.plan != 0) && !t.claimed(m.start, t.lex.own.plan)
	},
	Normal: normalAlnum,
}
