package rig_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phigate/phigate/internal/rig"
)

// A number that the policy blocks does not leave in any part of a request: not in a name, not in a header that nobody
// reads (ATTACKS F01 to F03).
func TestF03NothingCarriesANumber(t *testing.T) {
	g := start(t, rig.Config{})
	for name, p := range map[string]plant{
		"parameter name": {"GET", api + "/limits?" + ssn + "=1", "", "", nil},
		"header name":    {"GET", api + "/limits", "", "", []string{"X-" + ssn, "1"}},
		"media type":     {"POST", api + "/sobjects/Contact", `application/json; name="` + ssn + `"`, `{"LastName":"A"}`, nil},
		"accept":         {"GET", api + "/limits", "", "", []string{"Accept", "x/" + ssn}},
		"accept-charset": {"GET", api + "/limits", "", "", []string{"Accept-Charset", ssn}},
		"cookie":         {"GET", api + "/limits", "", "", []string{"Cookie", "x=" + ssn}},
		"date":           {"GET", api + "/limits", "", "", []string{"Date", ssn}},
		"session":        {"GET", api + "/limits", "", "", []string{"X-Sfdc-Session", ssn}},
	} {
		t.Run(name, func(t *testing.T) {
			g := g.in(t)
			before := len(g.Org.Received())
			got := g.send(g.fresh(true), p.method, p.path, p.media, p.body, p.headers...)
			for _, r := range g.Org.Received()[before:] {
				if strings.Contains(fmt.Sprint(r.Target, r.Header), ssn) {
					t.Errorf("the org got the number; the job was answered %d", got.status)
				}
			}
		})
	}
}
