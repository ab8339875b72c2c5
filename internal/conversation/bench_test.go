package conversation_test

import (
	"testing"

	"heliograph"
	"heliograph/internal/conversation"
)

// BenchmarkPost is a business's message to users without a client: accepted,
// durable, and told.
func BenchmarkPost(b *testing.B) {
	bed := newBed(b)
	users := make([]*heliograph.User, 64)
	for i := range users {
		users[i] = bed.newUser()
	}
	b.SetParallelism(32)
	b.ReportAllocs()
	next := make(chan int, len(users))
	for i := range users {
		next <- i
	}
	b.RunParallel(func(pb *testing.PB) {
		u := users[<-next]
		for pb.Next() {
			out, err := bed.Post(b.Context(), &conversation.Post{App: bed.app, User: u, Role: heliograph.Business, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Your parcel is on its way."}})
			if err != nil {
				b.Error(err)
				return
			}
			if !u.ConversationStarted() {
				u.Conversation = out.Conversation.ID
			}
		}
	})
}
