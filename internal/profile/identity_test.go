package profile_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/store"
)

// The names that a provider has for people.
const (
	anaPhone, benPhone, newPhone = "+5511987654321", "+14155550102", "+14155550103"
	anaID, benID                 = "BR.1", "US.2"
)

// person makes a user with a client at each of the addresses, of the channel
// whatsapp; external may be empty.
func (b *bed) person(external string, addresses ...string) *heliograph.User {
	b.t.Helper()
	u := &heliograph.User{ID: b.ids.User(), App: b.app, ExternalID: external, Created: heliograph.At(b.clock.Now())}
	b.must(store.Users{Store: b.s}.Insert(b.ctx, u))
	for _, a := range addresses {
		b.must(store.Clients{Store: b.s}.Insert(b.ctx, &heliograph.Client{
			ID: b.ids.Client(), App: b.app, User: u.ID, Integration: b.chat1.ID, Platform: "whatsapp", Address: a, Status: heliograph.ClientActive, LinkedAt: u.Created,
		}))
	}
	return u
}

// owners are who has which address at whatsapp.
func (b *bed) owners(addresses ...string) map[string]heliograph.UserID {
	b.t.Helper()
	out := map[string]heliograph.UserID{}
	for _, a := range addresses {
		at, err := (store.Clients{Store: b.s}).OnChannel(b.ctx, b.app, "whatsapp", a)
		b.must(err)
		for _, c := range at {
			out[a] = c.User
		}
	}
	return out
}

// TestIdentify has a case for each row of docs/guides/matching.md about names.
func TestIdentify(t *testing.T) {
	t.Parallel()
	type people map[string]*heliograph.User // by a letter
	for name, tc := range map[string]struct {
		given   func(b *bed) people
		names   []string
		address string            // under which the person is kept
		owns    map[string]string // address -> letter, afterwards
		gone    string            // letters of users that are no more
		events  []heliograph.EventType
	}{
		"nobody is known: the first name": {
			given: func(*bed) people { return nil }, names: []string{anaPhone, anaID}, address: anaPhone,
		},
		"the phone is known: the id is learned": {
			given: func(b *bed) people { return people{"a": b.person("", anaPhone)} },
			names: []string{anaPhone, anaID}, address: anaPhone, owns: map[string]string{anaPhone: "a"},
		},
		"the id is known: the phone is learned": {
			given: func(b *bed) people { return people{"a": b.person("", anaID)} },
			names: []string{anaPhone, anaID}, address: anaID, owns: map[string]string{anaID: "a"},
		},
		"one user has both: one client stays": {
			given: func(b *bed) people { return people{"a": b.person("", anaPhone, anaID)} },
			names: []string{anaPhone, anaID}, address: anaPhone, owns: map[string]string{anaPhone: "a"},
			events: []heliograph.EventType{heliograph.EventClientRemove},
		},
		"two nameless users: the older one stays": {
			given: func(b *bed) people {
				a := b.person("", anaID)
				b.clock.Advance(time.Second)
				return people{"a": a, "b": b.person("", anaPhone)}
			},
			names: []string{anaPhone, anaID}, address: anaPhone, owns: map[string]string{anaPhone: "a"}, gone: "b",
			events: []heliograph.EventType{heliograph.EventMerge, heliograph.EventClientRemove},
		},
		"one is known to the business: that one stays": {
			given: func(b *bed) people {
				a := b.person("", anaPhone)
				b.clock.Advance(time.Second)
				return people{"a": a, "b": b.person("cust-1", anaID)}
			},
			names: []string{anaPhone, anaID}, address: anaPhone, owns: map[string]string{anaPhone: "b"}, gone: "a",
			events: []heliograph.EventType{heliograph.EventMerge, heliograph.EventClientRemove},
		},
		"both are known to the business: the id moves to the owner of the phone": {
			given: func(b *bed) people {
				return people{"a": b.person("cust-1", anaPhone), "b": b.person("cust-2", anaID)}
			},
			names: []string{anaPhone, anaID}, address: anaPhone, owns: map[string]string{anaPhone: "a"},
			events: []heliograph.EventType{heliograph.EventClientRemove},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			who := tc.given(b)
			b.told = nil
			got, err := b.Identify(b.ctx, b.app, "whatsapp", tc.names)
			b.must(err)
			if got != tc.address {
				t.Errorf("kept under %s, want %s", got, tc.address)
			}
			want := map[string]heliograph.UserID{}
			for a, letter := range tc.owns {
				want[a] = who[letter].ID
			}
			if owns := b.owners(tc.names...); !maps.Equal(owns, want) {
				t.Errorf("owners %v, want %v", owns, want)
			}
			for _, letter := range tc.gone {
				if _, err := (store.Users{Store: b.s}).Get(b.ctx, b.app, who[string(letter)].ID); !heliograph.IsKind(err, heliograph.NotFound) {
					t.Errorf("%c is still there: %v", letter, err)
				}
			}
			var kinds []heliograph.EventType
			for _, e := range b.told {
				kinds = append(kinds, e.Type)
			}
			if !slices.Equal(kinds, tc.events) {
				t.Errorf("told %v, want %v", kinds, tc.events)
			}
			for _, n := range tc.names {
				if a, settled, err := b.Known(b.ctx, b.app, "whatsapp", []string{n}); a != tc.address || !settled || err != nil {
					t.Errorf("afterwards %s is known as %s, %v, %v", n, a, settled, err)
				}
			}
		})
	}
}

