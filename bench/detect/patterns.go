package main

import (
	"regexp"
	"strings"
	"time"
)

// patterns are the grammars of the detectors as far as regular expressions can say them, in the syntax that RE2, Go and
// Hyperscan share. They know no validity, no context and no names of fields, so that an engine with them finds less and
// reports more that is nothing.
var patterns = []string{
	`\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b`, // SSN, ITIN
	`\b[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[A-Y]{2}[0-9]{2}\b`, // MBI
	`\b[0-9]{9}[A-Z][0-9A-Z]?\b`,                                 // HICN
	`\b[12][0-9]{9}\b`,                                           // NPI
	`\b[A-HJ-MPRSTUX][A-Z9][0-9]{7}\b`,                           // DEA
	`\b[3-6][0-9]{3}[- ]?[0-9]{4}[- ]?[0-9]{4}[- ]?[0-9]{3,4}\b`, // card
	`\b[0-9]{2}-[0-9]{7}\b`,                                      // EIN
	`[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b`,          // e-mail
	`\(?\b[2-9][0-8][0-9]\)?[-. ]?[2-9][0-9]{2}[-. ][0-9]{4}\b`,  // phone
	`\b(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]\b`,                 // date
	`\b[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{2}|[0-9]{4})\b`,            // date
	`\b(?:January|February|March|April|May|June|July|August|September|October|November|December) [0-9]{1,2}, [0-9]{4}\b`,
	`\b(?:9[0-9]|1[01][0-9]|120)[- ]?(?:y/?o|yrs?|years?)\b`,                         // age
	`\b(?:MRN|mrn)[:# ]+[A-Z0-9-]{4,20}\b`,                                           // MRN
	`\b(?:[Mm]ember|[Pp]olicy|[Gg]roup) (?:ID|id|[Nn]umber|no)[:# ]+[A-Z0-9-]{5,20}`, // plan
	`\b[A-HJ-NPR-Z0-9]{17}\b`,                             // VIN
	`\(01\)[0-9]{14}(?:\([0-9]{2,4}\)[A-Za-z0-9./_+-]+)*`, // UDI
	`\bhttps?://[^\s"<>\\]+`,                              // URL
	`\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b`,                   // IP
	`\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b`,        // IP
	`\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b`,         // MAC
	`\b[A-TV-Z][0-9][0-9AB]\.[0-9A-Z]{1,4}\b`,             // ICD-10-CM
	`\b[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}\b`,                // NDC
	`\b[0-9]{1,6} (?:[NSEW]\.? )?[A-Z][a-z]+ (?:[A-Z][a-z]+ )?(?:St|Ave|Rd|Dr|Ln|Blvd|Ct|Way|Street|Avenue|Road|Drive|Lane|Court)\b`,
	`\b[A-Z]{2} [0-9]{5}(?:-[0-9]{4})?\b`,               // ZIP
	`-?[0-9]{1,2}\.[0-9]{3,}, ?-?[0-9]{1,3}\.[0-9]{3,}`, // coordinates
	`\b(?:Mr|Mrs|Ms|Dr|Prof|[Pp]atient)\.? [A-Z][a-z]+(?: [A-Z][a-z]+)?\b`,
}

// oneByOne scans with Go's regexp, one expression after the other.
func oneByOne(bodies []body, d time.Duration) (measurement, error) {
	all := make([]*regexp.Regexp, 0, len(patterns))
	for _, p := range patterns {
		all = append(all, regexp.MustCompile(p))
	}
	return scanWith(bodies, d, all)
}

// combined scans with Go's regexp, with one expression that has all as its alternatives.
func combined(bodies []body, d time.Duration) (measurement, error) {
	return scanWith(bodies, d, []*regexp.Regexp{regexp.MustCompile(strings.Join(patterns, "|"))})
}

func scanWith(bodies []body, d time.Duration, all []*regexp.Regexp) (measurement, error) {
	found := 0
	m, err := measure(d, func(timed func(func())) error {
		found = 0
		timed(func() {
			for _, b := range bodies {
				for _, re := range all {
					found += len(re.FindAllIndex(b.json, -1))
				}
			}
		})
		return nil
	})
	m.found = found
	return m, err
}
