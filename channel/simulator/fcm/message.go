package fcm

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"heliograph/channel/simulator/devices"
)

// The bounds of a message.
const (
	maxBody    = 64 << 10
	maxPayload = 4096
	maxTTL     = 28 * 24 * time.Hour
)

// notification is what the service shows by itself.
type notification struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Image string `json:"image"`
}

// message is what is sent. Members that do not matter to a phone are read
// without a look.
type message struct {
	Name         string                     `json:"name"`
	Token        string                     `json:"token"`
	Topic        string                     `json:"topic"`
	Condition    string                     `json:"condition"`
	Notification *notification              `json:"notification"`
	Data         map[string]json.RawMessage `json:"data"`
	Android      *android                   `json:"android"`
	APNS         json.RawMessage            `json:"apns"`
	Webpush      json.RawMessage            `json:"webpush"`
	Options      *options                   `json:"fcm_options"`
}

type android struct {
	CollapseKey  string                     `json:"collapse_key"`
	Priority     string                     `json:"priority"`
	TTL          string                     `json:"ttl"`
	Package      string                     `json:"restricted_package_name"`
	Data         map[string]json.RawMessage `json:"data"`
	Notification *shown                     `json:"notification"`
	Options      *options                   `json:"fcm_options"`
	DirectBoot   bool                       `json:"direct_boot_ok"`
}

// shown is how Android shows a notification.
type shown struct {
	Title       string `json:"title"`
	Body        string `json:"body"`
	Icon        string `json:"icon"`
	Color       string `json:"color"`
	Sound       string `json:"sound"`
	Tag         string `json:"tag"`
	ClickAction string `json:"click_action"`
	ChannelID   string `json:"channel_id"`
	Image       string `json:"image"`
	Priority    string `json:"notification_priority"`
	Visibility  string `json:"visibility"`
	Count       *int64 `json:"notification_count"`

	// What does not matter here, and is no mistake.
	Ticker         json.RawMessage `json:"ticker"`
	Sticky         json.RawMessage `json:"sticky"`
	EventTime      json.RawMessage `json:"event_time"`
	LocalOnly      json.RawMessage `json:"local_only"`
	DefaultSound   json.RawMessage `json:"default_sound"`
	DefaultVibrate json.RawMessage `json:"default_vibrate_timings"`
	DefaultLight   json.RawMessage `json:"default_light_settings"`
}

type options struct {
	Label string `json:"analytics_label"`
}

type request struct {
	Validate bool     `json:"validate_only"`
	Message  *message `json:"message"`
}

// readRequest reads and checks a request.
func readRequest(w http.ResponseWriter, r *http.Request) (*request, *refusal) {
	in := &request{}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return in, badField("", fmt.Sprintf("Invalid JSON payload received. %s", err)).anywhere()
	}
	if d.Decode(new(any)) != io.EOF || in.Message == nil {
		return in, badField("message", "Invalid value at 'message'")
	}
	return in, in.Message.check()
}

// anywhere is a refusal of a body of which no one field is to blame.
func (e *refusal) anywhere() *refusal {
	if e.field == "" {
		e.field = "message"
	}
	return e
}

var (
	lasting = regexp.MustCompile(`^[0-9]+(\.[0-9]{1,9})?s$`)
	label   = regexp.MustCompile(`^[A-Za-z0-9_.~%-]{1,50}$`)
)

func (m *message) check() *refusal {
	targets := 0
	for _, target := range []string{m.Token, m.Topic, m.Condition} {
		if target != "" {
			targets++
		}
	}
	if targets != 1 {
		return badField("message", "Recipient of the message is not set.")
	}
	if e := checkData("message.data", m.Data); e != nil {
		return e
	}
	if m.Options != nil && m.Options.Label != "" && !label.MatchString(m.Options.Label) {
		return badField("message.fcm_options.analytics_label", "Invalid analytics label")
	}
	if m.Android != nil {
		if e := m.Android.check(); e != nil {
			return e
		}
	}
	if size := m.size(); size > maxPayload {
		return badField("message", fmt.Sprintf("Android message is too big: %d bytes", size))
	}
	return nil
}

func (a *android) check() *refusal {
	if p := strings.ToLower(a.Priority); p != "" && p != "high" && p != "normal" {
		return badField("message.android.priority", "Invalid value at 'message.android.priority'")
	}
	if a.TTL != "" {
		if seconds, ok := a.ttl(); !ok || seconds > maxTTL {
			return badField("message.android.ttl", "Invalid value at 'message.android.ttl': at most 2419200s")
		}
	}
	if a.Options != nil && a.Options.Label != "" && !label.MatchString(a.Options.Label) {
		return badField("message.android.fcm_options.analytics_label", "Invalid analytics label")
	}
	return checkData("message.android.data", a.Data)
}

// ttl is how long the message may wait; none is said: for four weeks.
func (a *android) ttl() (time.Duration, bool) {
	if a == nil || a.TTL == "" {
		return maxTTL, true
	}
	if !lasting.MatchString(a.TTL) {
		return 0, false
	}
	seconds, err := strconv.ParseFloat(strings.TrimSuffix(a.TTL, "s"), 64)
	if err != nil || seconds > 1e9 {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// checkData refuses values that are no text, and keys that are the service's own.
func checkData(field string, data map[string]json.RawMessage) *refusal {
	for key, raw := range data {
		var text string
		if json.Unmarshal(raw, &text) != nil || string(raw) == "null" {
			return badField(field+"."+key, "Invalid value at '"+field+"' (TYPE_STRING), "+string(raw))
		}
		if key == "" || key == "from" || key == "message_type" || strings.HasPrefix(key, "google") || strings.HasPrefix(key, "gcm") {
			return badField(field+"."+key, "Invalid data payload key: "+key)
		}
	}
	return nil
}

// size is what counts against the bound of 4,096 bytes.
func (m *message) size() int {
	n := 0
	if m.Notification != nil {
		n += len(m.Notification.Title) + len(m.Notification.Body) + len(m.Notification.Image)
	}
	for key, value := range m.data() {
		n += len(key) + len(value)
	}
	return n
}

// data is what the app is given: Android's own data goes before that of all.
func (m *message) data() map[string]string {
	out := map[string]string{}
	given := []map[string]json.RawMessage{m.Data}
	if m.Android != nil {
		given = append(given, m.Android.Data)
	}
	for _, data := range given {
		for key, raw := range data {
			var text string
			_ = json.Unmarshal(raw, &text)
			out[key] = text
		}
	}
	return out
}

// push is what the device gets.
func (m *message) push(now time.Time) devices.Push {
	p := devices.Push{Token: m.Token, Silent: m.Notification == nil}
	if m.Notification != nil {
		p.Title, p.Body = m.Notification.Title, m.Notification.Body
	}
	if a := m.Android; a != nil {
		p.Collapse, p.Priority = a.CollapseKey, strings.ToLower(a.Priority)
		if s := a.Notification; s != nil {
			p.Silent, p.Badge, p.Sound = false, s.Count, s.Sound
			p.Title, p.Body = orElse(s.Title, p.Title), orElse(s.Body, p.Body)
			p.Collapse = orElse(s.Tag, p.Collapse)
		}
	}
	if ttl, ok := m.Android.ttl(); ok {
		at := now.Add(ttl).UTC()
		p.Expires = &at
	}
	p.Payload, _ = json.Marshal(m.data())
	return p
}

func orElse(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}
