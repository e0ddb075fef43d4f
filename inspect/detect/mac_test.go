package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestMAC(t *testing.T) {
	checkExamples(t, "mac_address", map[string]example{
		"colons":      {value: "00:1a:2b:3c:4d:5e", want: "00:1a:2b:3c:4d:5e", likelihood: inspect.Likely},
		"hyphens":     {value: "AA-BB-CC-DD-EE-FF", want: "AA-BB-CC-DD-EE-FF", likelihood: inspect.Likely},
		"dots":        {value: "001a.2b3c.4d5e", want: "001a.2b3c.4d5e", likelihood: inspect.Likely},
		"broadcast":   {value: "ff:ff:ff:ff:ff:ff"},
		"seven pairs": {value: "00:1a:2b:3c:4d:5e:6f"},
		"key":         {key: "MAC_Address__c", value: "?", want: "?", likelihood: inspect.Likely},
		"mixed":       {value: "00:1a:2b-3c:4d:5e"},
	})
}
