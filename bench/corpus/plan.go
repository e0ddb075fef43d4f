package corpus

// memberFormats are shapes of member numbers of health plans: the Blues' three-letter prefix, Medicaid's digits, others.
var memberFormats = []string{"???#########", "W#########", "%########", "%#######01", "U##########", "??######?", "H########00",
	"########-01", "ZGP%########", "1#########", "%#########", "?##?#######"}

// member makes up the number of a plan's member.
func (g *generator) member() string { return g.shape(pick(g, memberFormats)) }

// mbi is a Medicare beneficiary identifier: eleven characters of a fixed grammar without S, L, O, I, B and Z (CMS,
// "Understanding the Medicare Beneficiary Identifier Format").
func (g *generator) mbi(style string) value {
	const letters = "ACDEFGHJKMNPQRTUVWXY"
	const either = letters + "0123456789"
	var b []byte
	for _, class := range "CAXNAXNAANN" {
		switch class {
		case 'C':
			b = append(b, g.shape("%")[0])
		case 'A':
			b = append(b, letters[g.IntN(len(letters))])
		case 'X':
			b = append(b, either[g.IntN(len(either))])
		default:
			b = append(b, g.shape("#")[0])
		}
	}
	s := string(b)
	if style == "dashes" || style == "" && g.chance(40) {
		s = s[:4] + "-" + s[4:7] + "-" + s[7:]
	}
	return one("us_mbi", s)
}

// hicn is a health insurance claim number, the identifier of Medicare until 2020: a social security number and the code
// of the beneficiary.
func (g *generator) hicn() value {
	return one("us_hicn", g.ssn()+pick(g, []string{"A", "B", "D", "T", "C1", "B6", "M", "A"}))
}
