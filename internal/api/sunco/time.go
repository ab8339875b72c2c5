package sunco

import (
	"time"

	"heliograph"
)

// ReadTime reads an ISO time; "" is none.
func ReadTime(field, text string) (heliograph.Millis, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, heliograph.InvalidField(field, "must be a time in ISO 8601, for example 2026-05-01T09:30:00.000Z")
	}
	return heliograph.At(t), nil
}
