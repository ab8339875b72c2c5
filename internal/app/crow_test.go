package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"heliograph"
	"heliograph/channel"
)

// crow is a channel whose provider keeps templates, as it is in a test's own
// process: what it was sent, which templates it keeps, and how often it was asked.
type crow struct {
	mu        sync.Mutex
	sent      []*heliograph.Content
	templates []channel.Template
	asked     int
	away      bool
	perPage   int
}

type crowSettings struct {
	Nest                string `json:"nest" required:"true"`
	HsmFallbackLanguage string `json:"hsmFallbackLanguage" update:"true"`
}

// kind is the channel's type; its name is that of the channel whose schema it has.
func (c *crow) kind() *channel.Type {
	return &channel.Type{
		Name: "whatsapp", Title: "Crows", Settings: crowSettings{}, AddressField: "phoneNumber", Schema: "whatsapp",
		Normalise:  func(a string) (string, bool) { return a, strings.HasPrefix(a, "+") },
		Notifiable: true, Timeout: time.Second, Linkable: []heliograph.Confirmation{heliograph.ConfirmImmediate},
		Open: func(channel.Config, channel.Deps) (channel.Channel, error) { return c, nil },
	}
}

func (c *crow) Send(_ context.Context, out *channel.Outgoing) channel.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, out.Content)
	return channel.Accepted(http.StatusOK, "crow-"+strconv.Itoa(len(c.sent)))
}

// Receive takes {"from", "text"} for a message and {"template"} for news of one.
func (c *crow) Receive(req *channel.Request) (*channel.Received, error) {
	var in struct{ Key, From, Text, Template string }
	if err := json.Unmarshal(req.Body, &in); err != nil {
		return nil, heliograph.InvalidField("body", "is not JSON")
	}
	f := channel.Fact{Key: in.Key}
	if in.Template != "" {
		f.Template = &channel.TemplateFact{Name: in.Template}
	} else {
		f.Message = &channel.MessageFact{From: in.From, External: in.Key, Text: in.Text}
	}
	return &channel.Received{Facts: []channel.Fact{f}}, nil
}

func (c *crow) Templates(_ context.Context, cursor string) ([]channel.Template, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	if c.away {
		return nil, "", heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "the crows are out")
	}
	from, _ := strconv.Atoi(cursor)
	to := min(from+c.perPage, len(c.templates))
	next := ""
	if to < len(c.templates) {
		next = strconv.Itoa(to)
	}
	return slices.Clone(c.templates[from:to]), next, nil
}

func (c *crow) CreateTemplate(_ context.Context, t *channel.Template) (*channel.Template, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if strings.HasPrefix(t.Name, "bad") {
		return nil, heliograph.InvalidField("name", "is not what crows say")
	}
	made := *t
	made.ID, made.Status = fmt.Sprint("c", len(c.templates)), "PENDING"
	c.templates = append(c.templates, made)
	return &made, nil
}

func (c *crow) DeleteTemplate(_ context.Context, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.templates)
	c.templates = slices.DeleteFunc(c.templates, func(t channel.Template) bool { return t.Name == name })
	if len(c.templates) == before {
		return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such template")
	}
	return nil
}

// Rebuild knows bodies with one place, {{1}}.
func (c *crow) Rebuild(n *heliograph.Native, find func(name, language string) *channel.Template) (*heliograph.Content, bool) {
	t := find(n.Template.Name, n.Template.Language)
	if t == nil {
		return nil, false
	}
	var parts []struct{ Text string }
	var use struct {
		Template struct {
			Components []struct {
				Parameters []struct{ Text string }
			}
		}
	}
	if json.Unmarshal(t.Components, &parts) != nil || json.Unmarshal(n.Message, &use) != nil || len(parts) == 0 {
		return nil, false
	}
	text := parts[0].Text
	for _, p := range use.Template.Components {
		for _, v := range p.Parameters {
			text = strings.Replace(text, "{{1}}", v.Text, 1)
		}
	}
	return &heliograph.Content{
		Type: heliograph.ImageMessage, Text: text, MediaURL: "https://e.test/crow.png",
		Actions: []heliograph.Action{{Type: "link", Text: "See", URI: "https://e.test"}},
	}, true
}

func (c *crow) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func (c *crow) last() *heliograph.Content {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sent) == 0 {
		return nil
	}
	return c.sent[len(c.sent)-1]
}

func (c *crow) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sent)
}
