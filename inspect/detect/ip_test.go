package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestIP(t *testing.T) {
	checkExamples(t, "ip_address", map[string]example{
		"public":          {value: "from 8.8.4.4 ok", want: "8.8.4.4", likelihood: inspect.Likely},
		"private":         {value: "10.0.0.1", want: "10.0.0.1", likelihood: inspect.Possible},
		"OID":             {value: "2.16.840.1.113883"},
		"longer":          {value: "1.2.3.4.5"},
		"number over 255": {value: "1.2.3.256"},
		"leading zero":    {value: "8.8.04.4"},
		"version":         {value: "version 8.2.3.4", want: "8.2.3.4", likelihood: inspect.Unlikely},
		"words":           {value: "IP address 10.0.0.1", want: "10.0.0.1", likelihood: inspect.VeryLikely},
		"key":             {key: "Login_IP__c", value: "10.0.0.1", want: "10.0.0.1", likelihood: inspect.VeryLikely},
		"version 6":       {value: "2001:db8::1", want: "2001:db8::1", likelihood: inspect.Likely},
		"whole version 6": {value: "fe80:0:0:0:1:2:3:4", want: "fe80:0:0:0:1:2:3:4", likelihood: inspect.Likely},
		"mapped":          {value: "::ffff:8.8.4.4", want: "::ffff:8.8.4.4", likelihood: inspect.Likely},
		"time":            {value: "12:30:45"},
		"scope":           {value: "a::b", want: "a::b", likelihood: inspect.Unlikely},
		"MAC":             {value: "00:1a:2b:3c:4d:5e"},
	})
}
