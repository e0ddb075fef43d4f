package index

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
)

// dim is something that decisions are searched by, and that has its own list of names in a month's file.
type dim uint8

// The dimensions. Their numbers are stored.
const (
	dimAction dim = iota
	dimDetector
	dimCategory
	dimLikelihood
	dimClient
	dimObject
	dimField
	dimRule
	dimAPI
	dimOp
	dimDir
	dimHost
	dimMode
	dimKind
	dimReason
	dimCoverage
	dimNode
	dimPolicy
	dimStatus
	dimVerdict
	dimAssignee
	dims    // the number of those above
	dimText // what decisions are not searched by: sources, methods, routes
)

// dimKeys are the names that the query language has for the dimensions.
var dimKeys = [dims]string{
	"decision", "detector", "category", "likelihood", "client", "object", "field", "rule", "api", "op", "dir", "host", "mode", "kind",
	"reason", "coverage", "node", "policy", "status", "verdict", "assignee",
}

// dimOf returns the dimension with the given name in the query language.
func dimOf(key string) (dim, bool) {
	if key == "action" {
		return dimAction, true
	}
	i := slices.Index(dimKeys[:], key)
	return dim(max(i, 0)), i >= 0
}

// maxNames is how many names of one dimension a file takes. Names of fields and objects come out of bodies, and a
// client must not be able to fill the gate's memory with them; what comes after that many goes by the name manyNames.
const (
	maxNames  = 1 << 16
	manyNames = "{many}"
)

// nameID is the number of a name in a month's file. The empty name of a dimension has the number of the dimension
// plus one.
type nameID uint32

func (d dim) none() nameID { return nameID(d) + 1 }

// packed is a decision as it is stored.
type packed struct {
	action, client, object, api, op, dir, host, mode, kind, reason, coverage, node, policy, source, method, route nameID

	bytes, records uint64
	rules          []nameID
	findings       []packedFinding
}

type packedFinding struct {
	detector, category, likelihood, object, field, action nameID

	count  uint64
	rules  []nameID
	prints []string
}

// members are the numbers of p in the order in which they are stored.
func (p *packed) members() [16]*nameID {
	return [...]*nameID{&p.action, &p.client, &p.object, &p.api, &p.op, &p.dir, &p.host, &p.mode, &p.kind, &p.reason, &p.coverage,
		&p.node, &p.policy, &p.source, &p.method, &p.route}
}

func (f *packedFinding) members() [6]*nameID {
	return [...]*nameID{&f.detector, &f.category, &f.likelihood, &f.object, &f.field, &f.action}
}

// pack makes the stored form of d; name returns the number of a name.
func pack(d *audit.Decision, name func(dim, string) nameID) *packed {
	p := &packed{
		action: name(dimAction, d.Action), client: name(dimClient, d.Client), object: name(dimObject, d.Object), api: name(dimAPI, d.API),
		op: name(dimOp, d.Op), dir: name(dimDir, d.Dir), host: name(dimHost, d.Dest.Host), mode: name(dimMode, d.Mode),
		kind: name(dimKind, string(d.Kind)), reason: name(dimReason, d.Reason), coverage: name(dimCoverage, string(d.Cover)),
		node: name(dimNode, d.Node), policy: name(dimPolicy, d.Policy.Digest), source: name(dimText, d.Source),
		method: name(dimText, d.HTTP.Method), route: name(dimText, d.HTTP.Route),
		bytes: uint64(max(d.Bytes, 0)), records: uint64(max(d.Records, 0)), rules: nameAll(d.Rules, name),
	}
	for i := range d.Finding {
		f := &d.Finding[i]
		p.findings = append(p.findings, packedFinding{
			detector: name(dimDetector, f.Detector), category: name(dimCategory, f.Category), likelihood: name(dimLikelihood, f.Likelihood),
			object: name(dimObject, f.Object), field: name(dimField, f.Field), action: name(dimAction, f.Action),
			count: uint64(max(f.Count, 0)), rules: nameAll(f.Rules, name), prints: f.Fingerprints,
		})
	}
	return p
}

