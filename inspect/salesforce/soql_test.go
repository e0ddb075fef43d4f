package salesforce

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// refs spells what a query reads: "Contact.Id Account.Name".
func refs(list []Ref) string {
	var s []string
	for _, r := range list {
		s = append(s, r.Object+"."+r.Field)
	}
	return strings.Join(s, " ")
}

// values spells the literals of a query: "Contact.SSN__c = 123-45-6789".
func values(list []Literal) string {
	var s []string
	for i := range list {
		l := &list[i]
		object, name := l.meaning(standardRelations)
		s = append(s, object+"."+name+" "+l.Op+" "+string(l.Value))
	}
	return strings.Join(s, "; ")
}

func TestParseSOQL(t *testing.T) {
	tests := map[string]struct{ reads, values string }{
		"SELECT Id FROM Contact":                                      {reads: "Contact.Id"},
		"select id from contact":                                      {reads: "contact.id"},
		"SELECT Id, LastName FROM Contact":                            {reads: "Contact.Id Contact.LastName"},
		"SELECT\n\tId\r\nFROM Contact ":                               {reads: "Contact.Id"},
		"SELECT Account.Name, Owner.Email FROM Contact":               {reads: "Account.Name User.Email Group.Email"},
		"SELECT Account.Owner.Name FROM Contact":                      {reads: "User.Name Group.Name"},
		"SELECT Account.Parent.SSN__c FROM Contact":                   {reads: "Account.SSN__c"},
		"SELECT Who.Email FROM Task":                                  {reads: "Contact.Email Lead.Email"},
		"SELECT What.Name, X__r.SSN__c FROM Task":                     {reads: ".Name .SSN__c"},
		"SELECT c.LastName FROM Contact c":                            {reads: "Contact.LastName"},
		"SELECT c.Account.Name FROM Contact AS c":                     {reads: "Account.Name"},
		"SELECT Contact.LastName FROM Contact":                        {reads: "Contact.LastName"},
		"SELECT a.Name, p.LastName FROM Contact p, p.Account a":       {reads: "Account.Name Contact.LastName"},
		"SELECT Name, (SELECT LastName FROM Contacts) FROM Account":   {reads: "Account.Name Contact.LastName"},
		"SELECT (SELECT c.SSN__c FROM Contacts c) FROM Account":       {reads: "Contact.SSN__c"},
		"SELECT (SELECT Account.Name FROM Contacts) FROM Account":     {reads: "Account.Name"},
		"SELECT (SELECT Id FROM Genes__r) FROM Account":               {reads: ".Id"},
		"SELECT (SELECT OldValue FROM Histories) FROM Contact":        {reads: "ContactHistory.*"},
		"SELECT Field, NewValue FROM ContactHistory":                  {reads: "ContactHistory.Field ContactHistory.*"},
		"SELECT FIELDS(ALL) FROM Contact LIMIT 200":                   {reads: "Contact.*"},
		"SELECT Id, fields(standard) FROM Contact":                    {reads: "Contact.Id Contact.*"},
		"SELECT COUNT() FROM Contact":                                 {reads: "Contact.Id"},
		"SELECT COUNT(Id) n, MAX(Birthdate) FROM Contact":             {reads: "Contact.Id Contact.Birthdate"},
		"SELECT SSN__c x, COUNT(Id) FROM Contact GROUP BY SSN__c":     {reads: "Contact.SSN__c Contact.Id"},
		"SELECT toLabel(Status) s FROM Case":                          {reads: "Case.Status"},
		"SELECT FORMAT(convertCurrency(Account.X__c)) a FROM Contact": {reads: "Account.X__c"},
		"SELECT CALENDAR_YEAR(convertTimezone(CreatedDate)), COUNT(Id) FROM Lead GROUP BY CALENDAR_YEAR(convertTimezone(CreatedDate))": {
			reads: "Lead.CreatedDate Lead.Id"},
		"SELECT DISTANCE(Home__c, GEOLOCATION(37.7,-122.4), 'mi') FROM Contact": {reads: "Contact.Home__c"},
		"SELECT TYPEOF What WHEN Account THEN Phone, Owner.Email WHEN Case THEN Subject ELSE Name END FROM Event": {
			reads: "Account.Phone User.Email Group.Email Case.Subject .Name"},
		"SELECT Id FROM Contact WHERE SSN__c = '123-45-6789'": {"Contact.Id", "Contact.SSN__c = 123-45-6789"},
		"SELECT Id FROM Contact WHERE SSN__c='1' AND (Email LIKE '%x%' OR NOT Phone != '2')": {
			"Contact.Id", "Contact.SSN__c = 1; Contact.Email LIKE %x%; Contact.Phone != 2"},
		"SELECT Id FROM Contact WHERE Account.MRN__c IN ('a', 'b')": {
			"Contact.Id", "Account.MRN__c IN a; Account.MRN__c IN b"},
		"SELECT Id FROM Contact WHERE MRN__c NOT IN ('a')":       {"Contact.Id", "Contact.MRN__c NOT IN a"},
		"SELECT Id FROM Contact WHERE X__c INCLUDES ('A;B','C')": {"Contact.Id", "Contact.X__c INCLUDES A;B; Contact.X__c INCLUDES C"},
		"SELECT Id FROM Contact WHERE X__c excludes('A')":        {"Contact.Id", "Contact.X__c EXCLUDES A"},
		"SELECT Id FROM Contact WHERE Birthdate = 1970-01-31":    {"Contact.Id", "Contact.Birthdate = 1970-01-31"},
		"SELECT Id FROM Contact WHERE CreatedDate >= 2020-01-01T00:00:00.000+01:00": {
			"Contact.Id", "Contact.CreatedDate >= 2020-01-01T00:00:00.000+01:00"},
		"SELECT Id FROM Contact WHERE CreatedDate = LAST_N_DAYS:30 AND X__c = TODAY": {reads: "Contact.Id"},
		"SELECT Id FROM Contact WHERE A__c = TRUE AND B__c = null":                   {reads: "Contact.Id"},
		"SELECT Id FROM Opportunity WHERE Amount > USD5000":                          {"Opportunity.Id", "Opportunity.Amount > USD5000"},
		"SELECT Id FROM Opportunity WHERE Amount > -5.5e3":                           {"Opportunity.Id", "Opportunity.Amount > -5.5e3"},
		`SELECT Id FROM Contact WHERE LastName = 'O\'Neil \u0041\n\\'`:               {"Contact.Id", "Contact.LastName = O'Neil A\n\\"},
		"SELECT Id FROM Contact WHERE LastName = 'Łukasz'":                           {"Contact.Id", "Contact.LastName = Łukasz"},
		"SELECT Id FROM Contact WHERE LastName = ''":                                 {"Contact.Id", "Contact.LastName = "},
		"SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE SSN__c = '1')": {
			"Account.Id", "Contact.SSN__c = 1"},
		"SELECT (SELECT Id FROM Contacts WHERE SSN__c = '1') FROM Account":     {"Contact.Id", "Contact.SSN__c = 1"},
		"SELECT Id FROM Contact WHERE Id = '@{ref.id}' AND A__c = @{b.c[0].d}": {reads: "Contact.Id"},
		"SELECT Name, COUNT(Id) FROM Contact GROUP BY ROLLUP(Name) HAVING MAX(SSN__c) > '5'": {
			"Contact.Name Contact.Id", "Contact.SSN__c > 5"},
		"SELECT Id FROM Contact USING SCOPE mine WHERE X__c = 'a' WITH SECURITY_ENFORCED ORDER BY LastName DESC NULLS LAST, Id LIMIT 10 OFFSET 5 FOR VIEW": {
			"Contact.Id", "Contact.X__c = a"},
		"SELECT Title FROM KnowledgeArticleVersion WHERE A__c='x' WITH DATA CATEGORY Geo__c ABOVE usa__c AND P__c AT (a__c, b__c) UPDATE VIEWSTAT": {
			"KnowledgeArticleVersion.Title", "KnowledgeArticleVersion.A__c = x"},
		"SELECT Id FROM Contact ALL ROWS":   {reads: "Contact.Id"},
		"SELECT Id FROM Contact FOR UPDATE": {reads: "Contact.Id"},
		"SELECT Id FROM Group":              {reads: "Group.Id"},
		"SELECT Id, Group.Name FROM GroupMember WHERE UserOrGroupId = '1' WITH USER_MODE": {
			"GroupMember.Id .Name", "GroupMember.UserOrGroupId = 1"},
		"SELECT RecordId, HasReadAccess FROM UserRecordAccess WHERE UserId = '1' AND RecordId = '2'": {
			"UserRecordAccess.RecordId UserRecordAccess.HasReadAccess", "UserRecordAccess.UserId = 1; UserRecordAccess.RecordId = 2"},
		"SELECT Id FROM Contact WHERE DISTANCE(Home__c, GEOLOCATION(37,122), 'mi') < 20": {
			"Contact.Id", "Contact.Home__c < 20"},
	}
	for src, tc := range tests {
		t.Run(src, func(t *testing.T) {
			q, err := ParseSOQL([]byte(src))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.reads, refs(q.Reads())); diff != "" {
				t.Errorf("reads: %s", diff)
			}
			if diff := cmp.Diff(tc.values, values(q.Literals)); diff != "" {
				t.Errorf("literals: %s", diff)
			}
		})
	}
}