// TestNamesOfOtherChannels: a channel whose addresses have no other names
// learns none.
func TestNamesOfOtherChannels(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	if a, settled, err := b.Known(b.ctx, b.app, "twilio", []string{anaPhone, anaID}); a != anaPhone || !settled || err != nil {
		t.Errorf("%s, %v, %v", a, settled, err)
	}
}

// TestUnitedConsent: what somebody opted out of under one name holds under the other.
func TestUnitedConsent(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.person("", anaPhone)
	b.person("", anaID)
	_, err := b.Suppress(b.ctx, &heliograph.Consent{App: b.app, Integration: b.chat1.ID, Address: anaID, Scope: heliograph.ScopeSender, Source: heliograph.ConsentKeyword})
	b.must(err)
	_, err = b.Identify(b.ctx, b.app, "whatsapp", []string{anaPhone, anaID})
	b.must(err)
	at, err := (store.Clients{Store: b.s}).OnChannel(b.ctx, b.app, "whatsapp", anaPhone)
	b.must(err)
	if len(at) != 1 || at[0].Status != heliograph.ClientBlocked {
		t.Errorf("the client is %+v", at)
	}
}

// TestMoved has a case for each row of docs/guides/matching.md about new numbers.
func TestMoved(t *testing.T) {
	t.Parallel()
	fact := func(key string) []channel.Fact {
		return []channel.Fact{{Key: key, Moved: &channel.MovedFact{From: anaPhone, To: newPhone, Aliases: []string{benID}}}}
	}
	t.Run("the person is known: the address changes", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		ana := b.person("", anaPhone)
		_, err := b.Identify(b.ctx, b.app, "whatsapp", []string{anaPhone, anaID})
		b.must(err)
		b.must(b.Told(b.ctx, b.chat1, []byte("raw"), fact("1")))
		if got := b.owners(anaPhone, newPhone); !maps.Equal(got, map[string]heliograph.UserID{newPhone: ana.ID}) {
			t.Errorf("owners %v", got)
		}
		for name, want := range map[string]string{anaID: newPhone, benID: newPhone, newPhone: newPhone, anaPhone: anaPhone} {
			if a, _, err := b.Known(b.ctx, b.app, "whatsapp", []string{name}); a != want || err != nil {
				t.Errorf("%s is known as %s, %v", name, a, err)
			}
		}
	})
	t.Run("the number was another's: that one loses it", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		ana, ben := b.person("", anaPhone), b.person("", newPhone, benPhone)
		b.told = nil
		b.must(b.Told(b.ctx, b.chat1, []byte("raw"), fact("1")))
		if got := b.owners(anaPhone, newPhone, benPhone); !maps.Equal(got, map[string]heliograph.UserID{newPhone: ana.ID, benPhone: ben.ID}) {
			t.Errorf("owners %v", got)
		}
		if len(b.told) != 1 || b.told[0].Type != heliograph.EventClientRemove || b.told[0].Data.Reason != "theft" || b.told[0].User != ben.ID {
			t.Errorf("told %+v", b.told)
		}
	})
	t.Run("the number was another's: what that one is also called does not go with it", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.person("", anaPhone)
		b.person("", newPhone)
		_, err := b.Identify(b.ctx, b.app, "whatsapp", []string{newPhone, "US.9"})
		b.must(err)
		b.must(b.Told(b.ctx, b.chat1, []byte("raw"), fact("1")))
		for name, want := range map[string]string{"US.9": "US.9", benID: newPhone} {
			if a, _, err := b.Known(b.ctx, b.app, "whatsapp", []string{name}); a != want || err != nil {
				t.Errorf("%s is known as %s, %v", name, a, err)
			}
		}
	})
	t.Run("told twice, then the number goes on: nothing moves again", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.person("", anaPhone)
		b.must(b.Told(b.ctx, b.chat1, []byte("raw"), fact("1")))
		ben := b.person("", anaPhone) // somebody else has the old number now
		b.must(b.Told(b.ctx, b.chat1, []byte("raw"), fact("1")))
		if got := b.owners(anaPhone); got[anaPhone] != ben.ID {
			t.Errorf("owners %v", got)
		}
	})
	t.Run("what was opted out of stays so", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.person("", anaPhone)
		optOut := channel.Fact{Key: "2", Consent: &channel.ConsentFact{Address: anaPhone, Action: heliograph.OptOut, Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentProvider, Word: "stop"}}
		b.must(b.Told(b.ctx, b.chat1, []byte("raw"), append(fact("1"), optOut)[1:]))
		b.must(b.Told(b.ctx, b.chat1, []byte("raw"), fact("1")))
		got, err := b.ConsentOf(b.ctx, b.app, newPhone)
		b.must(err)
		if len(got.Suppressions) != 1 || got.Suppressions[0].Scope != heliograph.ScopeMarketing {
			t.Errorf("%+v", got.Suppressions)
		}
	})
	t.Run("nobody has the old number", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.must(b.Told(b.ctx, b.chat1, []byte("raw"), fact("1")))
		if a, _, _ := b.Known(b.ctx, b.app, "whatsapp", []string{benID}); a != newPhone {
			t.Errorf("the new id is known as %s", a)
		}
	})
}

