package device_test

import (
	"testing"

	"heliograph"
	"heliograph/internal/device"
	"heliograph/internal/store"
)

// TestUnsubscribedForGood: who wants nothing of the business's own accord gets none
// after a logout of the only device, on a new one, and as whom they log in as.
func TestUnsubscribedForGood(t *testing.T) {
	t.Parallel()
	for name, url := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, url(t))
			wants := func(n int, user string) (*device.Session, bool) {
				t.Helper()
				c := b.call(b.web, n)
				if user != "" {
					c.UserID, c.JWT = user, "token of "+user
				}
				st, err := b.Start(t.Context(), c)
				b.must(err)
				of, err := b.Authenticate(t.Context(), b.web.ID, st.Token, c.JWT)
				b.must(err)
				wants, err := b.WantsProactive(t.Context(), st.User)
				b.must(err)
				return of, wants
			}
			of, _ := wants(0, "ana")
			stop := func(of *device.Session, wants bool) {
				t.Helper()
				got, err := b.SetProactive(t.Context(), of, wants)
				b.must(err)
				if got != wants {
					t.Errorf("proactive %v, want %v", got, wants)
				}
			}
			stop(of, false)
			b.must(b.Logout(t.Context(), of, device.EndsAll))
			again, got := wants(0, "ana")
			if got {
				t.Error("a logout took back an unsubscription")
			}
			b.must(b.Logout(t.Context(), again, device.EndsAll))
			elsewhere, got := wants(1, "ana")
			if got {
				t.Error("a new device is sent what its user does not want")
			}
			// Somebody else on the first device has said nothing.
			if _, got := wants(0, "bob"); !got {
				t.Error("a device keeps what its former user said")
			}
			// What is taken back stays so.
			stop(elsewhere, true)
			b.must(b.Logout(t.Context(), elsewhere, device.EndsAll))
			if _, got := wants(1, "ana"); !got {
				t.Error("a logout took back a subscription")
			}
			// What an anonymous visitor said is the word of whom they turn out to be.
			visitor, err := b.Start(t.Context(), b.call(b.web, 2))
			b.must(err)
			session, err := b.Authenticate(t.Context(), b.web.ID, visitor.Token, "")
			b.must(err)
			stop(session, false)
			c := b.call(b.web, 2)
			c.Token, c.UserID, c.JWT = visitor.Token, "bob", "token of bob"
			st, err := b.Login(t.Context(), c)
			b.must(err)
			for n := range 2 {
				clients, err := store.Clients{Store: b.s}.OfUser(t.Context(), b.app.ID, st.User.ID)
				b.must(err)
				for _, client := range clients {
					b.must(b.Remove(t.Context(), st.User, client.ID))
				}
				if _, got := wants(3+n, "bob"); got {
					t.Error("a merge forgot what the visitor said")
				}
			}
			if n := b.told(heliograph.EventMerge, ""); n != 1 || st.User.ExternalID != "bob" {
				t.Errorf("%d merges", n)
			}
		})
	}
}
