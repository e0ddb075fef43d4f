#include "textflag.h"

// SPLAT defines 64 times the byte that each of the bytes of x is, at splat<>+at.
#define SPLAT(at, x) \
	DATA splat<>+(at+0)(SB)/8, $x; \
	DATA splat<>+(at+8)(SB)/8, $x; \
	DATA splat<>+(at+16)(SB)/8, $x; \
	DATA splat<>+(at+24)(SB)/8, $x; \
	DATA splat<>+(at+32)(SB)/8, $x; \
	DATA splat<>+(at+40)(SB)/8, $x; \
	DATA splat<>+(at+48)(SB)/8, $x; \
	DATA splat<>+(at+56)(SB)/8, $x

#define SPACE 0
#define DOT 64
#define COMMA 128
#define HYPHEN 192
#define APOSTROPHE 256
#define COLON 320
#define AT 384
#define EQUALS 448
#define OTHER 512
SPLAT(SPACE, 0x2020202020202020)
SPLAT(DOT, 0x2E2E2E2E2E2E2E2E)
SPLAT(COMMA, 0x2C2C2C2C2C2C2C2C)
SPLAT(HYPHEN, 0x2D2D2D2D2D2D2D2D)
SPLAT(APOSTROPHE, 0x2727272727272727)
SPLAT(COLON, 0x3A3A3A3A3A3A3A3A)
SPLAT(AT, 0x4040404040404040)
SPLAT(EQUALS, 0x3D3D3D3D3D3D3D3D)
SPLAT(OTHER, 0x8080808080808080)

// A range of characters is found by moving its last one to 127, the largest signed byte: then those above a bound are
// the range. The first of two is what is added, the second the bound.
#define DIGIT 576
#define UPPER 704
#define LOWER 832
SPLAT(DIGIT, 0x4646464646464646)
SPLAT(DIGIT+64, 0x7575757575757575)
SPLAT(UPPER, 0x2525252525252525)
SPLAT(UPPER+64, 0x6565656565656565)
SPLAT(LOWER, 0x0505050505050505)
SPLAT(LOWER+64, 0x6565656565656565)

// A set of characters that differ in their low halves is found by looking up, for the low half of each byte, the one
// character of the set that has it: the byte is in the set if it is that one. Halves without one have a byte of 0xFF,
// which no byte looks up: a look-up for a byte from 0x80 on gives zero.
#define BYHALF(at, lo, hi) \
	DATA splat<>+(at+0)(SB)/8, $lo; \
	DATA splat<>+(at+8)(SB)/8, $hi; \
	DATA splat<>+(at+16)(SB)/8, $lo; \
	DATA splat<>+(at+24)(SB)/8, $hi; \
	DATA splat<>+(at+32)(SB)/8, $lo; \
	DATA splat<>+(at+40)(SB)/8, $hi; \
	DATA splat<>+(at+48)(SB)/8, $lo; \
	DATA splat<>+(at+56)(SB)/8, $hi

#define BREAKS 960
#define ESCAPES 1024
BYHALF(BREAKS, 0xFFFFFFFFFFFFFFFF, 0xFFFF0DFFFF0A09FF) // \t \n \r
BYHALF(ESCAPES, 0xFF2625FFFFFFFFFF, 0xFFFFFFFFFFFFFFFF) // % &

// The seldom characters \t \n \r = ' : @ % & are those of which the entry of the low half in COLUMNS and that of the high
// half in ROWS share a bit.
#define COLUMNS 1088
#define ROWS 1152
#define HALF 1216
BYHALF(COLUMNS, 0x0202020000000008, 0x0000050000050100)
BYHALF(ROWS, 0x0000000804020001, 0x0000000000000000)
SPLAT(HALF, 0x0F0F0F0F0F0F0F0F)
GLOBL splat<>(SB), RODATA|NOPTR, $1280

// ones<>+64-n has n bytes of ones and then zeros.
DATA ones<>+0(SB)/8, $-1
DATA ones<>+8(SB)/8, $-1
DATA ones<>+16(SB)/8, $-1
DATA ones<>+24(SB)/8, $-1
DATA ones<>+32(SB)/8, $-1
DATA ones<>+40(SB)/8, $-1
DATA ones<>+48(SB)/8, $-1
DATA ones<>+56(SB)/8, $-1
GLOBL ones<>(SB), RODATA|NOPTR, $128

