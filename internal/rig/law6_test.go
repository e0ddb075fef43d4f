package rig_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/rig"
)

// canaries are planted in everything that a job or an upstream can write. None may come out of the gate elsewhere than
// in a body or a header that it let through. All are synthetic. They are compared in lower case.
var canaries = []string{
	"536-90-4399", "536904399", "1eg4-te5-mk73", "1eg4te5mk73", "quackenbush", "wilhelmina", "212-555-0177", "2125550177",
	"7734921", "1931-07-19", "evergreen hollow", "haemochromatosis", "4532015112830366", "canary-secret",
}

// ware is a request body with a canary of each kind.
const ware = `{"LastName":"Quackenbush","FirstName":"Wilhelmina","SSN__c":"536-90-4399","Email":"w.quackenbush@example.org",` +
	`"Phone":"212-555-0177","MRN__c":"MRN-7734921","Birthdate":"1931-07-19","MailingStreet":"1742 Evergreen Hollow",` +
	`"Description":"MBI 1EG4-TE5-MK73, haemochromatosis, card 4532015112830366"}`

// echo stands for an org that says back what it was told, and breaks its answers in all ways.
func echo(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	script, _, _ := strings.Cut(r.Header.Get("X-Script"), ";")
	if raw, ok := rawAnswers[script]; ok {
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(c, raw)
			c.Close()
		}
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	switch script {
	case "error":
		w.WriteHeader(400)
		fmt.Fprintf(w, `[{"message":"duplicate value found: Wilhelmina Quackenbush 536-90-4399","errorCode":"X","fields":[]}]`)
	case "fail":
		h.Set("Content-Type", "text/html")
		w.WriteHeader(500)
		_, _ = io.WriteString(w, "<h1>Quackenbush 536-90-4399</h1>")
	case "broken":
		_, _ = io.WriteString(w, `{"records":[{"Wilhelmina Quackenbush":"536-90-4399",}]}`)
	case "coding":
		h.Set("Content-Encoding", "quackenbush-536904399")
		_, _ = io.WriteString(w, ware)
	case "media":
		h.Set("Content-Type", `application/quackenbush; name="536-90-4399"`)
		_, _ = io.WriteString(w, ware)
	case "redirect":
		h.Set("Location", "https://quackenbush.example/536-90-4399")
		w.WriteHeader(302)
	case "late":
		h.Set("Content-Type", "text/csv")
		_, _ = io.WriteString(w, lateCSV(1000, 900).body)
	case "trailer":
		h.Set("Trailer", "X-Quackenbush")
		_, _ = io.WriteString(w, `{"totalSize":0}`)
		h.Set("X-Quackenbush", "536-90-4399")
	default:
		_, _ = io.WriteString(w, ware)
	}
}

// rawAnswers are bytes that an upstream sends in place of a response.
var rawAnswers = map[string]string{
	"status line": "HTTP/1.1 Quackenbush 536-90-4399\r\n\r\n",
	"reason":      "HTTP/1.1 200 Wilhelmina Quackenbush 536-90-4399\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}",
	"header line": "HTTP/1.1 200 OK\r\nQuackenbush 536-90-4399\r\n\r\n",
	"protocol":    "QUACKENBUSH 536-90-4399 Wilhelmina\r\n\r\n",
	"length":      "HTTP/1.1 200 OK\r\nContent-Length: quackenbush-536904399\r\n\r\n",
	"transfer":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: quackenbush-536904399\r\n\r\n",
	"chunk":       "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nquackenbush-536904399\r\n{}\r\n0\r\n\r\n",
	"cut off":     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n" + ware,
	"two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 7734921\r\n\r\n{}",
	"nothing":     "",
}

// plant is an exchange with canaries in it.
type plant struct {
	method, path, media, body string
	headers                   []string
}

