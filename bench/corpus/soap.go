package corpus

import (
	"strings"
)

// quoteXML spells character data.
func quoteXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// writeSOAP writes a call of the partner or of the enterprise API.
func writeSOAP(g *generator, w *writer) {
	w.text.MediaType = "text/xml; charset=UTF-8"
	partner := g.chance(60)
	api, space := "c", "urn:enterprise.soap.sforce.com"
	if partner {
		api, space = "u", "urn:partner.soap.sforce.com"
	}
	w.text.Request = "POST https://acme.my.salesforce.com/services/Soap/" + api + "/60.0/00D5g0000000001"
	call := pick(g, []string{"create", "update", "upsert"})
	w.raw(`<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="` + space +
		`" xmlns:sobj="urn:sobject.` + space[4:] + `" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header><urn:SessionHeader><urn:sessionId>` +
		"00D5g0000000001!" + g.shape("AQ?A??????????????") + `</urn:sessionId></urn:SessionHeader></soapenv:Header><soapenv:Body><urn:` + call + ">")
	if call == "upsert" {
		w.raw("<urn:externalIDFieldName>Id</urn:externalIDFieldName>")
	}
	for i := range 1 + g.IntN(3) {
		if i > 0 {
			g.meet()
		}
		object, cells := g.record()
		if partner {
			w.raw("<urn:sObjects><sobj:type>" + object + "</sobj:type>")
		} else {
			w.raw(`<urn:sObjects xsi:type="urn1:` + object + `" xmlns:urn1="urn:sobject.enterprise.soap.sforce.com">`)
		}
		if call == "update" {
			w.raw("<sobj:Id>" + g.harmless("id") + "</sobj:Id>")
		}
		for _, c := range cells {
			w.raw("<sobj:" + c.key + ">")
			w.field(c.held, c.note, quoteXML)
			w.raw("</sobj:" + c.key + ">")
		}
		w.raw("</urn:sObjects>")
	}
	w.raw("</urn:" + call + "></soapenv:Body></soapenv:Envelope>")
}
