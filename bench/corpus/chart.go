package corpus

// mrnFormats are shapes of medical record numbers: every organisation has its own.
var mrnFormats = []string{"#######", "########", "MRN#######", "E#######", "00######", "?##########", "##-##-##", "M%#####",
	"%#########", "MR-######", "1######", "P######", "?????####", "H00######"}

// mrn makes up a medical record number.
func (g *generator) mrn() string { return g.shape(pick(g, mrnFormats)) }
