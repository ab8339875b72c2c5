package smtp_test

import (
	"net/http"
	"reflect"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/mime"
	"heliograph/channel/smtp"
)

const inboundSecret = "s3cret-s3cret"

func TestReceive(t *testing.T) {
	t.Parallel()
	setup := channeltest.Setup{
		Type: smtp.Type, Address: "ana@e.test", BodyUnsigned: true,
		Settings: string(settings("mx.example", 25, map[string]any{"inboundSecret": inboundSecret})),
	}
	setup.Type.Open = func(c channel.Config, d channel.Deps) (channel.Channel, error) {
		d.BaseURL = "" // an operator's mail server
		return smtp.Type.Open(c, d)
	}
	reply := marks().Address(mime.ReplyAddress, channeltest.Delivery, "reply.example")
	raw := "From: Ana <ana@e.test>\r\nTo: " + reply + "\r\nMessage-Id: <u1@e.test>\r\nSubject: Re: Hi\r\n\r\nYes\r\n\r\n> Hi\r\n"
	message := func(to string, change func(*channel.MessageFact)) []channel.Fact {
		m := &channel.MessageFact{From: "ana@e.test", To: to, External: "u1@e.test", Text: "Yes", Name: "Ana", Resubscribes: true, Answers: channeltest.Delivery, Proven: true, Mail: &heliograph.Mail{Subject: "Re: Hi", MessageID: "u1@e.test"}}
		if change != nil {
			change(m)
		}
		return []channel.Fact{{Key: "u1@e.test", Message: m}}
	}
	proof := func(extra ...string) map[string]string {
		h := map[string]string{"Content-Type": "message/rfc822", "Authorization": "Bearer " + inboundSecret}
		for i := 0; i < len(extra); i += 2 {
			h[extra[i]] = extra[i+1]
		}
		return h
	}
	channeltest.RunIncoming(t, setup, []channeltest.Incoming{
		{Name: "a mail", Path: "/inbound", Header: proof(), Body: raw, Want: message(reply, nil)},
		{Name: "with an envelope", Path: "/inbound", Header: proof("X-Envelope-To", "hello@reply.example", "X-Envelope-From", "<>"), Body: raw, Want: message("hello@reply.example", func(m *channel.MessageFact) {
			m.Automatic, m.Resubscribes, m.Proven, m.Answers = true, false, false, heliograph.NotificationID{}
		})},
		{Name: "an echo", Path: "/inbound", Header: proof(), Body: "From: shop@mail.example\r\n\r\nHi\r\n"},
		{Name: "no mail", Path: "/inbound", Header: proof(), Body: "no mail", WantErr: heliograph.Invalid},
		{Name: "elsewhere", Path: "/status", Header: proof(), Body: raw, WantErr: heliograph.Invalid},
		{Name: "asked for", Method: http.MethodGet, Path: "/inbound", Header: proof(), WantErr: heliograph.Invalid},
		{Name: "without proof", Path: "/inbound", Body: raw, WantErr: heliograph.Forbidden},
		{Name: "with a wrong one", Path: "/inbound", Header: map[string]string{"Authorization": "Bearer wrong"}, Body: raw, WantErr: heliograph.Forbidden},
	})
	closed := openAt(t, settings("mx.example", 25, nil), "").Channel.(channel.Receiver)
	if _, err := closed.Receive(&channel.Request{Method: "POST", Header: http.Header{"Authorization": {"Bearer "}}, Body: []byte(raw)}); !heliograph.IsKind(err, heliograph.Forbidden) {
		t.Errorf("without a secret: %v", err)
	}
}

func TestMailbox(t *testing.T) {
	t.Parallel()
	box := openAt(t, settings("mx.example", 25, map[string]any{"bounceDomain": "bounce.example"}), "").Channel.(channel.Mailbox)
	m, other := marks(), marks()
	other.Integration[0] = 9
	reply := m.Address(mime.ReplyAddress, channeltest.Delivery, "reply.example")
	for address, want := range map[string]bool{
		"hello@reply.example": true, "Hello@Reply.example": true, reply: true,
		m.Address(mime.ReturnAddress, channeltest.Delivery, "bounce.example"):     true,
		m.Address(mime.UnsubscribeAddress, channeltest.Delivery, "reply.example"): true,
		m.Address(mime.ReplyAddress, channeltest.Delivery, "elsewhere.example"):   false,
		other.Address(mime.ReplyAddress, channeltest.Delivery, "reply.example"):   false,
		"somebody@reply.example": false, "shop@mail.example": false, "": false, "x": false,
	} {
		if got := box.Takes(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
	mail := &channel.Mail{From: "ana@e.test", To: []string{reply}, Data: []byte("From: ana@e.test\r\nMessage-Id: <u1@e.test>\r\n\r\nYes\r\n")}
	facts, err := box.ReceiveMail(mail)
	again, _ := box.ReceiveMail(mail)
	if err != nil || len(facts) != 1 || facts[0].Message == nil || !facts[0].Message.Proven || facts[0].Message.Automatic || !reflect.DeepEqual(facts, again) {
		t.Errorf("%+v, %v", facts, err)
	}
	if _, err := box.ReceiveMail(&channel.Mail{}); !heliograph.IsKind(err, heliograph.Invalid) {
		t.Error(err)
	}
}
