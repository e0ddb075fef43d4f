#include "textflag.h"

// The rows of the ASCII letters, and what their bits in letters are: of the first letter of a word, of its second one.
DATA rows<>+0(SB)/8, $0x0201000000000000
DATA rows<>+8(SB)/8, $0
DATA rows<>+16(SB)/8, $0x0201000000000000
DATA rows<>+24(SB)/8, $0
DATA rows<>+32(SB)/8, $0x0804000000000000
DATA rows<>+40(SB)/8, $0
DATA rows<>+48(SB)/8, $0x0804000000000000
DATA rows<>+56(SB)/8, $0
DATA rows<>+64(SB)/8, $0x2020202020202020
DATA rows<>+72(SB)/8, $0x0F0F0F0F0F0F0F0F
GLOBL rows<>(SB), RODATA|NOPTR, $80

// MASK sets out to the mask of the bytes of Y4 and Y5 that have a bit of the row tables at place.
#define MASK(place, out) \
	VMOVDQU   rows<>+place(SB), Y6; \
	VPSHUFB   Y2, Y6, Y7; \
	VPSHUFB   Y3, Y6, Y8; \
	VPAND     Y4, Y7, Y7; \
	VPAND     Y5, Y8, Y8; \
	VPCMPEQB  Y15, Y7, Y7; \
	VPCMPEQB  Y15, Y8, Y8; \
	VPMOVMSKB Y7, AX; \
	VPMOVMSKB Y8, BX; \
	SHLQ      $32, BX; \
	ORQ       BX, AX; \
	NOTQ      AX; \
	MOVQ      AX, out

// func initialsAVX2(b *[window]byte, l *letterSet) (first, second uint64)
TEXT ·initialsAVX2(SB), NOSPLIT, $0-32
	MOVQ b+0(FP), SI
	MOVQ l+8(FP), DI

	// All letters are made small ones. Y0 and Y1 become the columns of the bytes, Y2 and Y3 their rows.
	VPBROADCASTQ rows<>+64(SB), Y9
	VPBROADCASTQ rows<>+72(SB), Y10
	VPXOR        Y15, Y15, Y15
	VPOR         (SI), Y9, Y0
	VPOR         32(SI), Y9, Y1
	VPSRLW       $4, Y0, Y2
	VPSRLW       $4, Y1, Y3
	VPAND        Y10, Y0, Y0
	VPAND        Y10, Y1, Y1
	VPAND        Y10, Y2, Y2
	VPAND        Y10, Y3, Y3

	VBROADCASTI128 (DI), Y6
	VPSHUFB        Y0, Y6, Y4
	VPSHUFB        Y1, Y6, Y5
	MASK(0, first+16(FP))
	MASK(32, second+24(FP))
	VZEROUPPER
	RET
