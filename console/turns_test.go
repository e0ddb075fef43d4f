package console

import (
	"testing"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

func TestDecidedWords(t *testing.T) {
	asked := turn{State: review.Requested, By: "kim", Text: "Migration"}
	agreed := turn{State: review.Approved, By: "lee", Text: "Agreed in OPS-23"}
	tests := map[string]struct {
		state, by string
		turns     []turn
		want      string
	}{
		"requested":        {review.Requested, "", []turn{asked}, ""},
		"approved":         {review.Approved, "lee", []turn{asked, agreed}, "approved by lee: Agreed in OPS-23"},
		"expired since":    {review.Expired, "lee", []turn{asked, agreed}, "approved by lee: Agreed in OPS-23"},
		"expired unseen":   {review.Expired, "", []turn{asked}, ""},
		"taken back":       {review.Revoked, "kim", []turn{asked, {State: review.Revoked, By: "kim", Text: "Not needed"}}, "taken back by kim: Not needed"},
		"revoked":          {review.Revoked, "ann", []turn{asked, agreed, {State: review.Revoked, By: "ann", Text: "Over"}}, "approved by lee: Agreed in OPS-23; revoked by ann: Over"},
		"rejected":         {review.Rejected, "lee", []turn{asked, {State: review.Rejected, By: "lee", Text: "Too wide"}}, "rejected by lee: Too wide"},
		"too long ago":     {review.Rejected, "lee", nil, "rejected by lee"},
		"second to decide": {review.Rejected, "lee", []turn{asked, {State: review.Rejected, By: "ann", Text: "No"}}, "rejected by lee"},
		"of another state": {"new", "lee", nil, "decided by lee"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := audit.Exception{ID: "1", State: test.state, RequestedBy: "kim", DecidedBy: test.by}
			if got := decidedWords(e, test.turns); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
