package whatsapp

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The statuses of a template.
const (
	approved = "APPROVED"
	pending  = "PENDING"
	rejected = "REJECTED"
	paused   = "PAUSED"
	disabled = "DISABLED"
)

// template is one translation of a template. The provider's lock guards it.
type template struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Language   string      `json:"language"`
	Status     string      `json:"status"`
	Category   string      `json:"category"`
	Format     string      `json:"parameter_format"`
	Components []component `json:"components"`
	Reason     string      `json:"rejected_reason,omitempty"`
	Quality    quality     `json:"quality_score"`

	account string
}

type quality struct {
	Score string `json:"score"`
}

// component is a part of a template.
type component struct {
	Type    string   `json:"type"`
	Format  string   `json:"format,omitempty"`
	Text    string   `json:"text,omitempty"`
	Buttons []button `json:"buttons,omitempty"`
	Example any      `json:"example,omitempty"`

	Security   bool `json:"add_security_recommendation,omitempty"`
	Expiration int  `json:"code_expiration_minutes,omitempty"`
}

type button struct {
	Type        string `json:"type"`
	Text        string `json:"text,omitempty"`
	URL         string `json:"url,omitempty"`
	PhoneNumber string `json:"phone_number,omitempty"`
	FlowID      string `json:"flow_id,omitempty"`
	OTPType     string `json:"otp_type,omitempty"`
	Example     any    `json:"example,omitempty"`
}

// templates are those of every account, in the order of their making.
type templates struct {
	list    []*template
	byID    map[string]*template
	deleted map[string]time.Time // account and name: when
	made    int
}

// deletedFor is how long a deleted name cannot be used again.
const deletedFor = 30 * 24 * time.Hour

func newTemplates() *templates {
	t := &templates{byID: map[string]*template{}, deleted: map[string]time.Time{}}
	for _, one := range samples() {
		one.Status = approved
		t.add(one)
	}
	return t
}

func (t *templates) add(one *template) {
	t.made++
	one.ID = strconv.Itoa(800_000_000_000_000 + t.made)
	if one.Format == "" {
		one.Format = "POSITIONAL"
	}
	one.Quality.Score = "UNKNOWN"
	t.list = append(t.list, one)
	t.byID[one.ID] = one
}

// in says whether a template is an account's. The samples are every account's.
func (one *template) in(account string) bool { return one.account == "" || one.account == account }

// find returns a template by name and language.
func (t *templates) find(account, name, language string) *template {
	for _, one := range t.list {
		if one.in(account) && one.Name == name && one.Language == language {
			return one
		}
	}
	return nil
}

// show copies a template.
func (one *template) show() template {
	out := *one
	return out
}

// part returns a component, or an empty one.
func (one *template) part(kind string) component {
	for _, c := range one.Components {
		if strings.EqualFold(c.Type, kind) {
			return c
		}
	}
	return component{}
}

var variable = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

// variables are the names in a text, each once, in their order.
func variables(text string) []string {
	out, seen := []string{}, map[string]bool{}
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			out = append(out, m[1])
		}
	}
	return out
}

// samples are templates that exist from the start, so that something can be
// sent at once.
func samples() []*template {
	body := func(text string) component { return component{Type: "BODY", Text: text} }
	footer := func(text string) component { return component{Type: "FOOTER", Text: text} }
	header := func(text string) component { return component{Type: "HEADER", Format: "TEXT", Text: text} }
	media := func(format string) component { return component{Type: "HEADER", Format: format} }
	buttons := func(list ...button) component { return component{Type: "BUTTONS", Buttons: list} }
	return []*template{
		{Name: "hello_world", Language: "en_US", Category: "UTILITY", Components: []component{
			header("Hello World"),
			body("Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message notification from the Cloud API, hosted by Meta. Thank you for taking the time to test with us."),
			footer("WhatsApp Business Platform sample message"),
		}},
		{Name: "sample_hsm", Language: "en", Category: "UTILITY", Components: []component{body("{{1}}: {{2}}.")}},
		{Name: "sample_hsm", Language: "en_US", Category: "UTILITY", Components: []component{body("{{1}}: {{2}}.")}},
		{Name: "order_update", Language: "en_US", Category: "UTILITY", Components: []component{
			media("IMAGE"), body("Hello {{1}}, your order {{2}} has left our warehouse."), footer("Example Store"),
			buttons(button{Type: "URL", Text: "Track the order", URL: "https://example.com/track/{{1}}"}),
		}},
		{Name: "parcel_choice", Language: "en", Category: "UTILITY", Components: []component{
			header("Parcel {{1}}"), body("Hello {{1}}, your parcel arrives on {{2}}. Shall we leave it at the door?"), footer("Example Parcels"),
			buttons(button{Type: "QUICK_REPLY", Text: "Yes, please"}, button{Type: "QUICK_REPLY", Text: "No, I am at home"}),
		}},
		{Name: "parcel_choice", Language: "fr", Category: "UTILITY", Components: []component{
			header("Colis {{1}}"), body("Bonjour {{1}}, votre colis arrive le {{2}}. Le déposer devant la porte ?"), footer("Example Parcels"),
			buttons(button{Type: "QUICK_REPLY", Text: "Oui"}, button{Type: "QUICK_REPLY", Text: "Non"}),
		}},
		{Name: "appointment", Language: "en", Category: "UTILITY", Format: "NAMED", Components: []component{
			body("Hello {{first_name}}, we see you on {{day}} at {{time}}."),
		}},
		{Name: "summer_offer", Language: "en", Category: "MARKETING", Components: []component{
			media("IMAGE"), body("Summer is here, {{1}}! 20 % off with the code below."), footer("Reply STOP to stop offers"),
			buttons(button{Type: "URL", Text: "To the shop", URL: "https://example.com/shop"}, button{Type: "COPY_CODE", Text: "Copy offer code"},
				button{Type: "QUICK_REPLY", Text: "Stop offers"}),
		}},
		{Name: "login_code", Language: "en", Category: "AUTHENTICATION", Components: []component{
			{Type: "BODY", Text: "{{1}} is your verification code.", Security: true},
			buttons(button{Type: "URL", OTPType: "COPY_CODE", Text: "Copy code", URL: "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}),
		}},
	}
}