func nameAll(rules []string, name func(dim, string) nameID) []nameID {
	var list []nameID
	for _, r := range rules {
		list = append(list, name(dimRule, r))
	}
	return list
}

// needsReview reports whether people are to look at what was done: at all that was not simply let through.
func needsReview(kind, action string) bool { return kind != string(audit.Admin) && action != "allow" }

// needsReview reports the same of a stored decision.
func (p *packed) needsReview(names *names) bool {
	return needsReview(names.text(p.kind), names.text(p.action))
}

// ids appends the number of every name that the decision is found by, as query.AppendValues has it, each once.
func (p *packed) ids(dst []nameID) []nameID {
	start := len(dst)
	put := func(id nameID) {
		if !slices.Contains(dst[start:], id) {
			dst = append(dst, id)
		}
	}
	for _, id := range [...]nameID{p.action, p.client, p.api, p.op, p.dir, p.host, p.mode, p.kind, p.reason, p.coverage, p.node, p.policy} {
		put(id)
	}
	object, rule := p.object != dimObject.none(), len(p.rules) > 0
	if object {
		put(p.object)
	}
	for _, id := range p.rules {
		put(id)
	}
	for i := range p.findings {
		f := &p.findings[i]
		put(f.detector)
		put(f.category)
		put(f.likelihood)
		put(f.field)
		if f.object != dimObject.none() {
			put(f.object)
			object = true
		}
		for _, id := range f.rules {
			put(id)
			rule = true
		}
	}
	if len(p.findings) == 0 {
		put(dimDetector.none())
		put(dimCategory.none())
		put(dimLikelihood.none())
		put(dimField.none())
	}
	if !object {
		put(dimObject.none())
	}
	if !rule {
		put(dimRule.none())
	}
	return dst
}

// appendTo appends the stored form.
func (p *packed) appendTo(dst []byte) []byte {
	number := func(n uint64) { dst = binary.AppendUvarint(dst, n) }
	list := func(ids []nameID) {
		number(uint64(len(ids)))
		for _, id := range ids {
			number(uint64(id))
		}
	}
	for _, m := range p.members() {
		number(uint64(*m))
	}
	number(p.bytes)
	number(p.records)
	list(p.rules)
	number(uint64(len(p.findings)))
	for i := range p.findings {
		f := &p.findings[i]
		for _, m := range f.members() {
			number(uint64(*m))
		}
		number(f.count)
		list(f.rules)
		number(uint64(len(f.prints)))
		for _, fp := range f.prints {
			number(uint64(len(fp)))
			dst = append(dst, fp...)
		}
	}
	return dst
}

var errRecord = errors.New("a stored decision is not one")

// unpack reads what appendTo wrote.
func unpack(data []byte) (*packed, error) {
	r := unpacker{data: data}
	p := new(packed)
	for _, m := range p.members() {
		*m = nameID(r.number(1<<32 - 1))
	}
	p.bytes, p.records = r.number(1<<64-1), r.number(1<<64-1)
	p.rules = r.list()
	p.findings = make([]packedFinding, r.length())
	for i := range p.findings {
		f := &p.findings[i]
		for _, m := range f.members() {
			*m = nameID(r.number(1<<32 - 1))
		}
		f.count = r.number(1<<64 - 1)
		f.rules = r.list()
		f.prints = make([]string, r.length())
		for j := range f.prints {
			f.prints[j] = r.text()
		}
	}
	if r.bad || len(r.data) > 0 {
		return nil, errRecord
	}
	return p, nil
}

// unpacker reads numbers and texts; after the first that is not one it returns zeros.
type unpacker struct {
	data []byte
	bad  bool
}

func (r *unpacker) number(most uint64) uint64 {
	n, size := binary.Uvarint(r.data)
	if size <= 0 || n > most {
		r.bad, r.data = true, nil
		return 0
	}
	r.data = r.data[size:]
	return n
}

