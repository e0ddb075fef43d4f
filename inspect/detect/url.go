package detect

import "github.com/phigate/phigate/inspect"

// webURL recognises addresses of resources on the web. Those of terminologies and schemas name no person.
var webURL = Detector{
	Name:     "url",
	Category: inspect.URL,
	Doc:      "URL with an authority (RFC 3986), or a host name that begins with www; not those of terminologies and XML schemas",
	Keys:     []string{"url", "website", "web site", "homepage", "home page", "portal url", "web address", "web page", "linkedin", "facebook", "twitter"},
	Anchors:  atColon | atPair,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		for i, c := range v[:min(16, len(v))] {
			if c != ':' {
				continue
			}
			if m, ok := urlAt(&t, token{start: i, end: i + 1}); ok && m.start == 0 && m.end == len(v) {
				return inspect.ByShape | inspect.ByValidity
			}
		}
		if domainEnd(&t, 0) > 0 {
			return inspect.ByShape
		}
		return 0
	},
	Find:   urlAt,
	Normal: normalURL,
}

// maxURL bounds how much of a URL is read, in bytes; what is behind stays outside of the finding.
const maxURL = 2048

// vocabularies are the hosts of code systems, profiles and schemas, whose URLs stand in records of every patient.
var vocabularies = [...]string{
	"hl7.org", "www.hl7.org", "terminology.hl7.org", "fhir.org", "loinc.org", "snomed.info", "unitsofmeasure.org",
	"www.nlm.nih.gov", "nucc.org", "www.nucc.org", "www.ama-assn.org", "www.cms.gov", "cms.gov", "www.w3.org", "w3.org",
	"schema.org", "json-schema.org", "schemas.xmlsoap.org", "schemas.microsoft.com", "xml.org", "dicom.nema.org",
	"www.whocc.no", "id.who.int", "hl7.org.uk", "ns.adobe.com", "purl.org", "www.iana.org", "tools.ietf.org",
}

func urlAt(t *text, k token) (match, bool) {
	if t.at(k.start) != ':' {
		return wwwAt(t, k)
	}
	if t.at(k.end) != '/' || t.at(k.end+1) != '/' {
		return match{}, false
	}
	start := k.start
	for k.start-start < 12 && t.class(start-1)&(isUpper|isLower|isDigit) != 0 {
		start--
	}
	host := k.end + 2
	end := urlEnd(t, host)
	if start == k.start || end == host || t.class(start)&(isUpper|isLower) == 0 || ofVocabulary(t, host, end) {
		return match{}, false
	}
	return match{start: start, end: end, valid: true, alone: inspect.Likely}, true
}

// wwwAt looks for a host name that begins with www at k.
func wwwAt(t *text, k token) (match, bool) {
	if !equalFold(t.b[k.start:k.end], "www") || t.at(k.end) != '.' || t.at(k.start-1) == '/' || t.at(k.start-1) == '.' {
		return match{}, false
	}
	if domainEnd(t, k.start) < k.end+4 {
		return match{}, false
	}
	return match{start: k.start, end: urlEnd(t, k.start), valid: true, alone: inspect.Likely}, true
}

// urlEnd returns the place behind the URL whose authority begins at i. Signs that end a sentence are not part of it.
func urlEnd(t *text, i int) int {
	end := i
	for end-i < maxURL {
		c := t.at(end)
		if c <= ' ' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' || c == '{' || c == '|' || c == '}' {
			break
		}
		end++
	}
	for end > i && contains(".,;:!?)]'", t.at(end-1)) {
		end--
	}
	return end
}

// ofVocabulary reports whether the URL with its authority at host names a code system or schema and carries no query
// or user.
func ofVocabulary(t *text, host, end int) bool {
	stop := host
	for stop < end && t.at(stop) != '/' && t.at(stop) != '#' && t.at(stop) != '|' {
		stop++
	}
	for _, c := range t.b[stop:end] {
		if c == '?' || c == '@' {
			return false
		}
	}
	for _, v := range vocabularies {
		if equalFold(t.b[host:stop], v) {
			return true
		}
	}
	return false
}
