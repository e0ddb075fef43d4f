package console

import (
	"testing"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

func TestDecidedWords(t *testing.T) {
	said := map[turn]string{{"1", review.Approved, "lee"}: "Agreed in OPS-23", {"1", review.Revoked, "kim"}: "Not needed"}
	tests := map[string]struct {
		state, by, want string
	}{
		"requested":        {review.Requested, "", ""},
		"approved":         {review.Approved, "lee", "approved by lee: Agreed in OPS-23"},
		"expired since":    {review.Expired, "lee", "approved by lee: Agreed in OPS-23"},
		"expired unseen":   {review.Expired, "", ""},
		"taken back":       {review.Revoked, "kim", "taken back by kim: Not needed"},
		"revoked":          {review.Revoked, "lee", "revoked by lee"},
		"rejected":         {review.Rejected, "lee", "rejected by lee"},
		"of another state": {"new", "lee", "decided by lee"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := audit.Exception{ID: "1", State: test.state, RequestedBy: "kim", DecidedBy: test.by}
			if got := decidedWords(e, said); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
