package format

import (
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestChoose(t *testing.T) {
	const json, pdf = ` {"a":1}`, "%PDF-1.7\n"
	tests := map[string]struct {
		name, mediaType, prefix string
		want                    string // the format's name, or "!" and the reason
	}{
		"json":                       {"", "application/json", json, "json"},
		"json with charset":          {"", `Application/JSON; charset="UTF-8"`, json, "json"},
		"json suffix":                {"", "application/problem+json", json, "json"},
		"fhir":                       {"", "application/fhir+json; charset=utf-8", json, "fhir"},
		"fhir as json":               {"", "application/json", `{"id": "1", "resourceType" :"Patient"}`, "fhir"},
		"fhir as nothing":            {"", "", `{"resourceType":"Bundle"`, "fhir"},
		"fhir in a list":             {"", "", `[{"resourceType":"Patient"}]`, "json"},
		"fhir as a value":            {"", "", `{"a":"resourceType"}`, "json"},
		"fhir against a name":        {"json", "application/fhir+json", `{"resourceType":"Bundle"`, "json"},
		"fhir as csv":                {"", "text/csv", `{"resourceType":"Bundle"`, "!media_type"},
		"json scalar":                {"", "application/json", `"a"`, "json"},
		"json, empty body":           {"", "application/json", "", "json"},
		"json twice the same":        {"", "application/json, Application/JSON", json, "json"},
		"json, sloppy parameter":     {"", "application/json; utf-8", json, "json"},
		"json as text":               {"", "text/plain", json, "json"},
		"json as octets":             {"", "application/octet-stream", json, "json"},
		"json as an image":           {"", "image/png", json, "json"},
		"json as nothing":            {"", "", "\r\n\t [1]", "json"},
		"json behind a mark":         {"", "", "\xEF\xBB\xBF{}", "json"},
		"json as csv":                {"", "text/csv", json, "!media_type"},
		"json as a form":             {"", "application/x-www-form-urlencoded", json, "!media_type"},
		"hl7":                        {"", "application/hl7-v2", admission, "hl7"},
		"hl7 in MLLP":                {"", "x-application/hl7-v2+er7; charset=utf-8", "\x0B" + admission, "hl7"},
		"hl7 as nothing":             {"", "", admission, "hl7"},
		"hl7 as text":                {"", "text/plain", "\r\n" + admission, "hl7"},
		"hl7 as an image":            {"", "image/png", admission, "hl7"},
		"hl7 as csv":                 {"", "text/csv", admission, "!media_type"},
		"hl7, other separators":      {"", "", "MSH#@!$%#B", "hl7"},
		"batch of hl7":               {"", "", "FHS|^~\\&|A\r", "hl7"},
		"end of a batch of hl7":      {"", "", "FTS|^~\\&|A\r", "text"},
		"text that starts like hl7":  {"", "", "MSH levels were normal", "text"},
		"x12":                        {"", "application/EDI-X12", interchange("*:^~", "\n", claim), "x12"},
		"x12 as nothing":             {"", "", interchange("|>!\n", "", claim), "x12"},
		"x12 as octets":              {"", "application/octet-stream", interchange("\x1D\x1F\x1E~", "", claim), "x12"},
		"x12 as json":                {"", "application/json", interchange("*:^~", "", claim), "!media_type"},
		"text that starts like x12":  {"", "", "ISA*00*", "text"},
		"fhir in xml":                {"", "application/fhir+xml", "<Patient/>", "fhir-xml"},
		"fhir in xml as xml":         {"", "text/xml", "<?xml version='1.0'?><!-- a --><f:Bundle xmlns:f=\"http://hl7.org/fhir\">", "fhir-xml"},
		"fhir in xml as nothing":     {"", "", "<Patient xmlns=\"http://hl7.org/fhir\">", "fhir-xml"},
		"fhir in xml as html":        {"", "text/html", "<Patient xmlns=\"http://hl7.org/fhir\">", "fhir-xml"},
		"fhir in xml as json":        {"", "application/json", "<Patient xmlns=\"http://hl7.org/fhir\">", "!media_type"},
		"fhir in xml that is json":   {"", "application/fhir+xml", json, "!media_type"},
		"xml of another namespace":   {"", "text/xml", "<Patient xmlns=\"urn:x\" a='http://hl7.org/fhir'>", "xml"},
		"xml, root out of sight":     {"", "text/xml", "<!--" + strings.Repeat(" ", SniffLen), "xml"},
		"cda":                        {"", "application/hl7-cda+xml", "<ClinicalDocument", "cda"},
		"cda as xml":                 {"", "application/xml", "<?xml version='1.0'?><?xml-stylesheet a?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\">", "cda"},
		"cda as octets":              {"", "application/octet-stream", "\xEF\xBB\xBF<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>", "cda"},
		"cda as soap":                {"xml", "text/xml", "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>", "xml"},
		"ncpdp":                      {"", "application/x-ncpdp", fill, "ncpdp"},
		"ncpdp as nothing":           {"", "", answerHeader, "ncpdp"},
		"ncpdp as text":              {"", "text/plain", "\r\n\x02" + fill + "\x03", "ncpdp"},
		"ncpdp as json":              {"", "application/json", fill, "!media_type"},
		"batch of ncpdp":             {"", "application/octet-stream", "\x0200T" + strings.Repeat(" ", 600), "ncpdp"},
		"text that starts like one":  {"", "", "610014D0B1 is what the first bytes of a claim are like", "text"},
		"csv":                        {"", "text/csv; charset=utf-8", "Id,Name\n", "csv"},
		"csv, cut character":         {"", "text/csv", "Id\n\xE2\x82", "csv"},
		"form":                       {"", "application/x-www-form-urlencoded", "a=1", "form"},
		"text":                       {"", "text/plain; charset=us-ascii", "hello", "text"},
		"text as octets":             {"", "application/octet-stream", "hello", "text"},
		"text as nothing":            {"", "", "hello", "text"},
		"empty":                      {"", "", "", "text"},
		"less-than sign":             {"", "text/plain", "< 3", "text"},
		"text as an image":           {"", "image/png", "hello", "!media_type"},
		"multipart":                  {"", "multipart/form-data; boundary=x", "--x\r\n", "!media_type"},
		"xml":                        {"", "application/xml", "<a/>", "xml"},
		"xml text":                   {"", "text/xml; charset=UTF-8", "\xEF\xBB\xBF<?xml version='1.0'?>", "xml"},
		"xml suffix":                 {"", "application/soap+xml", "\n<!-- a --><a/>", "xml"},
		"xml, empty body":            {"", "text/xml", "", "xml"},
		"xml that is json":           {"", "text/xml", json, "!media_type"},
		"xml in latin-1":             {"", "text/xml; charset=iso-8859-1", "<a/>", "!encoding"},
		"xml by name":                {"xml", "text/plain", "<a/>", "xml"},
		"xml without its mark":       {"", "application/xml", "hello", "!media_type"},
		"xml as text":                {"", "text/plain", " <?xml version='1.0'?>", "!media_type"},
		"xml as json":                {"", "application/json", "<a/>", "!media_type"},
		"html":                       {"", "text/html", "<!doctype html>", "!media_type"},
		"pdf as text":                {"", "text/plain", pdf, "!media_type"},
		"pdf as nothing":             {"", "", pdf, "!media_type"},
		"png":                        {"", "application/octet-stream", "\x89PNG\r\n\x1a\n", "!media_type"},
		"gif":                        {"", "", "GIF89a,,", "!media_type"},
		"gzip":                       {"", "application/json", "\x1F\x8B\x08\x01", "!media_type"},
		"zip":                        {"", "", "PK\x03\x04", "!media_type"},
		"rtf":                        {"", "", `{\rtf1`, "!media_type"},
		"binary":                     {"", "", "ab\x01", "!media_type"},
		"latin-1 bytes":              {"", "text/plain", "caf\xE9 au lait", "!media_type"},
		"grpc":                       {"", "application/grpc", "\x01\x02", "!media_type"},
		"white space hides the rest": {"", "", strings.Repeat(" ", SniffLen), "!media_type"},
		"white space alone":          {"", "", " \n", "text"},
		"UTF-16LE":                   {"", "application/json", "{\x00}\x00", "!encoding"},
		"UTF-16BE":                   {"", "text/plain", "\x00a\x00b", "!encoding"},
		"UTF-16LE marked":            {"", "", "\xFF\xFEa\x00", "!encoding"},
		"charset latin-1":            {"", "text/csv; charset=iso-8859-1", "Id\n", "!encoding"},
		"charset UTF-7":              {"", "text/plain; charset=utf-7", "+AGE-", "!encoding"},
		"charset UTF-16":             {"", "application/json; charset=utf-16", json, "!encoding"},
		"two charsets":               {"", "application/json; charset=utf-8; charset=utf-16", json, "!media_type"},
		"broken charset":             {"", "application/json; charset", json, "!media_type"},
		"two types":                  {"", "application/json, text/csv", json, "!media_type"},
		"no type":                    {"", "json; x", json, "json"},
		"broken type":                {"", "/", json, "!media_type"},
		"name against type":          {"csv", "application/json", json, "csv"},
		"name against content":       {"csv", "application/json", "Id,Name\n", "csv"},
		"soql":                       {"soql", "text/csv", "SELECT Id FROM Contact", "soql"},
		"unknown name":               {"zip", "application/zip", "PK\x03\x04", "!media_type"},
		"name against charset":       {"csv", "text/csv; charset=utf-16", "Id", "!encoding"},
		"name and two types":         {"csv", "text/csv, application/json", "Id", "!media_type"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := Choose(tt.name, tt.mediaType, []byte(tt.prefix))
			got := "!" + string(reason(t, err))
			if err == nil {
				got = f.Name
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestFormats holds every line of the table to its promises.
func TestFormats(t *testing.T) {
	for _, f := range Formats {
		t.Run(f.Name, func(t *testing.T) {
			if got, err := Choose(f.Name, "", nil); err != nil || got.Name != f.Name {
				t.Errorf("by name: %v, %v", got, err)
			}
			for _, m := range f.MediaTypes {
				if m[0] == '+' {
					m = "application/x" + m
				}
				if got, err := Choose("", m, nil); err != nil || got.Name != f.Name {
					t.Errorf("by %s: %v, %v", m, got, err)
				}
			}
			if n, err := f.New(inspect.Shape{}, Limits{}).Decode(nil, true, new(inspect.Record)); n != 0 || err != nil {
				t.Errorf("empty body: %d, %v", n, err)
			}
		})
	}
}
