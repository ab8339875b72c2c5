package profile_test

import (
	"maps"
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/profile"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u, err := b.Create(b.ctx, b.app, profile.NewUser{ExternalID: "jo@example.org", CredentialRequired: true,
		Profile: heliograph.Profile{GivenName: "Jo", Properties: map[string]any{"plan": "gold", "seats": 4.0, "vip": true, "gone": nil}}})
	b.must(err)
	for _, name := range []string{u.ID.String(), "jo@example.org"} {
		got, err := b.Resolve(b.ctx, b.app, name)
		b.must(err)
		if got.ID != u.ID || !got.CredentialRequired || !maps.Equal(got.Profile.Properties, map[string]any{"plan": "gold", "seats": 4.0, "vip": true}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, name := range []string{"JO@example.org", "", "x\x00", "\xff", b.ids.User().String()} {
		_, err := b.Resolve(b.ctx, b.app, name)
		b.kind(err, heliograph.NotFound, "")
	}
	_, err = b.Resolve(b.ctx, b.ids.App(), u.ID.String())
	b.kind(err, heliograph.NotFound, "")
	b.user(strings.Repeat("é", 1024))
	b.user(b.ids.User().String()) // looks like an id, but names nobody yet
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	taken := b.user("taken")
	long := strings.Repeat("é", 129)
	for name, tc := range map[string]struct {
		in    profile.NewUser
		kind  heliograph.Kind
		field string
	}{
		"no id":            {profile.NewUser{}, heliograph.Invalid, "userId"},
		"too long":         {profile.NewUser{ExternalID: strings.Repeat("é", 1025)}, heliograph.Invalid, "userId"},
		"slash":            {profile.NewUser{ExternalID: "a/b"}, heliograph.Invalid, "userId"},
		"question mark":    {profile.NewUser{ExternalID: "a?b"}, heliograph.Invalid, "userId"},
		"hash":             {profile.NewUser{ExternalID: "a#b"}, heliograph.Invalid, "userId"},
		"path word":        {profile.NewUser{ExternalID: "merge"}, heliograph.Invalid, "userId"},
		"dots":             {profile.NewUser{ExternalID: ".."}, heliograph.Invalid, "userId"},
		"NUL":              {profile.NewUser{ExternalID: "a\x00"}, heliograph.Invalid, "userId"},
		"taken":            {profile.NewUser{ExternalID: "taken"}, heliograph.Conflict, ""},
		"another's _id":    {profile.NewUser{ExternalID: taken.ID.String()}, heliograph.Conflict, ""},
		"long given name":  {profile.NewUser{ExternalID: "x", Profile: heliograph.Profile{GivenName: long}}, heliograph.Invalid, "givenName"},
		"long surname":     {profile.NewUser{ExternalID: "x", Profile: heliograph.Profile{Surname: long}}, heliograph.Invalid, "surname"},
		"long email":       {profile.NewUser{ExternalID: "x", Profile: heliograph.Profile{Email: long}}, heliograph.Invalid, "email"},
		"deep properties":  {profile.NewUser{ExternalID: "x", Profile: heliograph.Profile{Properties: map[string]any{"a": map[string]any{}}}}, heliograph.Invalid, "properties.a"},
		"large properties": {profile.NewUser{ExternalID: "x", Profile: heliograph.Profile{Properties: map[string]any{"k": strings.Repeat("x", 4096-7)}}}, heliograph.Invalid, "properties"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.Create(b.ctx, b.app, tc.in)
			b.kind(err, tc.kind, tc.field)
		})
	}
	_, err := b.Resolve(b.ctx, b.app, "x")
	b.kind(err, heliograph.NotFound, "")
	_, err = b.Create(b.ctx, b.app, profile.NewUser{ExternalID: "x", Profile: heliograph.Profile{Properties: map[string]any{"k": strings.Repeat("x", 4096-8)}}})
	b.must(err)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u, err := b.Create(b.ctx, b.app, profile.NewUser{ExternalID: "ana", Profile: heliograph.Profile{
		GivenName: "Ana", Surname: "Lee", SignedUpAt: 5, Properties: map[string]any{"keep": "a", "drop": "b", "change": 1.0}}})
	b.must(err)
	b.linked(u, phone)
	name, none, never := "Anna", "", heliograph.Millis(0)
	got, err := b.Update(b.ctx, b.app, u.ID, profile.Change{GivenName: &name, Surname: &none, SignedUpAt: &never, Properties: map[string]any{"drop": nil, "change": 2.0, "new": true}})
	b.must(err)
	for _, v := range []*heliograph.User{got, b.see(u.ID)} {
		p := v.Profile
		if p.GivenName != "Anna" || p.Surname != "" || p.SignedUpAt != 0 || !maps.Equal(p.Properties, map[string]any{"keep": "a", "change": 2.0, "new": true}) || len(v.Clients) != 1 {
			t.Errorf("%+v", v)
		}
	}
	_, err = b.Update(b.ctx, b.app, u.ID, profile.Change{GivenName: &none, Properties: map[string]any{"k": strings.Repeat("x", 4090)}})
	b.kind(err, heliograph.Invalid, "properties")
	if got := b.see(u.ID); got.Profile.GivenName != "Anna" || len(got.Profile.Properties) != 3 {
		t.Errorf("a refused change left %+v", got.Profile)
	}
	_, err = b.Update(b.ctx, b.app, b.ids.User(), profile.Change{})
	b.kind(err, heliograph.NotFound, "")
}

func TestDeleteProfile(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u, err := b.Create(b.ctx, b.app, profile.NewUser{ExternalID: "ana", Profile: heliograph.Profile{GivenName: "Ana", Email: "a@e.test", SignedUpAt: 5, Properties: map[string]any{"a": 1.0}}})
	b.must(err)
	b.linked(u, phone)
	b.asked(u, "+15550100101", heliograph.ConfirmPrompt)
	_, err = b.DeleteProfile(b.ctx, b.app, u.ID)
	b.must(err)
	got := b.see(u.ID)
	if got.ExternalID != "ana" || got.Profile.GivenName != "" || got.Profile.Email != "" || len(got.Profile.Properties) != 0 || got.Clients[0].Details.DisplayName != "" {
		t.Errorf("%+v", got)
	}
	b.outcome(heliograph.AtChannel) // a link under way goes on
	b.says("+15550100101", "yes", false)
	b.has(u.ID, "active +15550100100, active +15550100101 primary")
}

func TestRequireCredential(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.user("ana")
	b.must(b.RequireCredential(b.ctx, u))
	if !u.CredentialRequired || !b.see(u.ID).CredentialRequired {
		t.Error("the credential is not required")
	}
}
