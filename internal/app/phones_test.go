package app

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/handset"
	"heliograph/internal/config"
	"heliograph/internal/store"
	"heliograph/internal/testkit/pgtest"
)

// demoPhoneRig is one of the demo's phones with an app, at a real server and the played
// services.
type demoPhoneRig struct {
	t       *testing.T
	river   *river
	phone   demoHandset
	service string // that pushes to it
	token   string
}

func (p *demoPhoneRig) sim() *apiClient { return &apiClient{base: p.river.sim.URL()} }

func (p *demoPhoneRig) state() handset.State {
	p.t.Helper()
	var answer struct{ Handset handset.State }
	if err := p.sim().call(p.t.Context(), http.MethodGet, "/sim/handsets/"+p.phone.id, nil, &answer); err != nil {
		p.t.Fatal(err)
	}
	return answer.Handset
}

func (p *demoPhoneRig) act(what string, in any) handset.State {
	p.t.Helper()
	var answer struct{ Handset handset.State }
	if err := p.sim().call(p.t.Context(), http.MethodPost, "/sim/handsets/"+p.phone.id+"/"+what, in, &answer); err != nil {
		p.t.Fatal(err)
	}
	return answer.Handset
}

// say posts a message of the business to the customer, and returns its id.
func (p *demoPhoneRig) say(text string) string {
	p.t.Helper()
	var out struct {
		Message struct {
			ID string `json:"_id"`
		}
	}
	err := p.river.demo.api().call(p.t.Context(), http.MethodPost, "/appusers/"+url.PathEscape(p.phone.customer)+"/messages",
		map[string]any{"role": "appMaker", "type": "text", "text": text}, &out)
	if err != nil {
		p.t.Fatal(err)
	}
	return out.Message.ID
}

// pushes is how many pushes the service took for the phone's first token.
func (p *demoPhoneRig) pushes() int {
	p.t.Helper()
	var d devices.Device
	if err := p.sim().call(p.t.Context(), http.MethodGet, "/sim/"+p.service+"/devices/"+url.PathEscape(p.token), nil, &d); err != nil {
		p.t.Fatal(err)
	}
	return d.Pushes
}

// known is what the server knows as the phone's push token.
func (p *demoPhoneRig) known() string {
	p.t.Helper()
	var user struct {
		AppUser struct {
			ID string `json:"_id"`
		}
	}
	if err := p.river.demo.api().call(p.t.Context(), http.MethodGet, "/appusers/"+url.PathEscape(p.phone.customer), nil, &user); err != nil {
		p.t.Fatal(err)
	}
	var id heliograph.UserID
	if err := id.UnmarshalText([]byte(user.AppUser.ID)); err != nil {
		p.t.Fatal(err)
	}
	clients, err := store.Clients{Store: p.river.app.data.Store}.OfUser(p.t.Context(), p.river.demo.tenant.ID, id)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range clients {
		if c.Platform == p.phone.platform && c.Details.Device != nil && c.Details.Device.Push != nil {
			return c.Details.Device.Push.Token
		}
	}
	return ""
}

// fate is the only delivery of a message.
func (p *demoPhoneRig) fate(message string) *heliograph.Delivery {
	p.t.Helper()
	var id heliograph.MessageID
	if err := id.UnmarshalText([]byte(message)); err != nil {
		p.t.Fatal(err)
	}
	all, err := store.Deliveries{Store: p.river.app.data.Store}.MessageDeliveries(p.t.Context(), p.river.demo.tenant.ID, id)
	if err != nil || len(all) != 1 {
		p.t.Fatalf("%d deliveries, %v", len(all), err)
	}
	return all[0]
}

// told says whether the webhook was told something that holds all of these words.
func (p *demoPhoneRig) told(words ...string) bool {
	p.t.Helper()
	var calls []struct{ Body json.RawMessage }
	if err := p.sim().call(p.t.Context(), http.MethodGet, "/webhooks/calls", nil, &calls); err != nil {
		p.t.Fatal(err)
	}
	for _, c := range calls {
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(string(c.Body), word) }) {
			return true
		}
	}
	return false
}

// TestPhones goes the whole way of a push: from the API to the phone, and of the
// answer back.
func TestPhones(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T, *config.Config){
		"sqlite":   func(*testing.T, *config.Config) {},
		"postgres": func(t *testing.T, c *config.Config) { c.DatabaseURL = heliograph.Secret(pgtest.URL(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := settings(t)
			change(t, c)
			r := newRiver(t, c)
			if err := r.demo.preparePhones(t.Context()); err != nil {
				t.Fatal(err)
			}
			for platform, service := range map[string]string{"ios": "apns", "android": "fcm"} {
				t.Run(platform, func(t *testing.T) {
					i := slices.IndexFunc(demoPhones(), func(h demoHandset) bool { return h.platform == platform })
					p := &demoPhoneRig{t: t, river: r, phone: demoPhones()[i], service: service}
					p.background()
					p.screen()
					p.removed()
				})
			}
		})
	}
}

// background: in the background a push is shown, and opens the conversation.
func (p *demoPhoneRig) background() {
	p.t.Helper()
	eventually(p.t, "the start is told", func() bool { return p.told("conversation:start", p.phone.customer) })
	p.token = p.state().Token
	eventually(p.t, "the token is registered", func() bool { return p.known() == p.token })
	p.say("Your parcel is near")
	eventually(p.t, "the push is shown", func() bool { return len(p.state().Tray) == 1 })
	shown := p.state()
	if shown.Badge != 1 || shown.Tray[0].Body != "Your parcel is near" || p.pushes() != 1 {
		p.t.Errorf("the phone shows %+v, badge %d, after %d pushes", shown.Tray, shown.Badge, p.pushes())
	}
	opened := p.act("tap", map[string]string{"message": shown.Tray[0].ID})
	if n := len(opened.Messages); !opened.Foreground || n == 0 || opened.Messages[n-1].Text != "Your parcel is near" {
		p.t.Errorf("the app shows %+v", opened.Messages)
	}
	eventually(p.t, "the app is connected", func() bool { return strings.HasPrefix(p.state().Connection, "connected") })
}

// screen: while the conversation is on the screen no push comes, because the app
// says that the message was seen.
func (p *demoPhoneRig) screen() {
	p.t.Helper()
	id := p.say("We are at the door")
	eventually(p.t, "the message is on the screen", func() bool {
		all := p.state().Messages
		return len(all) > 0 && all[len(all)-1].Text == "We are at the door"
	})
	eventually(p.t, "it reached the person", func() bool { return p.fate(id).Status == heliograph.AtUser })
	if n := p.pushes(); n != 1 {
		p.t.Errorf("%d pushes after a message that was seen", n)
	}
	p.act("messages", map[string]string{"text": "Coming, " + p.phone.id})
	eventually(p.t, "the answer is told", func() bool { return p.told("message:appUser", "Coming, "+p.phone.id) })
	p.act("home", nil)
}

// removed: that an app is gone is found out by the next push, and its token dropped.
func (p *demoPhoneRig) removed() {
	p.t.Helper()
	p.act("uninstall", nil)
	first := p.say("Nobody is there")
	eventually(p.t, "the token is dropped", func() bool { return p.known() == "" })
	eventually(p.t, "the delivery fails", func() bool {
		d := p.fate(first)
		return d.Status == heliograph.Failed && d.Details.Error != nil && d.Details.Error.Code == heliograph.ReasonDevice
	})
	p.say("Nobody at all")
	if n := p.pushes(); n != 1 {
		p.t.Errorf("%d pushes were taken for a dead token", n)
	}
}
