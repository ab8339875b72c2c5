package device

import (
	"cmp"
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"heliograph"
)

// twins is for how long a device without a session may join the anonymous user
// that it has just become: two tabs that start at once are one person, and a
// start whose answer was lost is asked for again.
const twins = time.Minute

// maxDevices is how many devices one user has: those used last. Every message to a
// user looks at all of them, and a browser that forgets is a new one each time.
const maxDevices = 100

// The reasons of client events, from the v1.1 API.
const (
	reasonLogin = "sdkLogin"
	reasonCode  = "authCode"
	reasonSDK   = "sdk"
	reasonTheft = "theft"
	reasonAPI   = "api"
)

func (e *entry) reason() string {
	if !e.coded.IsZero() {
		return reasonCode
	}
	return reasonLogin
}

// attach opens a session of the device for a user, who with nil for u is made.
func (e *entry) attach(ctx context.Context, u *heliograph.User) (k *known, text string, err error) {
	owner, err := e.s.Devices.Owner(ctx, e.in.App, e.in.ID, e.Device.ID)
	if err != nil && !heliograph.IsKind(err, heliograph.NotFound) {
		return nil, "", err
	}
	err = e.s.Journal.Atomically(ctx, func(ctx context.Context) error {
		user, had, err := e.hold(ctx, u, owner)
		if err != nil {
			return err
		}
		if user == nil {
			if user, err = e.newUser(ctx); err != nil {
				return err
			}
		}
		if had != nil && had.User == user.ID {
			k = &known{*had, user}
			text, err = e.open(ctx, k)
			return err
		}
		if had != nil {
			if err := e.s.evict(ctx, had); err != nil {
				return err
			}
		}
		k = &known{e.client(user), user}
		if text, err = e.insert(ctx, k); err != nil {
			return err
		}
		return e.s.makeRoom(ctx, &k.client)
	})
	if err != nil {
		return nil, "", err
	}
	e.s.Forget(k.client.ID, owner.ID)
	return k, text, nil
}

// hold locks the user and the client that has the device now, if any. Users are
// held before what is theirs, as everywhere. An anonymous start that finds itself
// started a moment ago gets that user.
func (e *entry) hold(ctx context.Context, u *heliograph.User, owner heliograph.Client) (*heliograph.User, *heliograph.Client, error) {
	var ids []heliograph.UserID
	if u != nil {
		ids = append(ids, u.ID)
	}
	if !owner.ID.IsZero() && (u == nil || owner.User != u.ID) {
		ids = append(ids, owner.User)
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	users, err := e.s.Users.Lock(ctx, e.in.App, ids...)
	if err != nil {
		return nil, nil, raced(err)
	}
	var held *heliograph.User
	if u != nil {
		held = users[0]
	}
	if owner.ID.IsZero() {
		return held, nil, nil
	}
	had, err := e.s.Devices.Lock(ctx, e.in.App, owner.ID)
	if err != nil {
		return nil, nil, raced(err)
	}
	if had.User != owner.User {
		return nil, nil, errRaced
	}
	if theirs := users[len(users)-1]; u == nil && e.joins(&had, theirs) {
		held = theirs
	}
	return held, &had, nil
}

// joins reports whether an anonymous start is one more of the same person.
func (e *entry) joins(had *heliograph.Client, u *heliograph.User) bool {
	d := had.Details.Device
	return e.named == "" && u.ExternalID == "" && d != nil && len(d.Session) > 0 && d.Opened.Add(twins) > e.s.now()
}

// raced turns what is no longer there into a reason to look again.
func raced(err error) error {
	if heliograph.IsKind(err, heliograph.NotFound) {
		return errRaced
	}
	return err
}

// newUser stores the user that a start makes.
func (e *entry) newUser(ctx context.Context) (*heliograph.User, error) {
	u := &heliograph.User{ID: e.s.IDs.User(), App: e.in.App, ExternalID: e.named, CredentialRequired: e.verified, Created: e.s.now()}
	if e.named != "" {
		if err := e.s.free(ctx, e.in.App, e.named); err != nil {
			return nil, err
		}
	}
	return u, e.s.Users.Insert(ctx, u)
}

// free refuses an external id that is the id of a user: one could not be told
// from the other.
func (s *Service) free(ctx context.Context, app heliograph.AppID, external string) error {
	var id heliograph.UserID
	if !parseID(external, &id) {
		return nil
	}
	_, err := s.Users.Get(ctx, app, id)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil
	}
	if err == nil {
		err = heliograph.InvalidField("userId", "is the _id of an existing user")
	}
	return err
}

// client is the device as a client of u, without a session.
func (e *entry) client(u *heliograph.User) heliograph.Client {
	now := e.s.now()
	c := heliograph.Client{
		ID: e.s.IDs.Client(), App: e.in.App, User: u.ID, Integration: e.in.ID, Platform: e.in.Type, Address: e.Device.ID,
		Status: heliograph.ClientActive, Primary: true, Conversation: u.Conversation, LinkedAt: now, LastSeen: now,
		Details: heliograph.ClientDetails{Info: e.info, Device: &heliograph.Device{AppVersion: e.Device.AppVersion}},
	}
	if u.ExternalID == "" && e.app.Settings.UseAnimalNames {
		c.Details.DisplayName = animalName(u.ID)
	}
	return c
}

