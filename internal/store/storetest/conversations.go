package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/store"
)

// thread is a user with a conversation, for tests of what is said in it.
type thread struct {
	*testing.T
	s    *store.Store
	ids  *heliograph.IDMaker
	app  heliograph.AppID
	user heliograph.UserID
	conv heliograph.ConversationID
}

func newThread(t *testing.T, open func(*testing.T) *store.Store) *thread {
	t.Helper()
	th := &thread{T: t, s: open(t), ids: heliograph.NewIDMaker(time.Now, rand.Reader)}
	th.app = th.ids.App()
	th.user = th.ids.User()
	th.must(store.Users{Store: th.s}.Insert(t.Context(), &heliograph.User{ID: th.user, App: th.app, Created: 1}))
	var err error
	th.conv, err = store.Conversations{Store: th.s}.Start(t.Context(), &heliograph.Conversation{ID: th.ids.Conversation(), App: th.app, User: th.user, Created: 1})
	th.must(err)
	return th
}

func (th *thread) must(err error) {
	th.Helper()
	if err != nil {
		th.Fatal(err)
	}
}

// say stores a business's message at the next place.
func (th *thread) say(ctx context.Context, now heliograph.Millis, change func(*heliograph.Message)) *heliograph.Message {
	th.Helper()
	var m *heliograph.Message
	th.must(th.s.Atomically(ctx, func(ctx context.Context) error {
		c, err := store.Conversations{Store: th.s}.Advance(ctx, th.app, th.conv, now, heliograph.MaxMessages)
		if err != nil {
			return err
		}
		m = &heliograph.Message{
			ID: th.ids.Message(), App: th.app, Conversation: th.conv, User: th.user, Seq: c.Seq, Received: c.LastReceived,
			Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceAPI},
			Content: heliograph.Content{Type: heliograph.TextMessage, Text: fmt.Sprint(c.Seq)},
		}
		if change != nil {
			change(m)
		}
		return store.Messages{Store: th.s}.Insert(ctx, m)
	}))
	return m
}