// length reads the length of a list whose members take a byte at least.
func (r *unpacker) length() int {
	n := r.number(1<<32 - 1)
	if n > uint64(len(r.data)) {
		r.bad, r.data = true, nil
		return 0
	}
	return int(n)
}

func (r *unpacker) list() []nameID {
	ids := make([]nameID, r.length())
	for i := range ids {
		ids[i] = nameID(r.number(1<<32 - 1))
	}
	return ids
}

func (r *unpacker) text() string {
	n := r.length()
	s := string(r.data[:n])
	r.data = r.data[n:]
	return s
}

// maxCases is how many cases a decision belongs to at most.
const maxCases = 64

// CaseKey returns the key of the case of a client, a rule and a fingerprint.
func CaseKey(client, rule, fingerprint string) string {
	sum := sha256.Sum256([]byte(client + "\x00" + rule + "\x00" + fingerprint))
	return hex.EncodeToString(sum[:8])
}

// casePlace is a finding that makes a decision belong to a case.
type casePlace struct {
	key, rule, fp string
	finding       *packedFinding
}

// cases returns the cases of a stored decision, in the order of its findings.
func (p *packed) cases(names *names) []casePlace {
	if !p.needsReview(names) {
		return nil
	}
	var list []casePlace
	client := names.text(p.client)
	for i := range p.findings {
		f := &p.findings[i]
		for _, id := range f.rules {
			rule := names.text(id)
			for _, fp := range f.prints {
				key := CaseKey(client, rule, fp)
				if len(list) == maxCases || slices.ContainsFunc(list, func(c casePlace) bool { return c.key == key }) {
					continue
				}
				list = append(list, casePlace{key: key, rule: rule, fp: fp, finding: f})
			}
		}
	}
	return list
}

// marks returns what a decision is found by beside its names: its fingerprints and its cases.
func (p *packed) marks(names *names) []string {
	var list []string
	put := func(m string) {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	for i := range p.findings {
		for _, fp := range p.findings[i].prints {
			put(printMark + foldPrint(fp))
		}
	}
	if len(list) == 0 {
		put(printMark)
	}
	for _, c := range p.cases(names) {
		put(caseMark + c.key)
	}
	return list
}

// What a mark begins with.
const (
	printMark = "f"
	caseMark  = "c"
)

// row makes a Row of a stored decision.
func (p *packed) row(names *names) Row {
	r := Row{
		Node: names.text(p.node), Kind: names.text(p.kind), Action: names.text(p.action), Reason: names.text(p.reason),
		Mode: names.text(p.mode), Client: names.text(p.client), Source: names.text(p.source), Host: names.text(p.host),
		API: names.text(p.api), Op: names.text(p.op), Object: names.text(p.object), Direction: names.text(p.dir),
		Method: names.text(p.method), Route: names.text(p.route), Coverage: names.text(p.coverage), Policy: names.text(p.policy),
		Bytes: int64(p.bytes), Records: int64(p.records),
	}
	put := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, id := range p.rules {
		put(&r.Rules, names.text(id))
	}
	for i := range p.findings {
		f := &p.findings[i]
		r.Likelihood = audit.MostLikely(r.Likelihood, names.text(f.likelihood))
		put(&r.Detectors, names.text(f.detector))
		put(&r.Categories, names.text(f.category))
		put(&r.Fields, names.text(f.field))
		for _, id := range f.rules {
			put(&r.Rules, names.text(id))
		}
		for _, fp := range f.prints {
			put(&r.Fingerprints, fp)
		}
		r.Findings += int(f.count)
	}
	for _, c := range p.cases(names) {
		r.Cases = append(r.Cases, c.key)
	}
	return r
}

// micros is how times are stored.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// foldPrint is how fingerprints are compared: letter case does not matter, as in the query language.
func foldPrint(fp string) string { return strings.ToLower(fp) }
