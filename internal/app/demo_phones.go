package app

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// demoApp is the app on the demo's phones: its bundle id, and package name.
const demoApp = "com.example.parcels"

// demoPhones are the demo's phones with an app. What the push services know of
// them is made anew at every start.
func demoPhones() []demoHandset {
	return []demoHandset{
		{platform: "ios", id: "ana-iphone", title: "Ana's iPhone", customer: shopCustomer, credentials: appleCredentials,
			sample: `"text": "Your parcel A-17 comes between 14 and 16 o'clock. Is that fine?",
  "actions": [{"type": "reply", "text": "Yes, please", "payload": "YES"}, {"type": "reply", "text": "Another time", "payload": "NO"}]`},
		{platform: "android", id: "ben-android", title: "Ben's Android phone", customer: "ben@people.example", credentials: googleCredentials,
			sample: `"text": "Your parcel B-42 waits at the corner shop."`},
	}
}

// demoHandset is a phone with an app.
type demoHandset struct {
	platform, id, title string
	customer            string // who is logged in
	sample              string // members of the message that is there from the start
	// credentials makes those of an integration, and what the played service must be
	// told of them.
	credentials func() (settings map[string]any, told simCall, err error)
}

// appleCredentials is a key of a developer account, as Apple gives it.
func appleCredentials() (map[string]any, simCall, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, simCall{}, err
	}
	text, err := pemOf(key)
	const id, team = "DEMOKEY001", "DEMOTEAM01"
	return map[string]any{"keyId": id, "teamId": team, "privateKey": text, "bundleId": demoApp, "production": true, "autoUpdateBadge": true},
		simCall{http.MethodPost, "/sim/apns/keys", map[string]any{"keyId": id, "teamId": team, "key": text, "topics": []string{demoApp}}}, err
}

// googleCredentials is a service account of a project, as Firebase gives it.
func googleCredentials() (map[string]any, simCall, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, simCall{}, err
	}
	text, err := pemOf(key)
	const project = "example-parcels"
	const email = "push@" + project + ".iam.gserviceaccount.com"
	return map[string]any{"projectId": project, "clientEmail": email, "privateKey": text},
		simCall{http.MethodPost, "/sim/fcm/accounts", map[string]any{"projectId": project, "clientEmail": email, "key": text}}, err
}

func pemOf(key crypto.PrivateKey) (string, error) {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})), nil
}

// preparePhones configures the push services, and has people install the app, log
// in and allow notifications.
func (d *demo) preparePhones(ctx context.Context) error {
	for _, phone := range demoPhones() {
		if err := d.preparePhone(ctx, &phone); err != nil {
			return fmt.Errorf("%s: %w", phone.id, err)
		}
	}
	return nil
}

// pushSamples sends each phone a message while its app is in the background.
func (d *demo) pushSamples(ctx context.Context) error {
	for _, phone := range demoPhones() {
		d.awaitToken(ctx, &phone)
		message := json.RawMessage(`{"role": "appMaker", "type": "text", ` + phone.sample + `}`)
		if err := d.api().call(ctx, http.MethodPost, phone.messages(), message, nil); err != nil {
			return err
		}
	}
	return nil
}

// messages is where the API takes messages to the phone's customer.
func (h *demoHandset) messages() string {
	return "/appusers/" + url.PathEscape(h.customer) + "/messages"
}

// awaitToken waits until the server knows where the phone takes pushes, which the
// app tells it on its own. After a while it gives up: the message is in the app.
func (d *demo) awaitToken(ctx context.Context, phone *demoHandset) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var state struct{ Handset struct{ Token string } }
	sim := &apiClient{base: d.sim.URL()}
	if sim.call(ctx, http.MethodGet, "/sim/handsets/"+phone.id, nil, &state) != nil {
		return
	}
	for {
		var user struct {
			AppUser struct {
				Clients []struct{ PushNotificationToken string }
			}
		}
		if d.api().call(ctx, http.MethodGet, "/appusers/"+url.PathEscape(phone.customer), nil, &user) != nil {
			return
		}
		for _, c := range user.AppUser.Clients {
			if c.PushNotificationToken == state.Handset.Token {
				return
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (d *demo) preparePhone(ctx context.Context, phone *demoHandset) error {
	sim := &apiClient{base: d.sim.URL()}
	settings, told, err := phone.credentials()
	if err != nil {
		return err
	}
	if err := sim.call(ctx, told.method, told.path, told.body, nil); err != nil {
		return err
	}
	id, err := d.findApp(ctx, phone.platform, settings)
	if err != nil {
		return err
	}
	d.integrations[phone.platform] = id
	acts := []simCall{
		{http.MethodPost, "", map[string]string{
			"id": phone.id, "title": phone.title, "platform": phone.platform, "app": demoApp, "appName": demoName,
			"server": d.app.host.public, "integration": id, "keyId": d.key.Handle(), "secret": d.key.Secret.Reveal(),
		}},
		{http.MethodPost, "/" + phone.id + "/allow", map[string]bool{"on": true}},
		{http.MethodPost, "/" + phone.id + "/login", map[string]string{"userId": phone.customer}},
		{http.MethodPost, "/" + phone.id + "/start", nil},
	}
	for _, act := range acts {
		if err := sim.call(ctx, act.method, "/sim/handsets"+act.path, act.body, nil); err != nil {
			return err
		}
	}
	return nil
}

// findApp returns the integration of the demo's apps for a platform, with these
// credentials, making it when it is not there.
func (d *demo) findApp(ctx context.Context, platform string, settings map[string]any) (string, error) {
	type integration struct {
		ID string `json:"_id"`
	}
	var list struct{ Integrations []integration }
	if err := d.api().call(ctx, http.MethodGet, "/integrations?types="+platform, nil, &list); err != nil {
		return "", err
	}
	if len(list.Integrations) > 0 {
		id := list.Integrations[0].ID
		return id, d.api().call(ctx, http.MethodPut, "/integrations/"+id, settings, nil)
	}
	settings["type"], settings["displayName"] = platform, "Simulated: an app on "+platform
	var made struct{ Integration integration }
	err := d.api().call(ctx, http.MethodPost, "/integrations", settings, &made)
	return made.Integration.ID, err
}

// phonesLines say what the phones with an app are, and how to push to them.
func (d *demo) phonesLines() string {
	var out strings.Builder
	for _, phone := range demoPhones() {
		if d.integrations[phone.platform] == "" {
			continue
		}
		out.WriteString(strings.NewReplacer("{title}", phone.title, "{page}", d.sim.URL()+"/threads/app/"+phone.id, "{messages}", phone.messages()).Replace(`
   {title} has the app, on {page}:

curl -u "$KEY:$SECRET" $BASE/v1.1/apps/$APP{messages} -d '{"role": "appMaker", "type": "text",
  "text": "Somebody is at your door"}'
`))
	}
	return out.String()
}
