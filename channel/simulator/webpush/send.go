package webpush

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

// maxBody is what a push service must take.
const maxBody = 4096

// refusal is an error answer of the played service.
type refusal struct {
	status  int
	message string
}

func refuse(status int, message string) *refusal { return &refusal{status, message} }

func (e *refusal) write(w http.ResponseWriter) {
	simulator.WriteJSON(w, e.status, map[string]any{"code": e.status, "message": e.message})
}

var (
	topic     = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	urgencies = []string{"", "very-low", "low", "normal", "high"}
)

// push is a request that was read.
type push struct {
	ttl            int
	topic, urgency string
	body           []byte
}

// send plays a push to a subscription's endpoint.
func (p *Provider) send(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	p.mu.Lock()
	b := p.browsers[id]
	p.mu.Unlock()
	if b == nil {
		refuse(http.StatusNotFound, "there is no such subscription").write(w)
		return
	}
	if e := p.identify(r, b); e != nil {
		e.write(w)
		return
	}
	in, e := readPush(w, r)
	fate := p.n.Decide("", "", id)
	p.n.Wait(r.Context(), &fate)
	if fate.Answer == simulator.AnswerError {
		fated(fate.Own).write(w)
		return
	}
	if d, _ := p.devices.Find(id); e == nil && d.Gone != nil {
		e = refuse(http.StatusGone, "the subscription has ended")
	}
	if e != nil && fate.Answer == "" {
		e.write(w)
		return
	}
	name := ""
	if e == nil && fate.Takes() {
		in.ttl = min(in.ttl, p.own.Get().MaxTTL)
		name = p.devices.Deliver("", p.shown(b, in)).ID
	}
	if devices.Answer(p.n, w, r, &fate, func(status int) { refuse(status, http.StatusText(status)).write(w) }) {
		return
	}
	w.Header().Set("Location", p.origin(r)+"/webpush-messages/"+name)
	w.Header().Set("TTL", strconv.Itoa(in.ttl))
	w.WriteHeader(http.StatusCreated)
}

func readPush(w http.ResponseWriter, r *http.Request) (in push, e *refusal) {
	h := r.Header
	in.topic, in.urgency = h.Get("Topic"), h.Get("Urgency")
	ttl, err := strconv.Atoi(h.Get("TTL"))
	in.ttl = ttl
	switch {
	case err != nil || ttl < 0:
		return in, refuse(http.StatusBadRequest, "TTL is missing or not a number of seconds")
	case in.topic != "" && !topic.MatchString(in.topic):
		return in, refuse(http.StatusBadRequest, "Topic is not 1 to 32 characters of base64url")
	case !slices.Contains(urgencies, in.urgency):
		return in, refuse(http.StatusBadRequest, "Urgency is none of very-low, low, normal and high")
	}
	in.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	switch {
	case err != nil:
		return in, refuse(http.StatusRequestEntityTooLarge, "the body is longer than 4096 bytes")
	case len(in.body) > 0 && h.Get("Content-Encoding") != "aes128gcm":
		return in, refuse(http.StatusUnsupportedMediaType, "Content-Encoding is not aes128gcm")
	}
	return in, nil
}

// shown is what the browser makes of a push: of JSON it shows title, body and
// badge. What it cannot decrypt it drops, which the service does not know.
func (p *Provider) shown(b *browser, in push) devices.Push {
	ends := p.n.Now().Add(time.Duration(in.ttl) * time.Second).UTC()
	out := devices.Push{Token: b.id, Collapse: in.topic, Priority: in.urgency, Expires: &ends}
	plain, err := b.decrypt(in.body)
	if err != nil {
		out.Problem = err.Error()
		return out
	}
	var said struct {
		Title string `json:"title"`
		Body  string `json:"body"`
		Badge *int64 `json:"badge"`
	}
	if json.Unmarshal(plain, &said) != nil {
		out.Body = string(plain)
		out.Payload, _ = json.Marshal(out.Body)
		return out
	}
	out.Title, out.Body, out.Badge, out.Payload = said.Title, said.Body, said.Badge, plain
	return out
}

func fated(word string) *refusal {
	status, err := strconv.Atoi(word)
	if err != nil {
		status = http.StatusBadRequest
	}
	return refuse(status, http.StatusText(status))
}

func refusals() []devices.Refusal {
	return []devices.Refusal{
		{Suffix: "0010", Word: "410", Does: "refused, 410: the subscription has ended"},
		{Suffix: "0011", Word: "404", Does: "refused, 404: there is no such subscription"},
		{Suffix: "0013", Word: "403", Does: "refused, 403: the VAPID key is not good"},
		{Suffix: "0014", Word: "401", Does: "refused, 401: the VAPID token is not good"},
		{Suffix: "0018", Word: "413", Does: "refused, 413: too large"},
	}
}
