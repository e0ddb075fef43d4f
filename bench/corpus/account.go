package corpus

import (
	"fmt"
	"strings"
)

// luhn returns the check digit of a payload of digits (ISO/IEC 7812-1, annex B).
func luhn(payload string) byte {
	sum := 0
	for i := range len(payload) {
		d := int(payload[len(payload)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

// card is the number of a payment card: issuers' ranges of the large brands, with its check digit.
func (g *generator) card() value {
	payload := g.shape(pick(g, []string{"4##############", "51#############", "2221###########", "4##############", "6011###########", "37############"}))
	s := payload + string(luhn(payload))
	if len(s) == 16 && g.chance(50) {
		separator := pick(g, []string{" ", "-"})
		s = strings.Join([]string{s[:4], s[4:8], s[8:12], s[12:]}, separator)
	}
	return one("credit_card", s)
}

// iban is an international bank account number (ISO 13616) of Germany.
func (g *generator) iban() value {
	bban := g.shape("##################")
	remainder := 0
	for _, c := range bban + "131400" { // DE00, moved behind
		remainder = (remainder*10 + int(c-'0')) % 97
	}
	return one("iban", fmt.Sprintf("DE%02d%s", 98-remainder, bban))
}

// routing is the number of a bank (ABA) that an account is at.
func (g *generator) routing() string {
	s := g.shape("0%######")
	sum := 0
	for i, c := range s {
		sum += int(c-'0') * []int{3, 7, 1}[i%3]
	}
	return s + fmt.Sprint((10-sum%10)%10)
}
