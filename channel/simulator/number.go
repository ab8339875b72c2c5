package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Number is a sender: a number of an account, or a messaging service with one
// number in its pool. At least one of Number, PhoneNumberSID and
// MessagingServiceSID names it; the others are made up, the same each time.
type Number struct {
	Number              string `json:"number"`
	PhoneNumberSID      string `json:"phoneNumberSid"`
	MessagingServiceSID string `json:"messagingServiceSid,omitempty"`
	SMSURL              string `json:"smsUrl"`                // told of every inbound message
	FallbackURL         string `json:"fallbackUrl,omitempty"` // told when SMSURL did not take it
	AccountSID          string `json:"accountSid,omitempty"`
	AuthToken           string `json:"authToken,omitempty"` // signs the webhooks of AccountSID
}

// numbers knows every sender, by each of its names.
type numbers struct {
	mu        sync.Mutex
	byNumber  map[string]*Number
	bySID     map[string]*Number
	byService map[string]*Number
}

func newNumbers() *numbers {
	return &numbers{byNumber: map[string]*Number{}, bySID: map[string]*Number{}, byService: map[string]*Number{}}
}

// inventSID makes up the sid of a number.
func inventSID(number string) string {
	sum := sha256.Sum256([]byte(number))
	return "PN" + hex.EncodeToString(sum[:16])
}

// inventNumber makes up the number of a sid. Area code 555 belongs to nobody.
func inventNumber(sid string, try byte) string {
	sum := sha256.Sum256(append([]byte(sid), try))
	return fmt.Sprintf("+1555%07d", binary.BigEndian.Uint32(sum[:])%10_000_000)
}

// find returns the sender of these names, making it up when it is new. It
// returns a copy.
func (n *numbers) find(number, sid, service string) Number {
	n.mu.Lock()
	defer n.mu.Unlock()
	return *n.enter(number, sid, service)
}

func (n *numbers) enter(number, sid, service string) *Number {
	for _, known := range []*Number{n.byNumber[number], n.bySID[sid], n.byService[service]} {
		if known != nil {
			n.name(known, service)
			return known
		}
	}
	if number == "" && sid == "" {
		sid = inventSID(service)
	}
	for try := byte(0); number == ""; try++ {
		if made := inventNumber(sid, try); n.byNumber[made] == nil {
			number = made
		}
	}
	if sid == "" {
		sid = inventSID(number)
	}
	made := &Number{Number: number, PhoneNumberSID: sid}
	n.byNumber[number], n.bySID[sid] = made, made
	n.name(made, service)
	return made
}

func (n *numbers) name(known *Number, service string) {
	if service != "" {
		known.MessagingServiceSID = service
		n.byService[service] = known
	}
}

// byName returns a sender by its number, when it is known.
func (n *numbers) byName(number string) (Number, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if known := n.byNumber[number]; known != nil {
		return *known, true
	}
	return Number{}, false
}

func (n *numbers) update(number, sid, service string, change func(*Number)) Number {
	n.mu.Lock()
	defer n.mu.Unlock()
	known := n.enter(number, sid, service)
	change(known)
	return *known
}

func (n *numbers) list() []Number {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := make([]Number, 0, len(n.byNumber))
	for _, number := range n.byNumber {
		out = append(out, *number)
	}
	slices.SortFunc(out, func(a, b Number) int { return strings.Compare(a.Number, b.Number) })
	return out
}

// configure sets what in says of a sender.
func (s *Simulator) configure(in Number) Number {
	if in.AuthToken != "" && in.AccountSID != "" {
		s.accounts.learn(in.AccountSID, in.AuthToken)
	}
	return s.numbers.update(in.Number, in.PhoneNumberSID, in.MessagingServiceSID, func(n *Number) {
		n.SMSURL = in.SMSURL
		n.FallbackURL = in.FallbackURL
		if in.AccountSID != "" {
			n.AccountSID = in.AccountSID
		}
	})
}

func (s *Simulator) postNumber(w http.ResponseWriter, r *http.Request) {
	var in Number
	if p := ReadJSON(w, r, &in); p != nil {
		p.Write(w)
		return
	}
	if in.Number == "" && in.PhoneNumberSID == "" && in.MessagingServiceSID == "" {
		BadField("number", "or phoneNumberSid or messagingServiceSid is needed").Write(w)
		return
	}
	if in.Number != "" && !isSender(in.Number) {
		BadField("number", "is not a number such as +15551230000, nor a short code").Write(w)
		return
	}
	for field, target := range map[string]string{"smsUrl": in.SMSURL, "fallbackUrl": in.FallbackURL} {
		if target != "" && !validWebhook(target) {
			BadField(field, "is not an http or https URL").Write(w)
			return
		}
	}
	known := s.configure(in)
	s.stream.publish("number", known)
	WriteJSON(w, http.StatusOK, known)
}

func (s *Simulator) getNumbers(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, map[string][]Number{"numbers": s.numbers.list()})
}

// validWebhook says whether target can be called. The provider refuses hosts
// with underscores.
func validWebhook(target string) bool {
	u, err := url.Parse(target)
	return err == nil && len(target) <= 4000 && (u.Scheme == "http" || u.Scheme == "https") &&
		u.Hostname() != "" && !strings.Contains(u.Host, "_")
}
