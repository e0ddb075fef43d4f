package corpus

import "strings"

// vin is a vehicle identification number: 17 characters without I, O and Q, the ninth a check digit (49 CFR 565.15).
func (g *generator) vin() value {
	const letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
	const values = "12345678" + "12345" + "7" + "9" + "23456789"
	weights := []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	s := []byte(pick(g, []string{"1HGCM", "2T1BU", "1FTFW", "JTDKN", "5YJ3E", "WBA8E", "3VWFE", "KNDJT"}) + "?####?" + "######")
	s = []byte(g.shape(string(s)))
	sum := 0
	for i := range s {
		if strings.IndexByte("IOQ", s[i]) >= 0 {
			s[i] = 'K'
		}
		v := int(s[i] - '0')
		if at := strings.IndexByte(letters, s[i]); at >= 0 {
			v = int(values[at] - '0')
		}
		sum += v * weights[i]
	}
	s[8] = "0123456789X"[sum%11]
	// The check digit's own weight is 0.
	return one("vin", string(s))
}

// plate is the plate of a car.
func (g *generator) plate() value {
	return one("license_plate", g.shape(pick(g, []string{"%???###", "???-####", "??? ####", "###-???", "?##-???", "???####", "## ?###", "%?? ?##"})))
}