// plants are the requests, one for each place where a value can stand.
var plants = map[string]plant{
	"body":                {"POST", api + "/sobjects/Contact", "application/json", ware, nil},
	"body, clean":         {"POST", api + "/sobjects/Contact", "application/json", strings.Replace(ware, "536-90-4399", "", 1), nil},
	"external id":         {"PATCH", api + "/sobjects/Contact/MRN__c/MRN-7734921", "application/json", `{"LastName":"Quackenbush"}`, nil},
	"number in the path":  {"GET", api + "/sobjects/Contact/SSN__c/536-90-4399", "", "", nil},
	"unknown path":        {"GET", "/patients/536-90-4399/Wilhelmina%20Quackenbush?mrn=7734921", "", "", nil},
	"unknown service":     {"POST", "/services/apexrest/patients/536-90-4399", "application/json", ware, nil},
	"odd path":            {"GET", api + "/sobjects/Contact/..%2f536-90-4399;quackenbush=1/%00", "", "", nil},
	"query":               {"GET", api + "/query?q=SELECT+Id+FROM+Contact+WHERE+SSN__c='536-90-4399'+AND+LastName='Quackenbush'", "", "", nil},
	"broken query":        {"GET", api + "/query?q=SELECT+'Quackenbush+536-90-4399", "", "", nil},
	"search":              {"GET", api + "/search?q=FIND+%7BWilhelmina+Quackenbush+2125550177%7D+RETURNING+Contact(Id)", "", "", nil},
	"parameter name":      {"GET", api + "/limits?536-90-4399=quackenbush&w.quackenbush@example.org=1", "", "", nil},
	"header":              {"GET", api + "/limits", "", "", []string{"X-Note", "Wilhelmina Quackenbush 536-90-4399"}},
	"header name":         {"GET", api + "/limits", "", "", []string{"X-Quackenbush-536904399", "1"}},
	"user agent":          {"GET", api + "/limits", "", "", []string{"User-Agent", "quackenbush/7734921 (536-90-4399)"}},
	"cookie":              {"GET", api + "/limits", "", "", []string{"Cookie", "sid=canary-secret; patient=quackenbush"}},
	"credentials":         {"GET", api + "/limits", "", "", []string{"Authorization", "Bearer canary-secret"}},
	"upgrade":             {"GET", api + "/limits", "", "", []string{"Upgrade", "quackenbush", "Connection", "upgrade"}},
	"expectation":         {"POST", api + "/sobjects/Contact", "application/json", ware, []string{"Expect", "quackenbush-536904399"}},
	"media type":          {"POST", api + "/sobjects/Contact", `application/json; name="Quackenbush 536-90-4399"`, ware, nil},
	"unknown media type":  {"POST", api + "/sobjects/Contact", "application/quackenbush-536904399", ware, nil},
	"coding":              {"POST", api + "/sobjects/Contact", "application/json", ware, []string{"Content-Encoding", "quackenbush"}},
	"keys":                {"POST", api + "/sobjects/Contact", "application/json", `{"LastName":"A","536-90-4399":"x","Wilhelmina Quackenbush":"536-90-4399","w.quackenbush@example.org":{"MRN-7734921":"1EG4-TE5-MK73"}}`, nil},
	"object type":         {"POST", api + "/composite/sobjects", "application/json", `{"records":[{"attributes":{"type":"Wilhelmina Quackenbush 7734921"},"LastName":"A","SSN__c":"536-90-4399"}]}`, nil},
	"broken":              {"POST", api + "/sobjects/Contact", "application/json", `{"LastName":"Quackenbush" "536-90-4399"}`, nil},
	"name twice":          {"POST", api + "/sobjects/Contact", "application/json", `{"Quackenbush 7734921":1,"Quackenbush 7734921":2}`, nil},
	"text":                {"POST", api + "/sobjects/Contact", "text/plain", "Wilhelmina Quackenbush, 536-90-4399", nil},
	"form":                {"POST", "/services/oauth2/token", "application/x-www-form-urlencoded", "grant_type=password&username=w.quackenbush%40example.org&password=canary-secret&quackenbush%20536-90-4399=536-90-4399", nil},
	"soap":                {"POST", "/services/Soap/u/60.0", "text/xml", `<e:Envelope><Quackenbush>536-90-4399</Wilhelmina>`, []string{"SOAPAction", "quackenbush"}},
	"multipart":           {"POST", api + "/sobjects/ContentVersion", "multipart/form-data; boundary=quackenbush", "--quackenbush\r\nContent-Disposition: form-data; name=\"536-90-4399\"; filename=\"Quackenbush.csv\"\r\n\r\n536-90-4399\r\n--quackenbush--\r\n", nil},
	"subrequest":          {"POST", api + "/composite", "application/json", `{"compositeRequest":[{"method":"PATCH","url":"` + api + `/sobjects/Contact/SSN__c/536-90-4399","referenceId":"Wilhelmina Quackenbush","body":` + ware + `}]}`, nil},
	"broken subrequest":   {"POST", api + "/composite", "application/json", `{"compositeRequest":[{"method":"QUACKENBUSH","url":"//quackenbush/536-90-4399","referenceId":"7734921"}]}`, nil},
	"csv":                 {"PUT", api + "/jobs/ingest/750000000000001AAA/batches", "text/csv", "LastName,536-90-4399,Wilhelmina Quackenbush\nQuackenbush,536-90-4399,212-555-0177\n", nil},
	"broken csv":          {"PUT", api + "/jobs/ingest/750000000000001AAA/batches", "text/csv", "LastName,Wilhelmina Quackenbush\n\"Quackenbush\"536-90-4399,7734921\n", nil},
	"csv, late":           {"PUT", api + "/jobs/ingest/750000000000001AAA/batches", "text/csv", lateCSV(1000, 900).body + "Quackenbush,,\n", nil},
	"job":                 {"POST", api + "/jobs/query", "application/json", `{"operation":"query","query":"SELECT Id FROM Contact WHERE SSN__c='536-90-4399' quackenbush"}`, nil},
	"override":            {"POST", api + "/sobjects/Contact?_HttpMethod=QUACKENBUSH", "application/json", ware, nil},
	"digest of a request": {"POST", api + "/sobjects/Contact", "application/json", `{"LastName":"Quackenbush"}`, []string{"Content-MD5", "canary-secret"}},
}

