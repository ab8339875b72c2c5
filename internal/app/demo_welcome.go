package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// console is what the demo says in the terminal, the welcome before all else.
type console struct {
	mu    sync.Mutex
	out   io.Writer
	begun bool
	kept  []string // lines that came before the welcome
}

// begin says the welcome, and what had to wait for it.
func (c *console) begin(welcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, line := range append([]string{welcome}, c.kept...) {
		fmt.Fprintln(c.out, line)
	}
	c.begun, c.kept = true, nil
}

// later says a line after the welcome.
func (c *console) later(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun {
		c.kept = append(c.kept, line)
		return
	}
	fmt.Fprintln(c.out, line)
}

// sendSamples sends the messages that are there when the pages are opened first.
func (d *demo) sendSamples(ctx context.Context) error {
	for _, c := range d.channels() {
		if c.sample == "" {
			continue
		}
		body := map[string]any{}
		if err := json.Unmarshal([]byte(c.sample), &body); err != nil {
			return err
		}
		body["author"] = map[string]string{"role": "appMaker"}
		body["destination"] = map[string]string{"integrationId": d.integrations[c.kind], "destinationId": c.person}
		if err := d.api().call(ctx, http.MethodPost, "/notifications", body, nil); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) shopLine() string {
	if d.shop == nil {
		return ""
	}
	return "  A shop with messenger  " + d.shop.url + "\n"
}

// welcome says what runs and what to do first.
func (d *demo) welcome(data string) string {
	var out strings.Builder
	out.WriteString(strings.NewReplacer(
		"{public}", d.app.host.public, "{sim}", d.sim.URL(), "{data}", data,
		"{shop}", d.shopLine(), "{app}", d.tenant.ID.String(), "{key}", d.key.Handle(), "{secret}", d.key.Secret.Reveal(),
	).Replace(`
Heliograph's demo is running on this machine. Nothing leaves it; the data is in {data}.

{shop}  Phones and mailboxes   {sim}
  Webhooks               {sim}/webhooks
  API                    {public}/v1.1, described at {public}/docs/api

1. Open the phones. Messages wait there: answer them.
2. Each answer comes back with what it answers, on the webhook page and below.
3. Send more from a terminal. This names the server and its key, for every command of the documentation:

export BASE={public} APP={app} \
  KEY={key} SECRET={secret}
`))
	for _, c := range d.channels() {
		out.WriteString(strings.NewReplacer(
			"{title}", c.title, "{page}", d.sim.URL()+c.page, "{integration}", d.integrations[c.kind], "{person}", c.person, "{more}", c.more,
		).Replace(`
   {title}, on {page}:

curl -u "$KEY:$SECRET" $BASE/v1.1/apps/$APP/notifications -d '{"author": {"role": "appMaker"},
  "destination": {"integrationId": "{integration}", "destinationId": "{person}"},
  {more}}'
`))
	}
	out.WriteString(d.phonesLines())
	return out.String()
}
