package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"time"

	"github.com/phigate/phigate/audit/query"
)

// pollHeader marks the requests that a page makes by itself. They do not keep a session alive, and what goes wrong with them is
// told by a status without a page.
const pollHeader = "X-Phigate-Poll"

// pollURL is the address that tells how many decisions of q came after a time. It is signed, and good for one session:
// a page whose look at q is on record hands it out. So the answers, of which there is one every few seconds, need no
// record each, and yet nobody can count what he did not look at.
func (c *Console) pollURL(r *request, q query.Query, after time.Time) string {
	since := after.UTC().Format(time.RFC3339Nano)
	v := url.Values{"q": {q.String()}, "since": {since}, "sum": {c.pollSum(r, q.String(), since)}}
	return "/queue/newer?" + v.Encode()
}

func (c *Console) pollSum(r *request, q, since string) string {
	mac := hmac.New(sha256.New, c.key[:])
	for _, part := range []string{r.actor.User, string(r.actor.Role), r.actor.Session, q, since} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// queueNewer answers what pollURL asks: a few words, or nothing if there is nothing new.
func (c *Console) queueNewer(r *request) (reply, error) {
	v := r.URL.Query()
	text, since := v.Get("q"), v.Get("since")
	if !hmac.Equal([]byte(v.Get("sum")), []byte(c.pollSum(r, text, since))) {
		return reply{}, errForbidden
	}
	q, err := query.Parse(text, r.now)
	if err != nil {
		return reply{}, err
	}
	after, err := time.Parse(time.RFC3339Nano, since)
	if err != nil {
		return reply{}, errForm
	}
	n, err := c.cfg.Index.Newer(r.Context(), q, after)
	if err != nil {
		return reply{}, err
	}
	words := ""
	switch {
	case n >= mostNewer:
		words = number(mostNewer) + " or more new, show them"
	case n > 0:
		words = number(n) + " new, show them"
	}
	return reply{file: []byte(words), mediaType: "text/plain; charset=utf-8", look: nothing}, nil
}

// mostNewer is how far the index counts what is new.
const mostNewer = 1000
