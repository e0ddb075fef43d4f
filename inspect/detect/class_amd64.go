package detect

import "golang.org/x/sys/cpu"

// fastest returns the classifier to use on this machine.
func fastest() classifier {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasBMI2:
		return classifyAVX512
	case cpu.X86.HasAVX2 && cpu.X86.HasBMI2:
		return classifyAVX2
	}
	return classifyByTable
}

// classifiers returns the classifiers that this machine can run, by the name of what they need.
func classifiers() map[string]classifier {
	all := map[string]classifier{"table": classifyByTable}
	if cpu.X86.HasAVX2 && cpu.X86.HasBMI2 {
		all["avx2"] = classifyAVX2
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasBMI2 {
		all["avx512"] = classifyAVX512
	}
	return all
}

func classifyAVX2(m *masks, b []byte) {
	if len(b) == 0 {
		*m = masks{}
		return
	}
	masksAVX2(m, &b[0], min(len(b), window))
}

func classifyAVX512(m *masks, b []byte) {
	if len(b) == 0 {
		*m = masks{}
		return
	}
	masksAVX512(m, &b[0], min(len(b), window))
}

// masksAVX2 sets m for the n bytes at p; n is from 1 to 64. It may read up to 63 bytes beside them, but only in a page
// of memory in which one of the n bytes lies, and what it reads there has no effect.
//
//go:noescape
func masksAVX2(m *masks, p *byte, n int)

// masksAVX512 sets m for the n bytes at p; n is from 1 to 64. It reads no others.
//
//go:noescape
func masksAVX512(m *masks, p *byte, n int)
