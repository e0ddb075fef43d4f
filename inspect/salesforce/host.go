package salesforce

import "strings"

// suffixes are the domains under which Salesforce serves its APIs.
var suffixes = []string{"salesforce.com", "force.com", "cloudforce.com", "site.com", "salesforce-sites.com", "c360a.salesforce.com",
	"marketingcloudapis.com", "exacttarget.com"}

// IsHost reports whether host is one of Salesforce's, so that its clients expect Salesforce's way to spell an error.
// host is in lower case.
func IsHost(host string) bool {
	for _, s := range suffixes {
		if host == s || strings.HasSuffix(host, "."+s) {
			return true
		}
	}
	return false
}
