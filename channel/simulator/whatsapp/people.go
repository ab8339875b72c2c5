package whatsapp

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// person is somebody with WhatsApp on a phone. The provider's lock guards it.
type person struct {
	waID     string // digits; of one whose number nobody knows: the user id
	userID   string // scoped to the business's portfolio
	name     string
	username string
	hidden   bool // the number is not told to businesses
	stopped  bool // marketing messages are not wanted
	absent   bool // not on WhatsApp
	moved    int  // how often the number changed

	wrote  map[string]time.Time // when to which business number last
	typing map[string]time.Time // until when a business number shows that it types
}

// people are known by their number and by their user id.
type people struct {
	bound  int
	byWaID map[string]*person
	byUser map[string]*person
}

func newPeople(bound int) *people {
	return &people{bound: bound, byWaID: map[string]*person{}, byUser: map[string]*person{}}
}

// canonical is the wa_id of a number: Brazilian mobile numbers lose their ninth
// digit, and Mexican ones have a 1 after the country code.
func canonical(number string) string {
	d := digits(number)
	switch {
	case strings.HasPrefix(d, "55") && len(d) == 13 && d[4] == '9':
		return d[:4] + d[5:]
	case strings.HasPrefix(d, "52") && len(d) == 12:
		return "521" + d[2:]
	}
	return d
}

// country is the part of a user id before the point.
func country(waID string) string {
	for _, c := range []struct{ prefix, name string }{
		{"1", "US"}, {"55", "BR"}, {"52", "MX"}, {"44", "GB"}, {"49", "DE"}, {"33", "FR"}, {"34", "ES"}, {"39", "IT"},
		{"31", "NL"}, {"41", "CH"}, {"43", "AT"}, {"61", "AU"}, {"91", "IN"}, {"62", "ID"}, {"27", "ZA"}, {"234", "NG"},
	} {
		if strings.HasPrefix(waID, c.prefix) {
			return c.name
		}
	}
	return "US"
}

func inventUserID(waID string, moved int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", waID, moved))
	return fmt.Sprintf("%s.%d", country(waID), binary.BigEndian.Uint64(sum[:])>>4)
}

// isUserID tells a user id from a number.
func isUserID(s string) bool {
	return len(s) > 3 && s[2] == '.' && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// find returns a person by number or user id, making one up when it is new.
func (l *people) find(address string) *person {
	if isUserID(address) {
		if known := l.byUser[address]; known != nil {
			return known
		}
		return l.enter(&person{waID: address, userID: address, hidden: true})
	}
	waID := canonical(address)
	if known := l.byWaID[waID]; known != nil {
		return known
	}
	return l.enter(&person{waID: waID, userID: inventUserID(waID, 0), name: "Person " + waID[max(0, len(waID)-4):],
		hidden: strings.HasSuffix(waID, "0607")})
}

// enter remembers a person, and forgets somebody when there are too many.
func (l *people) enter(one *person) *person {
	if len(l.byWaID) >= l.bound {
		for _, other := range l.byWaID {
			delete(l.byWaID, other.waID)
			delete(l.byUser, other.userID)
			break
		}
	}
	one.wrote, one.typing = map[string]time.Time{}, map[string]time.Time{}
	l.byWaID[one.waID], l.byUser[one.userID] = one, one
	return one
}

// move gives a person another number, and with it another user id.
func (l *people) move(one *person, number string) {
	delete(l.byWaID, one.waID)
	delete(l.byUser, one.userID)
	one.moved++
	one.waID = canonical(number)
	one.userID = inventUserID(one.waID, one.moved)
	l.byWaID[one.waID], l.byUser[one.userID] = one, one
}

// thread is how the simulator names the person.
func (one *person) thread() string {
	if isUserID(one.waID) {
		return one.waID
	}
	return "+" + one.waID
}

// window is how long a business may write freely after a person's message.
const window = 24 * time.Hour

// openUntil tells when the window of a business number closes; zero: it never
// was open.
func (one *person) openUntil(number string) time.Time {
	if at, ok := one.wrote[number]; ok {
		return at.Add(window)
	}
	return time.Time{}
}

// State is what the simulator shows of a person.
type State struct {
	Person      string   `json:"person"`
	WaID        string   `json:"waId"`
	UserID      string   `json:"userId"`
	ProfileName string   `json:"profileName"`
	Username    string   `json:"username,omitempty"`
	HideNumber  bool     `json:"hideNumber"`
	Marketing   bool     `json:"marketing"` // marketing messages are wanted
	OnWhatsApp  bool     `json:"onWhatsApp"`
	Chats       []Chat   `json:"chats"`
	Time        MomentMs `json:"time"` // the simulator's time
}

// MomentMs is a moment in milliseconds since 1970, as scripts count.
type MomentMs int64

func moment(t time.Time) MomentMs {
	if t.IsZero() {
		return 0
	}
	return MomentMs(t.UnixMilli())
}

// Chat is what a person has with one business number.
type Chat struct {
	PhoneNumberID      string   `json:"phoneNumberId"`
	DisplayPhoneNumber string   `json:"displayPhoneNumber"`
	Name               string   `json:"name"`
	OpenUntil          MomentMs `json:"openUntil,omitempty"`   // the window; 0: never opened
	TypingUntil        MomentMs `json:"typingUntil,omitempty"` // the business types
}

// state copies a person. The lock is held.
func (p *Provider) state(one *person) State {
	out := State{
		Person: one.thread(), WaID: one.waID, UserID: one.userID, ProfileName: one.name, Username: one.username,
		HideNumber: one.hidden, Marketing: !one.stopped, OnWhatsApp: !one.absent, Chats: []Chat{}, Time: moment(p.n.Now()),
	}
	for id, n := range p.business.numbers {
		out.Chats = append(out.Chats, Chat{
			PhoneNumberID: id, DisplayPhoneNumber: n.DisplayPhoneNumber, Name: n.VerifiedName,
			OpenUntil: moment(one.openUntil(id)), TypingUntil: moment(one.typing[id]),
		})
	}
	sortChats(out.Chats)
	return out
}
