package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/smtp"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"heliograph/channel/simulator"
)

// The tables of the documentation are the tables of the code, provider by
// provider.
func TestProvidersAreDocumented(t *testing.T) {
	t.Parallel()
	var raw []byte
	for _, page := range []string{"sms", "mail"} {
		text, err := os.ReadFile("../../docs/simulator/" + page + ".md")
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, text...)
	}
	list, _, err := mailProviders(NoSMTP)
	if err != nil {
		t.Fatal(err)
	}
	common := []string{}
	for _, a := range simulator.CommonActions() {
		common = append(common, a.Name)
	}
	for _, p := range list {
		d := p.Describe()
		_, section, _ := strings.Cut(string(raw), "\n## "+d.Title+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		lines := strings.Split(strings.ReplaceAll(section, "| |", "|  |"), "\n")
		rows := 0
		for _, line := range lines {
			if strings.HasPrefix(line, "| 0") {
				rows++
			}
		}
		if rows != len(d.Recipients) {
			t.Errorf("%s: %d magic recipients are documented, there are %d", d.Title, rows, len(d.Recipients))
		}
		for _, r := range d.Recipients {
			if row := "| " + r.Suffix + " | " + r.Outcome + " |"; !slices.Contains(lines, row) {
				t.Errorf("%s: not documented: %s", d.Title, row)
			}
		}
		for _, a := range d.Actions {
			if row := "| " + a.Name + " | " + a.Params + " | " + a.Does + " |"; !slices.Contains(common, a.Name) && !slices.Contains(lines, row) {
				t.Errorf("%s: not documented: %s", d.Title, row)
			}
		}
	}
}

func TestSimulationSpeaksSMTP(t *testing.T) {
	t.Parallel()
	s, err := Simulate(SimulateOptions{Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	mail := "From: a@acme.test\r\nTo: ann@people.test\r\nSubject: Hello\r\n\r\nHello\r\n"
	if err := smtp.SendMail(s.SMTP(), nil, "a@acme.test", []string{"ann@people.test"}, []byte(mail)); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/sim/counts?to=ann@people.test", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if raw, _ := io.ReadAll(res.Body); !strings.Contains(string(raw), `"accepted":1`) {
		t.Errorf("%s", raw)
	}
}

func TestSimulationWithoutSMTP(t *testing.T) {
	t.Parallel()
	s, err := Simulate(SimulateOptions{Listen: "127.0.0.1:0", SMTP: NoSMTP, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	if s.SMTP() != "" {
		t.Errorf("SMTP is spoken at %s", s.SMTP())
	}
}
