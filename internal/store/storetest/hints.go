package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/store"
)

// hinted is a thread whose hints are kept.
type hinted struct {
	*thread
	mu   sync.Mutex
	told []heliograph.Hint
}

func newHinted(t *testing.T, open func(*testing.T) *store.Store) *hinted {
	h := &hinted{thread: newThread(t, open)}
	h.s.OnChange(h.hear)
	return h
}

func (h *hinted) hear(hints []heliograph.Hint) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, hints...)
}

// since returns what was told since the last call.
func (h *hinted) since() []heliograph.Hint {
	h.mu.Lock()
	defer h.mu.Unlock()
	told := h.told
	h.told = nil
	return told
}

// expect compares what was told since the last call.
func (h *hinted) expect(what string, want ...heliograph.Hint) {
	h.Helper()
	if diff := cmp.Diff(want, h.since()); diff != "" {
		h.Errorf("%s: %s", what, diff)
	}
}

// of is a hint about the thread.
func (h *hinted) of(kind heliograph.HintKind, message heliograph.MessageID) heliograph.Hint {
	return heliograph.Hint{Kind: kind, App: h.app, User: h.user, Conversation: h.conv, Message: message}
}

// Hints checks what is told after commits.
func Hints(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("each change of a conversation is told once, after its commit", func(t *testing.T) { t.Parallel(); hintsOfMessages(newHinted(t, open)) })
	t.Run("each change of a user or device is told", func(t *testing.T) { t.Parallel(); hintsOfUsers(newHinted(t, open)) })
	t.Run("hot writes tell of every conversation", func(t *testing.T) { t.Parallel(); hintsOfHotWrites(t, open) })
}

func hintsOfMessages(h *hinted) {
	ctx := h.Context()
	none := heliograph.MessageID{}
	m := h.say(ctx, 100, nil)
	h.expect("a message", h.of(heliograph.HintMessages, none))

	h.must(h.s.Atomically(ctx, func(ctx context.Context) error {
		conv, err := store.Conversations{Store: h.s}.Lock(ctx, h.app, h.conv)
		if err != nil {
			return err
		}
		conv.Unread = 0
		if err := (store.Conversations{Store: h.s}).Save(ctx, conv); err != nil {
			return err
		}
		if told := h.since(); len(told) > 0 {
			h.Errorf("told before the commit: %v", told)
		}
		return store.Conversations{Store: h.s}.Save(ctx, conv)
	}))
	h.expect("what was read", h.of(heliograph.HintState, none))

	h.must(h.s.Atomically(ctx, func(ctx context.Context) error {
		h.say(ctx, 200, nil)
		conv, err := store.Conversations{Store: h.s}.Lock(ctx, h.app, h.conv)
		if err != nil {
			return err
		}
		return store.Conversations{Store: h.s}.Save(ctx, conv)
	}))
	h.expect("a message with the conversation", h.of(heliograph.HintMessages, none))

	failed := errors.New("no")
	err := h.s.Atomically(ctx, func(ctx context.Context) error { h.say(ctx, 300, nil); return failed })
	if !errors.Is(err, failed) {
		h.Fatal(err)
	}
	h.expect("what was undone")

	messages := store.Messages{Store: h.s}
	h.must(messages.Rewrite(ctx, m))
	h.expect("another text", h.of(heliograph.HintChanged, m.ID))
	_, err = messages.Delete(ctx, h.app, h.conv, m.ID)
	h.must(err)
	h.expect("a removal", h.of(heliograph.HintRemoved, m.ID))
	h.must(messages.DeleteAll(ctx, h.app, h.conv))
	h.expect("removal of all", heliograph.Hint{Kind: heliograph.HintRemoved, App: h.app, Conversation: h.conv})

	apart := *m
	apart.ID, apart.Conversation = h.ids.Message(), heliograph.ConversationID{}
	h.must(messages.Insert(ctx, &apart))
	h.expect("a message of no conversation")

	typing := []heliograph.Hint{{Kind: heliograph.HintTyping, App: h.app, Conversation: h.conv, Typing: &heliograph.Typing{Role: heliograph.Business, On: true}}}
	h.s.Tell(typing)
	h.expect("typing", typing...)
}