// TestLaw6NoValueComesOut plants the canaries everywhere and looks for them in all that the gate writes.
func TestLaw6NoValueComesOut(t *testing.T) {
	for mode, policy := range map[string]string{"enforce": rules, "monitor": monitored} {
		t.Run(mode, func(t *testing.T) { plantAll(t, policy) })
	}
}

// plantAll plants the canaries under a policy.
func plantAll(t *testing.T, policy string) {
	temp, admin := t.TempDir(), freeAddress(t)
	g := start(t, rig.Config{
		Policy: policy, Admin: admin, Extra: "log: {level: debug}\ninspect: {window: 4096}\n", Env: []string{"TMPDIR=" + temp},
		Upstream: scripted(echo, false),
	})
	var said bytes.Buffer // what the gate itself answered
	for protocol, h2 := range protocols {
		client := g.fresh(h2)
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		for name, p := range plants {
			g.plant(&said, client, protocol+" "+name, p)
		}
		scripts := []string{"", "error", "fail", "broken", "coding", "media", "redirect", "late", "trailer"}
		for script := range rawAnswers {
			scripts = append(scripts, script)
		}
		for _, script := range scripts {
			p := plant{"GET", api + "/query?q=SELECT+Id+FROM+Contact", "", "", []string{"X-Script", script + ";"}}
			if script == "late" {
				p.path = api + "/jobs/query/750000000000001AAA/results"
			}
			g.plant(&said, client, protocol+" answer "+script, p)
		}
	}
	g.plantRaw(&said)
	for _, path := range []string{"/quackenbush/536-90-4399", "/metrics?quackenbush=536-90-4399", "/readyz", "/metrics"} {
		_, body := g.admin(admin, path)
		said.WriteString(body)
	}
	g.settled(0)
	time.Sleep(100 * time.Millisecond) // what is logged late
	g.search("what it answered", said.String())
	g.search("its output", g.Output())
	g.search("its log", g.Log())
	g.searchFolder(g.Data)
	g.searchFolder(temp)
	if len(g.decisions(0)) < len(plants) || said.Len() < 5_000 || !strings.Contains(said.String(), "phigate_exchanges_total{") {
		t.Errorf("%d decisions and %d bytes of answers: the canaries did not get where they should", len(g.decisions(0)), said.Len())
	}
}

