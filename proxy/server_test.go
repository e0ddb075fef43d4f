package proxy

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// newTestLog takes the complaints of origins that are attacked.
func newTestLog() *log.Logger { return log.New(io.Discard, "", 0) }

// Whatever the two sides speak is bridged.
func TestB13Protocols(t *testing.T) {
	for _, clientH2 := range []bool{false, true} {
		for _, originH2 := range []bool{false, true} {
			t.Run(name(clientH2)+" to "+name(originH2), func(t *testing.T) {
				o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					w.Header().Set("Content-Type", "text/plain")
					_, _ = io.WriteString(w, r.Proto+" "+r.Host+" "+r.RequestURI+" "+string(body))
				}, func(s *httptest.Server) { s.EnableHTTP2 = originH2 })
				g := newGate(t, o, nil)
				req, err := http.NewRequest("POST", "https://"+orgHost+"/services/data/v60.0/sobjects/Contact?a=%20b", strings.NewReader("hello"))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := g.client(clientH2).Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				got, err := io.ReadAll(resp.Body)
				want := name(originH2) + " " + orgHost + " /services/data/v60.0/sobjects/Contact?a=%20b hello"
				if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
					t.Errorf("%v (-want +got)\n%s", err, diff)
				}
				if resp.Proto != name(clientH2) {
					t.Errorf("the job speaks %s, want %s", resp.Proto, name(clientH2))
				}
			})
		}
	}
}

func name(h2 bool) string {
	if h2 {
		return "HTTP/2.0"
	}
	return "HTTP/1.1"
}
