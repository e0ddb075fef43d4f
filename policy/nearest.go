package policy

// DidYouMean proposes the known word nearest to the given one, as a hint for a [Problem]; empty if none is near.
func DidYouMean(word string, known []string) string { return didYouMean(word, known) }
