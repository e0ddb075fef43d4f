package corpus

// other is a number that stands for a person and is none of the named kinds (45 CFR 164.514(b)(2)(i)(R)).
func (g *generator) other(style string) value {
	switch style {
	case "passport":
		return one("passport", g.shape(pick(g, []string{"#########", "?########", "5########", "?#######"})))
	case "employee":
		return one("unique_id", g.shape(pick(g, []string{"E######", "######", "EMP-#####", "00#####"})))
	case "student":
		return one("unique_id", g.shape(pick(g, []string{"S########", "#######", "9########", "A0#######"})))
	case "study":
		return one("unique_id", g.shape(pick(g, []string{"###-####", "SUBJ-#####", "NHT-##-####", "10#-0##"})))
	case "rx":
		return one("unique_id", g.shape(pick(g, []string{"#######", "RX#######", "##-######", "6######"})))
	case "specimen":
		return one("unique_id", g.shape(pick(g, []string{"S##-#####", "##-###-#####", "26-########", "A########"})))
	case "military":
		return one("unique_id", g.shape("##########"))
	}
	return one("unique_id", g.shape("########"))
}