// Conversations tests the rows that give out places.
func Conversations(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("a user gets one conversation, however many start it at once", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		user := th.ids.User()
		th.must(store.Users{Store: th.s}.Insert(t.Context(), &heliograph.User{ID: user, App: th.app}))
		client := &heliograph.Client{ID: th.ids.Client(), App: th.app, User: user, Integration: th.ids.Integration(), Platform: "twilio", Address: "+1", Status: heliograph.ClientActive}
		th.must(store.Clients{Store: th.s}.Insert(t.Context(), client))
		got := make([]heliograph.ConversationID, 8)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				id, err := store.Conversations{Store: th.s}.Start(t.Context(), &heliograph.Conversation{ID: th.ids.Conversation(), App: th.app, User: user, Created: 5})
				if err != nil {
					t.Error(err)
				}
				got[i] = id
			})
		}
		wg.Wait()
		if slices.ContainsFunc(got, func(id heliograph.ConversationID) bool { return id != got[0] || id.IsZero() }) {
			t.Errorf("different conversations: %v", got)
		}
		c, err := store.Conversations{Store: th.s}.Get(t.Context(), th.app, got[0])
		th.must(err)
		if diff := cmp.Diff(&heliograph.Conversation{ID: got[0], App: th.app, User: user, Created: 5}, c); diff != "" {
			t.Error(diff)
		}
		with, err := store.Clients{Store: th.s}.Get(t.Context(), th.app, client.ID)
		th.must(err)
		if with.Conversation != got[0] {
			t.Error("the client did not get the conversation")
		}
	})
	t.Run("several are read at once, and none of another app", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		view := store.Conversations{Store: th.s}
		user := th.ids.User()
		th.must(store.Users{Store: th.s}.Insert(t.Context(), &heliograph.User{ID: user, App: th.app}))
		second, err := view.Start(t.Context(), &heliograph.Conversation{ID: th.ids.Conversation(), App: th.app, User: user})
		th.must(err)
		th.say(t.Context(), 7, nil)
		var want []*heliograph.Conversation
		for _, id := range []heliograph.ConversationID{th.conv, second} {
			c, err := view.Get(t.Context(), th.app, id)
			th.must(err)
			want = append(want, c)
		}
		got, err := view.ByIDs(t.Context(), th.app, second, th.ids.Conversation(), th.conv)
		th.must(err)
		slices.SortFunc(got, func(a, b *heliograph.Conversation) int { return int(b.Seq - a.Seq) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if got, err := view.ByIDs(t.Context(), th.ids.App(), th.conv, second); len(got) != 0 || err != nil {
			t.Errorf("another app reads %v, %v", got, err)
		}
		if got, err := view.ByIDs(t.Context(), th.app); len(got) != 0 || err != nil {
			t.Errorf("none are %v, %v", got, err)
		}
	})
	t.Run("what is new comes with its conversation", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		view := store.Conversations{Store: th.s}
		var said []*heliograph.Message
		for i := range 4 {
			said = append(said, th.say(t.Context(), heliograph.Millis(10*i+10), nil))
		}
		row, err := view.Get(t.Context(), th.app, th.conv)
		th.must(err)
		for _, tt := range []struct {
			after heliograph.Millis
			limit int
			want  []*heliograph.Message
		}{{0, 9, said}, {10, 2, said[1:3]}, {39, 9, said[3:]}, {40, 9, nil}} {
			c, list, err := view.News(t.Context(), th.app, th.conv, tt.after, tt.limit)
			th.must(err)
			if diff := cmp.Diff(row, c); diff != "" {
				t.Errorf("after %d: %s", tt.after, diff)
			}
			if diff := cmp.Diff(tt.want, list); diff != "" {
				t.Errorf("after %d: %s", tt.after, diff)
			}
		}
		for _, of := range []struct {
			app  heliograph.AppID
			conv heliograph.ConversationID
		}{{th.ids.App(), th.conv}, {th.app, th.ids.Conversation()}} {
			if _, list, err := view.News(t.Context(), of.app, of.conv, 0, 9); !heliograph.IsKind(err, heliograph.NotFound) || len(list) > 0 {
				t.Errorf("of another: %v, %v", list, err)
			}
		}
	})
	t.Run("places are given out once, each later than the last", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		const writers, each = 8, 15
		var mu sync.Mutex
		var places []*heliograph.Conversation
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					c, err := store.Conversations{Store: th.s}.Advance(t.Context(), th.app, th.conv, 1000, heliograph.MaxMessages)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					places = append(places, c)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		slices.SortFunc(places, func(a, b *heliograph.Conversation) int { return int(a.Seq - b.Seq) })
		for i, c := range places {
			if want := int64(i + 1); c.Seq != want || c.Messages != want || c.Unread != want || c.LastReceived != heliograph.Millis(1000+i) {
				t.Fatalf("place %d is %+v", i, c)
			}
		}
		if len(places) != writers*each {
			t.Errorf("%d places", len(places))
		}
	})
	t.Run("a full conversation gives no place", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		view := store.Conversations{Store: th.s}
		for range 2 {
			_, err := view.Advance(t.Context(), th.app, th.conv, 1, 2)
			th.must(err)
		}
		if _, err := view.Advance(t.Context(), th.app, th.conv, 1, 2); !heliograph.IsKind(err, heliograph.Locked) {
			t.Errorf("a third place of two: %v", err)
		}
		if _, err := view.Advance(t.Context(), th.ids.App(), th.conv, 1, 2); !heliograph.IsKind(err, heliograph.NotFound) {
			t.Errorf("another app's conversation: %v", err)
		}
		if _, err := view.Get(t.Context(), th.ids.App(), th.conv); !heliograph.IsKind(err, heliograph.NotFound) {
			t.Errorf("another app reads: %v", err)
		}
	})
	t.Run("a locked row is written back whole", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		view := store.Conversations{Store: th.s}
		want := &heliograph.Conversation{
			ID: th.conv, App: th.app, User: th.user, Seq: 1, LastReceived: 2, Messages: 3, Unread: 4,
			BusinessRead: 5, UserRead: 6, LastUserAt: 7, ContextFrom: 8, Created: 1,
		}
		th.must(th.s.Atomically(t.Context(), func(ctx context.Context) error {
			if _, err := view.Lock(ctx, th.app, th.conv); err != nil {
				return err
			}
			return view.Save(ctx, want)
		}))
		got, err := view.Get(t.Context(), th.app, th.conv)
		th.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		undone := errors.New("undone")
		err = th.s.Atomically(t.Context(), func(ctx context.Context) error {
			if _, err := view.Advance(ctx, th.app, th.conv, 9, heliograph.MaxMessages); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Error(err)
		}
		if got, _ := view.Get(t.Context(), th.app, th.conv); got.Seq != 1 {
			t.Errorf("a place of an undone transaction stays given out: %d", got.Seq)
		}
	})
}
