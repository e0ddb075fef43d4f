package corpus

import "encoding/base64"

// photo is a picture as base64: the beginning of a file of a known format and noise.
func (g *generator) photo() value {
	head := pick(g, []string{"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01", "\x89PNG\r\n\x1A\n\x00\x00\x00\rIHDR", "GIF89a\x40\x01\xF0\x00",
		"\xFF\xD8\xFF\xE1\x1C\x45Exif\x00\x00", "II*\x00\x08\x00\x00\x00", "MM\x00*\x00\x00\x00\x08"})
	body := make([]byte, 60+g.IntN(120))
	for i := range body {
		body[i] = byte(g.IntN(256))
	}
	return one("photo", base64.StdEncoding.EncodeToString(append([]byte(head), body...)))
}

// biometric is a template of a finger, a voice or an eye as base64, or the number that a system stores it under.
func (g *generator) biometric() value {
	if g.chance(40) {
		return one("biometric", g.shape("FP-########"))
	}
	body := make([]byte, 48+g.IntN(40))
	for i := range body {
		body[i] = byte(g.IntN(256))
	}
	return one("biometric", base64.StdEncoding.EncodeToString(append([]byte(pick(g, []string{"FMR\x00 20\x00", "FIR\x00010\x00", "IIR\x00010\x00", "VB20"})), body...)))
}
