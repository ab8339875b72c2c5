package apns

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/jws"
)

// updatesIn is the time in which only so many new provider tokens may come.
const updatesIn = 20 * time.Minute

// use is what provider tokens a key came with.
type use struct {
	tokens  []string    // the last ones, the newest last
	updates []time.Time // when new ones came
}

var id = regexp.MustCompile(`^[A-Z0-9]{10}$`)

func isID(s string) bool { return id.MatchString(s) }

// caller is who a request is from.
type caller struct {
	keyID, teamID string
	topics        []string // none: any
}

// admit checks the provider token of a request.
func (p *Provider) admit(authorization string) (caller, *refusal) {
	scheme, text, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "bearer") || text == "" {
		return caller{}, p.refuse("MissingProviderToken")
	}
	token, err := jws.Parse(text, "ES256")
	if err != nil {
		return caller{}, p.refuse("InvalidProviderToken")
	}
	var claims struct {
		Issuer string `json:"iss"`
		Issued int64  `json:"iat"`
	}
	c := caller{keyID: token.Header.KeyID}
	if token.Claims(&claims) != nil || !isID(c.keyID) || !isID(claims.Issuer) || claims.Issued <= 0 {
		return caller{}, p.refuse("InvalidProviderToken")
	}
	c.teamID = claims.Issuer
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.keys[c.keyID]; k != nil {
		if k.TeamID != c.teamID || !token.By(k.public) {
			return caller{}, p.refuse("InvalidProviderToken")
		}
		c.topics = k.Topics
	} else if len(p.keys) > 0 || strings.HasPrefix(strings.ToLower(c.keyID), simulator.WrongToken) {
		return caller{}, p.refuse("InvalidProviderToken")
	}
	settings, now := p.own.Get(), p.n.Now()
	age := now.Sub(time.Unix(claims.Issued, 0))
	if age > time.Duration(settings.TokenMinutes)*time.Minute || age < -time.Minute {
		return caller{}, p.refuse("ExpiredProviderToken")
	}
	if !p.fresh(c, text, now, settings.TokenUpdates) {
		return caller{}, p.refuse("TooManyProviderTokenUpdates")
	}
	return c, nil
}

// fresh notes a provider token and says whether new ones come seldom enough. The
// lock is held.
func (p *Provider) fresh(c caller, text string, now time.Time, most int) bool {
	name := c.teamID + " " + c.keyID
	u := p.used[name]
	if u == nil {
		if len(p.used) >= 1000 {
			clear(p.used) // keys that nobody configured are any number
		}
		u = &use{}
		p.used[name] = u
	}
	if slices.Contains(u.tokens, text) {
		return true
	}
	u.updates = slices.DeleteFunc(u.updates, func(at time.Time) bool { return now.Sub(at) >= updatesIn })
	if most > 0 && len(u.updates) >= most {
		return false
	}
	u.updates = append(u.updates, now)
	u.tokens = append(u.tokens, text)
	if len(u.tokens) > 100 {
		u.tokens = slices.Clone(u.tokens[1:])
	}
	return true
}

func (p *Provider) refuse(reason string) *refusal { return byReason(reason, p.n.Now()) }
