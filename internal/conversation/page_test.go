package conversation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/conversation"
)

func TestPaging(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser()
	var want []string
	for i := range 250 {
		want = append(want, fmt.Sprint(i))
		b.say(u, want[i])
		u = b.again(u)
	}
	read := func(p *conversation.Page, err error) (*conversation.Page, []string) {
		b.must(err)
		var out []string
		for _, m := range p.Messages {
			out = append(out, m.Text)
		}
		return p, out
	}
	p, texts := read(b.Newest(t.Context(), u))
	if !slices.Equal(texts, want[150:]) || !p.Older || p.Newer {
		t.Errorf("newest: %d, older %v, newer %v", len(texts), p.Older, p.Newer)
	}
	back := texts
	for p.Older {
		p, texts = read(b.PageBefore(t.Context(), u, p.Messages[0].Received))
		back = append(slices.Clone(texts), back...)
		if !p.Newer {
			t.Error("an older page says that there is nothing newer")
		}
	}
	if !slices.Equal(back, want) {
		t.Errorf("backwards: %v", back)
	}
	forth := texts
	for p.Newer {
		p, texts = read(b.PageAfter(t.Context(), u, p.Messages[len(p.Messages)-1].Received))
		forth = append(forth, texts...)
		if !p.Older {
			t.Error("a newer page says that there is nothing older")
		}
	}
	if !slices.Equal(forth, want) {
		t.Errorf("forwards: %v", forth)
	}
	if p, _ = read(b.PageAfter(t.Context(), u, p.Messages[len(p.Messages)-1].Received)); len(p.Messages) != 0 || p.Newer || p.Older {
		t.Errorf("behind the end: %+v", p)
	}
}

func TestNoConversation(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser()
	for name, err := range map[string]error{
		"page": func() error { _, err := b.Newest(t.Context(), u); return err }(),
		"read": func() error { _, err := b.Read(t.Context(), u); return err }(),
		"typing": func() error {
			_, err := b.Act(t.Context(), u, heliograph.Business, conversation.TypingStart, heliograph.Author{})
			return err
		}(),
		"delete": b.DeleteAll(t.Context(), u),
	} {
		if e := heliograph.AsError(err); e.Code != heliograph.CodeConversationNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDeleteOne(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser(heliograph.Client{Integration: b.in.ID, Address: "+15550001", Status: heliograph.ClientActive})
	first := b.say(u, "first").Message
	b.say(u, "second")
	u = b.again(u)
	b.types()
	b.must(b.Delete(t.Context(), u, first.ID))
	c, err := b.Conversation(t.Context(), u)
	b.must(err)
	if c.Messages != 1 || c.Unread != 1 || c.Seq != 2 {
		t.Errorf("conversation %+v", c)
	}
	e := b.last()
	if e.Type != heliograph.EventCancelled || e.Delivery != b.sent[0].ID {
		t.Errorf("what was not sent: %+v", e)
	}
	if err := b.Delete(t.Context(), u, first.ID); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Errorf("again: %v", err)
	}
}

func TestActivities(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser()
	m := b.say(u, "hi").Message
	u = b.again(u)
	b.types()
	b.tick(time.Second)
	act := func(role heliograph.Role, a conversation.ActivityType) *heliograph.Conversation {
		c, err := b.Act(t.Context(), u, role, a, heliograph.Author{})
		b.must(err)
		return c
	}
	if c := act(heliograph.Business, conversation.ConversationRead); c.BusinessRead != b.now() || c.Unread != 1 || c.UserRead != 0 {
		t.Errorf("after the business read: %+v", c)
	}
	act(heliograph.Business, conversation.TypingStart)
	if got := b.types(); len(got) != 0 {
		t.Errorf("the business's activities are told: %v", got)
	}
	act(heliograph.Customer, conversation.TypingStop)
	if e := b.last(); e.Type != heliograph.EventTyping || e.Data.Activity != "typing:stop" {
		t.Errorf("typing: %+v", e)
	}
	if c := act(heliograph.Customer, conversation.ConversationRead); c.Unread != 0 || c.UserRead < m.Received {
		t.Errorf("after the user read: %+v", c)
	}
	if e := b.last(); e.Type != heliograph.EventRead || e.Data.Channel != heliograph.SourceAPI {
		t.Errorf("read: %+v", e)
	}
	if _, err := b.Act(t.Context(), u, heliograph.Business, "dancing", heliograph.Author{}); !heliograph.IsKind(err, heliograph.Invalid) {
		t.Errorf("dancing: %v", err)
	}
}
