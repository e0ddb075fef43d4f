package format

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

// sample returns n contacts as a query result, an indented one, and a table.
func sample(n int) (json, indented, csv []byte) {
	var j, p, c bytes.Buffer
	j.WriteString(`{"totalSize":2000,"done":true,"records":[`)
	p.WriteString("{\n  \"totalSize\": 2000,\n  \"done\": true,\n  \"records\": [")
	c.WriteString("Id,FirstName,LastName,Email,Phone,Birthdate,MailingStreet,MailingCity,MailingPostalCode,SSN__c,HasConsent__c,Description\n")
	for i := range n {
		comma := strings.Repeat(",", min(i, 1))
		fmt.Fprintf(&j, `%s{"attributes":{"type":"Contact","url":"/services/data/v60.0/sobjects/Contact/003xx0000%07d"},"Id":"003xx0000%07dAAA","FirstName":"Ada%d",`+
			`"LastName":"Lovelace","Email":"ada%d@example.org","Phone":"(202) 555-0%03d","Birthdate":"1985-12-10","MailingAddress":{"street":"12 Saint James Square",`+
			`"city":"Springfield","postalCode":"62701","latitude":39.79%d,"longitude":-89.65},"SSN__c":"219-09-%04d","HasConsent__c":true,"Fax":null,`+
			`"Description":"Seen on Tuesday; follow-up in two weeks. No known allergies. Prefers the morning."}`, comma, i, i, i, i, i%1000, i%1000, i%10000)
		fmt.Fprintf(&p, "%s\n    {\n      \"attributes\": {\n        \"type\": \"Contact\"\n      },\n      \"Id\": \"003xx0000%07dAAA\",\n      \"LastName\": \"Lovelace\",\n      \"Birthdate\": \"1985-12-10\"\n    }", comma, i)
		fmt.Fprintf(&c, "003xx0000%07dAAA,Ada%d,Lovelace,ada%d@example.org,(202) 555-0%03d,1985-12-10,12 Saint James Square,Springfield,62701,219-09-%04d,true,"+
			"\"Seen on Tuesday; follow-up in two weeks, no known allergies.\"\n", i, i, i, i%1000, i%10000)
	}
	j.WriteString("]}")
	p.WriteString("\n  ]\n}\n")
	return j.Bytes(), p.Bytes(), c.Bytes()
}

// benchmark decodes body again and again as [inspect.Body] would: 64 KiB at a time.
func benchmark(b *testing.B, open func() inspect.Decoder, body []byte) {
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	rec := new(inspect.Record)
	records := 0
	for b.Loop() {
		d := open()
		records = 0
		for start, seen := 0, 0; start < len(body); {
			n, err := d.Decode(body[start:seen], seen == len(body), rec)
			if err != nil {
				b.Fatal(err)
			}
			if n == 0 {
				seen = min(len(body), seen+64<<10)
				continue
			}
			start += n
			records++
		}
	}
	b.ReportMetric(float64(records), "records/op")
}

func BenchmarkDecode(b *testing.B) {
	json, indented, csv := sample(10_000)
	text := bytes.Repeat([]byte("Seen on Tuesday; follow-up in two weeks. No known allergies.\n"), 100_000)
	form := bytes.Repeat([]byte("LastName=Lovelace&Email=ada%40example.org&Phone=202+555+0100&"), 1_000)
	records := inspect.Shape{Records: []string{"records"}}
	blob := []byte(`{"Title":"scan","VersionData":"` + strings.Repeat("QUJDREVGR0hJSktM", 1<<18) + `"}`)
	tests := map[string]struct {
		open func() inspect.Decoder
		body []byte
	}{
		"json records":  {func() inspect.Decoder { return newJSON(records, Limits{}) }, json},
		"json indented": {func() inspect.Decoder { return newJSON(records, Limits{}) }, indented},
		"json blob":     {func() inspect.Decoder { return newJSON(inspect.Shape{}, Limits{}) }, blob},
		"csv":           {func() inspect.Decoder { return newCSV(inspect.Shape{}, Limits{}) }, csv},
		"text":          {func() inspect.Decoder { return newText(inspect.Shape{}, Limits{}) }, text},
		"form":          {func() inspect.Decoder { return newForm(inspect.Shape{}, Limits{}) }, form},
	}
	for name, tt := range tests {
		b.Run(name, func(b *testing.B) { benchmark(b, tt.open, tt.body) })
	}
}

// BenchmarkSmall decodes the body of one row, decoder included.
func BenchmarkSmall(b *testing.B) {
	body := []byte(`{"FirstName":"Ada","LastName":"Lovelace","Email":"ada@example.org","SSN__c":"219-09-9999","Birthdate":"1985-12-10"}`)
	benchmark(b, func() inspect.Decoder { return newJSON(inspect.Shape{}, Limits{}) }, body)
}

// BenchmarkScanner drives the scanner alone.
func BenchmarkScanner(b *testing.B) {
	body, _, _ := sample(10_000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		s := newScanner(Limits{}.orDefaults())
		for {
			t, err := s.next(body, true)
			if err != nil {
				b.Fatal(err)
			}
			if t == tokenEnd {
				break
			}
		}
	}
}

func BenchmarkDecompress(b *testing.B) {
	body, _, _ := sample(10_000)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(body); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := Decompress("gzip", bytes.NewReader(z.Bytes()), CodingLimits{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