func TestParseSOQLRefuses(t *testing.T) {
	tests := map[string]struct {
		src    string
		offset int
	}{
		"empty":             {"", 0},
		"no select":         {"DELETE FROM Contact", 0},
		"no from":           {"SELECT Id", 9},
		"trailing":          {"SELECT Id FROM Contact; DROP", 22},
		"second query":      {"SELECT Id FROM Contact SELECT Id FROM Case", 30},
		"comment":           {"SELECT Id /* x */ FROM Contact", 10},
		"open string":       {"SELECT Id FROM Contact WHERE A__c = 'x", 36},
		"bad escape":        {`SELECT Id FROM Contact WHERE A__c = '\q'`, 37},
		"bind":              {"SELECT Id FROM Contact WHERE A__c = :x", 36},
		"bare word":         {"SELECT Id FROM Contact WHERE A__c = Smith", 36},
		"double quotes":     {`SELECT Id FROM Contact WHERE A__c = "x"`, 36},
		"no operator":       {"SELECT Id FROM Contact WHERE A__c 'x'", 34},
		"unbalanced":        {"SELECT Id FROM Contact WHERE (A__c = 'x'", 40},
		"star":              {"SELECT * FROM Contact", 7},
		"from path":         {"SELECT Id FROM Contact.Account", 30},
		"a limit that long": {"SELECT Id FROM Contact LIMIT 123456789", 29},
		"bad utf-8":         {"SELECT Id FROM Contact WHERE A__c = '\xff'", 36},
		"no-break space":    {"SELECT\u00a0Id FROM Contact", 6},
		"fields of what":    {"SELECT FIELDS(SOME) FROM Contact", 18},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParseSOQL([]byte(tc.src))
			var e *SOQLError
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want a SOQLError", err)
			}
			if e.Offset != tc.offset {
				t.Errorf("offset %d, want %d", e.Offset, tc.offset)
			}
		})
	}
}

