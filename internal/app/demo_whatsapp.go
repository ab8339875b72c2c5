package app

import (
	"context"
	"net/http"
	"strings"
)

// What the demo's WhatsApp number is called. The simulator takes any of it.
const (
	whatsApp             = "whatsapp"
	demoWhatsAppPerson   = "+15550100020"
	demoWhatsAppNumber   = "+1 555-010-0000"
	demoWhatsAppNumberID = "106540352242922"
	demoWhatsAppAccount  = "102290129340398"
	demoWhatsAppToken    = "EAA00000000000000000000000000000"
	demoWhatsAppSecret   = "00000000000000000000000000000002"
	demoWhatsAppVerify   = "demo"
)

// simulatedURLs point every channel of this build that the simulator plays at
// the simulator.
func simulatedURLs(sim string) map[string]string {
	played := map[string]bool{"twilio": true, "messagebird": true, "mailgun": true}
	for _, p := range playedProviders() {
		played[p.Describe().Name] = true
	}
	out := map[string]string{}
	for _, t := range Channels() {
		if played[t.Name] {
			out[t.Name] = sim
		}
	}
	return out
}

// findWhatsApp makes the demo's WhatsApp integration, in a build that has the
// channel, and tells the simulator its webhook.
func (d *demo) findWhatsApp(ctx context.Context, api *apiClient) (err error) {
	if !d.hasWhatsApp {
		return nil
	}
	number := map[string]string{
		"phoneNumberId": demoWhatsAppNumberID, "displayPhoneNumber": demoWhatsAppNumber, "verifiedName": "Example Parcels",
		"accountId": demoWhatsAppAccount, "accessToken": demoWhatsAppToken, "appSecret": demoWhatsAppSecret, "verifyToken": demoWhatsAppVerify,
	}
	sim := &apiClient{base: d.sim.URL()}
	if err := sim.call(ctx, http.MethodPost, "/sim/whatsapp/numbers", number, nil); err != nil {
		return err
	}
	d.whatsApp, err = d.integrationOf(ctx, api, whatsApp, map[string]string{
		"type": whatsApp, "displayName": "Simulated WhatsApp", "phoneNumberId": demoWhatsAppNumberID,
		"accessToken": demoWhatsAppToken, "appSecret": demoWhatsAppSecret, "verifyToken": demoWhatsAppVerify, "accountId": demoWhatsAppAccount,
	})
	if err != nil {
		return err
	}
	number["callbackUrl"] = d.app.host.public + "/hooks/" + whatsApp + "/" + d.whatsApp
	return sim.call(ctx, http.MethodPost, "/sim/whatsapp/numbers", number, nil)
}

// integrationOf returns the demo's integration of a type, making it when it is
// not there.
func (d *demo) integrationOf(ctx context.Context, api *apiClient, kind string, settings map[string]string) (string, error) {
	var list struct {
		Integrations []struct {
			ID string `json:"_id"`
		}
	}
	if err := api.call(ctx, http.MethodGet, "/integrations?types="+kind, nil, &list); err != nil {
		return "", err
	}
	if len(list.Integrations) > 0 {
		return list.Integrations[0].ID, nil
	}
	var made struct {
		Integration struct {
			ID string `json:"_id"`
		}
	}
	err := api.call(ctx, http.MethodPost, "/integrations", settings, &made)
	return made.Integration.ID, err
}

// welcomeWhatsApp says how to send a template, when there is WhatsApp.
func (d *demo) welcomeWhatsApp() string {
	if d.whatsApp == "" {
		return ""
	}
	return strings.NewReplacer("{integration}", d.whatsApp, "{person}", demoWhatsAppPerson).Replace(`
   Or a WhatsApp template, which {sim}/threads/whatsapp/{person} shows:

curl -u {credentials} -H 'Content-Type: application/json' \
  {api}/notifications \
  -d '{"destination": {"integrationId": "{integration}", "destinationId": "{person}"},
       "author": {"role": "appMaker"}, "messageSchema": "whatsapp",
       "message": {"type": "template", "template": {"name": "parcel_choice", "language": {"code": "en"}, "components": [
         {"type": "header", "parameters": [{"type": "text", "text": "A-17"}]},
         {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "Monday"}]}]}}}'
`)
}
