package whatsapp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"heliograph/channel/simulator"
)

// listTemplates plays GET /{account}/message_templates, with paging by cursors.
func (p *Provider) listTemplates(w http.ResponseWriter, r *http.Request) *graphError {
	q, account := r.URL.Query(), r.PathValue("id")
	limit := 25
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && n > 0 {
		limit = min(n, 1000)
	}
	p.mu.Lock()
	p.business.accounts[account] = true
	all := []template{}
	for _, one := range p.templates.list {
		if one.in(account) && fitsFilter(q.Get("name"), one.Name) && fitsFilter(q.Get("status"), one.Status) &&
			fitsFilter(q.Get("language"), one.Language) && fitsFilter(q.Get("category"), one.Category) {
			all = append(all, one.show())
		}
	}
	p.mu.Unlock()
	from, to := 0, len(all)
	if after := cursorIndex(all, q.Get("after")); after >= 0 {
		from = after + 1
	}
	if before := cursorIndex(all, q.Get("before")); before >= 0 {
		from, to = max(0, before-limit), before
	}
	to = min(to, from+limit)
	data := []map[string]any{}
	for _, one := range all[from:to] {
		raw, _ := json.Marshal(one)
		fields := map[string]any{}
		_ = json.Unmarshal(raw, &fields)
		data = append(data, chosen(r, fields))
	}
	out := map[string]any{"data": data}
	if len(data) > 0 {
		paging := map[string]any{"cursors": map[string]string{"before": cursor(all[from].ID), "after": cursor(all[to-1].ID)}}
		if to < len(all) {
			q.Set("after", cursor(all[to-1].ID))
			q.Del("before")
			paging["next"] = "http://" + r.Host + r.URL.Path + "?" + q.Encode()
		}
		out["paging"] = paging
	}
	simulator.WriteJSON(w, http.StatusOK, out)
	return nil
}

func fitsFilter(want, value string) bool { return want == "" || strings.EqualFold(want, value) }

func cursor(id string) string { return base64.RawURLEncoding.EncodeToString([]byte("t:" + id)) }

func cursorIndex(all []template, given string) int {
	if given == "" {
		return -1
	}
	return slices.IndexFunc(all, func(t template) bool { return cursor(t.ID) == given })
}

var templateName = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)

// createTemplate plays POST /{account}/message_templates.
func (p *Provider) createTemplate(w http.ResponseWriter, r *http.Request) *graphError {
	raw, e := readBody(w, r)
	if e != nil {
		return e
	}
	one := &template{account: r.PathValue("id"), Status: pending}
	if json.Unmarshal(raw, one) != nil {
		return refuse(100, "The body is not a template")
	}
	if e := one.check(); e != nil {
		return e
	}
	fate, _ := p.n.DecideAbout(aboutTemplate, one.account, one.Category, one.Name)
	p.mu.Lock()
	at, gone := p.templates.deleted[one.account+" "+one.Name]
	known := p.templates.find(one.account, one.Name, one.Language)
	switch {
	case gone && p.n.Now().Sub(at) < deletedFor:
		e = refuse(100, "Message template \""+one.Name+"\" is being deleted, its name can be used again 30 days after that")
		e.subcode = 2388023
	case known != nil:
		e = refuse(100, "There is already "+one.Language+" content for this template")
		e.subcode = 2388024
	default:
		one.Status, one.Reason = pending, ""
		p.business.accounts[one.account] = true
		p.templates.add(one)
	}
	p.mu.Unlock()
	if e != nil {
		return e
	}
	p.review(one, fate.Own)
	simulator.WriteJSON(w, http.StatusOK, map[string]string{"id": one.ID, "status": pending, "category": one.Category})
	return nil
}

// check refuses what Meta refuses before any review.
func (one *template) check() *graphError {
	bad := func(details string) *graphError { return refuse(100, details) }
	one.Category = strings.ToUpper(one.Category)
	body := one.part("BODY")
	switch {
	case !templateName.MatchString(one.Name):
		return bad("name may have 1 to 512 lower case letters, digits and underscores")
	case one.Language == "":
		return bad("language is required")
	case one.Category != "MARKETING" && one.Category != "UTILITY" && one.Category != "AUTHENTICATION":
		return bad("category must be one of AUTHENTICATION, MARKETING, UTILITY")
	case body.Text == "" && one.Category != "AUTHENTICATION":
		return bad("components must have a BODY with a text")
	case one.Format != "" && one.Format != "POSITIONAL" && one.Format != "NAMED":
		return bad("parameter_format must be POSITIONAL or NAMED")
	}
	for _, limit := range []struct {
		part string
		most int
	}{{"BODY", 1024}, {"HEADER", 60}, {"FOOTER", 60}} {
		if len([]rune(one.part(limit.part).Text)) > limit.most {
			return bad(fmt.Sprintf("%s may have at most %d characters", limit.part, limit.most))
		}
	}
	if len(one.part("BUTTONS").Buttons) > 10 {
		return bad("BUTTONS may have at most 10")
	}
	for i := range one.part("BUTTONS").Buttons {
		if b := &one.part("BUTTONS").Buttons[i]; b.Type == "OTP" {
			b.Type, b.URL = "URL", "https://www.whatsapp.com/otp/code/?otp_type="+b.OTPType+"&code=otp{{1}}"
		}
	}
	if body.Text == "" {
		one.Components = append([]component{{Type: "BODY", Text: "{{1}} is your verification code."}}, slices.DeleteFunc(one.Components,
			func(c component) bool { return strings.EqualFold(c.Type, "BODY") })...)
	}
	return nil
}

