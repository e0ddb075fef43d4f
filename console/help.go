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
	Reasons  []reason // of the access log; none for who may not see it
}

// help explains the filter language, the keys and the verdicts.
func (c *Console) help(r *request) (reply, error) {
	page := helpPage{Keys: query.Keys(), Verdicts: review.Verdicts(), Default: defaultFilter}
	if r.may(review.AccessView) {
		page.Reasons = reasons()
	}
	return show("help", "Help", nothing, page), nil
}
