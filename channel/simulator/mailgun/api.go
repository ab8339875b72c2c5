package mailgun

import (
	"net/http"
	"slices"
	"strings"

	"heliograph/channel/simulator"
)

// say answers with a message, as the API does for nearly everything.
func say(w http.ResponseWriter, status int, words string) {
	simulator.WriteJSON(w, status, map[string]string{"message": words})
}

// forbidden is no JSON.
func forbidden(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("WWW-Authenticate", `Basic realm="MG API"`)
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte("Forbidden"))
}

// admit returns the key of a request.
func (p *Provider) admit(r *http.Request) (string, bool) {
	user, key, ok := r.BasicAuth()
	if !ok || user != "api" || key == "" {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.accounts[key] == nil {
		if len(p.o.Accounts) > 0 || strings.HasPrefix(key, simulator.WrongToken) {
			return "", false
		}
		p.accounts[key] = &Account{Key: key}
	}
	return key, true
}

// call is one request of the API, with the segments of its path after the
// version.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	key  string
	path []string
}

// api plays everything below /v3, /v4 and /v5.
func (p *Provider) api(w http.ResponseWriter, r *http.Request) {
	key, ok := p.admit(r)
	if !ok {
		forbidden(w)
		return
	}
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")[1:]
	c := &call{w, r, key, path}
	switch {
	case len(path) == 0:
		say(w, http.StatusNotFound, "Not Found")
	case path[0] == "domains":
		p.domainAPI(c)
	case path[0] == "routes":
		p.routeAPI(c)
	case path[0] == "accounts" && len(path) == 2 && path[1] == "http_signing_key":
		p.signingKeyAPI(c)
	case len(path) == 2 && r.Method == http.MethodPost && (path[1] == "messages" || path[1] == "messages.mime"):
		p.post(w, r, key, path[0], path[1] == "messages.mime")
	case len(path) >= 2 && slices.Contains([]string{bounces, unsubscribes, complaints}, path[1]):
		p.listAPI(c)
	default:
		say(w, http.StatusNotFound, "Not Found")
	}
}

func (p *Provider) signingKeyAPI(c *call) {
	simulator.WriteJSON(c.w, http.StatusOK, map[string]string{"message": "success", "http_signing_key": p.signingKey(c.key)})
}

func (p *Provider) signingKey(key string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.accounts[key]; a != nil && a.SigningKey != "" {
		return a.SigningKey
	}
	return key
}

// domainAPI plays /v3/domains and below.
func (p *Provider) domainAPI(c *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(c.path) == 1 {
		out := []map[string]any{}
		for _, d := range p.domains {
			if d.key == c.key {
				out = append(out, d.resource())
			}
		}
		simulator.WriteJSON(c.w, http.StatusOK, map[string]any{"total_count": len(out), "items": out})
		return
	}
	d := p.find(c.key, c.path[1])
	switch {
	case d == nil:
		say(c.w, http.StatusNotFound, "Domain not found")
	case len(c.path) == 2 && c.r.Method == http.MethodGet:
		simulator.WriteJSON(c.w, http.StatusOK, map[string]any{
			"domain": d.resource(), "receiving_dns_records": []any{}, "sending_dns_records": []any{}})
	case len(c.path) >= 3 && c.path[2] == "webhooks":
		d.webhookAPI(c)
	case len(c.path) >= 3 && c.path[2] == "tracking":
		d.trackingAPI(c)
	default:
		say(c.w, http.StatusNotFound, "Not Found")
	}
}

func (d *domain) resource() map[string]any {
	return map[string]any{
		"name": d.name, "state": "active", "type": "custom", "smtp_login": "postmaster@" + d.name,
		"spam_action": "disabled", "wildcard": false, "require_tls": false, "skip_verification": false,
		"web_prefix": "email", "web_scheme": "https", "is_disabled": false, "id": d.name,
		"created_at": "Wed, 10 Jul 2024 19:26:13 GMT",
	}
}

