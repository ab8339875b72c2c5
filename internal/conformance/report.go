package conformance

import (
	"fmt"
	"io"
	"strings"
)

// Line is a result in one line, for a terminal.
func (r *Result) Line() string {
	mark := map[State]string{Passed: "ok  ", Failed: "FAIL", Skipped: "skip"}[r.State]
	line := fmt.Sprintf("%s  %-24s %s", mark, r.Area, r.Name)
	if r.Detail != "" {
		line += ": " + r.Detail
	}
	return line
}

// Count returns how many results are in a state.
func Count(all []Result, s State) (n int) {
	for i := range all {
		if all[i].State == s {
			n++
		}
	}
	return n
}

const pageHead = `# Compatibility

What a program that was written for the Sunshine Conversations API v1.1 finds here. This page is written by a run of
` + "`heliograph conformance`" + ` against this version: every line was checked over HTTP, with the webhooks that came back. Run
the same checks against any server:

` + "```sh" + `
heliograph conformance --url https://messages.example.com --key act_…:SECRET
` + "```" + `

With an account's key the checks make an app for themselves, and delete it. With an app's key, ` + "`--key app_…:SECRET --app ID`" + `, they
leave users and messages in that app. Two parts need more:

- what reaches people: ` + "`--simulator http://127.0.0.1:8090`" + `, for a server that sends through ` + "`heliograph simulate`" + `
  (` + "`serve --provider-url twilio=http://127.0.0.1:8090`" + `, and ` + "`whatsapp=…`" + `);
- what webhooks tell: ` + "`--sink 127.0.0.1:0`" + ` takes them in, at an address that the server reaches (` + "`--sink-url`" + ` if it is another one;
  one on the same machine needs ` + "`serve --allow-private-targets`" + `).

Each check is a line: ` + "`ok`" + `, ` + "`FAIL`" + ` with what was wrong, or ` + "`skip`" + ` with what it needs. The exit status is 0 when none failed,
else 1. ` + "`--markdown FILE`" + ` writes the results as this page.

**identical**: as the vendor documents it. **better**: the same, and more. **absent**: answered with a clear error.
**differs**: the check failed.

`

// Markdown writes the page that says, for each method and webhook, how it compares.
func Markdown(w io.Writer, all []Result) error {
	var b strings.Builder
	b.WriteString(pageHead)
	area := ""
	for i := range all {
		r := &all[i]
		if r.Area != area {
			area = r.Area
			fmt.Fprintf(&b, "\n## %s\n\n| What | Call | | |\n|---|---|---|---|\n", area)
		}
		verdict, note := string(r.Verdict), r.Note
		switch r.State {
		case Failed:
			verdict, note = "differs", r.Detail
		case Skipped:
			verdict, note = "not checked", r.Detail
		}
		call := ""
		if r.Call != "" {
			call = "`" + r.Call + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(r.Name), cell(call), verdict, cell(note))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func cell(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "|", "\\|"), "\n", " ") }
