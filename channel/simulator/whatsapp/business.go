package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"heliograph/channel/simulator"
)

// Number is a business's number, and the app whose webhook is told of it. Only
// its id is needed; what is left out is made up or stays as it was.
type Number struct {
	PhoneNumberID      string `json:"phoneNumberId"`
	DisplayPhoneNumber string `json:"displayPhoneNumber,omitempty"`
	VerifiedName       string `json:"verifiedName,omitempty"`
	AccountID          string `json:"accountId,omitempty"`   // the WhatsApp Business Account
	AccessToken        string `json:"accessToken,omitempty"` // "": any but those that start with "wrong"
	AppSecret          string `json:"appSecret,omitempty"`   // signs the webhooks
	VerifyToken        string `json:"verifyToken,omitempty"`
	CallbackURL        string `json:"callbackUrl,omitempty"`
}

// defaultAccount is the account of a number that nobody gave one.
const defaultAccount = "100000000000001"

// business knows the numbers and their profiles. The provider's lock guards it.
type business struct {
	numbers  map[string]*Number
	accounts map[string]bool
	profiles map[string]map[string]any
}

func newBusiness() *business {
	return &business{numbers: map[string]*Number{}, accounts: map[string]bool{}, profiles: map[string]map[string]any{}}
}

// inventDisplay makes up the number of an id. Area code 555 belongs to nobody.
func inventDisplay(id string) string {
	sum := sha256.Sum256([]byte(id))
	return fmt.Sprintf("+1 555-%03d-%04d", binary.BigEndian.Uint16(sum[:])%1000, binary.BigEndian.Uint16(sum[2:])%10000)
}

// number returns a number, making it up when it is new.
func (b *business) number(id string) *Number {
	n := b.numbers[id]
	if n == nil {
		n = &Number{PhoneNumberID: id, DisplayPhoneNumber: inventDisplay(id), VerifiedName: "Simulated business", AccountID: defaultAccount}
		b.numbers[id] = n
		b.accounts[n.AccountID] = true
	}
	return n
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// set takes over what in says.
func (b *business) set(in Number) Number {
	n := b.number(in.PhoneNumberID)
	for _, field := range []struct {
		to   *string
		from string
	}{
		{&n.DisplayPhoneNumber, in.DisplayPhoneNumber}, {&n.VerifiedName, in.VerifiedName}, {&n.AccountID, in.AccountID},
		{&n.AccessToken, in.AccessToken}, {&n.AppSecret, in.AppSecret}, {&n.VerifyToken, in.VerifyToken}, {&n.CallbackURL, in.CallbackURL},
	} {
		if field.from != "" {
			*field.to = field.from
		}
	}
	b.accounts[n.AccountID] = true
	return *n
}

// find returns a copy of a number.
func (p *Provider) number(id string) Number {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *p.business.number(id)
}

// numbers returns those of an account, or all.
func (p *Provider) numbers(account string) []Number {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []Number{}
	for _, n := range p.business.numbers {
		if account == "" || n.AccountID == account {
			out = append(out, *n)
		}
	}
	slices.SortFunc(out, func(a, b Number) int { return strings.Compare(a.PhoneNumberID, b.PhoneNumberID) })
	return out
}

// getNumbers shows the numbers without what is secret of them.
func (p *Provider) getNumbers(w http.ResponseWriter, _ *http.Request) {
	out := p.numbers("")
	for i := range out {
		out[i].AccessToken, out[i].AppSecret, out[i].VerifyToken = "", "", ""
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"numbers": out})
}

// postNumber configures a number and its app. A callback that comes with a
// verify token is asked the handshake first, as Meta does, and is not taken when
// it fails.
func (p *Provider) postNumber(w http.ResponseWriter, r *http.Request) {
	var in Number
	if e := simulator.ReadJSON(w, r, &in); e != nil {
		e.Write(w)
		return
	}
	if in.PhoneNumberID == "" || digits(in.PhoneNumberID) != in.PhoneNumberID {
		simulator.BadField("phoneNumberId", "must be digits").Write(w)
		return
	}
	if in.CallbackURL != "" {
		if in.VerifyToken == "" {
			in.VerifyToken = p.number(in.PhoneNumberID).VerifyToken
		}
		if why := p.handshake(r.Context(), in.CallbackURL, in.VerifyToken); why != nil {
			simulator.BadField("callbackUrl", "was not verified: "+why.Error()).Write(w)
			return
		}
	}
	p.mu.Lock()
	known := p.business.set(in)
	p.mu.Unlock()
	known.AccessToken, known.AppSecret, known.VerifyToken = "", "", ""
	p.n.Publish("number", known)
	simulator.WriteJSON(w, http.StatusOK, known)
}

var errUnverified = errors.New("the challenge did not come back")

// handshake asks a callback to prove that it knows the verify token.
func (p *Provider) handshake(ctx context.Context, target, token string) error {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("it is not an http or https URL")
	}
	challenge := digits(p.n.Hex(""))
	q := u.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.challenge", challenge)
	q.Set("hub.verify_token", token)
	u.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	r.Header.Set("User-Agent", agent)
	a, err := p.n.Do(r)
	switch {
	case err != nil:
		return err
	case a.Status != http.StatusOK:
		return fmt.Errorf("it answered %d", a.Status)
	case strings.TrimSpace(a.Body) != challenge:
		return errUnverified
	}
	return nil
}