func hintsOfUsers(h *hinted) {
	ctx := h.Context()
	users, clients := store.Users{Store: h.s}, store.Clients{Store: h.s}
	of := func(u heliograph.UserID, c heliograph.ClientID) heliograph.Hint {
		return heliograph.Hint{Kind: heliograph.HintUser, App: h.app, User: u, Client: c}
	}
	none := heliograph.ClientID{}
	other := &heliograph.User{ID: h.ids.User(), App: h.app, Created: 1}
	h.must(users.Insert(ctx, other))
	_, err := store.Conversations{Store: h.s}.Start(ctx, &heliograph.Conversation{ID: h.ids.Conversation(), App: h.app, User: other.ID, Created: 1})
	h.must(err)
	h.expect("a conversation that began", of(other.ID, none))

	device := &heliograph.Client{ID: h.ids.Client(), App: h.app, User: other.ID, Integration: h.ids.Integration(), Platform: heliograph.PlatformWeb, Address: "device-1", Status: heliograph.ClientActive}
	phone := &heliograph.Client{ID: h.ids.Client(), App: h.app, User: other.ID, Integration: h.ids.Integration(), Platform: "twilio", Address: "+1", Status: heliograph.ClientActive}
	h.must(clients.Insert(ctx, device))
	h.must(clients.Insert(ctx, phone))
	h.expect("new clients")
	h.must(clients.Save(ctx, device))
	h.must(clients.Save(ctx, phone))
	h.expect("a device that changed", of(other.ID, device.ID))
	h.must(clients.Move(ctx, h.app, other.ID, &heliograph.User{ID: h.user, App: h.app, Conversation: h.conv}))
	h.expect("a merge", of(other.ID, none), of(h.user, none))
	into := &heliograph.User{ID: h.user, App: h.app, Conversation: h.conv}
	h.must(store.Threads{Store: h.s}.Join(ctx, &heliograph.User{ID: other.ID, App: h.app, Conversation: h.ids.Conversation()}, into))
	h.expect("a merge of conversations", h.of(heliograph.HintChanged, heliograph.MessageID{}))
	h.must(store.Threads{Store: h.s}.Join(ctx, &heliograph.User{ID: other.ID, App: h.app}, into))
	h.expect("a merge of one without a conversation")
	h.must(clients.Delete(ctx, h.app, device.ID))
	h.expect("a device that is gone", of(h.user, device.ID))
	h.must(clients.Delete(ctx, h.app, device.ID))
	h.expect("nothing that is gone")
	h.must(users.Save(ctx, other))
	h.expect("another profile", of(other.ID, none))
	h.must(users.Remove(ctx, h.app, other.ID))
	h.expect("a user that is gone", of(other.ID, none))
}

func hintsOfHotWrites(t *testing.T, open func(*testing.T) *store.Store) {
	k := newTalker(t, open)
	h := &hinted{thread: k.thread}
	k.s.OnChange(h.hear)
	said := heliograph.Hint{Kind: heliograph.HintMessages, App: k.app, User: k.user, Conversation: k.conv}
	if _, err := k.talk(onlyFast{k}).Post(t.Context(), k.posting("hello")); err != nil {
		t.Fatal(err)
	}
	h.expect("what a user says", said)

	f := &sender{t: t, s: k.s, ids: k.ids, app: k.app, integration: k.in.ID}
	known := f.accept(f.make(k.client.Address, "one"))
	h.expect("a notification to a user", said)
	if known.Delivery.Conversation != k.conv {
		t.Fatalf("it is in conversation %s", known.Delivery.Conversation)
	}
	fresh := f.accept(f.make("+15559999", "two"))
	told := h.since()
	for _, want := range []heliograph.Hint{
		{Kind: heliograph.HintMessages, App: k.app, User: fresh.User.ID, Conversation: fresh.Delivery.Conversation},
		{Kind: heliograph.HintUser, App: k.app, User: fresh.User.ID},
	} {
		if !slices.Contains(told, want) {
			t.Errorf("a stranger's notification: told %v", told)
		}
	}
}
