package salesforce

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/format"
)

const (
	partner    = "POST /services/Soap/u/60.0"
	enterprise = "POST /services/Soap/c/60.0"
)

// envelope wraps a call as jsforce and WSC do.
func envelope(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" ` +
		`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><env:Header><SessionHeader xmlns="urn:partner.soap.sforce.com"><sessionId>` +
		`00D5e000000abcd!AQ8AQ_Z.x536904399</sessionId></SessionHeader><CallOptions><client>DataLoader/60.0</client></CallOptions>` +
		`<AllOrNoneHeader><allOrNone>false</allOrNone></AllOrNoneHeader><x:QueryOptions><x:batchSize>2000</x:batchSize></x:QueryOptions>` +
		`</env:Header><env:Body>` + body + `</env:Body></env:Envelope>`
}

// fill puts Ids into a text. (expand would take the B of GROUP BY for a path.)
func fill(s string) string {
	return strings.NewReplacer("{contact}", contact, "{account}", account, "{job}", jobID, "{batch}", batchID).Replace(s)
}

// typedXML is typed for a body that the media type says is XML.
func typedXML(t *testing.T, rt *Route, dir inspect.Direction, body string) []string {
	t.Helper()
	shape := rt.Request
	if dir == inspect.Response {
		shape = rt.Response
	}
	f, err := format.Choose("", "text/xml", []byte("<a"))
	if err != nil {
		t.Fatal(err)
	}
	dec := f.New(shape, format.Limits{})
	var lines []string
	var rec inspect.Record
	for buf, offset := []byte(fill(body)), 0; ; {
		n, err := dec.Decode(buf[offset:], true, &rec)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return lines
		}
		rec.Offset = int64(offset)
		rt.Type(dir, &rec)
		lines = append(lines, spell(&rec)...)
		offset += n
	}
}

