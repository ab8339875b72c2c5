package conversation_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/conversation"
	"heliograph/internal/media"
	"heliograph/internal/store"
)

const phone = "+15550001"

func TestReceiveFromAStranger(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.must(b.Receive(t.Context(), b.in, []byte("raw"), []channel.Fact{{Key: "SM1", At: 5, Message: &channel.MessageFact{
		From: phone, External: "SM1", Text: "Hi\x00 \xff", Name: "Ana", Info: map[string]string{"city": "Ghent"},
	}}}))
	u := b.sender(phone)
	if u.ExternalID != "" || !u.ConversationStarted() || len(u.Clients) != 1 {
		t.Fatalf("user %+v", u)
	}
	c := u.Clients[0]
	if c.Status != heliograph.ClientActive || c.Details.DisplayName != "Ana" || c.Details.Info["city"] != "Ghent" || c.Conversation != u.Conversation || c.LastSeen != b.now() {
		t.Errorf("client %+v", c)
	}
	p, err := b.Newest(t.Context(), u)
	b.must(err)
	m := p.Messages[0]
	if m.Text != "Hi \uFFFD" || m.Role != heliograph.Customer || m.Source != (heliograph.Source{Type: "twilio", Integration: b.in.ID, ExternalID: "SM1", At: 5}) || m.Author.Name != "Ana" || m.Author.ID != u.ID.String() {
		t.Errorf("message %+v", m)
	}
	if cv := p.Conversation; cv.Seq != 1 || cv.LastUserAt != m.Received || cv.UserRead != m.Received || cv.Unread != 0 {
		t.Errorf("conversation %+v", cv)
	}
	e := b.last()
	if e.Type != heliograph.EventMessageCustomer || e.Message != m.ID || e.Data.Integ != b.in.ID || e.Data.Client != c.ID || e.Data.Channel != "twilio" || e.Data.Context != nil {
		t.Errorf("event %+v", e)
	}
	// The answer goes back to where the message came from.
	b.say(u, "Hello Ana")
	if len(b.sent) != 1 || b.sent[0].Address != phone {
		t.Errorf("the answer: %+v", b.sent)
	}
}

func TestReceiveOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for range 2 {
		b.hears("SM1", phone, "one")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := b.Receive(t.Context(), b.in, nil, []channel.Fact{{Key: "SM2", Message: &channel.MessageFact{From: phone, Text: "two"}}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// A key that a provider repeats for another integration is another fact.
	other := &heliograph.Integration{ID: b.ids.Integration(), App: b.app.ID, Type: "twilio"}
	b.must(b.Receive(t.Context(), other, nil, []channel.Fact{{Key: "SM2", Message: &channel.MessageFact{From: phone, Text: "three"}}}))
	u := b.sender(phone)
	if got := b.texts(u); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("got %v", got)
	}
	if len(u.Clients) != 2 {
		t.Errorf("%d clients; want one for each integration of one user", len(u.Clients))
	}
	long := strings.Repeat("k", 5000)
	for range 2 {
		b.hears(long, phone, "long key")
	}
	if got := b.texts(u); len(got) != 4 {
		t.Errorf("a long key: %v", got)
	}
}

func TestReceiveMedia(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.must(b.Receive(t.Context(), b.in, nil, []channel.Fact{{Key: "MM1", Message: &channel.MessageFact{From: phone, Text: "look", Media: []channel.Media{
		{URL: "https://e.test/1.jpg", Type: "image/jpeg"}, {URL: "https://e.test/2.pdf", Type: "application/pdf"},
	}}}}))
	p, err := b.Newest(t.Context(), b.sender(phone))
	b.must(err)
	if len(p.Messages) != 2 {
		t.Fatalf("%d messages", len(p.Messages))
	}
	if a, f := p.Messages[0], p.Messages[1]; a.Type != heliograph.ImageMessage || a.Text != "look" || !b.files.Ours(a.MediaURL) || !b.files.Ours(f.MediaURL) || f.Type != heliograph.FileMessage || f.Text != "" || f.MediaType != "application/pdf" {
		t.Errorf("%+v, %+v", a.Content, f.Content)
	}
	if got := b.types(); !slices.Equal(got, []heliograph.EventType{heliograph.EventMessageCustomer, heliograph.EventMessageCustomer}) {
		t.Errorf("events %v", got)
	}
}

// TestReceiveMediaOfSomebodyKnown: what is attached is kept, whichever way the
// message comes in.
func TestReceiveMediaOfSomebodyKnown(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.hears("1", phone, "hi")
	b.hears("2", phone, "hello")
	b.must(b.Receive(t.Context(), b.in, nil, []channel.Fact{{Key: "3", Message: &channel.MessageFact{From: phone, Media: []channel.Media{{URL: "https://e.test/1.jpg", Type: "image/jpeg"}}}}}))
	p, err := b.Newest(t.Context(), b.sender(phone))
	b.must(err)
	if m := p.Messages[len(p.Messages)-1]; !b.files.Ours(m.MediaURL) {
		t.Errorf("%+v", m.Content)
	}
}

// TestReceiveData: an attachment that comes with its message is there when the
// message is, and once, however often the provider repeats itself.
func TestReceiveData(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	org, err := store.Apps{Store: b.s}.DefaultOrg(t.Context(), &heliograph.Org{ID: b.ids.Org(), Name: "Default"})
	b.must(err)
	b.must(store.Apps{Store: b.s}.Insert(t.Context(), &heliograph.App{ID: b.app.ID, Org: org, Name: "Shop"}))
	fact := channel.Fact{Key: "M1", Message: &channel.MessageFact{From: phone, External: "M1", Media: []channel.Media{
		{Data: []byte("%PDF-1.7"), Type: "application/pdf", Name: "in\x00voice.pdf"}, {URL: "https://e.test/1.jpg", Type: "image/jpeg", Size: 5},
	}}}
	for range 2 {
		b.must(b.Receive(t.Context(), b.in, nil, []channel.Fact{{Key: "M0", Message: &channel.MessageFact{From: phone, Text: "see"}}, fact}))
	}
	p, err := b.Newest(t.Context(), b.sender(phone))
	b.must(err)
	if len(p.Messages) != 3 {
		t.Fatalf("%d messages", len(p.Messages))
	}
	whole, later := p.Messages[1], p.Messages[2]
	if whole.MediaSize != 8 || whole.AltText != "invoice.pdf" || later.MediaSize != 5 {
		t.Errorf("%+v, %+v", whole.Content, later.Content)
	}
	for m, want := range map[*heliograph.Message]media.State{whole: media.Stored, later: media.Pending} {
		ref, _ := b.files.Parse(m.MediaURL)
		f, err := store.Media{Store: b.s}.Get(t.Context(), ref.App, ref.ID)
		b.must(err)
		if f.State != want || f.Message != m.ID || f.User != m.User || f.Integration != b.in.ID {
			t.Errorf("%+v", f)
		}
	}
}

func TestContextGoesWithOneAnswer(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.hears("1", phone, "hi")
	u := b.sender(phone)
	var want []heliograph.MessageID
	for i := range conversation.MaxContext + 3 {
		want = append(want, b.notify(u, fmt.Sprint(i)).ID)
		b.say(u, "between")
	}
	want = want[3:]
	b.hears("2", phone, "STOP")
	if e := b.last(); e.Data.Context != nil {
		t.Error("a keyword takes the context")
	}
	b.hears("3", phone, "what is this?")
	if got := b.last().Data.Context; !slices.Equal(got, want) {
		t.Errorf("context %v\nwant %v", got, want)
	}
	b.hears("4", phone, "and again")
	if got := b.last().Data.Context; got != nil {
		t.Errorf("the context goes twice: %v", got)
	}
	n := b.notify(u, "another")
	b.hears("5", phone, "ok")
	if got := b.last().Data.Context; !slices.Equal(got, []heliograph.MessageID{n.ID}) {
		t.Errorf("the next context: %v", got)
	}
}

func TestAttribution(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.hears("0", phone, "hi")
	u := b.sender(phone)
	answered := func(key string, change func(*channel.MessageFact)) *heliograph.Attribution {
		t.Helper()
		f := &channel.MessageFact{From: phone, External: key, Text: "re"}
		if change != nil {
			change(f)
		}
		b.must(b.Receive(t.Context(), b.in, nil, []channel.Fact{{Key: key, Message: f}}))
		p, err := b.Newest(t.Context(), u)
		b.must(err)
		return p.Messages[len(p.Messages)-1].Answers
	}
	if got := answered("1", nil); got != nil {
		t.Errorf("nothing was sent, yet it answers %+v", got)
	}
	first := b.notify(u, "first")
	second := b.notify(u, "second")
	if got := answered("2", nil); got == nil || *got != (heliograph.Attribution{Message: second.ID, Notification: second.Notification, Confidence: heliograph.SameSender}) {
		t.Errorf("the latest to the address: %+v", got)
	}
	if got := answered("3", func(f *channel.MessageFact) { f.Answers = first.Notification }); got == nil || *got != (heliograph.Attribution{Message: first.ID, Notification: first.Notification, Confidence: heliograph.ExactAnswer}) {
		t.Errorf("the quoted one: %+v", got)
	}
	if got := answered("4", func(f *channel.MessageFact) { f.Answers = b.ids.Notification() }); got == nil || got.Confidence != heliograph.SameSender {
		t.Errorf("a quote of something else: %+v", got)
	}
	b.must(store.Clients{Store: b.s}.Insert(t.Context(), &heliograph.Client{
		ID: b.ids.Client(), App: b.app.ID, User: u.ID, Integration: b.ids.Integration(), Platform: "twilio", Address: "+15559999", Status: heliograph.ClientActive, Primary: true, LinkedAt: b.now() + 10,
	}))
	elsewhere := b.say(u, "to the other phone").Message
	if got := answered("5", nil); got == nil || got.Message != second.ID {
		t.Errorf("another address is newer: %+v", got)
	}
	b.tick(conversation.AnswerWindow + time.Minute)
	if got := answered("6", nil); got != nil {
		t.Errorf("long ago: %+v", got)
	}
	_ = elsewhere
}

func TestKeywords(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.hears("0", phone, "hi")
	u := b.sender(phone)
	replies := func() (n int) {
		for _, d := range b.sent {
			if d.Kind == heliograph.SystemDelivery && d.Conversation.IsZero() && d.Address == phone && d.Expires > d.Due {
				n++
			}
		}
		return n
	}
	suppressed := func() bool {
		t.Helper()
		all, err := store.Consents{Store: b.s}.Suppressions(t.Context(), b.app.ID, phone)
		b.must(err)
		return len(all) > 0
	}
	for _, step := range []struct {
		text       string
		replies    int
		suppressed bool
	}{
		{"stop", 1, true}, {"STOP", 1, true}, {"please stop it", 1, true}, {"Help", 2, true}, {"yes", 3, false}, {"yes", 3, false}, {"start", 3, false}, {"Stop!", 4, true},
	} {
		b.hears("k"+fmt.Sprint(b.clock.Add(1)), phone, step.text)
		if replies() != step.replies || suppressed() != step.suppressed {
			t.Errorf("after %q: %d replies, suppressed %v", step.text, replies(), suppressed())
		}
	}
	if got := b.texts(u); len(got) != 9 {
		t.Errorf("keywords are kept in the conversation, our replies are not: %v", got)
	}
	// Where the provider answers itself we are silent.
	b.must(b.Receive(t.Context(), b.in, nil, []channel.Fact{{Key: "p", Message: &channel.MessageFact{From: phone, Text: "BACK", Keyword: "start", ProviderAnswers: true}}}))
	if replies() != 4 || suppressed() {
		t.Errorf("after the provider's keyword: %d replies, suppressed %v", replies(), suppressed())
	}
}

// TestResubscribes: an answer by mail lifts an unsubscription by the link; a
// machine's does not, nor does one of a person who complained.
func TestResubscribes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		source heliograph.ConsentSource
		writes channel.MessageFact
		lifted bool
	}{
		"a person":         {heliograph.ConsentListUnsubscribe, channel.MessageFact{Resubscribes: true}, true},
		"a channel's word": {heliograph.ConsentListUnsubscribe, channel.MessageFact{}, false},
		"who complained":   {heliograph.ConsentComplaint, channel.MessageFact{Resubscribes: true}, false},
		"the word stop":    {heliograph.ConsentListUnsubscribe, channel.MessageFact{Resubscribes: true, Text: "stop"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			b.hears("0", phone, "hi")
			_, err := b.profiles.Suppress(t.Context(), &heliograph.Consent{App: b.app.ID, Integration: b.in.ID, Address: phone, Scope: heliograph.ScopeSender, Source: tc.source})
			b.must(err)
			f := tc.writes
			if f.From = phone; f.Text == "" {
				f.Text = "I have a question"
			}
			b.must(b.Receive(t.Context(), b.in, nil, []channel.Fact{{Key: "1", Message: &f}}))
			all, err := store.Consents{Store: b.s}.Suppressions(t.Context(), b.app.ID, phone)
			if err != nil || (len(all) == 0) != tc.lifted {
				t.Errorf("%v, %v", all, err)
			}
		})
	}
}

