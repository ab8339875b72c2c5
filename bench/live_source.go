package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"strconv"
	"strings"
	"sync"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/sdk"
	"heliograph/internal/realtime"
)

// liveKept is how many messages of a conversation the source in memory keeps.
const liveKept = 4096

// liveSource is what a hub reads where the database must not be what is measured:
// conversations and sessions in memory.
type liveSource struct {
	app     heliograph.AppID
	secret  [32]byte // of every session; what is compared is its digest
	present sync.Map // client -> realtime.Presence

	mu    sync.Mutex
	convs map[heliograph.ConversationID]*liveConversation
}

type liveConversation struct {
	row      heliograph.Conversation
	messages []*heliograph.Message
}

func newLiveSource() *liveSource {
	return &liveSource{app: heliograph.AppID{1}, secret: sha256.Sum256([]byte(liveSecret)), convs: map[heliograph.ConversationID]*liveConversation{}}
}

const liveSecret = "bench"

func numbered[K any](n int) (id heliograph.ID[K]) {
	binary.BigEndian.PutUint32(id[8:], uint32(n)+1)
	return id
}

// conversation returns the n-th conversation; its user has the same number.
func (s *liveSource) conversation(n int) *liveConversation {
	id := heliograph.ConversationID(numbered[conversationOf](n))
	c := s.convs[id]
	if c == nil {
		c = &liveConversation{row: heliograph.Conversation{ID: id, App: s.app, User: heliograph.UserID(numbered[userOf](n)), LastReceived: 1_700_000_000_000}}
		s.convs[id] = c
	}
	return c
}

type (
	conversationOf struct{}
	userOf         struct{}
	clientOf       struct{}
	messageOf      struct{}
)

// post stores a message in the n-th conversation, and returns the hint for it.
func (s *liveSource) post(n int, text string) heliograph.Hint {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.conversation(n)
	m := c.next(text)
	if c.messages = append(c.messages, m); len(c.messages) > 2*liveKept {
		c.messages = append([]*heliograph.Message(nil), c.messages[liveKept:]...)
	}
	return heliograph.Hint{Kind: heliograph.HintMessages, App: s.app, User: c.row.User, Conversation: c.row.ID}
}

func (c *liveConversation) next(text string) *heliograph.Message {
	c.row.Seq++
	c.row.LastReceived++
	return &heliograph.Message{
		ID: heliograph.MessageID(numbered[messageOf](int(c.row.Seq))), App: c.row.App, Conversation: c.row.ID, User: c.row.User, Seq: c.row.Seq, Received: c.row.LastReceived,
		Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceAPI},
		Content: heliograph.Content{Type: heliograph.TextMessage, Text: text, Author: heliograph.Author{Name: "Shop"}},
	}
}

// Conversation implements realtime.Source.
func (s *liveSource) Conversation(_ context.Context, _ heliograph.AppID, id heliograph.ConversationID) (*heliograph.Conversation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.convs[id].row
	return &row, nil
}

// Conversations implements realtime.Source.
func (s *liveSource) Conversations(_ context.Context, _ heliograph.AppID, ids []heliograph.ConversationID) (out []*heliograph.Conversation, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		row := s.convs[id].row
		out = append(out, &row)
	}
	return out, nil
}

// News implements realtime.Source.
func (s *liveSource) News(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID, moment heliograph.Millis, limit int) (*heliograph.Conversation, []*heliograph.Message, error) {
	row, _ := s.Conversation(ctx, app, id)
	list, err := s.After(ctx, app, id, moment, limit)
	return row, list, err
}

// After implements realtime.Source.
func (s *liveSource) After(_ context.Context, _ heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]*heliograph.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.convs[c].messages
	from := len(list)
	for from > 0 && list[from-1].Received > moment {
		from--
	}
	return append([]*heliograph.Message(nil), list[from:min(len(list), from+limit)]...), nil
}

// Message implements realtime.Source.
func (s *liveSource) Message(context.Context, heliograph.AppID, heliograph.MessageID) (*heliograph.Message, error) {
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "none")
}

// ConversationOf implements realtime.Source.
func (s *liveSource) ConversationOf(context.Context, heliograph.AppID, heliograph.UserID) (heliograph.ConversationID, error) {
	return heliograph.ConversationID{}, nil
}

// Present implements realtime.Watch.
func (s *liveSource) Present(_ context.Context, changes []realtime.Presence) error {
	for _, c := range changes {
		s.present.Store(c.Client, c)
	}
	return nil
}

// Live implements sdk.LiveSessions. A session is "secret:client:conversation".
func (s *liveSource) Live(_ context.Context, integration heliograph.IntegrationID, token, _ string, _ heliograph.ClientID) (*sdk.LiveSession, error) {
	secret, rest, _ := strings.Cut(token, ":")
	client, conv, _ := strings.Cut(rest, ":")
	n, err1 := strconv.Atoi(client)
	c, err2 := strconv.Atoi(conv)
	digest := sha256.Sum256([]byte(secret))
	if err1 != nil || err2 != nil || subtle.ConstantTimeCompare(digest[:], s.secret[:]) == 0 {
		return nil, heliograph.Errorf(heliograph.Unauthenticated, "invalid_session", "not good")
	}
	s.mu.Lock()
	row := s.conversation(c).row
	s.mu.Unlock()
	return &sdk.LiveSession{
		App: s.app, Integration: integration, Client: heliograph.ClientID(numbered[clientOf](n)),
		User: &heliograph.User{ID: row.User, App: s.app, ExternalID: "customer-" + conv, Conversation: row.ID},
	}, nil
}

// CheckOrigin implements sdk.LiveSessions.
func (s *liveSource) CheckOrigin(context.Context, heliograph.IntegrationID, string) error { return nil }

// Seen implements sdk.LiveActs.
func (s *liveSource) Seen(context.Context, *sdk.LiveSession, heliograph.Millis) error { return nil }

// Act implements sdk.LiveActs.
func (s *liveSource) Act(context.Context, *sdk.LiveSession, channel.Activity) error { return nil }
