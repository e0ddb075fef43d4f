package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestNameBesideACue(t *testing.T) {
	checkExamples(t, "person_name", map[string]example{
		"signature":              {value: "Kind regards,\nZed Qwerty", want: "Zed Qwerty", likelihood: inspect.Likely},
		"signature, one name":    {value: "Thanks,\nMichael", want: "Michael", likelihood: inspect.Likely},
		"no signature":           {value: "Thanks,\nTomorrow is fine"},
		"relative":               {value: "I met her sister, Maria Qwerty, today", want: "Maria Qwerty", likelihood: inspect.Likely},
		"relative, parentheses":  {value: "Dad (Zed Qwerty) at bedside", want: "Zed Qwerty", likelihood: inspect.Likely},
		"status in parentheses":  {value: "Pt (Stable) sleeping"},
		"slash":                  {value: "Patient/QWERTY, ZEDA  Sex: M", want: "QWERTY, ZEDA", likelihood: inspect.Likely},
		"dash":                   {value: "Sending RN - Zeda Qwerty.", want: "Zeda Qwerty", likelihood: inspect.Likely},
		"capitals behind a role": {value: "ATTENDING: QWERTY, ZEDA", want: "QWERTY, ZEDA", likelihood: inspect.Likely},
		"role":                   {value: "Attending: Zeda Qwerty", want: "Zeda Qwerty", likelihood: inspect.Likely},
		"role without a colon":   {value: "during attending Grand Rounds"},
		"recipient":              {value: "To: Maria Qwerty", want: "Maria Qwerty", likelihood: inspect.Likely},
		"team":                   {value: "To: Diabetes Outreach", want: "Diabetes Outreach", likelihood: inspect.Possible},
		"this is":                {value: "and this is Maria, who", want: "Maria", likelihood: inspect.Likely},
		"this is none":           {value: "and this is Tylenol, which", want: "Tylenol", likelihood: inspect.Unlikely},
		"I am":                   {value: "hello I'm Maria and", want: "Maria", likelihood: inspect.Likely},
		"regarding":              {value: "call regarding Maria today", want: "Maria", likelihood: inspect.Likely},
		"regarding a thing":      {value: "call regarding Medicare today"},
		"speaks":                 {value: "Today Maria reports pain", want: "Maria", likelihood: inspect.Likely},
		"is a":                   {value: "Today Maria is a bit better", want: "Maria", likelihood: inspect.Likely},
		"a drug is":              {value: "Today Lantus is a bit late"},
		"possessive":             {value: "and Smith's wife came", want: "Smith", likelihood: inspect.Likely},
		"eponym, possessive":     {value: "and Smith's fracture healed"},
		"three names":            {value: "patient Qwerty Thi Zeda", want: "Qwerty Thi Zeda", likelihood: inspect.Likely},
		"initials":               {value: "R.J. Smith was here", want: "R.J. Smith", likelihood: inspect.Likely},
		"title and initial":      {value: "Dr S Qwerty, Cardiology", want: "S Qwerty", likelihood: inspect.Likely},
		"saint":                  {value: "saw Maria St. John today", want: "Maria St. John", likelihood: inspect.Likely},
		"prize":                  {value: "won the Stanley Cup"},
		"film":                   {value: "Chest X-Ray PA/LAT"},
		"practice":               {value: "From: Maria Internal Medicine", want: "Maria", likelihood: inspect.Possible},
	})
}