func TestSOQLNesting(t *testing.T) {
	for _, src := range []string{
		"SELECT Id FROM A WHERE " + strings.Repeat("(", 1_000) + "A='x'" + strings.Repeat(")", 1_000),
		strings.Repeat("SELECT (", 1_000) + "SELECT Id FROM A" + strings.Repeat(") FROM A", 1_000),
		"SELECT " + strings.Repeat("F(", 1_000) + "Id" + strings.Repeat(")", 1_000) + " FROM A",
		"SELECT Id FROM " + strings.Repeat("a", MaxSOQL),
	} {
		if _, err := ParseSOQL([]byte(src)); err == nil {
			t.Errorf("%.20s… was parsed", src)
		}
	}
}

func TestSOQLAliasLoop(t *testing.T) {
	q, err := ParseSOQL([]byte("SELECT x.Id FROM Contact c, y.z x, x.w y"))
	if err != nil {
		t.Fatal(err)
	}
	if got := refs(q.Reads()); got != ".Id" {
		t.Errorf("reads %q, want an unknown object", got)
	}
}

func TestParseSOSL(t *testing.T) {
	tests := map[string]struct{ reads, values string }{
		"FIND {Lee}":                 {values: ". FIND Lee"},
		"find { Lee AND \\{x\\} } ":  {values: ". FIND  Lee AND {x} "},
		"FIND 'Lee' IN NAME FIELDS":  {values: ". FIND Lee"},
		"FIND {x} RETURNING Contact": {"Contact.Id", ". FIND x"},
		"FIND {x} RETURNING Contact(Id, Account.Name), Lead(Id)": {"Contact.Id Account.Name Lead.Id", ". FIND x"},
		"FIND {x} IN ALL FIELDS RETURNING Contact(Id WHERE SSN__c = '1' ORDER BY Id LIMIT 5), Case LIMIT 20": {
			"Contact.Id Case.Id", ". FIND x; Contact.SSN__c = 1"},
		"FIND {x} RETURNING Contact(toLabel(A__c)) WITH HIGHLIGHT WITH SNIPPET(target_length=120)": {"Contact.A__c", ". FIND x"},
		"FIND {x} WITH NETWORK = '0DB000000000001'":                                                {values: ". FIND x; .NETWORK = 0DB000000000001"},
	}
	for src, tc := range tests {
		t.Run(src, func(t *testing.T) {
			s, err := ParseSOSL([]byte(src))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.reads, refs(s.Reads())); diff != "" {
				t.Errorf("reads: %s", diff)
			}
			if diff := cmp.Diff(tc.values, values(s.Literals)); diff != "" {
				t.Errorf("literals: %s", diff)
			}
		})
	}
}