// ONE finds a character in the 32 bytes of Y0 and stores its mask; TWO in the 64 of Y0 and Y1.
#define PUT1(off) \
	VPMOVMSKB Y4, AX; \
	MOVQ      AX, off(DI)

#define PUT2(off) \
	VPMOVMSKB Y4, AX; \
	VPMOVMSKB Y5, BX; \
	SHLQ      $32, BX; \
	ORQ       BX, AX; \
	MOVQ      AX, off(DI)

#define ONE(c, off) \
	VPCMPEQB splat<>+c(SB), Y0, Y4; \
	PUT1(off)

#define TWO(c, off) \
	VPCMPEQB splat<>+c(SB), Y0, Y4; \
	VPCMPEQB splat<>+c(SB), Y1, Y5; \
	PUT2(off)

#define RANGE1(c, off) \
	VPADDB   splat<>+c(SB), Y0, Y4; \
	VPCMPGTB splat<>+(c+64)(SB), Y4, Y4; \
	PUT1(off)

#define RANGE2(c, off) \
	VPADDB   splat<>+c(SB), Y0, Y4; \
	VPADDB   splat<>+c(SB), Y1, Y5; \
	VPCMPGTB splat<>+(c+64)(SB), Y4, Y4; \
	VPCMPGTB splat<>+(c+64)(SB), Y5, Y5; \
	PUT2(off)

// LOOKUP finds the characters of a set in the bytes of Y.
#define LOOKUP(set, y, out) \
	VMOVDQU  splat<>+set(SB), out; \
	VPSHUFB  y, out, out; \
	VPCMPEQB y, out, out

// SELDOM sets out to bytes of which some bit is set where the byte of y is a seldom character or outside of ASCII.
#define SELDOM(y, out) \
	VMOVDQU splat<>+COLUMNS(SB), out; \
	VPSHUFB y, out, out; \
	VPSRLW  $4, y, Y8; \
	VPAND   splat<>+HALF(SB), Y8, Y8; \
	VMOVDQU splat<>+ROWS(SB), Y9; \
	VPSHUFB Y8, Y9, Y8; \
	VPAND   Y8, out, out; \
	VPAND   splat<>+OTHER(SB), y, Y8; \
	VPOR    Y8, out, out

// CLEAR clears the mask of the rest and, at the end, those of the seldom characters.
#define CLEAR \
	VPXOR   X4, X4, X4; \
	VMOVDQU Y4, 64(DI); \
	VMOVDQU Y4, 96(DI)

// NARROW stores the masks of the 32 bytes in Y0 but those of the seldom characters, and tells by the zero flag that there
// are none of these.
#define NARROW \
	RANGE1(DIGIT, 0); \
	RANGE1(UPPER, 8); \
	RANGE1(LOWER, 16); \
	ONE(SPACE, 24); \
	ONE(DOT, 32); \
	ONE(COMMA, 40); \
	ONE(HYPHEN, 48); \
	MOVQ   $0, 56(DI); \
	SELDOM(Y0, Y5); \
	CLEAR; \
	VPTEST Y5, Y5

// NARROWSELDOM stores the masks of the seldom characters in the 32 bytes in Y0.
#define NARROWSELDOM \
	LOOKUP(BREAKS, Y0, Y4); \
	VPCMPEQB splat<>+EQUALS(SB), Y0, Y6; \
	VPOR     Y6, Y4, Y4; \
	PUT1(64); \
	ONE(APOSTROPHE, 72); \
	ONE(COLON, 80); \
	ONE(AT, 88); \
	LOOKUP(ESCAPES, Y0, Y4); \
	PUT1(96); \
	ONE(OTHER, 104); \
	VPMOVMSKB Y0, AX; \
	MOVQ      AX, 112(DI)

// func classifyAVX2(m *masks, b []byte)
TEXT ·classifyAVX2(SB), NOSPLIT, $64-32
	MOVQ    m+0(FP), DI
	MOVQ    b_base+8(FP), SI
	MOVQ    b_len+16(FP), DX
	MOVQ    $64, AX
	CMPQ    DX, AX
	CMOVQGT AX, DX

	// What is read behind the text is in its page, or the text is copied. It becomes NUL, which no mask is about.
	LEAQ  ones<>+64(SB), R8
	SUBQ  DX, R8
	TESTQ DX, DX
	JEQ   copy
	MOVQ  SI, AX
	ANDQ  $4095, AX
	CMPQ  DX, $32
	JA    wide
	CMPQ  AX, $(4096-32)
	JA    copy

