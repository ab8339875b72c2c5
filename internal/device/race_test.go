package device_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/device"
	"heliograph/internal/store"
)

// TestTabsStartAtOnce: many tabs of one browser, at two processes, become one user
// with one conversation, and every tab's session is good, as far as sessions are kept.
func TestTabsStartAtOnce(t *testing.T) {
	t.Parallel()
	for name, url := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, url(t))
			engines := []*device.Service{b.Service, b.engine()}
			states := make([]*device.State, 4)
			var wg sync.WaitGroup
			for i := range states {
				wg.Go(func() {
					st, err := engines[i%2].Start(t.Context(), b.call(b.web, 0))
					if err != nil {
						t.Error(err)
						return
					}
					states[i] = st
				})
			}
			wg.Wait()
			if t.Failed() {
				return
			}
			for _, st := range states {
				if st.User.ID != states[0].User.ID || st.User.Conversation.IsZero() || st.User.Conversation != states[0].User.Conversation {
					t.Fatalf("user %s with %s, and user %s with %s", st.User.ID, st.User.Conversation, states[0].User.ID, states[0].User.Conversation)
				}
				if _, err := engines[0].Authenticate(t.Context(), b.web.ID, st.Token, ""); err != nil {
					t.Errorf("a tab's session: %v", err)
				}
			}
			if n := b.told(heliograph.EventConversation, ""); n != 1 {
				t.Errorf("the conversation started %d times", n)
			}
			if n := b.told(heliograph.EventClientAdd, "sdkLogin"); n != 1 {
				t.Errorf("%d clients were added", n)
			}
			// Much later the device's id alone makes somebody new.
			b.clock.Advance(2 * time.Minute)
			late, err := b.Start(t.Context(), b.call(b.web, 0))
			b.must(err)
			if late.User.ID == states[0].User.ID {
				t.Error("a device's id gave away its user")
			}
			_, err = b.Authenticate(t.Context(), b.web.ID, states[0].Token, "")
			b.refused(err, heliograph.CodeInvalidSession)
			if n := b.told(heliograph.EventClientRemove, "theft"); n != 1 {
				t.Errorf("%d thefts", n)
			}
		})
	}
}

// TestLoginsAtOnce: two devices of one anonymous person each, and both tabs of one,
// log in as the same known user at the same time.
func TestLoginsAtOnce(t *testing.T) {
	t.Parallel()
	for name, url := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, url(t))
			known, err := b.profiles.Create(t.Context(), b.app.ID, profileOf("ana"))
			b.must(err)
			var starts []*device.State
			for n := range 3 {
				st, err := b.Start(t.Context(), b.call(b.web, n))
				b.must(err)
				starts = append(starts, st)
			}
			var wg sync.WaitGroup
			for i := range 6 {
				wg.Go(func() {
					c := b.call(b.web, i/2)
					c.Token, c.JWT, c.UserID = starts[i/2].Token, "token of ana", "ana"
					st, err := b.Login(t.Context(), c)
					if err != nil || st.User.ID != known.ID || !st.Verified || st.Token != starts[i/2].Token {
						t.Errorf("login %d: %+v, %v", i, st, err)
					}
				})
			}
			wg.Wait()
			clients, err := store.Clients{Store: b.s}.OfUser(t.Context(), b.app.ID, known.ID)
			b.must(err)
			if len(clients) != 3 {
				t.Errorf("%d clients", len(clients))
			}
			if n := b.told(heliograph.EventMerge, ""); n != 3 {
				t.Errorf("%d merges", n)
			}
			for _, st := range starts {
				if _, err := b.Authenticate(t.Context(), b.web.ID, st.Token, "token of ana"); err != nil {
					t.Error(err)
				}
				_, err := b.Authenticate(t.Context(), b.web.ID, st.Token, "")
				b.refused(err, heliograph.CodeInvalidAuth)
			}
			// An id that nobody has: one of two who want it gets it, and the other one is
			// merged into that one.
			var two []*device.State
			for n := range 2 {
				st, err := b.Start(t.Context(), b.call(b.web, 5+n))
				b.must(err)
				two = append(two, st)
			}
			users := make([]heliograph.UserID, 2)
			for i := range two {
				wg.Go(func() {
					c := b.call(b.web, 5+i)
					c.Token, c.UserID = two[i].Token, "bob"
					st, err := b.Login(t.Context(), c)
					if err != nil {
						t.Error(err)
						return
					}
					users[i] = st.User.ID
				})
			}
			wg.Wait()
			if users[0] != users[1] {
				t.Errorf("two users are bob: %v", users)
			}
		})
	}
}

func TestRequireAuth(t *testing.T) {
	t.Parallel()
	b := newBed(t, "")
	c := b.call(b.ios, 0)
	c.UserID = "ana"
	_, err := b.Init(t.Context(), c)
	b.refused(err, heliograph.CodeInvalidAuth)
	if _, err := b.Start(t.Context(), b.call(b.ios, 0)); err != nil {
		t.Errorf("nobody in particular: %v", err)
	}
	c.JWT = "token of bob"
	_, err = b.Start(t.Context(), c)
	b.refused(err, heliograph.CodeInvalidAuth)
	c.JWT = "token of ana"
	st, err := b.Start(t.Context(), c)
	b.must(err)
	if st.User.ExternalID != "ana" || !st.User.CredentialRequired || !st.Verified {
		t.Errorf("%+v", st.User)
	}
}