func TestParseSOSLRefuses(t *testing.T) {
	for _, src := range []string{"", "FIND", "FIND ", "FIND {x", "FIND x", "FIND {x} RETURNING", "FIND {x} RETURNING Contact(",
		"FIND {x} IN NAME", "FIND {x\\}", "FIND {x}}", "SELECT Id FROM A", "FIND {@{ref.name}}"} {
		if _, err := ParseSOSL([]byte(src)); err == nil {
			t.Errorf("%q was parsed", src)
		}
	}
}

func FuzzSOQL(f *testing.F) {
	for _, src := range []string{
		"SELECT Id FROM Contact WHERE SSN__c = '123-45-6789'",
		`SELECT c.Name n, (SELECT Id FROM Cases WHERE A='\'\u0041') FROM Contact c WHERE B IN ('x','y') LIMIT 5`,
		"SELECT TYPEOF What WHEN A THEN B ELSE C END FROM Event WHERE D = 2020-01-01 AND E = LAST_N_DAYS:3",
		"FIND {x} IN ALL FIELDS RETURNING Contact(Id WHERE A = 'b')",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		before := bytes.Clone(src)
		var literals []Literal
		if q, err := ParseSOQL(src); err == nil {
			q.Reads()
			q.plan(standardRelations)
			literals = append(literals, q.Literals...)
		}
		if s, err := ParseSOSL(src); err == nil {
			s.Reads()
			literals = append(literals, s.Literals...)
		}
		if !bytes.Equal(before, src) {
			t.Fatal("the query was changed")
		}
		for i := range literals {
			checkSpan(t, src, &literals[i])
		}
	})
}

// checkSpan checks that the range of a literal, read again by itself, gives the literal.
func checkSpan(t *testing.T, src []byte, l *Literal) {
	t.Helper()
	l.meaning(standardRelations)
	if l.Start < 0 || l.End < l.Start || l.End > len(src) {
		t.Fatalf("range %d to %d of %d bytes", l.Start, l.End, len(src))
	}
	if l.Op == "FIND" {
		return
	}
	raw := src[l.Start:l.End]
	if l.Start > 0 && src[l.Start-1] == '\'' {
		lex := lexer{src: src[l.Start-1 : l.End+1]}
		tok, err := lex.next()
		if err != nil || tok.kind != tokString || tok.end != len(lex.src) {
			t.Fatalf("the range is no string: %v", err)
		}
		raw = unquote(nil, raw)
	}
	if !bytes.Equal(raw, l.Value) {
		t.Fatal("the range is not the literal")
	}
}
