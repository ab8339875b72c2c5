package device_test

import (
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// TestAnimalNames: an anonymous user has an invented name, always the same, until a
// login tells who it is.
func TestAnimalNames(t *testing.T) {
	t.Parallel()
	b := newBed(t, "")
	plain, err := b.Start(t.Context(), b.call(b.web, 0))
	b.must(err)
	if plain.Client.Details.DisplayName != "" {
		t.Errorf("a name that nobody asked for: %q", plain.Client.Details.DisplayName)
	}
	b.app.Settings.UseAnimalNames = true
	names := map[string]bool{}
	for n := 1; n < 9; n++ {
		st, err := b.Start(t.Context(), b.call(b.web, n))
		b.must(err)
		if st.Client.Details.DisplayName == "" {
			t.Error("no name")
		}
		names[st.Client.Details.DisplayName] = true
	}
	if len(names) < 4 {
		t.Errorf("eight people are called %v", names)
	}
	st, err := b.Start(t.Context(), b.call(b.web, 9))
	b.must(err)
	_, err = b.profiles.Create(t.Context(), b.app.ID, profileOf("ana"))
	b.must(err)
	c := b.call(b.web, 9)
	c.Token, c.UserID = st.Token, "ana"
	known, err := b.Login(t.Context(), c)
	b.must(err)
	got, err := store.Clients{Store: b.s}.Get(t.Context(), b.app.ID, known.Client.ID)
	b.must(err)
	if got.Details.DisplayName != "" || got.User == heliograph.UserID(st.User.ID) {
		t.Errorf("ana is called %q", got.Details.DisplayName)
	}
}
