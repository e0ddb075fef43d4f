package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestGeo(t *testing.T) {
	checkExamples(t, "geo", map[string]example{
		"pair":       {value: "at 37.7749, -122.4194", want: "37.7749, -122.4194", likelihood: inspect.Likely},
		"key":        {key: "MailingLatitude", value: "37.77", want: "37.77", likelihood: inspect.VeryLikely},
		"custom":     {key: "Home__Longitude__s", value: "-122.41", want: "-122.41", likelihood: inspect.VeryLikely},
		"few places": {value: "1.5, 2.5"},
		"range":      {value: "97.7749, 12.4194"},
	})
}
