package whatsapp

import (
	"encoding/json"
	"net/http"
	"strings"

	"heliograph/channel/simulator"
)

// chosen keeps the fields that ?fields= names, and the id; without it all.
func chosen(r *http.Request, all map[string]any) map[string]any {
	want := r.URL.Query().Get("fields")
	if want == "" {
		return all
	}
	out := map[string]any{"id": all["id"]}
	for field := range strings.SplitSeq(want, ",") {
		field, _, _ = strings.Cut(strings.TrimSpace(field), "{")
		if value, ok := all[field]; ok {
			out[field] = value
		}
	}
	return out
}

func accountFields(id string) map[string]any {
	return map[string]any{
		"id": id, "name": "Simulated business", "currency": "USD", "timezone_id": "1", "account_review_status": "APPROVED",
		"business_verification_status": "verified", "message_template_namespace": "00000000_0000_0000_0000_" + id,
	}
}

func numberFields(n Number) map[string]any {
	return map[string]any{
		"id": n.PhoneNumberID, "display_phone_number": n.DisplayPhoneNumber, "verified_name": n.VerifiedName,
		"quality_rating": "GREEN", "code_verification_status": "VERIFIED", "name_status": "APPROVED", "status": "CONNECTED",
		"platform_type": "CLOUD_API", "account_mode": "LIVE", "messaging_limit_tier": "TIER_UNLIMITED", "is_official_business_account": false,
		"throughput":            map[string]string{"level": "STANDARD"},
		"webhook_configuration": map[string]string{"application": n.CallbackURL},
	}
}

// listNumbers plays GET /{account}/phone_numbers.
func (p *Provider) listNumbers(w http.ResponseWriter, r *http.Request) *graphError {
	out := []map[string]any{}
	for _, n := range p.numbers(r.PathValue("id")) {
		out = append(out, chosen(r, numberFields(n)))
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"data": out})
	return nil
}

// listSubscriptions plays GET /{account}/subscribed_apps.
func (p *Provider) listSubscriptions(w http.ResponseWriter, r *http.Request) *graphError {
	data := []map[string]any{}
	for _, n := range p.numbers(r.PathValue("id")) {
		if n.CallbackURL != "" && len(data) == 0 {
			data = append(data, map[string]any{
				"whatsapp_business_api_data": map[string]string{"id": "200000000000001", "name": "Simulated app", "link": "https://example.com/"},
				"override_callback_uri":      n.CallbackURL,
			})
		}
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"data": data})
	return nil
}

// subscribe plays POST /{account}/subscribed_apps: with override_callback_uri
// and verify_token it sets where the account's webhooks go, once the handshake
// succeeded.
func (p *Provider) subscribe(w http.ResponseWriter, r *http.Request) *graphError {
	raw, e := readBody(w, r)
	if e != nil {
		return e
	}
	var in struct {
		Callback string `json:"override_callback_uri"`
		Token    string `json:"verify_token"`
	}
	if len(raw) > 0 && json.Unmarshal(raw, &in) != nil {
		return refuse(100, "The body is not JSON")
	}
	if in.Callback != "" {
		if why := p.handshake(r.Context(), in.Callback, in.Token); why != nil {
			return &graphError{status: 400, code: 2200, title: "Callback verification failed with the following errors: " + why.Error()}
		}
		p.redirect(r.PathValue("id"), in.Callback, in.Token)
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// redirect sends the webhooks of an account's numbers to callback.
func (p *Provider) redirect(account, callback, token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.business.accounts[account] = true
	for _, n := range p.business.numbers {
		if n.AccountID == account {
			n.CallbackURL, n.VerifyToken = callback, token
		}
	}
}

// unsubscribe plays DELETE /{account}/subscribed_apps.
func (p *Provider) unsubscribe(w http.ResponseWriter, r *http.Request) *graphError {
	p.redirect(r.PathValue("id"), "", "")
	simulator.WriteJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// getProfile plays GET /{number}/whatsapp_business_profile.
func (p *Provider) getProfile(w http.ResponseWriter, r *http.Request) *graphError {
	id := r.PathValue("id")
	if !p.isNumber(id) {
		return noObject(r.Method, id)
	}
	profile := map[string]any{"messaging_product": name}
	p.mu.Lock()
	for field, value := range p.business.profiles[id] {
		profile[field] = value
	}
	p.mu.Unlock()
	if want := r.URL.Query().Get("fields"); want != "" {
		for field := range profile {
			if field != "messaging_product" && !strings.Contains(","+want+",", ","+field+",") {
				delete(profile, field)
			}
		}
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"data": []any{profile}})
	return nil
}

// profileLimits are the fields of a profile and how long they may be.
func profileLimits() map[string]int {
	return map[string]int{"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 64, "profile_picture_handle": 4096}
}

// setProfile plays POST /{number}/whatsapp_business_profile.
func (p *Provider) setProfile(w http.ResponseWriter, r *http.Request) *graphError {
	id := r.PathValue("id")
	if !p.isNumber(id) {
		return noObject(r.Method, id)
	}
	raw, e := readBody(w, r)
	if e != nil {
		return e
	}
	var in map[string]any
	if json.Unmarshal(raw, &in) != nil || in["messaging_product"] != name {
		return refuse(100, "The parameter messaging_product is required.")
	}
	limits := profileLimits()
	for field, value := range in {
		text, isText := value.(string)
		switch list, isList := value.([]any); {
		case field == "messaging_product":
		case field == "websites" && isList && len(list) <= 2:
		case limits[field] > 0 && isText && len([]rune(text)) <= limits[field]:
		default:
			return refuse(100, "Param "+field+" is not known, or is too long")
		}
	}
	delete(in, "messaging_product")
	p.mu.Lock()
	defer p.mu.Unlock()
	if handle, ok := in["profile_picture_handle"].(string); ok {
		address, known := p.picture(r, handle)
		if !known {
			return refuse(100, "Param profile_picture_handle must be the handle of an uploaded picture")
		}
		delete(in, "profile_picture_handle")
		in["profile_picture_url"] = address
	}
	known := p.business.profiles[id]
	if known == nil {
		known = map[string]any{}
		p.business.profiles[id] = known
	}
	for field, value := range in {
		known[field] = value
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}
