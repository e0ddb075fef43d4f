package corpus

var resources = load("fhir.txt")

// writeFHIR writes a resource.
func writeFHIR(g *generator, w *writer) {
	w.text.MediaType = "application/fhir+json"
	if g.chance(50) {
		w.text.Request = "POST https://api.healthcloud.salesforce.com/clinical-summary/fhir-r4/v1/Patient"
	}
	g.write(w, g.document(pick(g, resources)), quoteJSON)
}
