package app

import (
	"encoding/json"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/whatsapp"
	"heliograph/internal/content"
)

// TestWhatIsReadIsRebuilt: the form into which messages are read is the one that
// the channel rebuilds.
func TestWhatIsReadIsRebuilt(t *testing.T) {
	t.Parallel()
	ch, err := whatsapp.Type.Open(channel.Config{Settings: []byte(`{"phoneNumberId":"1","accessToken":"t","appSecret":"s","verifyToken":"v"}`)}, channel.Deps{BaseURL: "https://e.test", Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	definition := &channel.Template{Name: "sample", Language: "en", Status: "APPROVED", Components: json.RawMessage(`[{"type":"BODY","text":"Hi {{1}}, order {{2}}"}]`)}
	find := func(name, language string) *channel.Template {
		if name == "sample" && language == "en" {
			return definition
		}
		return nil
	}
	for _, in := range []string{
		`{"type":"template","template":{"namespace":"ns","name":"sample","language":{"policy":"deterministic","code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"Ana"},{"type":"text","text":"A-17"}]}]}}`,
		`{"type":"hsm","hsm":{"namespace":"ns","element_name":"sample","language":{"policy":"fallback","code":"en"},"localizable_params":[{"default":"Ana"},{"default":"A-17"}]}}`,
	} {
		c, err := content.Native("message", []byte(in))
		if err != nil {
			t.Fatal(err)
		}
		shown, ok := ch.(channel.Templater).Rebuild(c.Native, find)
		if !ok || shown.Text != "Hi Ana, order A-17" || shown.Type != heliograph.TextMessage {
			t.Errorf("%s is shown as %+v, %v", in, shown, ok)
		}
	}
}
