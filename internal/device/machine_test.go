package device_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heliograph"
	"heliograph/internal/device"
	"heliograph/internal/profile"
	"heliograph/internal/store"
)

func profileOf(user string) profile.NewUser { return profile.NewUser{ExternalID: user} }

// machine is what three devices of two people do, beside what must be true then.
type machine struct {
	*bed
	device [3]struct {
		token string
		user  heliograph.UserID // zero: nobody
		named string
	}
	credential map[string]bool // who has used a token
	people     map[string]heliograph.UserID
}

// TestMachine has devices start, log in and out in any order, and compares who they
// are with the contract's state machine.
func TestMachine(t *testing.T) {
	t.Parallel()
	b := newBed(t, "")
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		m := &machine{bed: b, credential: map[string]bool{}, people: map[string]heliograph.UserID{}}
		// Every run has devices and people of its own.
		names := []string{fmt.Sprintf("ana-%d", run), fmt.Sprintf("bob-%d", run)}
		for n := range rapid.IntRange(1, 8).Draw(t, "steps") {
			i := rapid.IntRange(0, len(m.device)-1).Draw(t, fmt.Sprintf("device %d", n))
			d := &m.device[i]
			c := &device.Call{Integration: b.web.ID, Token: d.token, Device: device.Self{ID: fmt.Sprintf("device-%020d-%d", run, i)}}
			switch what := rapid.SampledFrom([]string{"init", "start", "login", "token", "logout", "wait"}).Draw(t, fmt.Sprintf("step %d", n)); what {
			case "wait":
				b.clock.Advance(2 * time.Minute)
			case "init":
				c.JWT = m.jwt(d.named)
				st, err := b.Init(t.Context(), c)
				m.is(t, i, st, err, d.user, d.named)
			case "start":
				c.JWT = m.jwt(d.named)
				st, err := b.Start(t.Context(), c)
				want := d.user
				if err == nil && want.IsZero() && st.User != nil {
					want = st.User.ID // somebody new, or whom the device had a moment ago
				}
				m.is(t, i, st, err, want, d.named)
				if err == nil && !st.User.ConversationStarted() {
					t.Fatal("a start without a conversation")
				}
			case "login", "token":
				name := rapid.SampledFrom(names).Draw(t, fmt.Sprintf("name %d", n))
				c.UserID = name
				if what == "token" {
					c.JWT = "token of " + name
				}
				st, err := b.Login(t.Context(), c)
				if what == "login" && m.credential[name] {
					if err == nil || heliograph.AsError(err).Code != heliograph.CodeInvalidAuth {
						t.Fatalf("without a token: %v", err)
					}
					break
				}
				m.login(t, i, st, err, name, what == "token")
			case "logout":
				if d.token == "" {
					break
				}
				s, err := b.Authenticate(t.Context(), b.web.ID, d.token, m.jwt(d.named))
				if err != nil {
					t.Fatal(err)
				}
				b.must(b.Logout(t.Context(), s, rapid.SampledFrom([]device.Ends{"", device.EndsAgent, device.EndsNone}).Draw(t, fmt.Sprintf("ends %d", n))))
				if _, err := b.Authenticate(t.Context(), b.web.ID, d.token, m.jwt(d.named)); err == nil {
					t.Fatal("a session outlived its logout")
				}
				d.token, d.user, d.named = "", heliograph.UserID{}, ""
			}
			m.check(t)
		}
	})
}

// jwt is the token that a session of a user may need.
func (m *machine) jwt(named string) string {
	if m.credential[named] {
		return "token of " + named
	}
	return ""
}

// login is what a login must lead to.
func (m *machine) login(t *rapid.T, i int, st *device.State, err error, name string, token bool) {
	d := &m.device[i]
	was := *d
	known := m.people[name]
	want := known
	switch {
	case was.token != "" && was.named == "" && known.IsZero():
		want = was.user // gets the name
	case was.token != "" && was.named != "" && was.named != name && known.IsZero(), was.token == "" && known.IsZero():
		want = heliograph.UserID{} // nobody is made by a login
	}
	m.is(t, i, st, err, want, name)
	if want.IsZero() {
		d.named = ""
		return
	}
	m.people[name] = want
	if token {
		m.credential[name] = true
	}
	for j := range m.device { // a merge
		if was.named == "" && m.device[j].user == was.user && !was.user.IsZero() {
			m.device[j].user, m.device[j].named = want, name
		}
	}
}

// is checks who a device is, and notes it.
func (m *machine) is(t *rapid.T, i int, st *device.State, err error, want heliograph.UserID, named string) {
	if err != nil {
		t.Fatal(err)
	}
	d := &m.device[i]
	if want.IsZero() {
		if st.User != nil || st.Token != "" {
			t.Fatalf("device %d is %s, want nobody", i, st.User.ID)
		}
		d.token, d.user, d.named = "", want, ""
		return
	}
	if st.User == nil || st.User.ID != want || st.User.ExternalID != named || st.Token == "" {
		t.Fatalf("device %d is %+v, want %s named %q", i, st.User, want, named)
	}
	d.token, d.user, d.named = st.Token, want, named
}

// check holds every device against the database, once what is at hand is old.
func (m *machine) check(t *rapid.T) {
	m.clock.Advance(time.Second)
	for i, d := range m.device {
		if d.token == "" {
			continue
		}
		s, err := m.Authenticate(t.Context(), m.web.ID, d.token, m.jwt(d.named))
		if err != nil {
			t.Fatalf("device %d: %v", i, err)
		}
		if s.User.ID != d.user || s.User.ExternalID != d.named {
			t.Fatalf("device %d is %s %q, want %s %q", i, s.User.ID, s.User.ExternalID, d.user, d.named)
		}
		if m.credential[d.named] {
			if _, err := m.Authenticate(t.Context(), m.web.ID, d.token, ""); err == nil {
				t.Fatalf("device %d needs no token", i)
			}
		}
		clients, err := store.Clients{Store: m.s}.OfUser(t.Context(), m.app.ID, d.user)
		m.must(err)
		seen := map[string]bool{}
		for _, c := range clients {
			if seen[c.Address] {
				t.Fatalf("the device %s is twice one user's client", c.Address)
			}
			seen[c.Address] = true
		}
	}
}
