package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestMRN(t *testing.T) {
	checkExamples(t, "mrn", map[string]example{
		"SSN shape behind its label":  {value: "MRN: 123-45-6789", want: "123-45-6789", likelihood: inspect.Likely},
		"date shape behind its label": {value: "MRN 11-23-72.", want: "11-23-72", likelihood: inspect.Likely},
		"number of a hospital":        {value: "hosp # 0045123", want: "0045123", likelihood: inspect.Likely},
		"patient number":              {value: "Pt no. 88-12-34", want: "88-12-34", likelihood: inspect.Likely},
		"a year":                      {value: "chart of 2021 lost"},
		"groups before their label":   {value: "45-35-82 MRN", want: "45-35-82", likelihood: inspect.Likely},
		"words":                       {value: "MRN 00123456", want: "00123456", likelihood: inspect.Likely},
		"hash":                        {value: "Medical Record #: A-123456", want: "A-123456", likelihood: inspect.Likely},
		"alone":                       {value: "00123456"},
		"key":                         {key: "MRN__c", value: "00123456", want: "00123456", likelihood: inspect.VeryLikely},
		"key, package":                {key: "HealthCloudGA__MedicalRecordNumber__pc", value: "x-1", want: "x-1", likelihood: inspect.Likely},
		"patient":                     {key: "Patient_Id__c", value: "A12345", want: "A12345", likelihood: inspect.VeryLikely},
		"lookup":                      {key: "PatientId", value: "0015e00000abcdeAAA"},
		"segment":                     {key: "medicalrecordnumber", value: "12345", want: "12345", likelihood: inspect.VeryLikely},
		"another label":               {value: "MRN 30-11-45  Acct 5589112", want: "30-11-45", likelihood: inspect.Likely},
		"another date":                {value: "DOB 1990/11/05  MRN 44556677", want: "44556677", likelihood: inspect.Likely},
		"another sentence":            {value: "MRN 45-35-82. Order WO-00546973", want: "45-35-82", likelihood: inspect.Likely},
		"prefixes":                    {value: "MRN: BGH-AZ-44-22119", want: "BGH-AZ-44-22119", likelihood: inspect.Likely},
	})
}
