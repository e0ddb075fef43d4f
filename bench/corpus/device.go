package corpus

import "fmt"

// udi is the unique device identifier of one device: GS1 application identifiers for the product (01), the expiry (17),
// the lot (10) and the serial number (21) (21 CFR 801.40).
func (g *generator) udi() value {
	payload := g.shape("0%###########")
	return one("device_udi", fmt.Sprintf("(01)%s%d(17)%s(10)%s(21)%s", payload, gs1(payload), g.shape("2#0%0%"), g.shape("?###"), g.shape("#########")))
}

// gs1 returns the check digit of the 13 digits of a trade item number: weights 3 and 1 in turn (GS1 General Specifications,
// section 7.9).
func gs1(payload string) int {
	sum := 0
	for i, c := range payload {
		sum += int(c-'0') * (3 - 2*(i%2))
	}
	return (10 - sum%10) % 10
}

// serial is the serial number of a device that somebody wears, carries or has at home.
func (g *generator) serial() value {
	return one("device_id", g.shape(pick(g, []string{"SN-########", "PJN######?", "??########", "%#########", "NKE######H", "S/N#######"[3:], "BLC######H", "?##?-####"})))
}

// product is the name of a device.
func (g *generator) product() string {
	return pick(g, []string{"dual-chamber pacemaker", "insulin pump", "CPAP", "implantable cardioverter defibrillator", "cochlear implant",
		"continuous glucose monitor", "left hip prosthesis", "oxygen concentrator"})
}