func TestSOAPRequest(t *testing.T) {
	const wsc = ` xsi:type="xsd:string"`
	tests := map[string]struct {
		line, call string
		want       []string
		reads      string
		op         Operation
	}{
		"partner create": {partner, `<m:create><m:sObjects><sobj:type` + wsc + `>Contact</sobj:type><sobj:LastName` + wsc + `>Lee</sobj:LastName>` +
			`<sobj:SSN__c>1</sobj:SSN__c></m:sObjects><m:sObjects><type>Lead</type><Email>e</Email></m:sObjects></m:create>`,
			[]string{"client", "Contact.LastName=Lee", "Contact.SSN__c=1", "Lead.Email=e"}, "", Create},
		"jsforce's namespaces": {partner, `<create xmlns="partner.soap.sforce.com"><sObjects><type xmlns="sobject.partner.soap.sforce.com">Contact</type>` +
			`<LastName xmlns="sobject.partner.soap.sforce.com">Lee</LastName></sObjects></create>`, []string{"client", "Contact.LastName=Lee"}, "", Create},
		"sObject as the schema says": {partner, `<create><sObjects xsi:type="s:sObject"><type>Contact</type><LastName>Lee</LastName></sObjects></create>`,
			[]string{"client", "Contact.LastName=Lee"}, "", Create},
		"enterprise update": {enterprise, `<update><sObjects xsi:type="ens:Contact"><fieldsToNull>Phone</fieldsToNull><Id>{contact}</Id>` +
			`<Birthdate xsi:type="xsd:date">1970-01-01</Birthdate></sObjects></update>`,
			[]string{"client", "Contact.Id={contact}", "Contact.Birthdate=1970-01-01"}, "", Update},
		"enterprise account": {enterprise, `<create><sObjects xsi:type="Account"><Type>Hospital</Type></sObjects></create>`,
			[]string{"client", "Account.Type=Hospital"}, "", Create},
		"upsert with foreign keys": {partner, `<upsert><externalIDFieldName>MRN__c</externalIDFieldName><sObjects><type>Contact</type><MRN__c>M1</MRN__c>` +
			`<Account><type>Account</type><Ext__c>A1</Ext__c></Account><Gene__r><type>Gene__c</type><SSN__c>2</SSN__c></Gene__r>` +
			`<Who__r><SSN__c>3</SSN__c></Who__r></sObjects></upsert>`,
			[]string{"client", "Contact.MRN__c=M1", "Account.Ext__c=A1", "Gene__c.SSN__c=2", ".SSN__c=3"}, "", Upsert},
		"a value in a name's place": {partner, `<upsert><externalIDFieldName>536-90-4399</externalIDFieldName><sObjects><type>Contact</type>` +
			`<fieldsToNull>536-90-4399</fieldsToNull><LastName x="536-90-4399">Lee</LastName></sObjects></upsert>`,
			[]string{"client", ".externalIDFieldName=536-90-4399", "Contact.fieldsToNull=536-90-4399", ".x=536-90-4399", "Contact.LastName=Lee"}, "", Upsert},
		"no type": {partner, `<create><sObjects><SSN__c>1</SSN__c></sObjects></create>`, []string{"client", ".SSN__c=1"}, "", Create},
		"compound": {enterprise, `<update><sObjects xsi:type="Contact"><MailingAddress><city>Reno</city></MailingAddress></sObjects></update>`,
			[]string{"client", "Contact.MailingCity=Reno"}, "", Update},
		"a comment": {partner, `<create><!-- 536-90-4399 --><sObjects><type>Contact</type><!-- 1 --></sObjects></create>`,
			[]string{"client", ".= 536-90-4399 ", ".= 1 "}, "", Create},
		"delete": {partner, `<delete><ids>{contact}</ids><ids>536-90-4399</ids></delete>`, []string{"client", ".ids=536-90-4399"}, "", Delete},
		"merge": {partner, `<merge><request><masterRecord><type>Contact</type><Id>{contact}</Id><Phone>5</Phone></masterRecord>` +
			`<recordToMergeIds>{account}</recordToMergeIds></request></merge>`, []string{"client", "Contact.Id={contact}", "Contact.Phone=5"}, "", Update},
		"query": {partner, `<query><queryString>SELECT Id, Account.Name FROM Contact WHERE SSN__c = '5' AND LastName &lt; 'x'</queryString></query>`,
			[]string{"client", "query Contact.SSN__c=5", "query Contact.LastName=x"}, "Contact.Id Account.Name", Read},
		"queryAll": {partner, `<queryAll xmlns="urn:x"><queryString><![CDATA[SELECT Id FROM Lead]]></queryString></queryAll>`, []string{"client"}, "Lead.Id", Read},
		"search": {partner, `<search><searchString>FIND {Lee} IN ALL FIELDS RETURNING Contact(Id, SSN__c)</searchString></search>`,
			[]string{"client", "query .=Lee"}, "Contact.Id Contact.SSN__c", Search},
		"retrieve": {partner, `<retrieve><fieldList>Id, Account.Name</fieldList><sObjectType>Contact</sObjectType><ids>{contact}</ids></retrieve>`,
			[]string{"client"}, "Contact.Id Account.Name", Read},
		"getUpdated": {partner, `<getUpdated><sObjectType>Contact</sObjectType><startDate>2024-01-01T00:00:00.000Z</startDate></getUpdated>`, []string{"client"}, "", Read},
		"sendEmail": {partner, `<sendEmail><messages xsi:type="SingleEmailMessage"><subject>s</subject><toAddresses>a@example.org</toAddresses></messages></sendEmail>`,
			[]string{"client", ".subject=s", ".toAddresses=a@example.org"}, "", Create},
		"login":  {partner, `<login><username>r.lee@example.org</username><password>536-90-4399</password></login>`, []string{"client"}, "", Login},
		"logout": {partner, `<logout xmlns="urn:x"/>`, []string{"client"}, "", Login},
		"describe": {partner, `<describeSObjects><sObjectType>Contact</sObjectType><sObjectType>536-90-4399</sObjectType></describeSObjects>`,
			[]string{"client", ".sObjectType=536-90-4399"}, "", Describe},
		"password elsewhere": {partner, `<create><login><password>536-90-4399</password></login><sObjects><type>Contact</type><password>536-90-4399</password></sObjects></create>`,
			[]string{"client", ".password=536-90-4399", "Contact.password=536-90-4399"}, "", Create},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			rt := mustRoute(t, New(Config{}), tc.line)
			if rt.Operation != Mixed || rt.Format != "xml" || rt.ResponseFormat != "xml" {
				t.Errorf("routed as %s %s %s", rt.Operation, rt.Format, rt.ResponseFormat)
			}
			got := typedXML(t, rt, inspect.Request, envelope(tc.call))
			for i := range got { // the client's name and version are no token
				got[i] = strings.Replace(got[i], ".client=DataLoader/60.0", "client", 1)
			}
			var want []string
			for _, w := range tc.want {
				want = append(want, fill(w))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if rt.Operation != tc.op || refs(rt.Reads) != tc.reads || rt.Err() != nil {
				t.Errorf("%s reads %q, %v; want %s reads %q", rt.Operation, refs(rt.Reads), rt.Err(), tc.op, tc.reads)
			}
		})
	}
}

