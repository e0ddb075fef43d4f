#include "textflag.h"

// One byte for each kind, in the order of the kinds of class.go from inSpace on; gap and escape have several.
DATA signs<>+0(SB)/1, $' '
DATA signs<>+1(SB)/1, $'\t'
DATA signs<>+2(SB)/1, $'\n'
DATA signs<>+3(SB)/1, $'\r'
DATA signs<>+4(SB)/1, $'='
DATA signs<>+5(SB)/1, $'.'
DATA signs<>+6(SB)/1, $','
DATA signs<>+7(SB)/1, $'-'
DATA signs<>+8(SB)/1, $'\''
DATA signs<>+9(SB)/1, $':'
DATA signs<>+10(SB)/1, $'@'
DATA signs<>+11(SB)/1, $'%'
DATA signs<>+12(SB)/1, $'&'
DATA signs<>+13(SB)/1, $0x80
// The first character of a range, and the distance of its last one.
DATA signs<>+14(SB)/1, $'0'
DATA signs<>+15(SB)/1, $9
DATA signs<>+16(SB)/1, $'A'
DATA signs<>+17(SB)/1, $'a'
DATA signs<>+18(SB)/1, $25
GLOBL signs<>(SB), RODATA|NOPTR, $19

// STORE2 combines the bits of the halves in Y4 and Y5, takes those of the text's n bytes, and stores them.
#define STORE2(off) \
	VPMOVMSKB Y4, AX; \
	VPMOVMSKB Y5, BX; \
	SHLQ      $32, BX; \
	ORQ       BX, AX; \
	SHRQ      CX, AX; \
	ANDQ      R8, AX; \
	MOVQ      AX, off(DI)

// SAME2 finds the bytes that equal signs[i].
#define SAME2(i) \
	VPBROADCASTB signs<>+i(SB), Y2; \
	VPCMPEQB     Y2, Y0, Y4; \
	VPCMPEQB     Y2, Y1, Y5

// ALSO2 adds those that equal signs[i].
#define ALSO2(i) \
	VPBROADCASTB signs<>+i(SB), Y2; \
	VPCMPEQB     Y2, Y0, Y6; \
	VPCMPEQB     Y2, Y1, Y7; \
	VPOR         Y6, Y4, Y4; \
	VPOR         Y7, Y5, Y5

// RANGE2 finds the bytes from signs[from] to that plus signs[span]: less the first of them, modulo 256, they are at
// most the span, which is so if the smaller of both is the same.
#define RANGE2(from, span) \
	VPBROADCASTB signs<>+from(SB), Y2; \
	VPBROADCASTB signs<>+span(SB), Y3; \
	VPSUBB       Y2, Y0, Y4; \
	VPSUBB       Y2, Y1, Y5; \
	VPMINUB      Y3, Y4, Y6; \
	VPMINUB      Y3, Y5, Y7; \
	VPCMPEQB     Y6, Y4, Y4; \
	VPCMPEQB     Y7, Y5, Y5

// func classifyAVX2(m *masks, b []byte)
TEXT ·classifyAVX2(SB), NOSPLIT, $0-32
	MOVQ    m+0(FP), DI
	MOVQ    b_base+8(FP), SI
	MOVQ    b_len+16(FP), DX
	TESTQ   DX, DX
	JEQ     empty
	MOVQ    $64, AX
	CMPQ    DX, AX
	CMOVQGT AX, DX

	// R8 has a one for each byte of the text, CX is by how much the bits are to be shifted down.
	MOVQ  $-1, R8
	BZHIQ DX, R8, R8
	XORQ  CX, CX

	// 64 bytes from p are in one page, or in two of which the text has bytes in both: else read the 64 bytes that end
	// with the text, which begin in its page because it is at the page's end.
	MOVQ SI, AX
	ANDQ $4095, AX
	CMPQ AX, $(4096-64)
	JBE  load
	ADDQ DX, AX
	CMPQ AX, $4096
	JA   load
	MOVQ $64, CX
	SUBQ DX, CX
	SUBQ CX, SI

load:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	RANGE2(14, 15)
	STORE2(0)
	RANGE2(16, 18)
	STORE2(8)
	RANGE2(17, 18)
	STORE2(16)
	SAME2(0)
	STORE2(24)
	SAME2(1)
	ALSO2(2)
	ALSO2(3)
	ALSO2(4)
	STORE2(32)
	SAME2(5)
	STORE2(40)
	SAME2(6)
	STORE2(48)
	SAME2(7)
	STORE2(56)
	SAME2(8)
	STORE2(64)
	SAME2(9)
	STORE2(72)
	SAME2(10)
	STORE2(80)
	SAME2(11)
	ALSO2(12)
	STORE2(88)
	SAME2(13)
	STORE2(96)
	VMOVDQU Y0, Y4
	VMOVDQU Y1, Y5
	STORE2(104)
	XORQ AX, AX
	MOVQ AX, 112(DI)
	MOVQ AX, 120(DI)
	VZEROUPPER
	RET

empty:
	VPXOR   X0, X0, X0
	VMOVDQU Y0, (DI)
	VMOVDQU Y0, 32(DI)
	VMOVDQU Y0, 64(DI)
	VMOVDQU Y0, 96(DI)
	VZEROUPPER
	RET

// Registers from Z16 on need no VZEROUPPER behind them.
#define STORE5(off) \
	KMOVQ K2, AX; \
	MOVQ  AX, off(DI)

#define SAME5(i) \
	VPBROADCASTB signs<>+i(SB), Z17; \
	VPCMPEQB     Z17, Z16, K2

#define ALSO5(i) \
	VPBROADCASTB signs<>+i(SB), Z17; \
	VPCMPEQB     Z17, Z16, K3; \
	KORQ         K3, K2, K2

// RANGE5 is RANGE2 with a comparison of unsigned bytes, which AVX2 does not have; 2 is "less or equal".
#define RANGE5(from, span) \
	VPBROADCASTB signs<>+from(SB), Z17; \
	VPBROADCASTB signs<>+span(SB), Z18; \
	VPSUBB       Z17, Z16, Z17; \
	VPCMPUB      $2, Z18, Z17, K2

// func classifyAVX512(m *masks, b []byte)
TEXT ·classifyAVX512(SB), NOSPLIT, $0-32
	MOVQ    m+0(FP), DI
	MOVQ    b_base+8(FP), SI
	MOVQ    b_len+16(FP), DX
	MOVQ    $64, AX
	CMPQ    DX, AX
	CMOVQGT AX, DX

	// Bytes that K1 leaves out are not read and are NUL, which no mask is about.
	MOVQ       $-1, R8
	BZHIQ      DX, R8, R8
	KMOVQ      R8, K1
	VMOVDQU8.Z (SI), K1, Z16
	RANGE5(14, 15)
	STORE5(0)
	RANGE5(16, 18)
	STORE5(8)
	RANGE5(17, 18)
	STORE5(16)
	SAME5(0)
	STORE5(24)
	SAME5(1)
	ALSO5(2)
	ALSO5(3)
	ALSO5(4)
	STORE5(32)
	SAME5(5)
	STORE5(40)
	SAME5(6)
	STORE5(48)
	SAME5(7)
	STORE5(56)
	SAME5(8)
	STORE5(64)
	SAME5(9)
	STORE5(72)
	SAME5(10)
	STORE5(80)
	SAME5(11)
	ALSO5(12)
	STORE5(88)
	SAME5(13)
	STORE5(96)
	VPMOVB2M Z16, K2
	STORE5(104)
	XORQ AX, AX
	MOVQ AX, 112(DI)
	MOVQ AX, 120(DI)
	RET
