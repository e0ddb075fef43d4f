package policy

import (
	_ "embed"
	"slices"
)

//go:embed starter.yaml
var starter []byte

// Starter returns the policy that a gate without one of its own starts with.
func Starter() []byte { return slices.Clone(starter) }
