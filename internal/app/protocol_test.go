package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"regexp"
	"strings"
	"testing"
)

const protocolPage = "../../docs/sdk-protocol.md"

// TestProtocolPage types what the page of the SDK's protocol shows, and compares
// the answers with those that it shows.
func TestProtocolPage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(protocolPage)
	must(t, err)
	_, session, ok := strings.Cut(string(text), "## A session by hand")
	session, _, end := strings.Cut(session, "\n## ")
	if !ok || !end {
		t.Fatal("the page has no session")
	}
	g := newGuide(t)
	p := &typist{guide: g, vars: map[string]string{
		"SDK": g.app.host.public + "/sdk/v1/" + g.appCredentials(t, "android"), "API": g.demo.api().base,
		"KEY": g.demo.key.Handle(), "SECRET": g.demo.key.Secret.Reveal(), "JWT": proofOf(t, g.demo.key, "ana@example.org"),
	}}
	commands, answers := 0, 0
	for _, block := range regexp.MustCompile("(?s)```(sh|json)\n(.*?)```").FindAllStringSubmatch(session, -1) {
		if block[1] == "json" {
			answers++
			p.compare(t, block[2])
			continue
		}
		for _, line := range strings.Split("\n"+block[2], "\ncurl ")[1:] {
			commands++
			p.run(t, line)
		}
	}
	if commands < 12 || answers < 6 {
		t.Errorf("only %d commands and %d answers were found", commands, answers)
	}
}

// typist types commands, and fills in what earlier answers gave.
type typist struct {
	*guide
	vars   map[string]string
	answer []byte // the last
}

// words splits a command as a shell does: quotes, and variables outside of single ones.
func (p *typist) words(t *testing.T, line string) (out []string) {
	t.Helper()
	var word strings.Builder
	quote, any := byte(0), false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, any = c, true
		case c == '$' && quote != '\'':
			name := regexp.MustCompile(`^\w+`).FindString(line[i+1:])
			if p.vars[name] == "" {
				t.Fatalf("%s: nothing is known of $%s", line, name)
			}
			word.WriteString(p.vars[name])
			i, any = i+len(name), true
		case quote == 0 && strings.ContainsRune(" \n\\", rune(c)):
			if any {
				out = append(out, word.String())
			}
			word.Reset()
			any = false
		default:
			word.WriteByte(c)
			any = true
		}
	}
	if any {
		out = append(out, word.String())
	}
	return out
}

// run does what curl would.
func (p *typist) run(t *testing.T, line string) {
	t.Helper()
	method, url, kind, user := "", "", "", ""
	var body bytes.Buffer
	head := http.Header{}
	form := multipart.NewWriter(&body)
	args := p.words(t, line)
	for i := 0; i < len(args); i++ {
		value := ""
		if strings.HasPrefix(args[i], "-") {
			value = args[i+1]
		}
		switch args[i] {
		case "-X":
			method = value
		case "-H":
			name, text, _ := strings.Cut(value, ": ")
			head.Set(name, text)
		case "-u":
			user = value
		case "-d":
			body.WriteString(value)
			kind = "application/x-www-form-urlencoded" // as curl says
		case "-F":
			addPart(t, form, value)
			kind = form.FormDataContentType()
		default:
			url = args[i]
			continue
		}
		i++
	}
	if strings.HasPrefix(kind, "multipart/") {
		must(t, form.Close())
	}
	if method == "" {
		method = http.MethodGet
		if body.Len() > 0 {
			method = http.MethodPost
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, &body)
	must(t, err)
	req.Header = head
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if name, secret, ok := strings.Cut(user, ":"); ok {
		req.SetBasicAuth(name, secret)
	}
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	p.answer, err = io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode >= 300 && res.StatusCode != http.StatusUnauthorized {
		t.Fatalf("%s was answered %d: %s", line, res.StatusCode, p.answer)
	}
	p.learn(t)
}

// addPart adds a part of a form: name=text, or name=@file;type=…
func addPart(t *testing.T, form *multipart.Writer, value string) {
	t.Helper()
	name, text, _ := strings.Cut(value, "=")
	file, isFile := strings.CutPrefix(text, "@")
	if !isFile {
		must(t, form.WriteField(name, text))
		return
	}
	file, kind, _ := strings.Cut(file, ";type=")
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q; filename=%q", name, file))
	h.Set("Content-Type", kind)
	w, err := form.CreatePart(h)
	must(t, err)
	picture, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
	must(t, err)
	_, err = w.Write(picture)
	must(t, err)
}

// learn keeps what later commands need.
func (p *typist) learn(t *testing.T) {
	t.Helper()
	var in struct {
		Session *struct{ Token string }
		User    *struct {
			ID string `json:"_id"`
		}
		Cursor   string
		Messages []struct {
			Actions []struct {
				ID   string `json:"_id"`
				Type string
			}
		}
	}
	if err := json.Unmarshal(p.answer, &in); err != nil {
		t.Fatalf("%v in %s", err, p.answer)
	}
	if in.Session != nil {
		p.vars["SESSION"] = in.Session.Token
	}
	if in.User != nil {
		p.vars["USER_ID"] = in.User.ID
	}
	if in.Cursor != "" {
		p.vars["CURSOR"] = in.Cursor
	}
	for _, m := range in.Messages {
		for _, a := range m.Actions {
			if a.Type == "postback" {
				p.vars["ACTION"] = a.ID
			}
		}
	}
}

// compare looks for everything that the page shows in the last answer.
func (p *typist) compare(t *testing.T, shown string) {
	t.Helper()
	var want, got any
	if err := json.Unmarshal([]byte(shown), &want); err != nil {
		t.Fatalf("%v in %s", err, shown)
	}
	must(t, json.Unmarshal(p.answer, &got))
	if why := differs("", want, got); why != "" {
		t.Errorf("%s\nshown: %s\nanswered: %s", why, shown, p.answer)
	}
}

// changing are members whose values are others each time.
var changing = map[string]bool{
	"_id": true, "cursor": true, "received": true, "mediaUrl": true, "appId": true, "integrationId": true, "token": true, "description": true,
}

// differs says what of want is not in got.
func differs(path string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %v", path, got)
		}
		for name, value := range want {
			if _, ok := have[name]; !ok {
				return path + "." + name + " is missing"
			}
			if changing[name] {
				if value, have := fmt.Sprintf("%T", value), fmt.Sprintf("%T", have[name]); value != have {
					return path + "." + name + " is a " + have
				}
				continue
			}
			if why := differs(path+"."+name, value, have[name]); why != "" {
				return why
			}
		}
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) < len(want) || len(want) == 0 && len(have) > 0 {
			return fmt.Sprintf("%s is %v", path, got)
		}
		for i := range want {
			if why := differs(fmt.Sprintf("%s[%d]", path, i), want[i], have[i]); why != "" {
				return why
			}
		}
	default:
		if want != got {
			return fmt.Sprintf("%s is %v", path, got)
		}
	}
	return ""
}
