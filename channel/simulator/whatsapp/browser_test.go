package whatsapp_test

import (
	"strings"
	"testing"

	"heliograph/internal/testkit/browser"
)

func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	page := browser.Start(t)
	b := start(t, nil)
	template := object{"messaging_product": "whatsapp", "to": person, "type": "template", "template": object{
		"name": "parcel_choice", "language": object{"code": "en"}, "components": []object{
			{"type": "header", "parameters": []object{{"type": "text", "text": "A-17"}}},
			{"type": "body", "parameters": []object{{"type": "text", "text": "Ana"}, {"type": "text", "text": "Monday"}}},
		}}}
	page.Open(b.url+"/threads/whatsapp/"+person, 390, 844)
	page.Await("document.body?.innerText", "Window never opened")
	b.send(template)
	page.Await("document.querySelector('.log')?.innerText", "Shall we leave it at the door?")
	// Whoever looks at it reads it.
	if got := b.statuses(3); got != "sent, delivered, read" {
		t.Errorf("told %s", got)
	}
	page.Await("document.querySelector('.log')?.innerText", "read ✓✓")
	page.Press("Yes, please")
	if got := at(value(b.told()), "messages", 0, "button", "payload"); got != "Yes, please" {
		t.Errorf("tapped %v", got)
	}
	page.Await("document.querySelector('.window').innerText", "23:59:")
	page.Eval(`(() => { const box = document.getElementById("answer"); box.value = "Thank you"; box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })); })()`)
	if got := at(value(b.told()), "messages", 0, "text", "body"); got != "Thank you" {
		t.Errorf("typed %v", got)
	}
	page.Press("Let it close")
	page.Await("document.querySelector('.window').innerText", "Window closed")
	page.Usable()
	// The list, and the tools, on a wide screen.
	page.Open(b.url+"/", 1280, 860)
	page.Await("document.querySelector('#threads')?.innerText", "Answer: Thank you")
	page.Await("document.querySelector('aside')?.innerText", "WhatsApp Cloud API")
	page.Press("429 once")
	page.Await("document.querySelector('#rules')?.innerText", "429, any number")
	page.Usable()
	page.Eval(`document.querySelector("#threads a").click()`)
	page.Await("document.querySelector('.log')?.innerText", "Parcel A-17")
	if got := page.Eval("location.pathname"); got != "/threads/whatsapp/"+strings.Replace(person, "+", "%2B", 1) {
		t.Errorf("the address is %s", got)
	}
	if faults := page.Faults(); len(faults) > 0 {
		t.Errorf("the browser complains: %v", faults)
	}
}