// plant makes one exchange. If the gate refuses it, what it says is kept, and there must be one decision that blocks.
func (g *gate) plant(said *bytes.Buffer, client *http.Client, name string, p plant) {
	g.t.Helper()
	var body io.Reader
	if p.body != "" {
		body = strings.NewReader(p.body)
	}
	req := g.request(p.method, "/", p.media, body, p.headers...)
	req.URL.Opaque = p.path // as it stands
	since := g.mark()
	got, err := g.do(client, req)
	if err != nil && got.status == 0 {
		if !strings.Contains(name, "upgrade") && !strings.Contains(name, "expectation") {
			g.t.Logf("%s: no answer: %v", name, err) // an HTTP/2 client does not send what is meant for HTTP/1
		}
		return
	}
	if got.header.Get("Proxy-Status") == "" {
		return
	}
	fmt.Fprintf(said, "%d %v\n%s\n", got.status, got.header, got.body)
	blocks, id := 0, ""
	for _, d := range g.settled(since) {
		if d.Action == "block" {
			blocks++
			id = d.ID
			if d.Kind == audit.Closing {
				id = d.Of
			}
		}
	}
	if blocks != 1 || id != got.header.Get("X-Phigate-Decision") {
		g.t.Errorf("%s: %d decisions block, of %q; the job was told of %q", name, blocks, id, got.header.Get("X-Phigate-Decision"))
	}
}

// outside are bytes that are sent to the gate before any tunnel, inside those within one.
var (
	outside = []string{
		"CONNECT quackenbush-536904399.evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT w.quackenbush:canary-secret@acme.my.salesforce.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT quackenbush:536904399 HTTP/1.1\r\nHost: quackenbush\r\n\r\n",
		"CONNECT " + rig.Host + ":443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic canary-secret\r\nQuackenbush 536-90-4399\r\n\r\n",
		"GET http://quackenbush.example/536-90-4399?mrn=7734921 HTTP/1.1\r\nHost: quackenbush.example\r\n\r\n",
		"GET gopher://quackenbush.example/536-90-4399 HTTP/1.1\r\nHost: quackenbush.example\r\n\r\n",
		"QUACKENBUSH /536-90-4399 HTTP/1.1\r\nHost: quackenbush\r\n\r\n",
		"Wilhelmina Quackenbush 536-90-4399\r\n\r\n",
		"GET / HTTP/536-90-4399\r\n\r\n",
	}
	inside = []string{
		"QUACKENBUSH /536-90-4399 HTTP/1.1\r\nHost: " + rig.Host + "\r\n\r\n",
		"GET /536-90-4399 HTTP/1.1\r\nHost: quackenbush.example\r\n\r\n",
		"GET /536-90-4399 HTTP/1.1\r\nHost: " + rig.Host + "\r\nQuackenbush 536-90-4399\r\n\r\n",
		"GET /536-90-4399 HTTP/1.1\r\nHost: " + rig.Host + "\r\nX-Patient : quackenbush\r\n\r\n",
		"GET /536-90-4399 HTTP/1.1\r\nHost: " + rig.Host + "\r\nContent-Length: 7734921, 5\r\n\r\n",
		"GET /536-90-4399 HTTP/1.1\r\nHost: " + rig.Host + "\r\nTransfer-Encoding: quackenbush\r\n\r\n",
		"GET /quackenbush\x00536-90-4399 HTTP/1.1\r\nHost: " + rig.Host + "\r\n\r\n",
		"GET /%zz536-90-4399 HTTP/1.1\r\nHost: " + rig.Host + "\r\n\r\n",
		"GET /\r\n{\"decision\":\"allow\",\"name\":\"quackenbush\"} HTTP/1.1\r\nHost: " + rig.Host + "\r\n\r\n",
		"GET /\x1b[31mquackenbush HTTP/1.1\r\nHost: " + rig.Host + "\r\nUser-Agent: \u2028{\"mrn\":7734921}\r\n\r\n",
		"POST " + api + "/sobjects/Contact HTTP/1.1\r\nHost: " + rig.Host + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nquackenbush536904399\r\n",
		"POST " + api + "/sobjects/Contact HTTP/1.1\r\nHost: " + rig.Host + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2;quackenbush=536904399\r\n{}\r\n0\r\nX-Quackenbush: 536-90-4399\r\n\r\n",
		"POST " + api + "/sobjects/Contact HTTP/1.1\r\nHost: " + rig.Host + "\r\nContent-Type: application/json\r\nContent-Length: 7734921\r\n\r\n" + ware,
		"GET /" + strings.Repeat("quackenbush", 8000) + " HTTP/1.1\r\nHost: " + rig.Host + "\r\n\r\n",
	}
)

