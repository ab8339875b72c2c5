package conversation_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/conversation"
)

// talkers runs say for many users at once, each of whom says one thing after
// another, as a busy server sees it.
func talkers(b *testing.B, bed *bed, say func(u *heliograph.User, address string) error) {
	b.Helper()
	const callers, each = 64, 16
	turns := make(chan func() error, callers)
	var wg sync.WaitGroup
	for c := range callers {
		users := make([]*heliograph.User, each)
		for i := range users {
			users[i] = bed.newUser()
		}
		at := 0
		turn := func() error {
			i := at % each
			at++
			return say(users[i], fmt.Sprintf("+1555%02d%02d", c, i))
		}
		turns <- turn
		wg.Go(func() { // everybody has a conversation before it counts
			for i := range each {
				if err := turn(); err != nil {
					b.Error(err)
				}
				if at := users[i]; !at.ConversationStarted() {
					users[i] = bed.again(at)
				}
			}
		})
	}
	wg.Wait()
	b.SetParallelism(callers / 2)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		turn := <-turns
		for pb.Next() {
			if err := turn(); err != nil {
				b.Error(err)
				return
			}
		}
		turns <- turn
	})
}

// BenchmarkPost is a business's message to users without a client: accepted,
// durable, and told.
func BenchmarkPost(b *testing.B) {
	bed := newBed(b)
	talkers(b, bed, func(u *heliograph.User, _ string) error {
		_, err := bed.Post(b.Context(), &conversation.Post{App: bed.app, User: u, Role: heliograph.Business, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Your parcel is on its way."}})
		return err
	})
}

// BenchmarkSaid is a customer's message through the API: its user found,
// accepted, durable, and told.
func BenchmarkSaid(b *testing.B) {
	bed := newBed(b)
	talkers(b, bed, func(u *heliograph.User, _ string) error {
		_, err := bed.postAs(b.Context(), u.ExternalID, &heliograph.Content{Type: heliograph.TextMessage, Text: "Please leave it at the door, thank you!"})
		return err
	})
}

// BenchmarkHeard is a text of somebody known, as a provider brings it.
func BenchmarkHeard(b *testing.B) {
	bed := newBed(b)
	raw := []byte("POST /hooks/twilio/0123456789abcdef01234567\nBody=Please+leave+it+at+the+door")
	talkers(b, bed, func(_ *heliograph.User, address string) error {
		key := bed.ids.Record().String()
		return bed.Receive(b.Context(), bed.in, raw, []channel.Fact{{Key: key, Message: &channel.MessageFact{
			From: address, External: key, Text: "Please leave it at the door",
		}}})
	})
}

// postAs posts what a user says, as the API does.
func (b *bed) postAs(ctx context.Context, name string, c *heliograph.Content) (*conversation.Posted, error) {
	return b.Post(ctx, &conversation.Post{App: b.app, Name: name, Role: heliograph.Customer, Content: c})
}