func TestPushesMove(t *testing.T) {
	t.Parallel()
	b := newBed(t, "")
	session := func(n int) *device.Session {
		st, err := b.Start(t.Context(), b.call(b.ios, n))
		b.must(err)
		s, err := b.Authenticate(t.Context(), b.ios.ID, st.Token, "")
		b.must(err)
		return s
	}
	token := func(s *device.Session) string {
		c, err := store.Clients{Store: b.s}.Get(t.Context(), b.app.ID, s.Client.ID)
		b.must(err)
		if c.Details.Device.Push == nil {
			return ""
		}
		return c.Details.Device.Push.Token + " " + strings.Trim(strings.Join(texts(c.Details.Device.Push.Topics), ","), "")
	}
	one, two := session(0), session(1)
	p := heliograph.Push{Service: heliograph.PushAPNs, Token: "t"}
	b.must(b.SetPush(t.Context(), one, p))
	if got := token(one); got != "t agent,proactive" {
		t.Errorf("takes pushes at %q", got)
	}
	b.must(b.SetPush(t.Context(), two, p))
	if token(one) != "" || token(two) == "" {
		t.Errorf("the token is at %q and %q", token(one), token(two))
	}
	b.must(b.RemovePush(t.Context(), one))
	two, err := b.Authenticate(t.Context(), b.ios.ID, tokenOf(t, b, 1), "")
	b.must(err)
	b.must(b.Logout(t.Context(), two, device.EndsAgent))
	if got := token(two); got != "t proactive" {
		t.Errorf("after the logout it takes pushes at %q", got)
	}
	// Somebody else takes the device: they end.
	b.clock.Advance(time.Hour)
	_, err = b.Start(t.Context(), b.call(b.ios, 1))
	b.must(err)
	if _, err := (store.Clients{Store: b.s}).Get(t.Context(), b.app.ID, two.Client.ID); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Errorf("the client is still there: %v", err)
	}
}

// tokenOf opens one more session of a device, as a second tab does.
func tokenOf(t *testing.T, b *bed, n int) string {
	st, err := b.Start(t.Context(), b.call(b.ios, n))
	b.must(err)
	return st.Token
}

func texts(topics []heliograph.Topic) (out []string) {
	for _, t := range topics {
		out = append(out, string(t))
	}
	return out
}

// TestConsentGoesWithThePerson: an unsubscription holds on every device of the
// person, goes with a merge, and not with a device that changes hands.
func TestConsentGoesWithThePerson(t *testing.T) {
	t.Parallel()
	b := newBed(t, "")
	st, err := b.Start(t.Context(), b.call(b.web, 0))
	b.must(err)
	s, err := b.Authenticate(t.Context(), b.web.ID, st.Token, "")
	b.must(err)
	if now, err := b.SetProactive(t.Context(), s, false); now || err != nil {
		t.Fatal(now, err)
	}
	_, err = b.profiles.Create(t.Context(), b.app.ID, profileOf("ana"))
	b.must(err)
	c := b.call(b.web, 0)
	c.Token, c.UserID = st.Token, "ana"
	ana, err := b.Login(t.Context(), c)
	b.must(err)
	wants := func(u *heliograph.User, want bool) {
		t.Helper()
		if got, err := b.WantsProactive(t.Context(), u); got != want || err != nil {
			t.Errorf("wants %v (%v), want %v", got, err, want)
		}
	}
	wants(ana.User, false)
	second := b.call(b.web, 1)
	second.UserID = "ana"
	_, err = b.Init(t.Context(), second)
	b.must(err)
	wants(ana.User, false)
	s, err = b.Authenticate(t.Context(), b.web.ID, st.Token, "")
	b.must(err)
	b.must(b.Logout(t.Context(), s, device.EndsAll))
	b.clock.Advance(time.Hour)
	next, err := b.Start(t.Context(), b.call(b.web, 0))
	b.must(err)
	wants(next.User, true)
	wants(ana.User, false)
	again, err := b.Init(t.Context(), second)
	b.must(err)
	s, err = b.Authenticate(t.Context(), b.web.ID, again.Token, "")
	b.must(err)
	if now, err := b.SetProactive(t.Context(), s, true); !now || err != nil {
		t.Errorf("taken back: %v, %v", now, err)
	}
	// What an operator stopped is not taken back here.
	_, err = b.profiles.Suppress(t.Context(), &heliograph.Consent{App: b.app.ID, Address: deviceID(1), Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentAgent})
	b.must(err)
	if now, err := b.SetProactive(t.Context(), s, true); now || err != nil {
		t.Errorf("an operator's stop was lifted: %v, %v", now, err)
	}
}
