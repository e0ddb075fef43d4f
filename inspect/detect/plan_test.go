package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestPlan(t *testing.T) {
	checkExamples(t, "health_plan_id", map[string]example{
		"words":        {value: "Member ID: W123456789", want: "W123456789", likelihood: inspect.Likely},
		"key":          {key: "MemberNumber", value: "W12345", want: "W12345", likelihood: inspect.VeryLikely},
		"group":        {key: "Group_Number__c", value: "X", want: "X", likelihood: inspect.Likely},
		"care request": {key: "MemberIdentificationNumber", value: "XYZ123456789", want: "XYZ123456789", likelihood: inspect.VeryLikely},
		"alone":        {value: "W123456789"},
	})
}
