package whatsapp

import (
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"strings"

	"heliograph/channel/simulator"
)

// graph serves the Graph API. Its objects are told apart by their ids, not by
// their addresses, as with Meta.
func (p *Provider) graph() http.Handler {
	mux := http.NewServeMux()
	const object = "/{version}/{id}"
	for pattern, h := range map[string]graphHandler{
		"POST " + object + "/messages":                  p.sendMessage,
		"POST " + object + "/media":                     p.uploadMedia,
		"POST " + object + "/uploads":                   p.beginUpload,
		"GET " + object + "/message_templates":          p.listTemplates,
		"POST " + object + "/message_templates":         p.createTemplate,
		"DELETE " + object + "/message_templates":       p.deleteTemplate,
		"GET " + object + "/phone_numbers":              p.listNumbers,
		"GET " + object + "/subscribed_apps":            p.listSubscriptions,
		"POST " + object + "/subscribed_apps":           p.subscribe,
		"DELETE " + object + "/subscribed_apps":         p.unsubscribe,
		"GET " + object + "/whatsapp_business_profile":  p.getProfile,
		"POST " + object + "/whatsapp_business_profile": p.setProfile,
		"POST " + object + "/register":                  p.succeed,
		"POST " + object + "/deregister":                p.succeed,
		"GET " + object:                                 p.getObject,
		"POST " + object:                                p.postObject,
		"DELETE " + object:                              p.deleteObject,
		object + "/":                                    unknownPath,
	} {
		mux.Handle(pattern, p.admitted(h))
	}
	return mux
}

// graphHandler answers, or returns why it refuses.
type graphHandler func(w http.ResponseWriter, r *http.Request) *graphError

func unknownPath(_ http.ResponseWriter, r *http.Request) *graphError {
	return &graphError{status: 400, code: 2500, title: "Unknown path components: " + strings.TrimPrefix(r.URL.Path, "/"+r.PathValue("version")+"/"+r.PathValue("id"))}
}

// admitted checks the access token before a request is looked at.
func (p *Provider) admitted(h graphHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := p.authorize(r, r.PathValue("id"))
		if e == nil {
			e = h(w, r)
		}
		if e != nil {
			e.write(w, p.n.Hex("A")[:23])
		}
	})
}

// authorize takes any token but one that starts with "wrong"; a number that was
// configured with a token takes that one alone.
func (p *Provider) authorize(r *http.Request, id string) *graphError {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "OAuth") || token == "" {
		if token = r.URL.Query().Get("access_token"); token == "" {
			return &graphError{status: 401, code: 190, title: "An access token is required to request this resource."}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	want := ""
	if n := p.business.numbers[id]; n != nil {
		want = n.AccessToken
	}
	if strings.HasPrefix(token, simulator.WrongToken) || want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(token)) != 1 {
		return &graphError{status: 401, code: 190, title: "Invalid OAuth access token - Cannot parse access token"}
	}
	return nil
}

const maxJSON = 1 << 20

// readBody reads the JSON of a request.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *graphError) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSON))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, &graphError{status: http.StatusRequestEntityTooLarge, code: 100, title: "Request body too large"}
		}
		return nil, refuse(100, "The body could not be read")
	}
	return raw, nil
}

// isNumber says whether id may be a phone number's: digits, but for those that
// end in 0404, and nothing else that is known.
func (p *Provider) isNumber(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.business.numbers[id] != nil {
		return true
	}
	return id != "" && digits(id) == id && !strings.HasSuffix(id, "0404") && !p.business.accounts[id] &&
		p.media.files[id] == nil && p.templates.byID[id] == nil
}

func (p *Provider) succeed(w http.ResponseWriter, r *http.Request) *graphError {
	if !p.isNumber(r.PathValue("id")) {
		return noObject(r.Method, r.PathValue("id"))
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// getObject plays GET /{id}: an upload, a file, a template, an account or a number.
func (p *Provider) getObject(w http.ResponseWriter, r *http.Request) *graphError {
	id := r.PathValue("id")
	if strings.HasPrefix(id, sessionPrefix) {
		return p.showUpload(w, r)
	}
	p.mu.Lock()
	file, template, account := p.media.files[id], p.templates.byID[id], p.business.accounts[id]
	var shown any
	if template != nil {
		shown = template.show()
	}
	p.mu.Unlock()
	switch {
	case file != nil:
		return p.showFile(w, r, file)
	case template != nil:
		simulator.WriteJSON(w, http.StatusOK, shown)
	case account || strings.Contains(r.URL.Query().Get("fields"), "message_template_namespace"):
		simulator.WriteJSON(w, http.StatusOK, chosen(r, accountFields(id)))
	case p.isNumber(id):
		simulator.WriteJSON(w, http.StatusOK, chosen(r, numberFields(p.number(id))))
	default:
		return noObject(r.Method, id)
	}
	return nil
}

// postObject plays POST /{id}: a piece of a file, or an edit of a template.
func (p *Provider) postObject(w http.ResponseWriter, r *http.Request) *graphError {
	if strings.HasPrefix(r.PathValue("id"), sessionPrefix) {
		return p.receiveUpload(w, r)
	}
	return p.editTemplate(w, r)
}

// deleteObject plays DELETE /{id} of a file.
func (p *Provider) deleteObject(w http.ResponseWriter, r *http.Request) *graphError {
	id := r.PathValue("id")
	p.mu.Lock()
	_, ok := p.media.files[id]
	p.media.drop(id)
	p.mu.Unlock()
	if !ok {
		return noObject(r.Method, id)
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}
