package device_test

import (
	"context"
	"testing"

	"heliograph"
	"heliograph/internal/device"
	"heliograph/internal/store"
)

// meanwhile are profiles that are late: something happens before they merge.
type meanwhile struct {
	device.Profiles
	do func()
}

func (m *meanwhile) MergeAnonymous(ctx context.Context, app heliograph.AppID, surviving, discarded heliograph.UserID) error {
	if do := m.do; do != nil {
		m.do = nil
		do()
	}
	return m.Profiles.MergeAnonymous(ctx, app, surviving, discarded)
}

// TestPushesAtTwoProcesses: a process that has not heard where a device takes pushes
// by now changes it all the same.
func TestPushesAtTwoProcesses(t *testing.T) {
	t.Parallel()
	b := newBed(t, "")
	other := b.engine()
	st, err := b.Start(t.Context(), b.call(b.ios, 0))
	b.must(err)
	here, err := b.Authenticate(t.Context(), b.ios.ID, st.Token, "")
	b.must(err)
	there, err := other.Authenticate(t.Context(), b.ios.ID, st.Token, "") // takes none, as far as it knows
	b.must(err)
	takes := func(want bool) {
		t.Helper()
		c, err := store.Clients{Store: b.s}.Get(t.Context(), b.app.ID, st.Client.ID)
		b.must(err)
		if got := c.Details.Device.Push != nil; got != want {
			t.Errorf("takes pushes: %v", got)
		}
	}
	p := heliograph.Push{Service: heliograph.PushAPNs, Token: "t"}
	b.must(b.SetPush(t.Context(), here, p))
	here, err = b.Authenticate(t.Context(), b.ios.ID, st.Token, "")
	b.must(err)
	b.must(other.RemovePush(t.Context(), there))
	takes(false)
	b.must(b.SetPush(t.Context(), here, p))
	takes(true)
}

// TestNamedMeanwhile: two people log in at once on one device. The one who was
// faster is left by the other one, and not made part of them.
func TestNamedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, url := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, url(t))
			_, err := b.profiles.Create(t.Context(), b.app.ID, profileOf("bob"))
			b.must(err)
			st, err := b.Start(t.Context(), b.call(b.web, 0))
			b.must(err)
			login := func(e *device.Service, who string) *device.State {
				c := b.call(b.web, 0)
				c.Token, c.UserID, c.JWT = st.Token, who, "token of "+who
				got, err := e.Login(t.Context(), c)
				b.must(err)
				return got
			}
			var ana *device.State
			slow := b.engine()
			slow.Profiles = &meanwhile{b.profiles, func() { ana = login(b.Service, "ana") }}
			bob := login(slow, "bob")
			if bob.User.ExternalID != "bob" || bob.User.Conversation == ana.User.Conversation {
				t.Errorf("bob is %+v", bob.User)
			}
			left, err := store.Users{Store: b.s}.ByExternalID(t.Context(), b.app.ID, "ana")
			if err != nil || left.ID != ana.User.ID || left.Conversation != ana.User.Conversation {
				t.Errorf("ana is %+v, %v", left, err)
			}
			_, err = b.Authenticate(t.Context(), b.web.ID, bob.Token, "token of bob")
			b.must(err)
		})
	}
}