// TestLargeBatch: what a batch is taken in by is bounded, and what broke off is
// finished by a repetition.
func TestLargeBatch(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	var facts []channel.Fact
	for i := range 120 { // three transactions
		facts = append(facts, channel.Fact{Key: fmt.Sprint(i), Message: &channel.MessageFact{From: phone, Text: fmt.Sprint(i)}})
	}
	b.gone[b.in.ID] = true // the reply to HELP cannot be queued
	facts[110].Message.Text = "help"
	if err := b.Receive(t.Context(), b.in, nil, facts); err == nil {
		t.Fatal("nothing broke off")
	}
	facts[110].Message.Text = "110"
	b.must(b.Receive(t.Context(), b.in, nil, facts))
	texts := b.texts(b.sender(phone)) // the newest hundred
	for i, got := range texts {
		if want := fmt.Sprint(i + 20); got != want {
			t.Fatalf("%q instead of %q", got, want)
		}
	}
	if len(texts) != 100 {
		t.Errorf("%d texts", len(texts))
	}
}

func TestFailureStoresNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.gone[b.in.ID] = true // the reply to HELP cannot be queued
	f := []channel.Fact{{Key: "1", Message: &channel.MessageFact{From: phone, Text: "help"}}}
	if err := b.Receive(t.Context(), b.in, nil, f); err == nil {
		t.Fatal("no error")
	}
	if u, _, _ := (store.Inbound{Store: b.s}).Sender(t.Context(), b.in, phone); u != nil {
		t.Error("half of it was stored")
	}
	delete(b.gone, b.in.ID)
	b.must(b.Receive(t.Context(), b.in, nil, f))
	if len(b.texts(b.sender(phone))) != 1 {
		t.Error("the repetition was taken for a duplicate")
	}
}

