package device

import (
	"context"
	"strings"

	"heliograph"
)

// Registered is a device that somebody else than its SDK tells of.
type Registered struct {
	Platform    string
	Integration string // an id; "" is the app's oldest of the platform
	Device      Self
	Change
}

// Change is what to change of a device. What is nil stays; an empty text is
// removed.
type Change struct {
	PushToken   *string // of iOS at APNs, of Android at FCM
	AppVersion  *string
	Info        map[string]string // nil stays
	DisplayName *string
	AvatarURL   *string
}

// Register makes a device a client of a user, or changes the one that it is. A
// device that another user has is taken away from them.
func (s *Service) Register(ctx context.Context, u *heliograph.User, r *Registered) (*heliograph.Client, error) {
	in, err := s.integrationOf(ctx, u.App, r)
	if err != nil {
		return nil, err
	}
	if err := CheckID("deviceId", r.Device.ID); err != nil {
		return nil, err
	}
	if err := r.Change.check(in.Type); err != nil {
		return nil, err
	}
	app, err := s.Tenants.App(ctx, u.App)
	if err != nil {
		return nil, err
	}
	e := &entry{Call: &Call{Device: r.Device}, s: s, in: in, app: app, named: u.ExternalID, info: r.Info}
	var c heliograph.Client
	for range tries {
		c, err = s.register(ctx, e, u, r)
		if err != errRaced && !heliograph.IsKind(err, heliograph.Conflict) {
			break
		}
	}
	return &c, err
}

func (s *Service) register(ctx context.Context, e *entry, u *heliograph.User, r *Registered) (c heliograph.Client, err error) {
	owner, err := s.Devices.Owner(ctx, u.App, e.in.ID, r.Device.ID)
	if err != nil && !heliograph.IsKind(err, heliograph.NotFound) {
		return c, err
	}
	err = s.Journal.Atomically(ctx, func(ctx context.Context) error {
		user, had, err := e.hold(ctx, u, owner)
		if err != nil {
			return err
		}
		if had != nil && had.User == user.ID {
			c = *had
			return s.apply(ctx, &c, &r.Change)
		}
		if had != nil {
			if err := s.evict(ctx, had); err != nil {
				return err
			}
		}
		c = e.client(user)
		if err := s.Clients.Insert(ctx, &c); err != nil {
			return err
		}
		if err := s.Profiles.HandOver(ctx, user, c.Address); err != nil {
			return err
		}
		if err := s.apply(ctx, &c, &r.Change); err != nil {
			return err
		}
		if err := s.makeRoom(ctx, &c); err != nil {
			return err
		}
		return s.tell(ctx, heliograph.EventClientAdd, user, &c, reasonLogin)
	})
	s.Forget(owner.ID, c.ID)
	return c, err
}

// integrationOf returns the integration that a registered device belongs to.
func (s *Service) integrationOf(ctx context.Context, app heliograph.AppID, r *Registered) (*heliograph.Integration, error) {
	platforms := []string{heliograph.PlatformWeb, heliograph.PlatformIOS, heliograph.PlatformAndroid}
	switch {
	case r.Platform == "":
		return nil, heliograph.InvalidField("platform", "is required")
	case !heliograph.SDKPlatform(r.Platform):
		return nil, heliograph.InvalidField("platform", "must be one of %s", strings.Join(platforms, ", "))
	}
	all, err := s.Tenants.IntegrationsByType(ctx, app, r.Platform)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if r.Integration == "" || i.ID.String() == r.Integration {
			return i, nil
		}
	}
	if r.Integration != "" {
		return nil, heliograph.InvalidField("integrationId", "names no integration of type %s of this app", r.Platform)
	}
	return nil, heliograph.InvalidField("platform", "%s has no integration in this app", r.Platform)
}

// Change changes what is known of a user's device.
func (s *Service) Change(ctx context.Context, u *heliograph.User, id heliograph.ClientID, ch *Change) (*heliograph.Client, error) {
	c, err := s.ofUser(ctx, u, id)
	if err != nil {
		return nil, err
	}
	if err := ch.check(c.Platform); err != nil {
		return nil, err
	}
	err = s.Journal.Atomically(ctx, func(ctx context.Context) error {
		c, err = s.Devices.Lock(ctx, u.App, id)
		if err == nil && c.User != u.ID {
			err = noClient()
		}
		if err != nil {
			return err
		}
		return s.apply(ctx, &c, ch)
	})
	s.Forget(id)
	return &c, err
}

// Remove takes a device away from its user on the business's behalf.
func (s *Service) Remove(ctx context.Context, u *heliograph.User, id heliograph.ClientID) error {
	if _, err := s.ofUser(ctx, u, id); err != nil {
		return err
	}
	return s.leave(ctx, u.App, id, reasonAPI)
}

// ofUser returns a device of a user.
func (s *Service) ofUser(ctx context.Context, u *heliograph.User, id heliograph.ClientID) (heliograph.Client, error) {
	c, err := s.Clients.Get(ctx, u.App, id)
	if err == nil && c.User != u.ID {
		err = noClient()
	}
	if err == nil && !heliograph.SDKPlatform(c.Platform) {
		err = heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the client is of the channel %s: link and unlink it by /channels", c.Platform)
	}
	return c, err
}