// webhookAPI plays /v3/domains/{domain}/webhooks. The lock is held.
func (d *domain) webhookAPI(c *call) {
	kind := ""
	if len(c.path) > 3 {
		kind = c.path[3]
	}
	_ = c.r.ParseMultipartForm(1 << 20)
	urls := c.r.Form["url"]
	switch c.r.Method {
	case http.MethodGet:
		d.getWebhooks(c, kind)
		return
	case http.MethodPost:
		kind = c.r.FormValue("id")
		if len(d.webhooks[kind]) > 0 {
			say(c.w, http.StatusBadRequest, "Webhook already exists")
			return
		}
	case http.MethodDelete:
		urls = nil
	}
	if !slices.Contains(kinds(), kind) || c.r.Method != http.MethodDelete && len(urls) == 0 || len(urls) > 3 {
		say(c.w, http.StatusBadRequest, "Invalid webhook")
		return
	}
	for _, target := range urls {
		if !simulator.IsWebhook(target) {
			say(c.w, http.StatusBadRequest, "Invalid URL")
			return
		}
	}
	d.webhooks[kind] = urls
	simulator.WriteJSON(c.w, http.StatusOK, map[string]any{"message": "Webhook has been changed", "webhook": map[string]any{"urls": urls}})
}

func (d *domain) getWebhooks(c *call, kind string) {
	if kind != "" {
		if len(d.webhooks[kind]) == 0 {
			say(c.w, http.StatusNotFound, "Webhook not found")
			return
		}
		simulator.WriteJSON(c.w, http.StatusOK, map[string]any{"webhook": map[string]any{"urls": d.webhooks[kind]}})
		return
	}
	out := map[string]any{}
	for kind, urls := range d.webhooks {
		if len(urls) > 0 {
			out[kind] = map[string]any{"urls": urls}
		}
	}
	simulator.WriteJSON(c.w, http.StatusOK, map[string]any{"webhooks": out})
}

// trackingAPI plays /v3/domains/{domain}/tracking. The lock is held.
func (d *domain) trackingAPI(c *call) {
	if c.r.Method == http.MethodPut && len(c.path) == 4 {
		_ = c.r.ParseMultipartForm(1 << 20)
		d.tracking[strings.TrimSuffix(c.path[3], "s")] = yes(c.r.FormValue("active"))
	}
	simulator.WriteJSON(c.w, http.StatusOK, map[string]any{"tracking": map[string]any{
		"open": map[string]bool{"active": d.tracking["open"]}, "click": map[string]bool{"active": d.tracking["click"]},
		"unsubscribe": map[string]bool{"active": d.tracking["unsubscribe"]},
	}})
}

// yes reads the values that the API takes for true.
func yes(v string) bool {
	return v == "yes" || v == "true" || v == "True" || v == "htmlonly"
}

// listAPI plays /v3/{domain}/bounces, unsubscribes and complaints.
func (p *Provider) listAPI(c *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.find(c.key, c.path[0])
	if d == nil {
		say(c.w, http.StatusNotFound, "Domain not found")
		return
	}
	on := d.refused[c.path[1]]
	address := ""
	if len(c.path) > 2 {
		address = strings.ToLower(c.path[2])
	}
	switch {
	case c.r.Method == http.MethodPost:
		_ = c.r.ParseMultipartForm(1 << 20)
		d.refuse(c.path[1], c.r.FormValue("address"))
		say(c.w, http.StatusOK, "Address has been added to the "+c.path[1]+" table")
	case c.r.Method == http.MethodDelete && address == "":
		delete(d.refused, c.path[1])
		say(c.w, http.StatusOK, "The addresses have been removed")
	case address != "" && !on[address]:
		say(c.w, http.StatusNotFound, "Address not found in "+c.path[1]+" table")
	case c.r.Method == http.MethodDelete:
		delete(on, address)
		say(c.w, http.StatusOK, "The address has been removed")
	case address != "":
		simulator.WriteJSON(c.w, http.StatusOK, map[string]string{"address": address})
	default:
		items := []map[string]string{}
		for one := range on {
			items = append(items, map[string]string{"address": one})
		}
		simulator.WriteJSON(c.w, http.StatusOK, map[string]any{"items": items})
	}
}

// refuse puts an address on a list. The lock is held.
func (d *domain) refuse(list, address string) {
	if d.refused[list] == nil {
		d.refused[list] = map[string]bool{}
	}
	d.refused[list][strings.ToLower(address)] = true
}

// refusal is the code with which a domain no longer writes to an address, 0 for
// none. The lock is held.
func (d *domain) refusal(address string) int {
	address = strings.ToLower(address)
	for _, one := range []struct {
		list string
		code int
	}{{bounces, codeBounced}, {complaints, codeComplained}, {unsubscribes, codeUnsubscribed}} {
		if d.refused[one.list][address] {
			return one.code
		}
	}
	return 0
}
