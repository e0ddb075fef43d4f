package rig_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/phigate/phigate/internal/rig"
)

// A job that leaves while its decision waits for the disk does not leave without one.
func TestEachExchangeOfALeavingClientIsRecorded(t *testing.T) {
	g := start(t, rig.Config{})
	for i := range 200 {
		since := g.mark()
		c, err := g.tunnel(rig.Host, nil)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "POST %s/sobjects/Contact HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"LastName\":\"A\"}", api, rig.Host)
		_ = c.CloseWrite()
		answer, _ := io.ReadAll(c)
		if len(answer) > 0 && len(g.decisions(since)) == 0 {
			t.Fatalf("exchange %d left no decision and was answered %.60q", i, answer)
		}
	}
}
