package client

import "testing"

// TestPush: a push is read in the forms of both services, and what becomes of it is told.
func TestPush(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := device(t, f.srv.URL, nil)
	for _, payload := range []string{
		`{"aps":{"alert":"Hi"},"heliograph":{"v":1,"delivery":"d1","message":"m1","conversation":"c1","topic":"agent","sequence":8}}`,
		`{"heliograph":"{\"v\":1,\"delivery\":\"d1\",\"message\":\"m1\",\"conversation\":\"c1\",\"topic\":\"agent\",\"sequence\":8}"}`,
	} {
		p := c.HandlePush([]byte(payload))
		if p == nil || p.Delivery != "d1" || p.Message != "m1" || p.Conversation != "c1" || p.Topic != "agent" || p.Sequence != 8 {
			t.Fatalf("%+v", p)
		}
		p.Tapped()
	}
	for _, other := range []string{``, `{}`, `{"aps":{}}`, `{"heliograph":7}`, `{"heliograph":"x"}`, `{"heliograph":{"v":1}}`, `[]`} {
		if p := c.HandlePush([]byte(other)); p != nil {
			t.Errorf("%s: %+v", other, p)
		}
	}
	want := `POST /push-events {"device":"` + c.DeviceID() + `","delivery":"d1","event":"`
	eventually(t, "four events", func() bool { return f.asked(want+`received"}`) == 2 && f.asked(want+`tapped"}`) == 2 })
}

// TestForeground: what a person sees is told, by frames and by calls.
func TestForeground(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{TransportWebSocket, TransportEvents, TransportPolling} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			c, n := device(t, f.srv.URL, func(s *Settings) { s.Transport = kind })
			must(t, c.StartConversation())
			f.say(c.User().ID, "unseen")
			eventually(t, "it", func() bool { return len(n.heard()) == 1 })
			seen := func() string {
				f.mu.Lock()
				defer f.mu.Unlock()
				return f.seen
			}
			if seen() != "" {
				t.Error("it was seen in the background")
			}
			c.SetForeground(true)
			eventually(t, "what was there is seen", func() bool { return seen() == "1" })
			f.say(c.User().ID, "seen")
			eventually(t, "what comes is seen", func() bool { return seen() == "2" })
			c.SetForeground(false)
			f.say(c.User().ID, "unseen again")
			eventually(t, "it", func() bool { return len(n.heard()) == 3 })
			if seen() != "2" {
				t.Errorf("seen %s", seen())
			}
		})
	}
}
