package crashtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"heliograph/channel/simulator"
)

// telling is a provider's words for a message of one channel, and how it says
// them.
type telling struct {
	name    string
	channel *played // nil: Twilio
	say     func(s *saying, word string) *http.Request

	onTheWay, reached, read, failed string
	reason                          string // of failed
}

// saying is a message about which words are said.
type saying struct {
	hook, id, sid, person string
	key                   string // what signs
}

func (s *saying) post(path, kind string, body []byte) *http.Request {
	req, err := http.NewRequest(http.MethodPost, s.hook+path, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", kind)
	return req
}

// signed is a JSON body with its HMAC in a header.
func (s *saying) signed(path, header string, doc any) *http.Request {
	body, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	req := s.post(path, "application/json", body)
	req.Header.Set(header, "sha256="+hex.EncodeToString(s.mac(body)))
	return req
}

func (s *saying) mac(text []byte) []byte {
	h := hmac.New(sha256.New, []byte(s.key))
	h.Write(text)
	return h.Sum(nil)
}

func tellings() []telling {
	return []telling{
		{name: "twilio", onTheWay: "sent", reached: "delivered", read: "read", failed: "undelivered", reason: "unreachable", say: sayTwilio},
		{name: "whatsapp", channel: whatsApp(), onTheWay: "sent", reached: "delivered", read: "read", failed: "failed", reason: "unreachable", say: sayWhatsApp},
		{name: "messagebird", channel: messageBird(), onTheWay: "buffered", reached: "delivered", read: "sent", failed: "delivery_failed", reason: "unreachable", say: sayMessageBird},
		{name: "smshttp", channel: aggregator(), onTheWay: "sent", reached: "delivered", read: "read", failed: "failed", reason: "unreachable", say: saySMSHTTP},
		{name: "mailgun", channel: mailGun(), onTheWay: "accepted", reached: "delivered", read: "opened", failed: "failed", reason: "blocked", say: sayMailgun},
	}
}

func sayTwilio(s *saying, word string) *http.Request {
	form := url.Values{"MessageSid": {s.sid}, "MessageStatus": {word}, "AccountSid": {account}, "To": {s.person}}
	if word == "undelivered" {
		form.Set("ErrorCode", "30003")
	}
	path := "/status?d=" + s.id + "&a=1"
	req := s.post(path, "application/x-www-form-urlencoded", []byte(form.Encode()))
	req.Header.Set("X-Twilio-Signature", sign(s.hook+path, form))
	if s.key != secret {
		req.Header.Set("X-Twilio-Signature", "bm90IHRoZSBzaWduYXR1cmU=")
	}
	return req
}

func sayWhatsApp(s *saying, word string) *http.Request {
	status := map[string]any{"id": s.sid, "status": word, "timestamp": "1700000000", "recipient_id": strings.TrimPrefix(s.person, "+"), "biz_opaque_callback_data": s.id + "/1"}
	if word == "failed" {
		status["errors"] = []any{map[string]any{"code": 131026, "title": "Message undeliverable"}}
	}
	value := map[string]any{"messaging_product": "whatsapp", "statuses": []any{status}}
	return s.signed("", "X-Hub-Signature-256", map[string]any{"object": "whatsapp_business_account", "entry": []any{
		map[string]any{"id": "1", "changes": []any{map[string]any{"field": "messages", "value": value}}},
	}})
}

func sayMessageBird(s *saying, word string) *http.Request {
	query := url.Values{"id": {s.sid}, "reference": {s.id + ".1"}, "recipient": {strings.TrimPrefix(s.person, "+")}, "status": {word}}
	if word == "delivery_failed" {
		query.Set("statusErrorCode", "27")
	}
	target := s.hook + "/status?" + query.Encode()
	sum := sha256.Sum256([]byte(target))
	claims := fmt.Sprintf(`{"iss":"MessageBird","nbf":%d,"url_hash":"%x"}`, time.Now().Unix(), sum)
	code := base64.RawURLEncoding
	proof := code.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + code.EncodeToString([]byte(claims))
	req, err := http.NewRequest(http.MethodGet, target, nil)
	if err != nil {
		panic(err)
	}
	req.Header.Set("MessageBird-Signature-JWT", proof+"."+code.EncodeToString(s.mac([]byte(proof))))
	return req
}

func saySMSHTTP(s *saying, word string) *http.Request {
	doc := map[string]string{"type": "receipt", "id": s.sid, "status": word, "reference": s.id + ".1"}
	if word == "failed" {
		doc["error_code"] = "303"
	}
	return s.signed("/status", "X-Signature", doc)
}

func sayMailgun(s *saying, word string) *http.Request {
	now := fmt.Sprint(time.Now().Unix())
	data := map[string]any{
		"event": word, "id": s.id + word, "timestamp": 1700000000.5, "recipient": s.person,
		"user-variables": map[string]string{"delivery_id": s.id, "attempt": "1"},
	}
	if word == "failed" {
		data["severity"], data["reason"], data["delivery-status"] = "permanent", "espblock", map[string]any{"code": 554}
	}
	body, err := json.Marshal(map[string]any{"event-data": data, "signature": map[string]string{
		"timestamp": now, "token": "t", "signature": hex.EncodeToString(s.mac([]byte(now + "t"))),
	}})
	if err != nil {
		panic(err)
	}
	return s.post("", "application/json", body)
}

// inAllOrders returns every order of words.
func inAllOrders(words []string) [][]string {
	if len(words) < 2 {
		return [][]string{words}
	}
	var all [][]string
	for i, first := range words {
		for _, rest := range inAllOrders(slices.Concat(words[:i], words[i+1:])) {
			all = append(all, append([]string{first}, rest...))
		}
	}
	return all
}

// TestOrderOfStatuses: in whatever order a provider tells what became of a
// message, and however often, the end is the same, and nothing is told after a
// final event.
func TestOrderOfStatuses(t *testing.T) {
	t.Parallel()
	network := Network()
	network.Callbacks = false // the test does the telling
	b := New(t, Options{Network: network, Everything: true})
	for _, p := range tellings() {
		t.Run(p.name, func(t *testing.T) {
			b.On(t)
			p.run(b)
		})
	}
}

func (p *telling) run(b *Bed) {
	reached, failed := []string{"channel, user*"}, []string{"channel, failure* " + p.reason}
	n := 0
	for _, c := range []struct {
		words   []string
		unknown bool // the attempt was not answered
		status  string
		told    []string
	}{
		{[]string{p.onTheWay, p.reached, p.read}, false, "user", reached},
		{[]string{p.onTheWay, p.reached, p.read}, true, "user", reached},
		{[]string{p.onTheWay, p.failed}, false, "failed", failed},
		{[]string{p.onTheWay, p.failed}, true, "failed", append(failed, "failure* "+p.reason)},
		// A message that was told to have failed may arrive after all; receivers
		// heard the first final word.
		{[]string{p.onTheWay, p.failed, p.reached}, false, "user", append(reached, failed...)},
		{[]string{p.onTheWay, p.failed, p.reached}, true, "user", append(reached, failed[0], "failure* "+p.reason)},
	} {
		for _, order := range inAllOrders(c.words) {
			n++
			f := p.begin(b, n, c.unknown)
			for _, word := range order {
				p.tell(f, word, forger, http.StatusForbidden) // no trace of it: the true word counts
				p.tell(f, word, secret, http.StatusOK)
				p.tell(f, word, secret, http.StatusOK) // a repetition
			}
			if n := f.Get(f.id); n.Status != c.status {
				f.t.Errorf("%v, unknown %v: the status is %s, want %s", order, c.unknown, n.Status, c.status)
			}
			next := f.Send(f.phone, "the next", f.through)
			Until(f.t, "the fate of the next message", func() bool { return len(f.Told.Fates(next)) > 0 })
			if got := strings.Join(f.fates(f.id), ", "); !slices.Contains(c.told, got) {
				f.t.Errorf("%v, unknown %v: told %s, want %q\n%s", order, c.unknown, got, c.told, f.Why(f.id))
			}
		}
	}
}

// begin sends a message that the provider has.
func (p *telling) begin(b *Bed, n int, unknown bool) *faulty {
	f := &faulty{Bed: b, t: b.t.(*testing.T), channel: p.channel, phone: fmt.Sprintf("+1777001%04d", n)}
	if p.channel != nil {
		f.phone = p.channel.address(n, "1234")
	}
	f.number = n
	f.delivery = map[string]any{"unknownTransactional": "hold", "echoWindowSeconds": 60}
	f.through = f.integrate()
	if unknown {
		f.Simulate(http.MethodPost, "/sim/rules", simulator.Rule{Match: simulator.Match{To: f.phone}, Action: "500", Count: 1}, nil)
	}
	f.id = f.Send(f.phone, "the first", f.through)
	until := "channel"
	if unknown {
		until = "unknown"
	}
	Until(f.t, "the status "+until, func() bool { return f.Get(f.id).Status == until })
	return f
}

// forger signs what is not the provider's.
const forger = "fedcba9876543210fedcba9876543210"

func (p *telling) tell(f *faulty, word, key string, want int) {
	kind := "twilio"
	if p.channel != nil {
		kind = p.channel.name
	}
	s := &saying{hook: f.front.URL + "/hooks/" + kind + "/" + f.integration, id: f.id, sid: "SM" + strings.ReplaceAll(f.id, "-", ""), person: f.phone, key: key}
	res, err := f.http.Do(p.say(s, word))
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.StatusCode; got != want && (got > 299 || want > 299) {
		f.t.Fatalf("%s was answered %d, want %d", word, got, want)
	}
}
