package store_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/delivery"
	"heliograph/internal/notify"
	"heliograph/internal/secret"
	"heliograph/internal/store"
	"heliograph/internal/store/storetest"
	"heliograph/internal/testkit/pgtest"
)

// BenchmarkNotification is what the store does for one notification: accept,
// claim and outcome, with 64 at a time sharing commits.
func BenchmarkNotification(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		benchNotification(b, store.Options{File: filepath.Join(b.TempDir(), "b.db")})
	})
	b.Run("postgres", func(b *testing.B) { benchNotification(b, store.Options{URL: pgtest.URL(b)}) })
}

func benchNotification(b *testing.B, o store.Options) {
	ring, _, err := secret.Load("", filepath.Join(b.TempDir(), "key"))
	if err != nil {
		b.Fatal(err)
	}
	ids := heliograph.NewIDMaker(time.Now, rand.Reader)
	o.Seal, o.IDs, o.Now = ring, ids, time.Now
	if err := store.Migrate(b.Context(), o); err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	app, integration := ids.App(), ids.Integration()
	work := make(chan int)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := range work {
				benchOne(b, s, ids, app, integration, i)
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		work <- i
	}
	close(work)
	wg.Wait()
}

func benchOne(b *testing.B, s *store.Store, ids *heliograph.IDMaker, app heliograph.AppID, integration heliograph.IntegrationID, i int) {
	now := heliograph.At(time.Now())
	d := &heliograph.Delivery{
		ID: ids.Notification(), App: app, Kind: heliograph.NotificationDelivery, Integration: integration, Channel: "twilio",
		Message: ids.Message(), Address: fmt.Sprintf("+1555%07d", i%20000), Category: heliograph.Transactional, Status: heliograph.Queued, Created: now, Due: now,
	}
	a := &notify.Accept{
		Delivery: d, NewUser: ids.User(), NewClient: ids.Client(), NewConversation: ids.Conversation(), Answer: `{"notification":{"_id":"x"}}`,
		Key: fmt.Sprintf("key-%d", i), Digest: make([]byte, 32),
		Message: &heliograph.Message{ID: d.Message, App: app, Notification: d.ID, Content: heliograph.Content{Type: heliograph.TextMessage, Text: "Your parcel is on its way."}},
	}
	if err := storetest.Accept(s, a, false); err != nil {
		b.Error(err)
		return
	}
	done := make(chan error, 1)
	it := &delivery.Item{Delivery: d, Content: &a.Message.Content, User: a.User}
	view := store.Deliveries{Store: s}
	view.Claim([]*delivery.Claim{{Item: it, Attempt: 1, At: now}}, func(err error) { done <- err })
	if err := <-done; err != nil {
		b.Error(err)
		return
	}
	u := *d
	u.Status, u.Attempts, u.Sent = heliograph.AtChannel, 1, now
	e := &heliograph.Event{ID: ids.Event(), App: app, Type: heliograph.EventChannel, At: now, User: u.User, Conversation: u.Conversation, Delivery: u.ID, Message: u.Message}
	e.Data.Kind, e.Data.Attempt = u.Kind, 1
	view.Finish(&delivery.Outcome{Item: it, Attempt: 1, Update: &u, Events: []*heliograph.Event{e}}, func(err error) { done <- err })
	if err := <-done; err != nil {
		b.Error(err)
	}
}
