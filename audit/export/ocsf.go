package export

import (
	"github.com/phigate/phigate/audit"
)

func appendOCSF(_ []byte, _ *audit.Decision, _ State) ([]byte, error) { return nil, errEncode }
