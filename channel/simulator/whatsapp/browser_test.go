package whatsapp_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// browser is a headless Chromium, driven by its own protocol over a pipe.
type browser struct {
	t       *testing.T
	in      *os.File
	mu      sync.Mutex
	waiting map[int]chan json.RawMessage
	last    int
	session string
	faults  []string // exceptions, and what the page's policy forbade
}

// browse starts the browser that HELIOGRAPH_CHROMIUM names, as scripts/browser.sh
// sets it for all tests; a bare "go test" takes what is installed, or skips.
func browse(t *testing.T) *browser {
	t.Helper()
	path := os.Getenv("HELIOGRAPH_CHROMIUM")
	if path == "" {
		var err error
		if path, err = exec.LookPath("chromium"); err != nil {
			t.Skip("Chromium is not installed: run make test, or scripts/browser.sh go test")
		}
	}
	theirs, in, err1 := os.Pipe()
	out, their, err2 := os.Pipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	c := exec.Command(path, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
		"--user-data-dir="+t.TempDir(), "about:blank")
	c.ExtraFiles = []*os.File{theirs, their}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirs.Close(), their.Close()
	b := &browser{t: t, in: in, waiting: map[int]chan json.RawMessage{}}
	var reading sync.WaitGroup
	reading.Go(func() { b.read(out) })
	t.Cleanup(func() {
		b.session = ""
		b.call("Browser.close", nil, nil) // leaves nothing behind that still writes its files
		_ = c.Wait()
		_ = in.Close()
		reading.Wait()
		_ = out.Close()
	})
	var target, attached struct{ TargetID, SessionID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Runtime", "Log", "Page"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func (b *browser) read(out *os.File) {
	messages := bufio.NewScanner(out)
	messages.Buffer(nil, 64<<20)
	messages.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return i + 1, data[:i], nil
		}
		return 0, nil, nil
	})
	for messages.Scan() {
		var m struct {
			ID     int
			Method string
			Result json.RawMessage
			Params json.RawMessage
		}
		_ = json.Unmarshal(messages.Bytes(), &m)
		b.mu.Lock()
		if answer := b.waiting[m.ID]; answer != nil {
			answer <- m.Result
			delete(b.waiting, m.ID)
		}
		if m.Method == "Runtime.exceptionThrown" || m.Method == "Log.entryAdded" {
			b.faults = append(b.faults, string(m.Params))
		}
		b.mu.Unlock()
	}
}

func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.mu.Lock()
	b.last++
	answer := make(chan json.RawMessage, 1)
	b.waiting[b.last] = answer
	m := map[string]any{"id": b.last, "method": method, "params": params}
	if params == nil {
		m["params"] = map[string]any{}
	}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	raw, _ := json.Marshal(m)
	_, err := b.in.Write(append(raw, 0))
	b.mu.Unlock()
	if err != nil {
		b.t.Fatal(err)
	}
	select {
	case got := <-answer:
		if result != nil {
			_ = json.Unmarshal(got, result)
		}
	case <-time.After(30 * time.Second):
		b.t.Fatalf("the browser does not answer to %s", method)
	}
}

// eval runs a script and returns what it comes to, as text.
func (b *browser) eval(script string) string {
	b.t.Helper()
	var out struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "awaitPromise": true, "returnByValue": true}, &out)
	if out.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", script, out.ExceptionDetails.Exception.Description)
	}
	return fmt.Sprint(out.Result.Value)
}

// await waits until a script's value holds want. The page tells of every change.
func (b *browser) await(script, want string) {
	b.t.Helper()
	got := b.eval(`new Promise((done) => {
		const now = () => String(` + script + `);
		const want = ` + string(mustJSON(want)) + `;
		if (now().includes(want)) return done(now());
		const seen = new MutationObserver(() => { if (now().includes(want)) { seen.disconnect(); done(now()); } });
		seen.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
		setTimeout(() => { seen.disconnect(); done(now()); }, 10000);
	})`)
	if !strings.Contains(got, want) {
		b.t.Fatalf("%s is %q, without %q", script, got, want)
	}
}

func mustJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func (b *browser) open(url string, width, height int) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	b.call("Page.navigate", map[string]any{"url": url}, nil)
}

// press clicks the button of a text, as the keyboard would.
func (b *browser) press(text string) {
	b.t.Helper()
	b.await("document.body?.innerText", text)
	b.eval(`(() => { const all = [...document.querySelectorAll("button, summary, a")].filter((n) => n.checkVisibility() && n.textContent === ` +
		string(mustJSON(text)) + `); if (!all.length) throw new Error("no such button"); all.at(-1).focus(); all.at(-1).click(); })()`)
}

func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	page := browse(t)
	b := start(t, nil)
	template := object{"messaging_product": "whatsapp", "to": person, "type": "template", "template": object{
		"name": "parcel_choice", "language": object{"code": "en"}, "components": []object{
			{"type": "header", "parameters": []object{{"type": "text", "text": "A-17"}}},
			{"type": "body", "parameters": []object{{"type": "text", "text": "Ana"}, {"type": "text", "text": "Monday"}}},
		}}}
	page.open(b.url+"/threads/whatsapp/"+person, 390, 844)
	page.await("document.body?.innerText", "Window never opened")
	b.send(template)
	page.await("document.querySelector('.log')?.innerText", "Shall we leave it at the door?")
	// Whoever looks at it reads it.
	if got := b.statuses(3); got != "sent, delivered, read" {
		t.Errorf("told %s", got)
	}
	page.await("document.querySelector('.log')?.innerText", "read ✓✓")
	page.press("Yes, please")
	if got := at(value(b.told()), "messages", 0, "button", "payload"); got != "Yes, please" {
		t.Errorf("tapped %v", got)
	}
	page.await("document.querySelector('.window').innerText", "23:59:")
	page.eval(`(() => { const box = document.getElementById("answer"); box.value = "Thank you"; box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })); })()`)
	if got := at(value(b.told()), "messages", 0, "text", "body"); got != "Thank you" {
		t.Errorf("typed %v", got)
	}
	page.press("Let it close")
	page.await("document.querySelector('.window').innerText", "Window closed")
	page.usable()
	// The list, and the tools, on a wide screen.
	page.open(b.url+"/", 1280, 860)
	page.await("document.querySelector('#threads')?.innerText", "Answer: Thank you")
	page.await("document.querySelector('aside')?.innerText", "WhatsApp Cloud API")
	page.press("429 once")
	page.await("document.querySelector('#rules')?.innerText", "429, any number")
	page.usable()
	page.eval(`document.querySelector("#threads a").click()`)
	page.await("document.querySelector('.log')?.innerText", "Parcel A-17")
	if got := page.eval("location.pathname"); got != "/threads/whatsapp/"+strings.Replace(person, "+", "%2B", 1) {
		t.Errorf("the address is %s", got)
	}
	page.mu.Lock()
	defer page.mu.Unlock()
	if len(page.faults) > 0 {
		t.Errorf("the browser complains: %v", page.faults)
	}
}

// usable checks what anybody needs: nothing wider than the screen, and a name on
// everything that can be used.
func (b *browser) usable() {
	b.t.Helper()
	if got := b.eval("document.documentElement.scrollWidth - innerWidth"); got != "0" {
		b.t.Errorf("the page is %s pixels wider than the screen", got)
	}
	unnamed := b.eval(`[...document.querySelectorAll("button, a[href], input, select, textarea, summary")].filter((n) => n.checkVisibility() &&
		!(n.getAttribute("aria-label") || n.labels?.length || n.textContent.trim() && n.tagName !== "SELECT" && n.tagName !== "TEXTAREA"))
		.map((n) => n.outerHTML).join("\n")`)
	if unnamed != "" {
		b.t.Errorf("without a name: %s", unnamed)
	}
}
