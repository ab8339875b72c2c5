package tenant

import (
	"encoding/json"

	"heliograph"
)

// checkMetadata refuses what the v1.1 API refuses: more than one level, and more
// than 4,096 bytes of JSON.
func checkMetadata(m map[string]any) error {
	for k, v := range m {
		switch v.(type) {
		case string, float64, bool:
		default:
			return heliograph.InvalidField("metadata."+k, "must be a string, a number or a boolean")
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		return heliograph.InvalidField("metadata", "cannot be kept")
	}
	if len(b) > heliograph.MaxMetadataBytes {
		return heliograph.InvalidField("metadata", "is %d bytes of JSON, more than %d", len(b), heliograph.MaxMetadataBytes)
	}
	return nil
}