// review decides on a new template after a while, as the settings or a rule say.
func (p *Provider) review(one *template, own string) {
	c := p.own.Get()
	status := map[string]string{reviewApprove: approved, reviewReject: rejected}[c.Review]
	switch own {
	case ownReject:
		status = rejected
	case ownPause:
		status = approved
	}
	if status == "" {
		return
	}
	wait := time.Duration(c.ReviewMs) * time.Millisecond
	p.n.After(wait, func() {
		p.settle(one.ID, status, "")
		if own == ownPause {
			p.n.After(wait, func() { p.settle(one.ID, paused, "") })
		}
	})
}

// settle gives a template a status and tells the webhooks. It says whether
// there is such a template.
func (p *Provider) settle(id, status, reason string) bool {
	p.mu.Lock()
	one := p.templates.byID[id]
	if one == nil {
		p.mu.Unlock()
		return false
	}
	one.Status, one.Reason = status, ""
	if status == rejected {
		if one.Reason = reason; reason == "" {
			one.Reason = "INVALID_FORMAT"
		}
	}
	shown := one.show()
	p.mu.Unlock()
	p.tellTemplate(shown)
	p.n.Publish("whatsapp-templates", shown)
	return true
}

// deleteTemplate plays DELETE /{account}/message_templates?name=, of all
// languages, or with &hsm_id= of one.
func (p *Provider) deleteTemplate(w http.ResponseWriter, r *http.Request) *graphError {
	account, title, id := r.PathValue("id"), r.URL.Query().Get("name"), r.URL.Query().Get("hsm_id")
	if title == "" {
		return refuse(100, "The parameter name is required.")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	found := 0
	p.templates.list = slices.DeleteFunc(p.templates.list, func(one *template) bool {
		if !one.in(account) || one.Name != title || id != "" && one.ID != id {
			return false
		}
		delete(p.templates.byID, one.ID)
		found++
		return true
	})
	if found == 0 {
		e := refuse(100, "Message Template Not Found")
		e.status, e.subcode = http.StatusNotFound, 2593002
		return e
	}
	if id == "" {
		p.templates.deleted[account+" "+title] = p.n.Now()
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// editTemplate plays POST /{template}: an edit is reviewed like a new one.
func (p *Provider) editTemplate(w http.ResponseWriter, r *http.Request) *graphError {
	raw, e := readBody(w, r)
	if e != nil {
		return e
	}
	p.mu.Lock()
	one := p.templates.byID[r.PathValue("id")]
	if one == nil {
		p.mu.Unlock()
		return noObject(r.Method, r.PathValue("id"))
	}
	changed := *one
	err := json.Unmarshal(raw, &struct {
		Category   *string      `json:"category"`
		Components *[]component `json:"components"`
		Format     *string      `json:"parameter_format"`
	}{&changed.Category, &changed.Components, &changed.Format})
	if err != nil {
		e = refuse(100, "The body is not a template")
	} else if e = changed.check(); e == nil {
		changed.Status = pending
		*one = changed
	}
	p.mu.Unlock()
	if e != nil {
		return e
	}
	fate, _ := p.n.DecideAbout(aboutTemplate, one.account, changed.Category, changed.Name)
	p.review(one, fate.Own)
	simulator.WriteJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// getTemplates shows every template, for the page.
func (p *Provider) getTemplates(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	out := []template{}
	for _, one := range p.templates.list {
		out = append(out, one.show())
	}
	p.mu.Unlock()
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"templates": out})
}

// reviewTemplate gives a template a status by hand.
func (p *Provider) reviewTemplate(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Status string `json:"status"`
		Reason string `json:"reason,omitempty"`
	}
	if e := simulator.ReadJSON(w, r, &in); e != nil {
		e.Write(w)
		return
	}
	if !slices.Contains([]string{approved, pending, rejected, paused, disabled}, in.Status) {
		simulator.BadField("status", "must be APPROVED, PENDING, REJECTED, PAUSED or DISABLED").Write(w)
		return
	}
	if !p.settle(r.PathValue("id"), in.Status, in.Reason) {
		(&simulator.Problem{Status: http.StatusNotFound, Code: "not_found", Message: "there is no such template"}).Write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]string{"id": r.PathValue("id"), "status": in.Status})
}
