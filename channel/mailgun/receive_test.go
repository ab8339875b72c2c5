package mailgun_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/mailgun"
	"heliograph/channel/mime"
)

func clock() time.Time { return channeltest.Now }

func marks() mime.Marks {
	return mime.Marks{Auth: channeltest.Auth{}, Integration: heliograph.IntegrationID{11: 1}}
}

func seal(timestamp, token string) string {
	h := hmac.New(sha256.New, []byte(signingKey))
	h.Write([]byte(timestamp + token))
	return hex.EncodeToString(h.Sum(nil))
}

func at(age time.Duration) string { return strconv.FormatInt(channeltest.Now.Add(-age).Unix(), 10) }

// webhook is an event webhook that Mailgun signed age ago.
func webhook(age time.Duration, data string) string {
	return fmt.Sprintf(`{"signature":{"timestamp":%q,"token":"tok","signature":%q},"event-data":%s}`, at(age), seal(at(age), "tok"), data)
}

func receiver(t testing.TB, extra map[string]any) channel.Receiver {
	t.Helper()
	ch, err := mailgun.Type.Open(channel.Config{Integration: heliograph.IntegrationID{11: 1}, Settings: []byte(settings(extra))}, channel.Deps{
		BaseURL: channeltest.BaseURL, Clock: clock, Auth: channeltest.Auth{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(channel.Receiver)
}

var asJSON = map[string]string{"Content-Type": "application/json"}

func TestEvents(t *testing.T) {
	t.Parallel()
	const id = "d.x@mg.example.com"
	head := `"id":"E1","timestamp":1763640000.5,"recipient":"Ana@e.test","message":{"headers":{"message-id":"` + id + `"}},
		"user-variables":{"delivery_id":"` + channeltest.Delivery.String() + `","attempt":"2"}`
	base := channel.StatusFact{Delivery: channeltest.Delivery, Attempt: 2, External: id, Address: "ana@e.test"}
	status := func(word string, s heliograph.Status, change func(*channel.StatusFact)) channel.Fact {
		f := base
		f.Word, f.Status = word, s
		if change != nil {
			change(&f)
		}
		return channel.Fact{Key: "E1", At: 1763640000500, Status: &f}
	}
	failed := func(code, reason string, s *channel.Suppress) channel.Fact {
		return status("failed:permanent", heliograph.Failed, func(f *channel.StatusFact) {
			f.Result = channel.Result{Class: channel.ClassFinal, Reason: reason, ProviderCode: code, Suppress: s}
		})
	}
	consents := func(source heliograph.ConsentSource, word string) []channel.Fact {
		out := mime.Unsubscription("E1", "ana@e.test", channeltest.Delivery, source, word)
		for i := range out {
			out[i].At = 1763640000500
		}
		return out
	}
	gone := &channel.Suppress{Scope: heliograph.ScopeAll, Source: heliograph.ConsentHardBounce}
	refused := func(source heliograph.ConsentSource) *channel.Suppress {
		return &channel.Suppress{Scope: heliograph.ScopeSender, Source: source}
	}
	var cases []channeltest.Incoming
	for name, tc := range map[string]struct {
		data string
		want []channel.Fact
	}{
		"accepted":             {`"event":"accepted"`, []channel.Fact{status("accepted", heliograph.AtChannel, nil)}},
		"delivered":            {`"event":"delivered"`, []channel.Fact{status("delivered", heliograph.AtUser, nil)}},
		"opened":               {`"event":"opened"`, []channel.Fact{status("opened", heliograph.AtUser, func(f *channel.StatusFact) { f.Read = true })}},
		"clicked":              {`"event":"clicked"`, []channel.Fact{status("clicked", heliograph.AtUser, func(f *channel.StatusFact) { f.Read = true })}},
		"opened by a machine":  {`"event":"opened","client-info":{"bot":"apple"}`, []channel.Fact{status("machine_opened", "", nil)}},
		"temporary":            {`"event":"failed","severity":"temporary","reason":"greylisted"`, []channel.Fact{status("failed:temporary", "", nil)}},
		"bounce":               {`"event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"enhanced-code":"5.1.1","message":"unknown"}`, []channel.Fact{failed("5.1.1", heliograph.ReasonNotFound, gone)}},
		"bounce without codes": {`"event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":"605"}`, []channel.Fact{failed("605", heliograph.ReasonNotFound, gone)}},
		"suppressed bounce":    {`"event":"failed","severity":"permanent","reason":"suppress-bounce","delivery-status":{"code":605}`, []channel.Fact{failed("605", heliograph.ReasonNotFound, gone)}},
		"suppressed complaint": {`"event":"failed","severity":"permanent","reason":"suppress-complaint","delivery-status":{"code":607}`, append([]channel.Fact{failed("607", heliograph.ReasonOptedOut, refused(heliograph.ConsentComplaint))}, consents(heliograph.ConsentComplaint, "failed")...)},
		"suppressed opt-out":   {`"event":"failed","severity":"permanent","reason":"suppress-unsubscribe","delivery-status":{"code":606}`, append([]channel.Fact{failed("606", heliograph.ReasonOptedOut, refused(heliograph.ConsentProvider))}, consents(heliograph.ConsentProvider, "failed")...)},
		"blocked":              {`"event":"failed","severity":"permanent","reason":"espblock","delivery-status":{"code":550,"enhanced-code":"5.1.1"}`, []channel.Fact{failed("5.1.1", heliograph.ReasonBlocked, nil)}},
		"old":                  {`"event":"failed","severity":"permanent","reason":"old","delivery-status":{"code":602}`, []channel.Fact{failed("602", heliograph.ReasonUnreachable, nil)}},
		"full":                 {`"event":"failed","severity":"permanent","reason":"generic","delivery-status":{"code":552,"enhanced-code":"5.2.2"}`, []channel.Fact{failed("5.2.2", heliograph.ReasonUnreachable, nil)}},
		"rejected": {`"event":"rejected","reject":{"reason":"Sandbox"}`, []channel.Fact{status("rejected", heliograph.Failed, func(f *channel.StatusFact) {
			f.Result = channel.Final(heliograph.ReasonBadRequest, "Sandbox")
		})}},
		"unsubscribed": {`"event":"unsubscribed"`, append([]channel.Fact{status("unsubscribed", "", nil)}, consents(heliograph.ConsentListUnsubscribe, "unsubscribed")...)},
		"complained":   {`"event":"complained"`, append([]channel.Fact{status("complained", heliograph.AtUser, nil)}, consents(heliograph.ConsentComplaint, "complained")...)},
		"unheard of":   {`"event":"list_member_uploaded"`, []channel.Fact{status("list_member_uploaded", "", nil)}},
	} {
		cases = append(cases, channeltest.Incoming{Name: name, Path: "/events", Header: asJSON, Body: webhook(time.Minute, "{"+head+","+tc.data+"}"), Want: tc.want})
	}
	own := marks().MessageID(channeltest.Delivery, 3, "mg.example.com")
	cases = append(cases,
		channeltest.Incoming{Name: "without our variables", Header: asJSON, Body: webhook(0, `{"event":"delivered","id":"E1","recipient":"ana@e.test","message":{"headers":{"message-id":"`+own+`"}}}`),
			Want: []channel.Fact{{Key: "E1", Status: &channel.StatusFact{Delivery: channeltest.Delivery, Attempt: 3, External: own, Address: "ana@e.test", Status: heliograph.AtUser, Word: "delivered"}}}},
		channeltest.Incoming{Name: "stored", Header: asJSON, Body: webhook(0, `{"event":"stored","id":"E1","message":{"headers":{"message-id":"x@y"}}}`)},
		channeltest.Incoming{Name: "about nothing", Header: asJSON, Body: webhook(0, `{"event":"delivered","id":"E1"}`), WantAnswer: channel.Answer{Status: 406}},
		channeltest.Incoming{Name: "nearly too old", Header: asJSON, Body: webhook(24*time.Hour-time.Second, `{"event":"stored","id":"E1","message":{"headers":{"message-id":"x@y"}}}`)},
		channeltest.Incoming{Name: "too old", Header: asJSON, Body: webhook(24*time.Hour+time.Second, "{"+head+`,"event":"delivered"}`), WantErr: heliograph.Forbidden},
		channeltest.Incoming{Name: "from the future", Header: asJSON, Body: webhook(-2*time.Hour, "{"+head+`,"event":"delivered"}`), WantErr: heliograph.Forbidden},
		channeltest.Incoming{Name: "unsigned", Header: asJSON, Body: `{"event-data":{` + head + `,"event":"delivered"}}`, WantErr: heliograph.Forbidden},
		channeltest.Incoming{Name: "no JSON", Header: asJSON, Body: "x", WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "of no type", Body: "x", WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "asked for", Method: http.MethodGet, WantErr: heliograph.Invalid},
	)
	channeltest.RunIncoming(t, setup(nil), cases)
}

// TestSignatureVector is the one that was checked against the provider's own.
func TestSignatureVector(t *testing.T) {
	t.Parallel()
	const timestamp, token, sum = "1700000000", "tok50", "55195844daec2b9f9b6456745ad0e95c7a17a6289f70a94057502aeceb4d8e6c"
	ch, err := mailgun.Type.Open(channel.Config{Settings: []byte(settings(nil))}, channel.Deps{
		Auth: channeltest.Auth{}, Clock: func() time.Time { return time.Unix(1700000000, 0).Add(time.Hour) },
	})
	if err != nil {
		t.Fatal(err)
	}
	accepted := func(timestamp, token, sum string) bool {
		body, _ := json.Marshal(map[string]any{
			"signature":  map[string]string{"timestamp": timestamp, "token": token, "signature": sum},
			"event-data": map[string]any{"event": "delivered", "id": "1", "message": map[string]any{"headers": map[string]string{"message-id": "a@b"}}},
		})
		got, err := ch.(channel.Receiver).Receive(&channel.Request{Method: "POST", Header: http.Header{"Content-Type": {"application/json"}}, Body: body})
		if err != nil && !heliograph.IsKind(err, heliograph.Forbidden) {
			t.Error(err)
		}
		return err == nil && len(got.Facts) == 1
	}
	if !accepted(timestamp, token, sum) {
		t.Error("the vector is refused")
	}
	raw, _ := hex.DecodeString(sum)
	for i := range len(raw) * 8 {
		flipped := bytes.Clone(raw)
		flipped[i/8] ^= 1 << (i % 8)
		if accepted(timestamp, token, hex.EncodeToString(flipped)) {
			t.Errorf("bit %d may be flipped", i)
		}
	}
	if accepted("1700000001", token, sum) || accepted(timestamp, "tok51", sum) || accepted(timestamp+"t", token[1:], sum) || accepted(timestamp, token, "") || accepted("", "", sum) {
		t.Error("a forged signature is taken")
	}
	if _, err := receiver(t, map[string]any{"signingKey": nil}).Receive(&channel.Request{
		Method: "POST", Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(webhook(0, "{}")),
	}); !heliograph.IsKind(err, heliograph.Forbidden) {
		t.Errorf("without a signing key: %v", err)
	}
}

// signedForm is what every forwarded mail has.
func signedForm(fields map[string]string) url.Values {
	v := url.Values{"timestamp": {at(0)}, "token": {"tok"}, "signature": {seal(at(0), "tok")}}
	for name, value := range fields {
		v.Set(name, value)
	}
	return v
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	reply := marks().Address(mime.ReplyAddress, channeltest.Delivery, "mg.example.com")
	fields := func(change map[string]string) map[string]string {
		all := map[string]string{
			"recipient": reply, "sender": "ana@e.test", "from": "Ana <Ana@e.test>", "subject": "Re: Hi",
			"body-plain":      "Yes\r\n\r\nOn Fri, Nov 20, 2026 at 10:00 AM Shop <shop@mg.example.com> wrote:\r\n> Hi",
			"stripped-text":   "Yes",
			"message-headers": `[["Received","x"],["From","Ana <Ana@e.test>"],["Subject","Re: Hi"],["Message-Id","<u1@e.test>"],["In-Reply-To","<x@y>"]]`,
		}
		for k, v := range change {
			if all[k] = v; v == "-" {
				delete(all, k)
			}
		}
		return all
	}
	message := func(change func(*channel.MessageFact)) []channel.Fact {
		m := &channel.MessageFact{
			From: "ana@e.test", To: reply, External: "u1@e.test", Text: "Yes", Name: "Ana", Answers: channeltest.Delivery, Proven: true, AnswersExternal: "x@y", Resubscribes: true,
			Mail: &heliograph.Mail{Subject: "Re: Hi", MessageID: "u1@e.test", References: []string{"x@y"}},
		}
		if change != nil {
			change(m)
		}
		return []channel.Fact{{Key: "u1@e.test", Message: m}}
	}
	attached, kind := multipartOf(fields(nil))
	raw := "From: Ana <ana@e.test>\r\nMessage-Id: <u1@e.test>\r\nSubject: Re: Hi\r\nIn-Reply-To: <x@y>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xfc\xdfe\r\n"
	channeltest.RunIncoming(t, setup(nil), []channeltest.Incoming{
		{Name: "a form", Path: "/inbound", Header: form, Body: signedForm(fields(nil)).Encode(), Want: message(nil)},
		{Name: "fields for headers", Path: "/inbound", Header: form, Body: signedForm(fields(map[string]string{"message-headers": "-", "Message-Id": "<u1@e.test>", "In-Reply-To": "<x@y>", "Subject": "Re: Hi"})).Encode(), Want: message(nil)},
		{Name: "HTML alone", Path: "/inbound", Header: form, Body: signedForm(fields(map[string]string{"body-plain": "", "body-html": "<p>Yes</p><div class=gmail_quote>Hi</div>"})).Encode(), Want: message(nil)},
		{Name: "to the incoming address", Path: "/inbound", Header: form, Body: signedForm(fields(map[string]string{"recipient": ours})).Encode(), Want: message(func(m *channel.MessageFact) {
			m.To, m.Answers, m.Proven = ours, heliograph.NotificationID{}, false
		})},
		{Name: "automatic", Path: "/inbound", Header: form, Body: signedForm(fields(map[string]string{"sender": ""})).Encode(), Want: message(func(m *channel.MessageFact) { m.Automatic, m.Resubscribes = true, false })},
		{Name: "with attachments", Path: "/inbound", Header: map[string]string{"Content-Type": kind}, Body: attached, Want: message(func(m *channel.MessageFact) {
			m.Media = []channel.Media{mime.Attachment("image/png", "a.png", "", []byte("picture")), mime.Attachment("application/pdf", "b.pdf", "", []byte("paper"))}
		})},
		{Name: "whole", Path: "/inbound/mime", Header: form, Body: signedForm(map[string]string{"recipient": reply, "sender": "ana@e.test", "body-mime": raw}).Encode(), Want: message(func(m *channel.MessageFact) { m.Text = "Grüße" })},
		{Name: "an echo", Path: "/inbound", Header: form, Body: signedForm(fields(map[string]string{"message-headers": `[["From","shop@mg.example.com"]]`})).Encode()},
		{Name: "no mail", Path: "/inbound", Header: form, Body: signedForm(nil).Encode(), WantAnswer: channel.Answer{Status: 406}},
		{Name: "unsigned", Path: "/inbound", Header: form, Body: url.Values{"from": {"ana@e.test"}}.Encode(), WantErr: heliograph.Forbidden},
	})
}

func multipartOf(fields map[string]string) (body, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.SetBoundary("xxBOUNDARYxx")
	for name, v := range signedForm(fields) {
		_ = w.WriteField(name, v[0])
	}
	for _, f := range [][4]string{{"attachment-2", "b.pdf", "application/pdf", "paper"}, {"attachment-1", "a.png", "image/png", "picture"}} {
		p, _ := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, f[0], f[1])}, "Content-Type": {f[2]},
		})
		_, _ = p.Write([]byte(f[3]))
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

func FuzzReceive(f *testing.F) {
	r := receiver(f, nil)
	body, kind := multipartOf(map[string]string{"from": "ana@e.test", "body-plain": "Hi", "message-headers": `[["From","ana@e.test"]]`})
	f.Add("application/json", []byte(webhook(0, `{"event":"failed","id":"1","message":{"headers":{"message-id":"a@b"}}}`)))
	f.Add("application/x-www-form-urlencoded", []byte(signedForm(map[string]string{"from": "ana@e.test", "body-mime": "From: a@b.test\r\n\r\nx"}).Encode()))
	f.Add(kind, []byte(body))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		got, err := r.Receive(&channel.Request{Method: "POST", Header: http.Header{"Content-Type": {kind}}, Body: body})
		if err != nil && !heliograph.IsKind(err, heliograph.Forbidden) && !heliograph.IsKind(err, heliograph.Invalid) {
			t.Error(err)
		}
		if err == nil {
			seen := map[string]bool{}
			for _, fact := range got.Facts {
				if fact.Key == "" || seen[fact.Key] {
					t.Errorf("%+v", got.Facts)
				}
				seen[fact.Key] = true
			}
		}
	})
}

func FuzzSignature(f *testing.F) {
	r := receiver(f, nil)
	f.Add(at(0), "tok", seal(at(0), "tok"))
	f.Fuzz(func(t *testing.T, timestamp, token, sum string) {
		body, _ := json.Marshal(map[string]any{"signature": map[string]string{"timestamp": timestamp, "token": token, "signature": sum}})
		_, err := r.Receive(&channel.Request{Method: "POST", Header: http.Header{"Content-Type": {"application/json"}}, Body: body})
		if err == nil && !strings.EqualFold(seal(timestamp, token), sum) {
			t.Errorf("%q over %q, %q is taken", sum, timestamp, token)
		}
	})
}
