package messagebird

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// Limits of one message.
const (
	maxParts   = 9    // 1,377 characters of GSM-7, 603 of UCS-2
	maxCaption = 2000 // of an MMS
	// maxValidity is how long networks keep a message, in seconds; a later expiry
	// is not worth telling.
	maxValidity = 48 * 3600
)

// mms is what the networks of North America carry.
var mms = channel.MediaLimits{"image/jpeg": 1 << 20, "image/png": 1 << 20, "image/gif": 1 << 20}

// Render implements channel.Renderer.
func (s *sender) Render(c *heliograph.Content) (channel.Rendering, error) {
	r, err := s.render(c, s.north)
	if r.Media != nil {
		r.Notes = append(r.Notes, "outside the US and Canada the image goes as a link")
	}
	return r, err
}

func (s *sender) render(c *heliograph.Content, pictures bool) (channel.Rendering, error) {
	carrier := sms.Carrier{MaxParts: maxParts, MaxCaption: maxCaption, LinkLarge: true, Smart: s.settings.SmartEncoding}
	if pictures && !s.settings.ImagesAsLinks {
		carrier.MMS = mms
	}
	return carrier.Render(c)
}

// message is the body of a send.
type message struct {
	Originator string   `json:"originator"`
	Recipients []string `json:"recipients"`
	Body       string   `json:"body,omitempty"`
	MediaURLs  []string `json:"mediaUrls,omitempty"`
	DataCoding string   `json:"datacoding,omitempty"`
	Reference  string   `json:"reference"`
	ReportURL  string   `json:"reportUrl,omitempty"`
	Validity   int64    `json:"validity,omitempty"`
}

// Send implements channel.Channel.
func (s *sender) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	r, err := s.render(out.Content, s.north && strings.HasPrefix(out.Address, "+1"))
	if err != nil {
		e := heliograph.AsError(err)
		return channel.Final(e.Code, e.Message)
	}
	validity, ok := s.validity(out.Expires)
	if !ok {
		return channel.Final(heliograph.ReasonExpired, "it expired before it could be sent")
	}
	m := message{
		Originator: s.originator, Recipients: []string{strings.TrimPrefix(out.Address, "+")}, Body: r.Text,
		Reference: out.Delivery.String() + "." + strconv.Itoa(out.Attempt),
	}
	if s.settings.SigningKey != "" && s.deps.HookURL != "" {
		m.ReportURL = s.deps.HookURL + "/status"
	}
	path := "mms"
	if m.MediaURLs = r.Media; m.MediaURLs == nil {
		// Left to its default, MessageBird mangles what GSM-7 does not have.
		path, m.DataCoding, m.Validity = "messages", "auto", validity
	}
	body, err := json.Marshal(m)
	if err != nil {
		return channel.Final(heliograph.ReasonBadRequest, "the message cannot be written as JSON")
	}
	req := s.request(http.MethodPost, path)
	req.Header.Set("Content-Type", "application/json")
	return s.call(req.WithContext(ctx), body, m.MediaURLs != nil)
}

func (s *sender) call(req *http.Request, body []byte, picture bool) channel.Result {
	reply, failed := channel.Call(s.deps.HTTP, req, body)
	if failed != nil {
		failed.Message = s.safe(failed.Message)
		return *failed
	}
	if reply.Status < 200 || reply.Status > 299 {
		return s.refused(reply, picture)
	}
	var answer struct {
		ID         string `json:"id"`
		Recipients struct {
			Items []struct {
				Parts int `json:"messagePartCount"`
			} `json:"items"`
		} `json:"recipients"`
	}
	// A field of another type than ever before is no reason to send again: the id counts.
	if _ = json.Unmarshal(reply.Body, &answer); answer.ID == "" {
		return channel.Result{
			Class: channel.ClassUnknown, HTTPStatus: reply.Status, Reason: heliograph.ReasonUnknownOutcome,
			Message: "MessageBird's answer to the message cannot be read; it may have been sent",
		}
	}
	r := channel.Accepted(reply.Status, channel.Clean(answer.ID))
	for _, item := range answer.Recipients.Items {
		r.Parts += item.Parts
	}
	return r
}

// validity returns for how many seconds MessageBird may try; 0 leaves it its own
// choice. It is false when nothing is left of the message's time.
func (s *sender) validity(expires heliograph.Millis) (seconds int64, ok bool) {
	if expires == 0 {
		return 0, true
	}
	switch left := int64(expires-heliograph.At(s.deps.Clock())) / 1000; {
	case left < 1:
		return 0, false
	case left > maxValidity:
		return 0, true
	default:
		return left, true
	}
}
