package rig_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/internal/rig"
)

// A client keeps its connection after a refusal, or is told that it ends: else its next request would fail.
func TestRefusalKeepsTheConnection(t *testing.T) {
	g := start(t, rig.Config{})
	for name, framing := range map[string]string{"chunked": "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", "length": "Content-Length: %d\r\n\r\n%s"} {
		t.Run(name, func(t *testing.T) {
			for size := range map[int]bool{10: true, 100_000: true} {
				c, err := g.tunnel(rig.Host, nil)
				if err != nil {
					t.Fatal(err)
				}
				body := `{"LastName":"` + ssn + `","Description":"` + strings.Repeat("x", size) + `",}`
				br := bufio.NewReader(c)
				for i := range 2 {
					fmt.Fprintf(c, "POST %s/sobjects/Contact HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"+framing, api, rig.Host, len(body), body)
					_ = c.SetReadDeadline(time.Now().Add(patience))
					resp, err := http.ReadResponse(br, nil)
					if err != nil {
						t.Fatalf("request %d of %d bytes: %v", i, len(body), err)
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					if resp.Close {
						break // said so: fine
					}
				}
			}
		})
	}
	if strings.Contains(g.Log(), "panic serving") {
		t.Errorf("net/http panics:\n%s", g.Log())
	}
}
