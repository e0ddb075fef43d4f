package format

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/phigate/phigate/inspect"
)

// soapSample returns a partner query's result of n contacts, and a create of one as a Java client spells it.
func soapSample(n int) (result, create []byte) {
	var r bytes.Buffer
	r.WriteString(`<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>` +
		`<queryResponse><result xsi:type="QueryResult"><done>true</done><queryLocator xsi:nil="true"/>`)
	for i := range n {
		fmt.Fprintf(&r, `<records xsi:type="sf:sObject"><sf:type>Contact</sf:type><sf:Id>003xx0000%07dAAA</sf:Id><sf:FirstName>Ada%d</sf:FirstName><sf:LastName>O&apos;Lovelace</sf:LastName>`+
			`<sf:Email>ada%d@example.org</sf:Email><sf:Phone>(202) 555-0%03d</sf:Phone><sf:Birthdate>1985-12-10</sf:Birthdate><sf:MailingStreet>12 Saint James Square</sf:MailingStreet>`+
			`<sf:SSN__c>219-09-%04d</sf:SSN__c><sf:Fax xsi:nil="true"/><sf:Description>Seen on Tuesday; follow-up in two weeks. No known allergies. Prefers the morning.</sf:Description></records>`,
			i, i, i, i%1000, i%10000)
	}
	r.WriteString(`<size>10000</size></result></queryResponse></soapenv:Body></soapenv:Envelope>`)
	return r.Bytes(), []byte(`<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<env:Header><SessionHeader xmlns="urn:partner.soap.sforce.com"><sessionId>00D!synthetic</sessionId></SessionHeader></env:Header><env:Body><m:create xmlns:m="urn:partner.soap.sforce.com">` +
		`<m:sObjects><s:type xsi:type="xsd:string">Contact</s:type><s:FirstName xsi:type="xsd:string">Ada</s:FirstName><s:LastName xsi:type="xsd:string">Lovelace</s:LastName>` +
		`<s:SSN__c xsi:type="xsd:string">219-09-9999</s:SSN__c></m:sObjects></m:create></env:Body></env:Envelope>`)
}

func BenchmarkXML(b *testing.B) {
	result, create := soapSample(10_000)
	shape := inspect.Shape{Records: []string{"Envelope.Body.queryResponse.result.records", "Envelope.Body.create.sObjects"}}
	blob := []byte("<a><VersionData>" + string(bytes.Repeat([]byte("QUJDREVGR0hJSktM"), 1<<18)) + "</VersionData></a>")
	for name, body := range map[string][]byte{"records": result, "create": create, "blob": blob} {
		b.Run(name, func(b *testing.B) {
			benchmark(b, func() inspect.Decoder { return newXML(shape, Limits{}) }, body)
		})
	}
}