// TestForgottenNames: who is deleted leaves no name behind.
func TestForgottenNames(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana := b.person("", anaPhone)
	_, err := b.Identify(b.ctx, b.app, "whatsapp", []string{anaPhone, anaID})
	b.must(err)
	b.must(b.Delete(b.ctx, b.app, ana.ID))
	if a, _, _ := b.Known(b.ctx, b.app, "whatsapp", []string{anaID}); a != anaID {
		t.Errorf("the id is still known as %s", a)
	}
}

// TestNamesOfWhoWasUnlinked: an address that is nobody's any more has no names,
// which would outlive its person.
func TestNamesOfWhoWasUnlinked(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana := b.person("", anaPhone)
	_, err := b.Identify(b.ctx, b.app, "whatsapp", []string{anaPhone, anaID})
	b.must(err)
	b.must(b.Unlink(b.ctx, b.app, ana.ID, "whatsapp"))
	if a, _, _ := b.Known(b.ctx, b.app, "whatsapp", []string{anaID}); a != anaID {
		t.Errorf("the id is still known as %s", a)
	}
}

// TestEndedSuppression: what has ended by itself is not told as if it held.
func TestEndedSuppression(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	p := heliograph.Suppression{App: b.app, Address: anaPhone, Scope: heliograph.ScopeAll, Source: heliograph.ConsentProvider, Until: heliograph.At(b.clock.Now().Add(time.Hour))}
	_, err := store.Consents{Store: b.s}.Suppress(b.ctx, &p)
	b.must(err)
	for _, want := range []int{1, 0} {
		got, err := b.ConsentOf(b.ctx, b.app, anaPhone)
		b.must(err)
		if len(got.Suppressions) != want {
			t.Errorf("%d suppressions, want %d", len(got.Suppressions), want)
		}
		b.clock.Advance(2 * time.Hour)
	}
}
