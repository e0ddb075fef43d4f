package auth

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/phigate/phigate/audit/review"
)

// A provider that does not answer holds one request, and the others no longer than they want to wait.
func TestSilentProvider(t *testing.T) {
	asked, end := make(chan struct{}, 8), make(chan struct{})
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-end
	}))
	defer s.Close()
	defer close(end)
	p, err := newProvider(&OIDC{
		Issuer: s.URL, ClientID: "console", Redirect: testOrigin + callbackPath, Roles: map[string]review.Role{"all": review.Viewer}, Client: s.Client(),
	}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	first, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, _, err := p.discover(first)
		ended <- err
	}()
	<-asked
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := p.discover(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second: %v", err)
	}
	if len(asked) > 0 {
		t.Error("the second asked too")
	}
	stop()
	if err := <-ended; err == nil {
		t.Error("the first was answered")
	}
}
