package client

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

// renewal is a delegate that has one more JWT.
type renewal struct {
	mu    sync.Mutex
	next  string
	asked int
}

func (r *renewal) OnInvalidAuth(string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.next == "" {
		return "", errors.New("signed out")
	}
	return r.next, nil
}

// TestLogin: an anonymous user gets the name, and everything goes on.
func TestLogin(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.jwts["j1"] = "ana"
	f.jwts["j2"] = "bob"
	c, n := device(t, f.srv.URL, nil)
	must(t, c.SetPushToken(PushFCM, "t0ken", "com.example.shop", false))
	must(t, c.Init())
	must(t, c.Login("ana", "j1"))
	if c.User() != nil || f.asked("PUT /push") != 0 {
		t.Error("a login made a user")
	}
	if err := c.MarkAllAsRead(); codeOf(err) != CodeInvalidSession {
		t.Errorf("%v", err)
	}
	must(t, c.StartConversation())
	must(t, c.StartConversation())
	ana := c.User()
	if ana.UserID != "ana" || f.asked("POST /start") != 1 {
		t.Errorf("%+v, %d starts", ana, f.asked("POST /start"))
	}
	eventually(t, "the push token", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.pushes[ana.ID].Token == "t0ken"
	})
	f.say(ana.ID, "for Ana")
	eventually(t, "Ana's message", func() bool { return len(n.heard()) == 1 })
	eventually(t, "unread", func() (ok bool) { n.get(func() { ok = n.unread == 1 }); return ok })
	must(t, c.MarkAllAsRead())
	eventually(t, "read", func() (ok bool) { n.get(func() { ok = n.unread == 0 }); return ok })
	p := NewProfile()
	p.SetGivenName("Ana")
	p.SetText("size", "M")
	must(t, c.UpdateUser(p))
	if c.User().GivenName != "Ana" || !strings.Contains(c.User().JSON(), `"size":"M"`) {
		t.Errorf("%s", c.User().JSON())
	}

	must(t, c.Logout(LogoutAgent))
	if c.User() != nil || c.Messages().Len() != 0 || c.Conversation() != nil {
		t.Error("something of Ana was left")
	}
	eventually(t, "the logout", func() bool { return f.asked(`POST /logout {"push":"agent"}`) == 1 })
	must(t, c.Login("bob", "j2"))
	_, err := c.Send("I am Bob")
	must(t, err)
	eventually(t, "Bob's message", func() bool { return slices.Contains(n.heard(), "I am Bob") })
	bob := c.User()
	if bob.UserID != "bob" || bob.ID == ana.ID || c.Messages().Len() != 1 {
		t.Errorf("%+v with %d messages", bob, c.Messages().Len())
	}
	eventually(t, "Bob's push token", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.pushes[bob.ID].Token == "t0ken"
	})
}

// TestInvalidAuth: the app is asked for another JWT once, and the call is made again.
func TestInvalidAuth(t *testing.T) {
	t.Parallel()
	f, d := newFake(t), &renewal{next: "new"}
	f.jwts["old"] = "ana"
	c, n := device(t, f.srv.URL, func(s *Settings) { s.Delegate = d })
	must(t, c.Login("ana", "old"))
	must(t, c.StartConversation())
	f.connected()
	f.mu.Lock()
	delete(f.jwts, "old")
	f.jwts["new"] = "ana"
	f.mu.Unlock()
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if err := c.MarkAllAsRead(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	f.drop()
	f.say(c.User().ID, "still here")
	eventually(t, "a message", func() bool { return len(n.heard()) == 1 })
	d.mu.Lock()
	if d.asked != 1 {
		t.Errorf("asked %d times", d.asked)
	}
	d.next = ""
	d.mu.Unlock()
	f.mu.Lock()
	delete(f.jwts, "new")
	f.mu.Unlock()
	before := f.asked("POST /activity")
	if err := c.MarkAllAsRead(); codeOf(err) != CodeInvalidAuth || f.asked("POST /activity") != before+1 {
		t.Errorf("%v after %d calls", err, f.asked("POST /activity")-before)
	}
	// What waits meanwhile is sent once there is a good one again.
	_, err := c.Send("later")
	must(t, err)
	f.mu.Lock()
	f.jwts["newest"] = "ana"
	f.mu.Unlock()
	c.SetJWT("newest")
	eventually(t, "the message that waited", func() bool { return slices.Contains(n.heard(), "later") })
}

// TestInvalidSession: the device finds out who it is, and goes on.
func TestInvalidSession(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.jwts["j"] = "ana"
	c, n := device(t, f.srv.URL, nil)
	must(t, c.Login("ana", "j"))
	must(t, c.StartConversation())
	f.connected()
	f.mu.Lock()
	clear(f.sessions)
	f.devices = map[string]string{}
	f.mu.Unlock()
	must(t, c.Postback("a1"))
	f.say(c.User().ID, "found again")
	eventually(t, "a message", func() bool { return len(n.heard()) == 1 })

	// An anonymous one is gone for good; what is said then makes a new one.
	c, n = device(t, f.srv.URL, nil)
	must(t, c.StartConversation())
	old := c.User().ID
	f.mu.Lock()
	clear(f.sessions)
	f.mu.Unlock()
	f.drop()
	eventually(t, "nobody", func() bool { return c.User() == nil })
	_, err := c.Send("hello again")
	must(t, err)
	eventually(t, "the message", func() bool { return len(n.heard()) == 1 })
	if c.User().ID == old {
		t.Error("the old user is still there")
	}
}
