//go:build !amd64

package detect

// classifiers returns the classifiers that this machine has, the fastest first.
func classifiers() map[string]classifier { return map[string]classifier{"table": classifyByTable} }

// fastest returns the classifier to use.
func fastest() classifier { return classifyByTable }
