package audit

import "context"

func sealBehind(ctx context.Context, dir string) (SealReport, error) { return SealReport{}, nil }
