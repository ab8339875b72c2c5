package fcm

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/jws"
)

const (
	grantType    = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	messaging    = "https://www.googleapis.com/auth/firebase.messaging"
	cloud        = "https://www.googleapis.com/auth/cloud-platform"
	maxAssertion = time.Hour
	maxGrants    = 10_000
)

// oauthError is an error answer of the token endpoint.
func oauthError(w http.ResponseWriter, code, words string) {
	simulator.WriteJSON(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": words})
}

// postToken plays the token endpoint: a signed assertion for an access token.
func (p *Provider) postToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		oauthError(w, "invalid_request", "The form cannot be read.")
		return
	}
	if r.PostForm.Get("grant_type") != grantType {
		oauthError(w, "unsupported_grant_type", "Invalid grant_type: "+r.PostForm.Get("grant_type"))
		return
	}
	if struck, ok := p.n.DecideAbout(aboutToken, "", "", ""); ok {
		p.failToken(w, r, &struck)
		return
	}
	given, why := p.assertion(r)
	if why != "" {
		oauthError(w, "invalid_grant", why)
		return
	}
	seconds := p.own.Get().TokenSeconds
	given.ends = p.n.Now().Add(time.Duration(seconds) * time.Second)
	text := "ya29." + p.n.Hex("") + p.n.Hex("")
	p.mu.Lock()
	p.granted[text] = given
	p.order = append(p.order, text)
	if len(p.order) > maxGrants {
		delete(p.granted, p.order[0])
		p.order = slices.Clone(p.order[1:])
	}
	p.mu.Unlock()
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"access_token": text, "expires_in": seconds, "token_type": "Bearer"})
}

// assertion checks what a service account asks with, and returns why it is refused.
func (p *Provider) assertion(r *http.Request) (given *grant, why string) {
	token, err := jws.Parse(r.PostForm.Get("assertion"), "RS256")
	if err != nil {
		return nil, "Invalid JWT: " + err.Error()
	}
	var claims struct {
		Issuer   string `json:"iss"`
		Scope    string `json:"scope"`
		Audience string `json:"aud"`
		Issued   int64  `json:"iat"`
		Expires  int64  `json:"exp"`
	}
	if token.Claims(&claims) != nil || claims.Issuer == "" {
		return nil, "Invalid JWT: the issuer is missing."
	}
	p.mu.Lock()
	known, accounts := p.accounts[claims.Issuer], len(p.accounts)
	p.mu.Unlock()
	given = &grant{email: claims.Issuer}
	switch {
	case known != nil && !token.By(known.public):
		return nil, "Invalid JWT Signature."
	case known != nil:
		given.project = known.ProjectID
	case accounts > 0 || strings.HasPrefix(claims.Issuer, simulator.WrongToken):
		return nil, "Invalid grant: account not found"
	}
	if claims.Audience != p.tokenURL(r) {
		return nil, "Invalid JWT: the audience is not " + p.tokenURL(r)
	}
	scopes := strings.Fields(claims.Scope)
	if !slices.Contains(scopes, messaging) && !slices.Contains(scopes, cloud) {
		return nil, "Invalid OAuth scope or ID token audience provided."
	}
	now, issued, expires := p.n.Now(), time.Unix(claims.Issued, 0), time.Unix(claims.Expires, 0)
	if claims.Issued == 0 || issued.After(now.Add(5*time.Minute)) || !expires.After(now) || expires.Sub(issued) > maxAssertion {
		return nil, "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."
	}
	return given, ""
}

// tokenURL is what an assertion must be meant for.
func (p *Provider) tokenURL(r *http.Request) string {
	if base := p.n.PublicURL(); base != "" {
		return base + TokenPath
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + TokenPath
}

// failToken answers what a rule about tokens asks for.
func (p *Provider) failToken(w http.ResponseWriter, r *http.Request, struck *simulator.Outcome) {
	p.n.Wait(r.Context(), struck)
	switch struck.Answer {
	case simulator.AnswerBusy:
		w.Header().Set("Retry-After", "1")
		simulator.WriteJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "temporarily_unavailable"})
	default:
		oauthError(w, "invalid_grant", "Invalid JWT Signature.")
	}
}

// admit returns who an access token was given to.
func (p *Provider) admit(authorization, project string) (*grant, *refusal) {
	scheme, text, _ := strings.Cut(authorization, " ")
	p.mu.Lock()
	given := p.granted[text]
	p.mu.Unlock()
	if !strings.EqualFold(scheme, "bearer") || given == nil || !p.n.Now().Before(given.ends) {
		return nil, unauthenticated()
	}
	if given.project != "" && given.project != project {
		return nil, &refusal{status: http.StatusForbidden, state: "PERMISSION_DENIED",
			message: "Permission 'cloudmessaging.messages.create' denied on resource '//cloudresourcemanager.googleapis.com/projects/" + project + "' (or it may not exist)."}
	}
	return given, nil
}
