package app

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"heliograph"
)

// shopEvent is what the shop reads of a webhook.
type shopEvent struct {
	Trigger string
	AppUser struct {
		ID     string `json:"_id"`
		UserID string `json:"userId"`
	} `json:"appUser"`
	Messages []struct {
		Type, Text, Payload string
		Source              struct{ Type string }
	}
	Postbacks []struct {
		Action struct{ Payload string }
	}
}

// told takes a webhook of the server's. An answer that is no success has it told
// again.
func (s *shop) told(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-API-Key")), []byte(s.secret)) != 1 {
		http.Error(w, "this is not the webhook's secret", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	var e shopEvent
	if err != nil || json.Unmarshal(body, &e) != nil {
		http.Error(w, "a JSON body is expected", http.StatusBadRequest)
		return
	}
	id := r.Header.Get("X-Event-Id")
	if !s.first(id) {
		return
	}
	if err := s.react(r.Context(), &e); err != nil {
		s.forget(id)
		s.log.Warn("the shop could not react to a webhook", "trigger", e.Trigger, "err", err)
		http.Error(w, "try again", http.StatusServiceUnavailable)
	}
}

// first reports whether an event is told for the first time.
func (s *shop) first(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == "" {
		return true
	}
	if s.handled[id] {
		return false
	}
	if len(s.handled) >= 10*shopKeep {
		clear(s.handled)
	}
	s.handled[id] = true
	return true
}

func (s *shop) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.handled, id)
}

func (s *shop) react(ctx context.Context, e *shopEvent) error {
	switch e.Trigger {
	case "conversation:start":
		return s.start(ctx, e.AppUser.ID, e.AppUser.UserID)
	case "message:appUser":
		for _, m := range e.Messages {
			if !heliograph.SDKPlatform(m.Source.Type) {
				continue // the demo's other channels have people of their own
			}
			if err := s.answer(ctx, e, m.Payload); err != nil {
				return err
			}
		}
	case "postback":
		for _, p := range e.Postbacks {
			if err := s.answer(ctx, e, p.Action.Payload); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer says what the shop has to say to a button, or to what was typed.
func (s *shop) answer(ctx context.Context, e *shopEvent, payload string) error {
	what, rest, _ := strings.Cut(payload, ":")
	id, when, _ := strings.Cut(rest, ":")
	theirs := func(state string) *order {
		return s.update(id, func(o *order) bool {
			if !o.of(e.AppUser.ID, e.AppUser.UserID) {
				return false
			}
			o.State = state
			return true
		})
	}
	text := "Thank you. In a real shop a person would read this now, and answer you here, on your phone or by mail."
	switch {
	case what == "time" && theirs(orderTimed+" "+when) != nil:
		text = fmt.Sprintf("Good: %s. You may close this page. We write again when order %s is on its way.", when, id)
	case what == "fetch" && theirs(orderReceived) != nil:
		text = fmt.Sprintf("Good. Order %s waits for you until Saturday, 18:00.", id)
	case what == "arrived" && theirs(orderReceived) != nil:
		text = "We are glad. Enjoy it!"
	}
	return s.say(ctx, e.AppUser.ID, map[string]any{"text": text})
}
