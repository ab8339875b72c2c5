package handset_test

import (
	"strings"
	"testing"

	"heliograph/internal/testkit/browser"
)

func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	page := browser.Start(t)
	b := start(t, 60_000)
	b.act("login", `{"userId": "ana"}`)
	b.act("start", "")
	state := b.act("allow", `{"on": true}`)
	page.Open(b.url+"/threads/app/ana-iphone", 390, 844)
	page.Await("document.querySelector('.home')?.innerText", "No notifications")
	b.push(state.Token, "Your parcel is near", 2)
	page.Await("document.querySelector('.notices')?.innerText", "Your parcel is near")
	page.Await("document.querySelector('.badge-count')?.textContent", "2")
	page.Usable()
	page.Screenshot("handset-home")
	b.server.mu.Lock()
	b.server.say("appMaker", "Shall we leave it at the door?")
	b.server.mu.Unlock()
	page.Eval(`document.querySelector(".banner").click()`)
	page.Await("document.querySelector('.app .log')?.innerText", "Shall we leave it at the door?")
	b.server.called(t, `POST /push-events {"device":"`+state.Device+`","delivery":"d-Your parcel is near","event":"tapped"}`)
	page.Press("Yes, please")
	if got := b.server.called(t, "POST /messages"); !strings.Contains(got, `"payload":"YES"`) {
		t.Errorf("answered by %s", got)
	}
	page.Eval(`(() => { const box = document.getElementById("app-answer"); box.value = "Thank you"; box.form.requestSubmit(); })()`)
	page.Await("document.querySelector('.app .log')?.innerText", "Thank you")
	page.Usable()
	page.Screenshot("handset-app")
	page.Press("Home")
	page.Await("document.querySelector('.icon')?.checkVisibility()", "true")
	page.Press("Phone")
	page.Await("document.querySelector('.sheet')?.innerText", "push token")
	page.Usable()
	page.Screenshot("handset-menu")
	page.Press("Remove the app")
	page.Await("document.querySelector('.home')?.innerText", "Shop is not installed.")
	// A token that is no phone's, and the list, on a wide screen.
	b.push(strings.Repeat("ab", 32), "Nobody looks", 0)
	page.Open(b.url+"/threads/app/"+strings.Repeat("ab", 32), 1280, 860)
	page.Await("document.querySelector('.pushes')?.innerText", "Nobody looks")
	page.Await("document.querySelector('#threads')?.innerText", "ana-iphone")
	page.Await("document.querySelector('#own')?.innerText", "Phones with an app")
	page.Usable()
	page.Screenshot("handset-wide")
	if faults := page.Faults(); len(faults) > 0 {
		t.Errorf("the browser complains: %v", faults)
	}
}
