package app

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
)

// demoApp is the app on the demo's phones: its bundle id, and package name.
const demoApp = "com.example.parcels"

// demoPhones are the demo's phones with an app. What the push services know of
// them is made anew at every start.
func demoPhones() []demoHandset {
	return []demoHandset{
		{platform: "ios", id: "ana-iphone", title: "Ana's iPhone", customer: "ana@people.example", credentials: appleCredentials},
		{platform: "android", id: "ben-android", title: "Ben's Android phone", customer: "ben@people.example", credentials: googleCredentials},
	}
}

// demoHandset is a phone with an app.
type demoHandset struct {
	platform, id, title string
	customer            string // who is logged in
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
		if d.app.cfg.ProviderURL[phone.platform] == "" {
			continue
		}
		if err := d.preparePhone(ctx, &phone); err != nil {
			return fmt.Errorf("%s: %w", phone.id, err)
		}
	}
	return nil
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
