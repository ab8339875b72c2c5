package app

import (
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/notify"
	"heliograph/internal/store"
	"heliograph/internal/tenant"
)

// pusher is a server with a user on a page and on a phone that takes pushes.
type pusher struct {
	*testing.T
	a           *App
	app         *heliograph.App
	user        *heliograph.User
	page, phone *heliograph.Client
}

func newPusher(t *testing.T) *pusher {
	t.Helper()
	a, _ := start(t, settings(t))
	p := &pusher{T: t, a: a}
	e, name := a.engines, "Shop"
	org, err := e.tenants.DefaultOrg(t.Context())
	p.must(err)
	p.app, err = e.tenants.CreateApp(t.Context(), org, tenant.AppChange{Name: &name})
	p.must(err)
	p.user = &heliograph.User{ID: a.data.ids.User(), App: p.app.ID, ExternalID: "ana", Created: heliograph.At(a.now())}
	p.must(store.Users{Store: a.data.Store}.Insert(t.Context(), p.user))
	p.page = p.device(heliograph.PlatformWeb, nil)
	p.phone = p.device(heliograph.PlatformIOS, &heliograph.Push{Service: heliograph.PushAPNs, Token: "t", App: "com.example", Topics: []heliograph.Topic{heliograph.TopicAgent, heliograph.TopicProactive}})
	return p
}

func (p *pusher) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// device stores a client of the integration of a type that came with the app.
func (p *pusher) device(platform string, push *heliograph.Push) *heliograph.Client {
	p.Helper()
	all, err := p.a.engines.tenants.IntegrationsByType(p.Context(), p.app.ID, platform)
	p.must(err)
	if len(all) != 1 {
		p.Fatalf("%d integrations of type %s came with the app", len(all), platform)
	}
	c := &heliograph.Client{
		ID: p.a.data.ids.Client(), App: p.app.ID, User: p.user.ID, Integration: all[0].ID, Platform: platform, Address: "device-of-ana-on-" + platform + "-1234",
		Status: heliograph.ClientActive, LinkedAt: 1, LastSeen: heliograph.At(p.a.now()), Details: heliograph.ClientDetails{Device: &heliograph.Device{Push: push}},
	}
	if platform == heliograph.PlatformWeb {
		c.LastSeen += 60_000 // the client that the user turned to last
	}
	p.must(store.Clients{Store: p.a.data.Store}.Insert(p.Context(), c))
	return c
}

// sent returns the deliveries of a message.
func (p *pusher) sent(m *heliograph.Message) []*heliograph.Delivery {
	p.Helper()
	all, err := store.Deliveries{Store: p.a.data.Store}.MessageDeliveries(p.Context(), p.app.ID, m.ID)
	p.must(err)
	return all
}

// TestPushesWaitForASight: who has the page on the screen gets no push on the phone,
// and the story says so.
func TestPushesWaitForASight(t *testing.T) {
	t.Parallel()
	p := newPusher(t)
	p.a.engines.presence.here = func(_ heliograph.AppID, u heliograph.UserID) []heliograph.PresentDevice {
		if u != p.user.ID {
			return nil
		}
		return []heliograph.PresentDevice{{Client: p.page.ID, Foreground: true}}
	}
	e := p.a.engines
	out, err := e.conversations.Post(t.Context(), &conversation.Post{
		App: p.app, User: p.user, Role: heliograph.Business, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "hello"},
	})
	p.must(err)
	all := p.sent(out.Message)
	if len(all) != 2 || all[0].Client != p.page.ID || all[1].Client != p.phone.ID || !all[1].Details.Beside || all[1].Status != heliograph.Scheduled {
		t.Fatalf("sent %+v", all)
	}
	eventually(t, "the page has it", func() bool { return p.sent(out.Message)[0].Status == heliograph.AtChannel })
	p.must(e.conversations.Seen(t.Context(), p.app.ID, p.user.ID, p.page.ID, out.Message.Received))
	for _, d := range p.sent(out.Message) {
		if d.Status != heliograph.AtUser || d.Client == p.phone.ID && d.Attempts != 0 {
			t.Errorf("to %s it is %s after %d attempts", d.Channel, d.Status, d.Attempts)
		}
	}
	story, err := e.notifications.WhyMessage(t.Context(), p.app.ID, p.user.ID, out.Message.ID)
	p.must(err)
	var text strings.Builder
	for _, s := range story.Steps {
		text.WriteString(s.Text + "\n")
	}
	for _, want := range []string{"held back until", "goes beside the client", "seen the message on device " + p.page.ID.String(), "where the messenger shows it"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the story does not say %q:\n%s", want, text.String())
		}
	}
	if story.Status != heliograph.AtUser {
		t.Errorf("the message is %s", story.Status)
	}
}

// A notification to a device of the app's goes there; to an unknown one it is
// refused.
func TestNotificationsToDevices(t *testing.T) {
	t.Parallel()
	p := newPusher(t)
	list := p.a.engines.notifications
	send := func(address string) (err error) {
		_, err = list.Send(t.Context(), &notify.Intent{
			App: p.app.ID, Integration: p.page.Integration, Address: address, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "hello"},
		})
		return err
	}
	if err := send("device-of-nobody-at-all-1234"); !heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Field != "destination.destinationId" {
		t.Errorf("to an unknown device: %v", err)
	}
	p.must(send(p.page.Address))
	eventually(t, "the page has it", func() bool {
		all, _, err := list.List(t.Context(), p.app.ID, notify.Filter{Limit: 10})
		return err == nil && len(all) == 1 && all[0].User == p.user.ID && all[0].Status == heliograph.AtChannel
	})
}