// Answers and notifications of one conversation, all at once: every
// notification goes with exactly one answer, and in order.
func TestContextUnderConcurrency(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.hears("first", phone, "hi")
	u := b.sender(phone)
	const writers, each = 4, 12
	var mu sync.Mutex
	want := map[heliograph.MessageID]bool{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range each {
				id := b.notify(u, "n").ID
				mu.Lock()
				want[id] = true
				mu.Unlock()
			}
		})
		wg.Go(func() {
			for i := range each {
				if err := b.Receive(t.Context(), b.in, nil, []channel.Fact{{Key: fmt.Sprint(w, i), Message: &channel.MessageFact{From: phone, Text: "a"}}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.hears("last", phone, "the end")
	got := map[heliograph.MessageID]int{}
	for _, e := range b.events {
		for _, id := range e.Data.Context {
			got[id]++
		}
	}
	for id := range want {
		if got[id] != 1 {
			t.Errorf("a notification went with %d answers", got[id])
		}
	}
	p, err := b.Newest(t.Context(), u)
	b.must(err)
	for i := 1; i < len(p.Messages); i++ {
		if a, c := p.Messages[i-1], p.Messages[i]; c.Received <= a.Received || c.Seq != a.Seq+1 {
			t.Fatalf("place %d (%d) comes after %d (%d)", c.Seq, c.Received, a.Seq, a.Received)
		}
	}
}