func TestSOAPRefused(t *testing.T) {
	tests := map[string]struct {
		body   string
		reason PathReason
	}{
		"no envelope":          {`<a/>`, PathSOAP},
		"another root":         {`<a><Body><create/></Body></a>`, PathSOAP},
		"unknown call":         {envelope(`<frobnicate/>`), PathSOAP},
		"unknown call of rows": {envelope(`<frobnicate><sObjects><type>Contact</type></sObjects></frobnicate>`), PathSOAP},
		"two calls":            {envelope(`<logout/><getUserInfo/>`), PathSOAP},
		"a call behind rows":   {envelope(`<create><sObjects><type>Contact</type></sObjects></create><delete><ids>1</ids></delete>`), PathSOAP},
		"the same call again":  {envelope(`<create><sObjects><type>Contact</type></sObjects></create><create/>`), PathSOAP},
		"a call in front":      {envelope(`<login/><query><queryString>SELECT Id FROM Contact</queryString></query>`), PathSOAP},
		"two bodies":           {envelope(`<logout/></env:Body><env:Body><getUserInfo/>`), PathSOAP},
		"two types":            {envelope(`<create><sObjects><type>Contact</type><type>Lead</type></sObjects></create>`), PathSOAP},
		"types that disagree":  {envelope(`<create><sObjects xsi:type="Contact"><type>Lead</type></sObjects></create>`), PathSOAP},
		"nested types":         {envelope(`<create><sObjects><type>Task</type><Who><type>Lead</type><type>Contact</type></Who></sObjects></create>`), PathSOAP},
		"two queries":          {envelope(`<query><queryString>SELECT Id FROM Lead</queryString><queryString>SELECT Id FROM Contact</queryString></query>`), PathSOAP},
		"no query":             {envelope(`<query><queryString>SELECT</queryString></query>`), PathQuery},
		"no search":            {envelope(`<search><searchString>x</searchString></search>`), PathQuery},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			rt := mustRoute(t, New(Config{}), partner)
			typedXML(t, rt, inspect.Request, tc.body)
			var bad *PathError
			if err := rt.Err(); !errors.As(err, &bad) || bad.Reason != tc.reason {
				t.Errorf("error %v, want %s", err, tc.reason)
			}
		})
	}
}

// TestSOAPMethod: the policy judges the operation of each record by the method that stands first in it.
func TestSOAPMethod(t *testing.T) {
	tests := map[string]string{
		`<create><sObjects method="GET"><type>Contact</type><method>GET</method></sObjects></create>`: "POST",
		`<update><sObjects/></update>`:                                     "PATCH",
		`<delete><ids method="GET">{contact}</ids></delete>`:               "DELETE",
		`<query><queryString>SELECT Id FROM Contact</queryString></query>`: "GET",
		`<login><username>u</username><password>p</password></login>`:      "",
	}
	for call, want := range tests {
		rt := mustRoute(t, New(Config{}), partner)
		dec := decoder(t, "xml", rt.Request)
		var rec inspect.Record
		for buf := []byte(fill(envelope(call))); len(buf) > 0; {
			n, err := dec.Decode(buf, true, &rec)
			if err != nil {
				t.Fatal(err)
			}
			rt.Type(inspect.Request, &rec)
			f := rec.Fields[0]
			got := strings.Join([]string{f.Object, string(f.Name), string(f.Value), f.Carrier.String()}, " ")
			none := got == "$control method  header" && rec.Role == inspect.Envelope // in front of the call, or a login
			if !none && got != "$control method "+want+" body" || f.Node != 0 {
				t.Errorf("%s: a record starts with %s", call, got)
			}
			buf = buf[n:]
		}
	}
}

