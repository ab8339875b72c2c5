package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/internal/netguard"
	"heliograph/internal/testkit"
)

var update = flag.Bool("update", false, "write the pages of docs/reference/rendering again, or those in the folder that HELIOGRAPH_RENDERING names")

// TestRenderingPages: what each channel makes of each kind of message is a page
// in the reference, so that a change to it is seen before people get it.
func TestRenderingPages(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HELIOGRAPH_RENDERING")
	if dir == "" {
		dir = filepath.Join(testkit.Root(t), "docs/reference/rendering")
	}
	pages := renderingPages(t)
	if *update {
		if err := writePages(dir, pages); err != nil {
			t.Fatal(err)
		}
	}
	have, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range have {
		if _, ok := pages[filepath.Base(file)]; !ok {
			t.Errorf("%s is of no channel of this build; run: make generate", file)
		}
	}
	for name, want := range pages {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is not what the channel makes of messages (%v); run: make generate", filepath.Join(dir, name), err)
		}
	}
}

func writePages(dir string, pages map[string]string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(page), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func renderingPages(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	var index strings.Builder
	index.WriteString("# What each channel makes of a message\n\n" + generated +
		"The same messages on every channel of the build: what goes out, what is counted, what is changed or left out, and what is refused.\n\n")
	for _, kind := range Channels() {
		if kind.Open == nil {
			continue
		}
		variants := renderingSettings[kind.Name]
		if len(variants) == 0 {
			t.Errorf("the channel %s has no sample settings: give it a line in renderingSettings, in internal/app/rendering_samples_test.go", kind.Name)
			continue
		}
		pages[kind.Name+".md"] = renderingPage(t, kind, variants)
		fmt.Fprintf(&index, "- [%s](%s.md)\n", kind.Title, kind.Name)
	}
	pages["README.md"] = index.String()
	return pages
}

const generated = "<!-- Written by make generate. -->\n\n"

// renderingPage shows every sample as one channel would send it.
func renderingPage(t *testing.T, kind *channel.Type, variants []variant) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: what goes out\n\n%s", kind.Title, generated)
	renderers := make([]channel.Renderer, len(variants))
	for i, v := range variants {
		ch, err := openSample(kind, v.settings)
		if err != nil {
			t.Errorf("the sample settings of %s, %q: %v", kind.Name, v.title, err)
			return ""
		}
		renderers[i], _ = ch.(channel.Renderer)
	}
	if renderers[0] == nil {
		return b.String() + "This channel does not tell beforehand what it makes of a message.\n"
	}
	for _, s := range renderingSamples() {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", s.title, s.words)
		first := ""
		for i, v := range variants {
			content := s.content
			shown := showRendering(renderers[i].Render(&content))
			switch {
			case i == 0:
				first = shown
			case shown == first:
				continue
			default:
				fmt.Fprintf(&b, "*%s*\n\n", strings.ToUpper(v.title[:1])+v.title[1:])
			}
			b.WriteString(shown)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// openSample opens a channel that reaches nobody.
func openSample(kind *channel.Type, settings string) (channel.Channel, error) {
	guard := netguard.New(netguard.Options{})
	h := &host{
		http: nobody{}, guarded: nobody{}, guard: guard, auth: channeltest.Auth{}, public: "https://heliograph.example",
		now: func() time.Time { return channeltest.Now }, log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	id := heliograph.IntegrationID{11: 1}
	return kind.Open(channel.Config{Integration: id, Settings: []byte(settings)}, h.Deps(kind, id))
}

// nobody is a network that ends here.
type nobody struct{}

func (nobody) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.EOF }

// showRendering writes one rendering, or its refusal, for a person.
func showRendering(r channel.Rendering, err error) string {
	if err != nil {
		e := heliograph.AsError(err)
		return fmt.Sprintf("**Refused** (`%s`): %s.\n\n", e.Code, e.Message)
	}
	var b strings.Builder
	if r.Text != "" {
		fmt.Fprintf(&b, "```text\n%s\n```\n\n", shorten(r.Text))
	}
	for _, m := range r.Media {
		fmt.Fprintf(&b, "- beside it: `%s`\n", m)
	}
	counted := fmt.Sprintf("%d parts", r.Parts)
	if r.Parts == 1 {
		counted = "1 part"
	}
	if r.Encoding != "" {
		counted += fmt.Sprintf(", %d units of %s", r.Units, r.Encoding)
	}
	fmt.Fprintf(&b, "- %s\n", counted)
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "- note: %s\n", n)
	}
	b.WriteString("\n" + showRest(r))
	return b.String()
}

// showRest shows what a rendering has besides: what a channel was given since.
func showRest(r channel.Rendering) string {
	doc, _ := json.Marshal(r)
	rest := map[string]any{}
	_ = json.Unmarshal(doc, &rest)
	for _, known := range []string{"text", "media", "parts", "encoding", "units", "notes"} {
		delete(rest, known)
	}
	if len(rest) == 0 {
		return ""
	}
	doc, _ = json.MarshalIndent(rest, "", "  ")
	return fmt.Sprintf("```json\n%s\n```\n\n", doc)
}

// shorten leaves out the middle of a long text.
func shorten(s string) string {
	const most, end = 400, 100
	n := utf8.RuneCountInString(s)
	if n <= most {
		return s
	}
	r := []rune(s)
	return fmt.Sprintf("%s\n[… %d characters …]\n%s", string(r[:end]), n-2*end, string(r[n-end:]))
}
