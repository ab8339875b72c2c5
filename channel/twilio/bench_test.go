package twilio_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/twilio"
)

type instant struct{ body string }

func (t instant) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	return &http.Response{StatusCode: 201, Header: http.Header{}, ContentLength: int64(len(t.body)), Body: io.NopCloser(strings.NewReader(t.body))}, nil
}

// BenchmarkSend is what a message costs beside the transport.
func BenchmarkSend(b *testing.B) {
	ch, err := twilio.Type.Open(
		channel.Config{Settings: []byte(settings(nil)), Info: map[string]string{"phoneNumber": ours}},
		channel.Deps{HTTP: instant{queued("queued").Body}, BaseURL: channeltest.BaseURL, HookURL: channeltest.HookURL, Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	out := &channel.Outgoing{
		Delivery: channeltest.Delivery, Attempt: 1, Address: theirs,
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Your order is on its way. Track it at https://shop.example.test/o/123"},
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := ch.Send(b.Context(), out); r.Class != channel.ClassAccepted {
			b.Fatal(r)
		}
	}
}

// BenchmarkReceive is what a status callback costs.
func BenchmarkReceive(b *testing.B) {
	ch, err := twilio.Type.Open(channel.Config{Settings: []byte(settings(nil))}, channel.Deps{})
	if err != nil {
		b.Fatal(err)
	}
	req := &channel.Request{
		Method: "POST", URL: channeltest.HookURL + "/status?" + echoed, Path: "/status", Query: echoed,
		Header: http.Header{}, Body: []byte(statusBody("delivered")),
	}
	signWith(token)(req)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ch.(channel.Receiver).Receive(req); err != nil {
			b.Fatal(err)
		}
	}
}
