package detect

import "golang.org/x/sys/cpu"

// fastest returns the classifier to use on this machine.
func fastest() classifier {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasBMI2:
		return classifyAVX512
	case cpu.X86.HasAVX2:
		return classifyAVX2
	}
	return classifyByTable
}

// classifiers returns the classifiers that this machine can run, by the name of what they need.
func classifiers() map[string]classifier {
	all := map[string]classifier{"table": classifyByTable}
	if cpu.X86.HasAVX2 {
		all["avx2"] = classifyAVX2
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasBMI2 {
		all["avx512"] = classifyAVX512
	}
	return all
}

// classifyAVX2 may read up to 63 bytes behind b, but only in a page of memory in which a byte of b lies, and what it
// reads there has no effect. Most values of fields are of at most 32 bytes, and cost little more than half of others.
//
//go:noescape
func classifyAVX2(m *masks, b []byte)

// classifyAVX512 reads no bytes but those of b.
//
//go:noescape
func classifyAVX512(m *masks, b []byte)
