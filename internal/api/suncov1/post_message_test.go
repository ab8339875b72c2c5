package suncov1

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"heliograph"
	"heliograph/internal/conversation"
)

// TestPostedIsWrittenAsEncodingJSONWould fills every member of the answer, so
// that one which is added to its shape only is missed here.
func TestPostedIsWrittenAsEncodingJSONWould(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p postedJSON
		draw(t, reflect.ValueOf(&p).Elem())
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		wrong := enc.Encode(&p)
		got, err := encode(&p)
		if (err == nil) != (wrong == nil) || err == nil && !bytes.Equal(got, bytes.TrimSpace(want.Bytes())) {
			t.Fatalf("got  %s (%v)\nwant %s (%v)", got, err, &want, wrong)
		}
	})
}

// BenchmarkPosted is the answer to a new message.
func BenchmarkPosted(b *testing.B) {
	out := &conversation.Posted{
		Message: &heliograph.Message{
			ID: heliograph.MessageID{1}, App: heliograph.AppID{1}, User: heliograph.UserID{1}, Received: 1_780_000_000_123, Role: heliograph.Customer,
			Source: heliograph.Source{Type: heliograph.SourceAPI}, Content: heliograph.Content{Type: heliograph.TextMessage, Text: "Please leave it at the door, thank you!"},
		},
		Conversation: &heliograph.Conversation{ID: heliograph.ConversationID{1}, UserRead: 1_780_000_000_123},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encode(wirePosted(out)); err != nil {
			b.Fatal(err)
		}
	}
}