// insert stores a new client with a session, and tells of it.
func (e *entry) insert(ctx context.Context, k *known) (string, error) {
	text, digest, err := e.s.newToken(&k.client)
	if err != nil {
		return "", err
	}
	d := k.client.Details.Device
	d.Session, d.Opened = digest, e.s.now()
	d.Verified, d.Coded = e.verified, !e.coded.IsZero()
	if err := e.s.Clients.Insert(ctx, &k.client); err != nil {
		return "", err
	}
	if err := e.s.Profiles.HandOver(ctx, k.user, k.client.Address); err != nil {
		return "", err
	}
	return text, e.s.tell(ctx, heliograph.EventClientAdd, k.user, &k.client, e.reason())
}

// open gives a client of the user one more session.
func (e *entry) open(ctx context.Context, k *known) (string, error) {
	text, digest, err := e.s.newToken(&k.client)
	if err != nil {
		return "", err
	}
	d := e.refresh(&k.client)
	d.Session = append(digest, d.Session[:min(len(d.Session), (maxSessions-1)*sha256.Size)]...)
	d.Opened = e.s.now()
	return text, e.s.Clients.Save(ctx, &k.client)
}

// refresh brings a client up to what the call says, and returns its device, which
// may be changed.
func (e *entry) refresh(c *heliograph.Client) *heliograph.Device {
	d := heliograph.Device{}
	if c.Details.Device != nil {
		d = *c.Details.Device
	}
	c.Details.Device, c.Details.Info = &d, e.info
	if e.Device.AppVersion != "" {
		d.AppVersion = e.Device.AppVersion
	}
	d.Verified = d.Verified || e.verified
	d.Coded = d.Coded || !e.coded.IsZero()
	return &d
}

// goOn is for a device whose session goes on.
func (e *entry) goOn(ctx context.Context, have *known) (*known, string, error) {
	k := &known{have.client, have.user}
	old := have.client.Details
	d := e.refresh(&k.client)
	same := d.AppVersion == old.Device.AppVersion && d.Verified == old.Device.Verified && d.Coded == old.Device.Coded && maps.Equal(old.Info, e.info)
	if same {
		return k, e.Token, nil
	}
	err := e.s.Journal.Atomically(ctx, func(ctx context.Context) (err error) {
		if k.client, err = e.lockSession(ctx, have); err != nil {
			return err
		}
		e.refresh(&k.client)
		return e.s.Clients.Save(ctx, &k.client)
	})
	if err != nil {
		return nil, "", err
	}
	e.s.Forget(k.client.ID)
	return k, e.Token, nil
}

// lockSession locks the client of a session that must still be good.
func (e *entry) lockSession(ctx context.Context, have *known) (heliograph.Client, error) {
	c, err := e.s.Devices.Lock(ctx, have.client.App, have.client.ID)
	if err != nil {
		return c, raced(err)
	}
	t, _ := parseToken(e.Token)
	if c.User != have.client.User || !t.opens(c.Details.Device) {
		return c, errRaced
	}
	return c, nil
}

// makeRoom takes the devices away from the user of c that were not used for longest,
// when there are too many with c. The user must be held.
func (s *Service) makeRoom(ctx context.Context, c *heliograph.Client) error {
	all, err := s.Clients.OfUser(ctx, c.App, c.User)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(o heliograph.Client) bool { return !heliograph.SDKPlatform(o.Platform) || o.ID == c.ID })
	slices.SortStableFunc(all, func(a, b heliograph.Client) int { return cmp.Compare(b.LastSeen, a.LastSeen) })
	for i := maxDevices - 1; i < len(all); i++ {
		if err := s.remove(ctx, &all[i], reasonSDK); err != nil {
			return err
		}
		s.Forget(all[i].ID)
	}
	return nil
}

func (s *Service) tell(ctx context.Context, t heliograph.EventType, u *heliograph.User, c *heliograph.Client, reason string) error {
	return s.Journal.AppendEvents(ctx, &heliograph.Event{
		ID: s.IDs.Event(), App: u.App, Type: t, At: s.now(), User: u.ID, Conversation: u.Conversation,
		Data: heliograph.EventData{ExtID: u.ExternalID, Client: c.ID, Channel: c.Platform, Integ: c.Integration, Reason: reason},
	})
}

// evict takes a device away from a user because another one has it now. The user
// must be held.
func (s *Service) evict(ctx context.Context, c *heliograph.Client) error {
	reason := reasonSDK
	if d := c.Details.Device; d != nil && len(d.Session) > 0 {
		reason = reasonTheft
	}
	return s.remove(ctx, c, reason)
}

// remove deletes a client, and tells of it.
func (s *Service) remove(ctx context.Context, c *heliograph.Client, reason string) error {
	u, err := s.Users.Get(ctx, c.App, c.User)
	if err != nil {
		return raced(err)
	}
	if err := s.Clients.Delete(ctx, c.App, c.ID); err != nil {
		return err
	}
	return s.tell(ctx, heliograph.EventClientRemove, u, c, reason)
}