narrow:
	VMOVDQU (SI), Y0
	VPAND   (R8), Y0, Y0
	NARROW
	JEQ     done
	NARROWSELDOM

done:
	VZEROUPPER
	RET

wide:
	CMPQ AX, $(4096-64)
	JA   copy

full:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VPAND   (R8), Y0, Y0
	VPAND   32(R8), Y1, Y1
	RANGE2(DIGIT, 0)
	RANGE2(UPPER, 8)
	RANGE2(LOWER, 16)
	TWO(SPACE, 24)
	TWO(DOT, 32)
	TWO(COMMA, 40)
	TWO(HYPHEN, 48)
	MOVQ   $0, 56(DI)
	SELDOM(Y0, Y5)
	SELDOM(Y1, Y6)
	CLEAR
	VPOR   Y6, Y5, Y5
	VPTEST Y5, Y5
	JEQ    done
	LOOKUP(BREAKS, Y0, Y4)
	LOOKUP(BREAKS, Y1, Y5)
	VPCMPEQB splat<>+EQUALS(SB), Y0, Y6
	VPCMPEQB splat<>+EQUALS(SB), Y1, Y7
	VPOR     Y6, Y4, Y4
	VPOR     Y7, Y5, Y5
	PUT2(64)
	TWO(APOSTROPHE, 72)
	TWO(COLON, 80)
	TWO(AT, 88)
	LOOKUP(ESCAPES, Y0, Y4)
	LOOKUP(ESCAPES, Y1, Y5)
	PUT2(96)
	TWO(OTHER, 104)
	VMOVDQU Y0, Y4
	VMOVDQU Y1, Y5
	PUT2(112)
	VZEROUPPER
	RET

copy:
	LEAQ buf-64(SP), R9
	XORQ CX, CX

byte:
	CMPQ CX, DX
	JEQ  copied
	MOVB (SI)(CX*1), AX
	MOVB AX, (R9)(CX*1)
	INCQ CX
	JMP  byte

copied:
	MOVQ R9, SI
	CMPQ DX, $32
	JBE  narrow
	JMP  full

// Registers from Z16 on need no VZEROUPPER behind them.
#define PUT5(off) \
	KMOVQ K2, off(DI)

#define SAME5(c, off) \
	VPCMPEQB splat<>+c(SB), Z16, K2; \
	PUT5(off)

#define RANGE5(c, off) \
	VPADDB   splat<>+c(SB), Z16, Z17; \
	VPCMPGTB splat<>+(c+64)(SB), Z17, K2; \
	PUT5(off)

#define LOOKUP5(set) \
	VMOVDQU64 splat<>+set(SB), Z17; \
	VPSHUFB   Z16, Z17, Z17; \
	VPCMPEQB  Z16, Z17, K2

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
	CMPQ       DX, $32
	JA         wide
	VMOVDQU8.Z (SI), K1, Y0
	NARROW
	JEQ        done
	NARROWSELDOM

done:
	VZEROUPPER
	RET

wide:
	VMOVDQU8.Z (SI), K1, Z16
	RANGE5(DIGIT, 0)
	RANGE5(UPPER, 8)
	RANGE5(LOWER, 16)
	SAME5(SPACE, 24)
	SAME5(DOT, 32)
	SAME5(COMMA, 40)
	SAME5(HYPHEN, 48)
	MOVQ      $0, 56(DI)
	VPXORQ    Z17, Z17, Z17
	VMOVDQU64 Z17, 64(DI)
	VMOVDQU64 splat<>+COLUMNS(SB), Z17
	VPSHUFB   Z16, Z17, Z17
	VPSRLW    $4, Z16, Z18
	VPANDQ    splat<>+HALF(SB), Z18, Z18
	VMOVDQU64 splat<>+ROWS(SB), Z19
	VPSHUFB   Z18, Z19, Z18
	VPTESTMB  Z18, Z17, K2
	VPMOVB2M  Z16, K3
	KORTESTQ  K3, K2
	JNE       seldom
	RET

seldom:
	LOOKUP5(BREAKS)
	VPCMPEQB   splat<>+EQUALS(SB), Z16, K3
	KORQ       K3, K2, K2
	PUT5(64)
	SAME5(APOSTROPHE, 72)
	SAME5(COLON, 80)
	SAME5(AT, 88)
	LOOKUP5(ESCAPES)
	PUT5(96)
	SAME5(OTHER, 104)
	VPMOVB2M Z16, K2
	PUT5(112)
	RET
