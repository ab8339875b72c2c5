package twilio

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"heliograph/channel"
	"heliograph/channel/sms"
)

// silence is the answer to a message: TwiML that says nothing. Twilio would send
// the text of any other body to the customer.
var silence = channel.Answer{
	Status: 200, ContentType: "text/xml",
	Body: `<?xml version="1.0" encoding="UTF-8"?><Response/>`,
}

// inbound reads a customer's message.
func (s *sender) inbound(form fields) (*channel.Received, error) {
	sid, err := messageSID(form)
	if err != nil {
		return nil, err
	}
	from := strings.TrimSpace(form.get("From"))
	switch {
	case from == "":
		return nil, invalid("From is missing")
	case strings.Contains(from, ":"): // whatsapp:, messenger:, rcs:
		return nil, invalid("From is not a phone; this integration carries SMS alone")
	}
	m := &channel.MessageFact{
		From: addressOf(from), To: addressOf(form.get("To")), External: sid,
		Text: channel.Clean(s.body(form)), Media: media(form),
		Name: channel.Clean(form.get("ProfileName")), Info: origin(form),
		Keyword:         keyword(form.get("OptOutType")),
		AnswersExternal: channel.Clean(form.get("OriginalRepliedMessageSid")),
	}
	// Twilio answers opt-out words on numbers of full length by itself, and on
	// any sender whose service has Advanced Opt-Out. Short codes are ours.
	_, full := sms.Normalise(form.get("To"))
	m.ProviderAnswers = full || m.Keyword != ""
	return &channel.Received{Facts: []channel.Fact{{Key: sid, Message: m}}, Answer: silence}, nil
}

func keyword(optOutType string) string {
	switch w := strings.ToLower(optOutType); w {
	case "stop", "start", "help":
		return w
	}
	return ""
}

func media(form fields) (out []channel.Media) {
	n, _ := strconv.Atoi(form.get("NumMedia"))
	for i := range min(n, maxFields) {
		url := form.get("MediaUrl" + strconv.Itoa(i))
		if url == "" {
			break
		}
		out = append(out, channel.Media{URL: channel.Clean(url), Type: channel.Clean(form.get("MediaContentType" + strconv.Itoa(i)))})
	}
	return out
}

// origin is what Twilio knows of where the customer's number is from.
func origin(form fields) map[string]string {
	var out map[string]string
	for _, n := range [...]struct{ field, key string }{
		{"FromCity", "city"}, {"FromState", "state"}, {"FromZip", "zip"}, {"FromCountry", "country"},
	} {
		if v := form.get(n.field); v != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[n.key] = channel.Clean(v)
		}
	}
	return out
}

// minBase64 is the least length of a body that is taken for base64: only long
// texts, of several parts, arrive so.
const minBase64 = 160

func (s *sender) body(form fields) string {
	body := form.get("Body")
	if !s.settings.DecodeBase64 || len(body) < minBase64 || strings.ContainsAny(body, " \n") {
		return body
	}
	plain, err := base64.StdEncoding.DecodeString(body)
	if err != nil || !utf8.Valid(plain) {
		return body
	}
	return string(plain)
}

var (
	_ channel.Receiver = (*sender)(nil)
	_ channel.Renderer = (*sender)(nil)
	_ channel.Verifier = (*sender)(nil)
)