// plantRaw sends what no HTTP client would.
func (g *gate) plantRaw(said *bytes.Buffer) {
	g.t.Helper()
	keep := func(c net.Conn, raw string) {
		_, _ = io.WriteString(c, raw)
		if cw, ok := c.(interface{ CloseWrite() error }); ok {
			_ = cw.CloseWrite()
		}
		_ = c.SetReadDeadline(time.Now().Add(patience))
		_, _ = io.Copy(said, c)
		c.Close()
	}
	for _, raw := range outside {
		c, err := net.Dial("tcp", g.Address)
		if err != nil {
			g.t.Fatal(err)
		}
		keep(c, raw)
	}
	for _, raw := range inside {
		c, err := g.tunnel(rig.Host, nil)
		if err != nil {
			g.t.Fatal(err)
		}
		keep(c, raw)
	}
	for _, config := range []*tls.Config{
		{ServerName: "quackenbush-536904399.example"},
		{ServerName: rig.Host, NextProtos: []string{"quackenbush-536904399"}},
		{ServerName: rig.Host, MaxVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}},
	} {
		if c, err := g.tunnel(rig.Host, config); err == nil {
			keep(c, "536-90-4399 quackenbush\r\n\r\n")
		}
	}
	c, _, err := g.connect(rig.Host + ":443")
	if err != nil {
		g.t.Fatal(err)
	}
	keep(c, "SSH-2.0-quackenbush 536-90-4399\r\n")
}

// TestLaw6Credentials sends wrong credentials to a gate that asks for them.
func TestLaw6Credentials(t *testing.T) {
	hash := exec.Command(binary, "hash-password")
	hash.Stdin = strings.NewReader("canary-secret\n")
	hashed, err := hash.Output()
	if err != nil {
		t.Fatal(err)
	}
	client := "clients:\n  - name: job\n    identify: {basic: {user: quackenbush, hash: " + strconv.Quote(strings.TrimSpace(string(hashed))) + "}}\nrules:\n"
	g := start(t, rig.Config{Policy: strings.Replace(rules, "rules:\n", client, 1), Extra: "log: {level: debug}\n"})
	for _, header := range []string{
		"", "Proxy-Authorization: Basic cXVhY2tlbmJ1c2g6Y2FuYXJ5LXNlY3JldDI=\r\n", // quackenbush:canary-secret2
		"Proxy-Authorization: Basic d2lsaGVsbWluYTpjYW5hcnktc2VjcmV0\r\n", // wilhelmina:canary-secret
		"Proxy-Authorization: Basic canary-secret\r\n", "Proxy-Authorization: Bearer canary-secret\r\n",
		"Proxy-Authorization: Negotiate quackenbush\r\n",
	} {
		since := g.mark()
		if _, status, err := g.connect(rig.Host+":443", header); err != nil || status != 407 {
			t.Errorf("%q is answered %d: %v", header, status, err)
		}
		g.blocked(since, "identity")
	}
	c := g.client(true)
	c.Transport.(*http.Transport).Proxy = http.ProxyURL(g.Proxy("quackenbush", "canary-secret"))
	if got := g.send(c, "GET", api+"/limits", "", ""); got.status != 200 {
		t.Errorf("with the right credentials the job is answered %d", got.status)
	}
	if r := g.last(); r.Header.Get("Proxy-Authorization") != "" {
		t.Error("the org got the credentials of the gate")
	}
	g.search("its log", g.Log())
	g.search("its output", g.Output())
	g.searchFolder(g.Data)
}

// search looks for the canaries in a text.
func (g *gate) search(where, text string) {
	g.t.Helper()
	lower := strings.ToLower(text)
	for _, canary := range canaries {
		if at := strings.Index(lower, canary); at >= 0 {
			g.t.Errorf("%q is in %s: …%s…", canary, where, text[max(0, at-300):min(len(text), at+100)])
		}
	}
}

// searchFolder looks for the canaries in all files of a folder and in their names.
func (g *gate) searchFolder(dir string) {
	g.t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if e != nil && e.IsDir() && e.Name() == "policies" { // what the operator wrote, kept as it was
			return fs.SkipDir
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		g.search(path, path[len(dir):]+"\n"+string(content))
		return nil
	})
	if err != nil {
		g.t.Fatal(err)
	}
}
