// Package browser drives a headless Chromium, for tests of pages.
package browser

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Browser is a headless Chromium, driven by its own protocol over a pipe.
type Browser struct {
	t       *testing.T
	in      *os.File
	mu      sync.Mutex
	waiting map[int]chan json.RawMessage
	last    int
	session string
	faults  []string // exceptions, and what the page's policy forbade
}

// Start starts the browser that HELIOGRAPH_CHROMIUM names, as scripts/browser.sh
// sets it for all tests; a bare "go test" takes what is installed, or skips.
func Start(t *testing.T) *Browser {
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
	b := &Browser{t: t, in: in, waiting: map[int]chan json.RawMessage{}}
	var reading sync.WaitGroup
	reading.Go(func() { b.read(out) })
	t.Cleanup(func() {
		b.session = ""
		b.Call("Browser.close", nil, nil) // leaves nothing behind that still writes its files
		_ = c.Wait()
		_ = in.Close()
		reading.Wait()
		_ = out.Close()
	})
	var target, attached struct{ TargetID, SessionID string }
	b.Call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	b.Call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Runtime", "Log", "Page"} {
		b.Call(domain+".enable", nil, nil)
	}
	return b
}

func (b *Browser) read(out *os.File) {
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

// Call does what the protocol has under a name.
func (b *Browser) Call(method string, params, result any) {
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

// Eval runs a script and returns what it comes to, as text.
func (b *Browser) Eval(script string) string {
	b.t.Helper()
	var out struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	b.Call("Runtime.evaluate", map[string]any{"expression": script, "awaitPromise": true, "returnByValue": true}, &out)
	if out.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", script, out.ExceptionDetails.Exception.Description)
	}
	return fmt.Sprint(out.Result.Value)
}

// Await waits until a script's value holds want. The page tells of every change.
func (b *Browser) Await(script, want string) {
	b.t.Helper()
	got := b.Eval(`new Promise((done) => {
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

// Open shows a page on a screen of a size.
func (b *Browser) Open(url string, width, height int) {
	b.t.Helper()
	b.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	b.Call("Page.navigate", map[string]any{"url": url}, nil)
}

// Press clicks the button of a text, as the keyboard would.
func (b *Browser) Press(text string) {
	b.t.Helper()
	b.Await("document.body?.innerText", text)
	b.Eval(`(() => { const all = [...document.querySelectorAll("button, summary, a")].filter((n) => n.checkVisibility() && n.textContent === ` +
		string(mustJSON(text)) + `); if (!all.length) throw new Error("no such button"); all.at(-1).focus(); all.at(-1).click(); })()`)
}

// Usable checks what anybody needs: nothing wider than the screen, and a name on
// everything that can be used.
func (b *Browser) Usable() {
	b.t.Helper()
	if got := b.Eval("document.documentElement.scrollWidth - innerWidth"); got != "0" {
		b.t.Errorf("the page is %s pixels wider than the screen", got)
	}
	unnamed := b.Eval(`[...document.querySelectorAll("button, a[href], input, select, textarea, summary")].filter((n) => n.checkVisibility() &&
		!(n.getAttribute("aria-label") || n.labels?.length || n.textContent.trim() && n.tagName !== "SELECT" && n.tagName !== "TEXTAREA"))
		.map((n) => n.outerHTML).join("\n")`)
	if unnamed != "" {
		b.t.Errorf("without a name: %s", unnamed)
	}
}

// Faults are the exceptions of the pages so far, and what their policies forbade.
func (b *Browser) Faults() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.faults...)
}

// Screenshot writes what the page looks like into the folder that
// HELIOGRAPH_SCREENSHOTS names, for people; without one it does nothing.
func (b *Browser) Screenshot(name string) {
	b.t.Helper()
	folder := os.Getenv("HELIOGRAPH_SCREENSHOTS")
	if folder == "" {
		return
	}
	var shot struct{ Data []byte }
	b.Call("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	if err := os.WriteFile(filepath.Join(folder, name+".png"), shot.Data, 0o600); err != nil {
		b.t.Error(err)
	}
}