func noClient() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeClientNotFound, "there is no such client")
}

// apply makes a locked client what ch says, and saves it.
func (s *Service) apply(ctx context.Context, c *heliograph.Client, ch *Change) error {
	d := heliograph.Device{}
	if c.Details.Device != nil {
		d = *c.Details.Device
	}
	c.Details.Device = &d
	set(&d.AppVersion, ch.AppVersion)
	set(&c.Details.DisplayName, ch.DisplayName)
	set(&c.Details.AvatarURL, ch.AvatarURL)
	if ch.Info != nil {
		c.Details.Info = ch.Info
	}
	if ch.PushToken != nil {
		d.Push = nil
		if token := *ch.PushToken; token != "" {
			if err := s.takeToken(ctx, c, token); err != nil {
				return err
			}
			d.Push = &heliograph.Push{Service: serviceOf(c.Platform), Token: token, At: s.now(), Topics: []heliograph.Topic{heliograph.TopicAgent, heliograph.TopicProactive}}
		}
	}
	return s.Clients.Save(ctx, c)
}

func set(to *string, from *string) {
	if from != nil {
		*to = *from
	}
}

func serviceOf(platform string) heliograph.PushService {
	switch platform {
	case heliograph.PlatformIOS:
		return heliograph.PushAPNs
	case heliograph.PlatformAndroid:
		return heliograph.PushFCM
	}
	return heliograph.PushWeb
}

func (ch *Change) check(platform string) error {
	version := ""
	set(&version, ch.AppVersion)
	if err := checkAbout("", version, ch.Info); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text *string
		max  int
	}{{"displayName", ch.DisplayName, heliograph.MaxNameRunes}, {"avatarUrl", ch.AvatarURL, heliograph.MaxURLBytes}} {
		if f.text != nil && (len([]rune(*f.text)) > f.max || !storable(*f.text)) {
			return heliograph.InvalidField(f.name, "must be UTF-8 of at most %d characters", f.max)
		}
	}
	switch {
	case ch.PushToken == nil || *ch.PushToken == "":
	case platform == heliograph.PlatformWeb:
		return heliograph.InvalidField("pushNotificationToken", "is for ios and android: a browser registers its own subscription")
	case len(*ch.PushToken) > maxPushToken || !storable(*ch.PushToken):
		return heliograph.InvalidField("pushNotificationToken", "must be UTF-8 of at most %d bytes", maxPushToken)
	}
	return nil
}

// Enroll is Register for a user that is found, or made: the one with an external
// id, or with "" the one who has the device.
func (s *Service) Enroll(ctx context.Context, app heliograph.AppID, userID string, r *Registered) (*heliograph.User, *heliograph.Client, error) {
	in, err := s.integrationOf(ctx, app, r)
	if err != nil {
		return nil, nil, err
	}
	if err := CheckID("device.id", r.Device.ID); err != nil {
		return nil, nil, err
	}
	if userID != "" {
		if err := s.Profiles.CheckUserID(userID); err != nil {
			return nil, nil, err
		}
	}
	u, err := s.userOf(ctx, in, userID, r.Device.ID)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.Register(ctx, u, r)
	return u, c, err
}

// userOf finds the user of an external id, or of a device; or makes one.
func (s *Service) userOf(ctx context.Context, in *heliograph.Integration, external, device string) (*heliograph.User, error) {
	find := func() (*heliograph.User, error) {
		if external != "" {
			return s.Users.ByExternalID(ctx, in.App, external)
		}
		owner, err := s.Devices.Owner(ctx, in.App, in.ID, device)
		if err != nil {
			return nil, err
		}
		return s.Users.Get(ctx, in.App, owner.User)
	}
	u, err := find()
	if !heliograph.IsKind(err, heliograph.NotFound) {
		return u, err
	}
	u = &heliograph.User{ID: s.IDs.User(), App: in.App, ExternalID: external, Created: s.now()}
	err = s.Journal.Atomically(ctx, func(ctx context.Context) error {
		if err := s.free(ctx, in.App, external); err != nil {
			return err
		}
		return s.Users.Insert(ctx, u)
	})
	if heliograph.IsKind(err, heliograph.Conflict) {
		return find() // somebody was faster
	}
	return u, err
}

// OfDevice returns the client of a user with a device's id.
func (s *Service) OfDevice(ctx context.Context, u *heliograph.User, id string) (*heliograph.Client, error) {
	for _, kind := range []string{heliograph.PlatformWeb, heliograph.PlatformIOS, heliograph.PlatformAndroid} {
		all, err := s.Tenants.IntegrationsByType(ctx, u.App, kind)
		if err != nil {
			return nil, err
		}
		for _, in := range all {
			c, err := s.Devices.Owner(ctx, u.App, in.ID, id)
			if err == nil && c.User == u.ID {
				return &c, nil
			}
			if err != nil && !heliograph.IsKind(err, heliograph.NotFound) {
				return nil, err
			}
		}
	}
	return nil, noClient()
}
