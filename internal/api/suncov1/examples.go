package suncov1

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// examplesText has the body of a sensible call for every route that takes one.
//
//go:embed examples.json
var examplesText []byte

// examples returns the example bodies by the names of their routes.
func examples() map[string]json.RawMessage {
	var out map[string]json.RawMessage
	if err := json.Unmarshal(examplesText, &out); err != nil {
		panic(fmt.Sprintf("examples.json: %s", err)) // a test reads it
	}
	return out
}
