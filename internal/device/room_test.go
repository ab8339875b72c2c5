package device_test

import (
	"fmt"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/store"
)

// TestDevicesWithoutEnd: a user does not gather devices for ever. The ones that were
// used last stay.
func TestDevicesWithoutEnd(t *testing.T) {
	t.Parallel()
	b := newBed(t, "")
	sms := heliograph.Client{
		ID: b.ids.Client(), App: b.app.ID, Integration: b.ids.Integration(), Platform: "twilio", Address: "+15550100001", Status: heliograph.ClientActive,
	}
	var last, user string
	for n := range 104 {
		c := b.call(b.web, 0)
		c.Device.ID, c.UserID = fmt.Sprintf("%032d", n), "ana"
		st, err := b.Start(t.Context(), c)
		b.must(err)
		if n == 0 {
			sms.User, user = st.User.ID, st.Token
			b.must(store.Clients{Store: b.s}.Insert(t.Context(), &sms))
		}
		last = st.Token
		b.clock.Advance(time.Second)
	}
	clients, err := store.Clients{Store: b.s}.OfUser(t.Context(), b.app.ID, sms.User)
	b.must(err)
	if len(clients) != 101 {
		t.Errorf("%d clients", len(clients))
	}
	_, err = b.Authenticate(t.Context(), b.web.ID, last, "")
	b.must(err)
	_, err = b.Authenticate(t.Context(), b.web.ID, user, "")
	b.refused(err, heliograph.CodeInvalidSession)
	if n := b.told(heliograph.EventClientRemove, "sdk"); n != 4 {
		t.Errorf("%d devices were told to be gone", n)
	}
}