func decoder(t *testing.T, name string, shape inspect.Shape) inspect.Decoder {
	t.Helper()
	f, err := format.Choose(name, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return f.New(shape, format.Limits{})
}

func TestSOAPResponse(t *testing.T) {
	const fault = `<env:Fault><faultcode>sf:INVALID_FIELD</faultcode><faultstring>INVALID_FIELD: 536-90-4399</faultstring><detail>` +
		`<sf:InvalidFieldFault xsi:type="sf:InvalidFieldFault"><sf:exceptionCode>INVALID_FIELD</sf:exceptionCode><sf:exceptionMessage>m</sf:exceptionMessage><sf:row>-1</sf:row>` +
		`</sf:InvalidFieldFault></detail></env:Fault>`
	tests := map[string]struct {
		call, response string
		want           []string
	}{
		"query": {`<query><queryString>SELECT Id FROM Contact</queryString></query>`,
			`<queryResponse><result xsi:type="QueryResult"><done>true</done><queryLocator xsi:nil="true"/><records xsi:type="sf:sObject"><sf:type>Contact</sf:type>` +
				`<sf:Id>{contact}</sf:Id><sf:Id>{contact}</sf:Id><sf:SSN__c>1</sf:SSN__c><sf:Account xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Name>A</sf:Name></sf:Account>` +
				`<sf:Cases xsi:type="QueryResult"><done>true</done><records xsi:type="sf:sObject"><sf:type>Case</sf:type><sf:Subject>s</sf:Subject></records><size>1</size></sf:Cases>` +
				`<sf:MailingAddress xsi:type="sf:address"><sf:city>Reno</sf:city></sf:MailingAddress></records><size>50000000</size></result></queryResponse>`,
			[]string{"Contact.Id={contact}", "Contact.Id={contact}", "Contact.SSN__c=1", "Account.Name=A", "Case.Subject=s", "Contact.MailingCity=Reno"}},
		"enterprise query": {`<query><queryString>SELECT Id FROM Contact</queryString></query>`,
			`<queryResponse><result><records xsi:type="sf:Contact"><sf:SSN__c>1</sf:SSN__c><sf:Account xsi:type="sf:Account"><sf:Type>t</sf:Type></sf:Account></records></result></queryResponse>`,
			[]string{"Contact.SSN__c=1", "Account.Type=t"}},
		"aggregate": {`<query><queryString>SELECT SSN__c x, MAX(Birthdate) FROM Contact GROUP BY SSN__c</queryString></query>`,
			`<queryResponse><result><records xsi:type="sf:sObject"><sf:type>AggregateResult</sf:type><sf:x>1</sf:x><sf:expr0>1970-01-01</sf:expr0></records></result></queryResponse>`,
			[]string{"Contact.SSN__c=1", "Contact.Birthdate=1970-01-01"}},
		"retrieve": {`<retrieve><fieldList>SSN__c</fieldList><sObjectType>Contact</sObjectType></retrieve>`,
			`<retrieveResponse><result xsi:type="sf:sObject"><sf:type>Contact</sf:type><sf:SSN__c>1</sf:SSN__c></result><result xsi:nil="true"/></retrieveResponse>`,
			[]string{"Contact.SSN__c=1"}},
		"search": {`<search><searchString>FIND {x}</searchString></search>`,
			`<searchResponse><result><searchRecords><record xsi:type="sf:sObject"><sf:type>Lead</sf:type><sf:Email>e</sf:Email></record></searchRecords></result></searchResponse>`,
			[]string{"Lead.Email=e"}},
		"history": {`<query><queryString>SELECT Field, OldValue FROM ContactHistory</queryString></query>`,
			`<queryResponse><result><records><type>ContactHistory</type><Field>SSN__c</Field><OldValue>1</OldValue></records></result></queryResponse>`,
			[]string{"ContactHistory.Field=SSN__c", "ContactHistory.SSN__c=1"}},
		"saved": {`<create><sObjects><type>Contact</type></sObjects></create>`,
			`<createResponse><result><id>{contact}</id><success>true</success></result><result><errors><fields>SSN__c</fields><message>dup 1</message><statusCode>DUPLICATE_VALUE</statusCode></errors>` +
				`<id xsi:nil="true"/><success>false</success></result></createResponse>`,
			[]string{".message=dup 1"}},
		"fault": {`<logout/>`, fault, []string{".message=INVALID_FIELD: 536-90-4399", ".exceptionMessage=m", ".row=-1"}},
		"login": {`<login><username>u</username><password>p</password></login>`,
			`<loginResponse><result><metadataServerUrl>https://acme.my.salesforce.com/services/Soap/m/60.0/00D5e00000Abcde</metadataServerUrl><passwordExpired>false</passwordExpired>` +
				`<sandbox>false</sandbox><serverUrl>https://localhost:8443/services/Soap/u/60.0/00D5e00000Abcde</serverUrl><sessionId>00D5e000000abcd!AQ8AQ</sessionId><userId>0055e00000Abcde</userId>` +
				`<userInfo><accessibilityMode>false</accessibilityMode><currencySymbol>$</currencySymbol><orgAttachmentFileSizeLimit>5242880</orgAttachmentFileSizeLimit><organizationName>Acme</organizationName>` +
				`<userEmail>e@example.org</userEmail><userFullName>Ann Lee</userFullName><userName>u</userName><userTimeZone>America/Los_Angeles</userTimeZone></userInfo></result></loginResponse>`,
			[]string{"Organization.Name=Acme", "User.Email=e@example.org", "User.Name=Ann Lee", "User.Username=u"}},
		"values in places of the login's": {`<login><username>u</username><password>p</password></login>`,
			`<loginResponse><result><serverUrl>https://x/536-90-4399</serverUrl><sessionId>536-90-4399</sessionId><note>a b</note></result></loginResponse>`,
			[]string{".serverUrl=https://x/536-90-4399", ".sessionId=536-90-4399", ".note=a b"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			rt := mustRoute(t, New(Config{}), partner)
			typedXML(t, rt, inspect.Request, envelope(tc.call))
			var want []string
			for _, w := range tc.want {
				want = append(want, fill(w))
			}
			response := `<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>` + tc.response + `</env:Body></env:Envelope>`
			if diff := cmp.Diff(want, typedXML(t, rt, inspect.Response, response)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSOAPOperation: a call that comes late does not change what was decided before it.
func TestSOAPOperation(t *testing.T) {
	rt := mustRoute(t, New(Config{}), partner)
	late := `<Envelope><Header><CallOptions><client>` + strings.Repeat("a", 5000) + `</client></CallOptions></Header><Body><query><queryString>SELECT Id FROM Contact</queryString></query></Body></Envelope>`
	typedXML(t, rt, inspect.Request, late)
	if rt.Operation != Mixed || rt.Err() != nil {
		t.Errorf("%s, %v", rt.Operation, rt.Err())
	}
}

// TestSOAPNodes: what has nothing but attributes is no row of the type that they say.
func TestSOAPNodes(t *testing.T) {
	rt := mustRoute(t, New(Config{}), partner)
	dec, rec := decoder(t, "xml", rt.Request), new(inspect.Record)
	body := []byte(envelope(`<create><sObjects><type xsi:type="xsd:string">Contact</type><Owner xsi:type="ens:User"><type>User</type></Owner></sObjects></create>`))
	var got []string
	for len(body) > 0 {
		n, err := dec.Decode(body, true, rec)
		if err != nil {
			t.Fatal(err)
		}
		rt.Type(inspect.Request, rec)
		for _, node := range rec.Nodes {
			if rec.Role == inspect.Data {
				got = append(got, string(node.Key)+"="+node.Object)
			}
		}
		body = body[n:]
	}
	if diff := cmp.Diff([]string{"sObjects=Contact", "type=", "Owner=User"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestMarkup has the XML of the APIs that speak other formats too.
func TestMarkup(t *testing.T) {
	const link = ` url="/services/data/v60.0/sobjects/Contact/{contact}"`
	tests := map[string]struct {
		job, line string
		dir       inspect.Direction
		body      string
		want      []string
	}{
		"row": {"", "POST B/sobjects/Gene__c", inspect.Request, `<?xml version="1.0"?><Gene__c><SSN__c>1</SSN__c><Account><Name>A</Name></Account></Gene__c>`,
			[]string{"Gene__c.SSN__c=1", "Account.Name=A"}},
		"row under another name": {"", "POST B/sobjects/Contact", inspect.Request, `<Lead type="Lead"><SSN__c>1</SSN__c></Lead>`, []string{"Contact.SSN__c=1"}},
		"row read":               {"", "GET B/sobjects/Contact/{contact}", inspect.Response, `<Contact type="Contact"` + link + `><LastName>Lee</LastName></Contact>`, []string{"Contact.LastName=Lee"}},
		"query": {"", "GET B/query?q=SELECT+FORMAT(SSN__c)+s+FROM+Contact", inspect.Response,
			`<QueryResult><done>true</done><records type="Contact"` + link + `><s>1</s><Account type="Account" url="/x"><Name>A</Name></Account></records><totalSize>12345</totalSize></QueryResult>`,
			[]string{"Contact.SSN__c=1", "Account.Name=A"}},
		"search":   {"", "GET B/search?q=FIND+%7Bx%7D", inspect.Response, `<SearchResults><searchRecords type="Lead" url="/x"><Email>e</Email></searchRecords></SearchResults>`, []string{"Lead.Email=e"}},
		"retrieve": {"", "GET B/composite/sobjects/Contact?ids={contact}", inspect.Response, `<Rows><Row><SSN__c>1</SSN__c></Row></Rows>`, []string{"Contact.SSN__c=1"}},
		"batch": {"", "POST B/composite/batch", inspect.Response, `<batch><results><result><Contact type="Contact"` + link + `><SSN__c>1</SSN__c></Contact></result></results></batch>`,
			[]string{"Contact.SSN__c=1"}},
		"saved":    {"", "POST B/sobjects/Contact", inspect.Response, `<Result><id>{contact}</id><success>true</success></Result>`, nil},
		"error":    {"", "POST B/sobjects/Contact", inspect.Response, `<Errors><Error><errorCode>A</errorCode><message>m 1</message></Error></Errors>`, []string{".message=m 1"}},
		"blob":     {"", "GET B/sobjects/ContentVersion/{contact}/VersionData", inspect.Response, `<a><b>1</b></a>`, []string{"ContentVersion.b=1"}},
		"apexrest": {"", "POST /services/apexrest/x", inspect.Request, `<a><Contact type="Contact" url="/x"><SSN__c>1</SSN__c></Contact><id>536904399</id></a>`, []string{"Contact.SSN__c=1", ".id=536904399"}},
		"bulk job": {"", "POST /services/async/60.0/job", inspect.Request, `<jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload"><operation>insert</operation><object>Contact</object>` +
			`<contentType>XML</contentType><externalIdFieldName>536904399</externalIdFieldName></jobInfo>`, []string{".externalIdFieldName=536904399"}},
		"bulk batch": {"insert", "POST /services/async/60.0/job/{job}/batch", inspect.Request,
			`<sObjects xmlns="urn:x"><sObject><LastName>Lee</LastName><Account><sObject><Ext__c>A1</Ext__c></sObject></Account><Phone xsi:nil="true"/></sObject><sObject><type>Lead</type><SSN__c>1</SSN__c></sObject></sObjects>`,
			[]string{"Contact.LastName=Lee", "Account.Ext__c=A1", "Contact.SSN__c=1"}},
		"bulk outcome": {"insert", "GET /services/async/60.0/job/{job}/batch/{batch}/result", inspect.Response,
			`<results><result><id>{contact}</id><success>true</success><created>true</created></result><result><errors><message>m 1</message></errors></result></results>`, []string{".message=m 1"}},
		"bulk query list": {"query", "GET /services/async/60.0/job/{job}/batch/{batch}/result", inspect.Response, `<result-list><result>7525e00000Abcde</result></result-list>`, nil},
		"bulk query": {"query", "GET /services/async/60.0/job/{job}/batch/{batch}/result/7525e00000Abcde", inspect.Response,
			`<queryResult xsi:type="QueryResult"><records xsi:type="sObject"><type>Contact</type><SSN__c>1</SSN__c></records></queryResult>`, []string{"Contact.SSN__c=1"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			r := New(Config{})
			if tc.job != "" {
				teach(t, r, "POST /services/async/60.0/job", "", `<jobInfo><id>{job}</id><operation>`+tc.job+`</operation><object>Contact</object><contentType>XML</contentType></jobInfo>`)
			}
			rt := mustRoute(t, r, expand(tc.line))
			got := typedXML(t, rt, tc.dir, tc.body)
			if diff := cmp.Diff(tc.want, got); diff != "" || rt.Err() != nil {
				t.Errorf("%v %s", rt.Err(), diff)
			}
		})
	}
	for line, reason := range map[string]PathReason{"POST B/composite": PathSubrequest, "POST B/composite/batch": PathSubrequest, "POST B/parameterizedSearch": PathQuery} {
		rt := mustRoute(t, New(Config{}), expand(line))
		typedXML(t, rt, inspect.Request, `<a><b/></a>`)
		var bad *PathError
		if err := rt.Err(); !errors.As(err, &bad) || bad.Reason != reason {
			t.Errorf("%s: error %v, want %s", line, err, reason)
		}
	}
}

// TestSOAPCursor: the rows on further pages of a query with aliases mean what they mean on the first.
func TestSOAPCursor(t *testing.T) {
	r := New(Config{})
	page := func(name, locator string) string {
		return `<Envelope><Body><` + name + `Response><result><done>false</done><queryLocator>` + locator + `</queryLocator><records><type>AggregateResult</type><x>1</x></records>` +
			`</result></` + name + `Response></Body></Envelope>`
	}
	first := mustRoute(t, r, partner)
	typedXML(t, first, inspect.Request, envelope(`<query><queryString>SELECT SSN__c x FROM Contact GROUP BY SSN__c</queryString></query>`))
	typedXML(t, first, inspect.Response, page("query", cursor+"-500"))
	second := mustRoute(t, r, partner)
	typedXML(t, second, inspect.Request, envelope(`<queryMore><queryLocator>`+cursor+`-500</queryLocator></queryMore>`))
	if diff := cmp.Diff([]string{"Contact.SSN__c=1"}, typedXML(t, second, inspect.Response, page("queryMore", ""))); diff != "" {
		t.Error(diff)
	}
}

// TestSOAPOthers: metadata, tooling, Apex and an org's own services stay unread.
func TestSOAPOthers(t *testing.T) {
	for _, path := range []string{"m/60.0", "T/60.0", "s/60.0", "class/Foo"} {
		rt := mustRoute(t, New(Config{}), "POST /services/Soap/"+path)
		for _, name := range []string{rt.Format, rt.ResponseFormat} {
			if _, err := format.Choose(name, "text/xml", []byte("<a/>")); !errors.Is(err, inspect.ErrUnreadable) {
				t.Errorf("%s is read as %q: %v", path, name, err)
			}
		}
	}
}

// TestSOAPRowsAllocateNothing: in steady state a row of a result costs no memory.
func TestSOAPRowsAllocateNothing(t *testing.T) {
	rt := mustRoute(t, New(Config{}), partner)
	body := fill(`<Envelope><Body><queryResponse><result>` + strings.Repeat(`<records xsi:type="sf:sObject"><sf:type>Contact</sf:type><sf:Id>{contact}</sf:Id>`+
		`<sf:SSN__c>1</sf:SSN__c><sf:Account xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Name>A</sf:Name></sf:Account></records>`, 300) + `</result></queryResponse></Body></Envelope>`)
	dec, rec, buf := decoder(t, "xml", rt.Response), new(inspect.Record), []byte(body)
	next := func() {
		n, err := dec.Decode(buf, true, rec)
		if err != nil {
			t.Fatal(err)
		}
		buf = buf[n:]
		rt.Type(inspect.Response, rec)
	}
	next()
	next()
	allocs := testing.AllocsPerRun(200, next)
	if allocs > 0 || len(rec.Fields) == 0 {
		t.Errorf("%v allocations for a row", allocs)
	}
}
