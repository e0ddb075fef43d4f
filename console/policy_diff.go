package console

// changeLine is a line that one of two policies has, or both.
type changeLine struct {
	Sign string // "+", "-" or " "
	Text string
}

// Class is the class of the line.
func (l changeLine) Class() string {
	switch l.Sign {
	case "+":
		return "d-more"
	case "-":
		return "d-less"
	}
	return ""
}

const (
	mostCompared = 2000 // lines of each policy; longer ones are not compared
	aroundChange = 3    // unchanged lines that are shown around a change
)

// changes compares two policies line by line: the longest common subsequence stays, all else was taken out or put in. It
// returns the changed lines with a few around them, or nothing if both are equal or too long.
func changes(before, after []policyLine) []changeLine {
	if len(before) > mostCompared || len(after) > mostCompared {
		return nil
	}
	// common[i][j] is the length of the longest common subsequence of before[i:] and after[j:].
	common := make([][]int32, len(before)+1)
	for i := range common {
		common[i] = make([]int32, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			if before[i].Text == after[j].Text {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var all []changeLine
	i, j := 0, 0
	for i < len(before) || j < len(after) {
		switch {
		case i < len(before) && j < len(after) && before[i].Text == after[j].Text:
			all = append(all, changeLine{" ", after[j].Text})
			i, j = i+1, j+1
		case j == len(after) || i < len(before) && common[i+1][j] >= common[i][j+1]:
			all = append(all, changeLine{"-", before[i].Text})
			i++
		default:
			all = append(all, changeLine{"+", after[j].Text})
			j++
		}
	}
	return excerptOf(all)
}

// excerptOf keeps the changed lines and those around them.
func excerptOf(all []changeLine) []changeLine {
	var kept []changeLine
	last := -1
	for i := range all {
		near := false
		for k := max(0, i-aroundChange); k <= min(len(all)-1, i+aroundChange); k++ {
			near = near || all[k].Sign != " "
		}
		if !near {
			continue
		}
		if len(kept) > 0 && last != i-1 {
			kept = append(kept, changeLine{" ", "…"})
		}
		kept, last = append(kept, all[i]), i
	}
	return kept
}
