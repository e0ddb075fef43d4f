package console

import (
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
)

// helpPage is what help.html shows.
type helpPage struct {
	Keys     []query.Key
	Verdicts []review.Verdict
	Default  string
}

// help explains the filter language, the keys and the verdicts.
func (c *Console) help(*request) (reply, error) {
	return show("help", "Help", nothing, helpPage{Keys: query.Keys(), Verdicts: review.Verdicts(), Default: defaultFilter}), nil
}
