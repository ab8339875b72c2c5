package device

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"heliograph"
)

// Call is what a device asks with init, start and login.
type Call struct {
	Integration heliograph.IntegrationID
	Token       string // of the session that it has; "" none
	JWT         string // of the user; "" none
	Device      Self
	UserID      string // the business's id of the user to go on as; "" as whoever it is
	AuthCode    string // a one-time code of that user, instead
	Agent       string // the user agent of the request
	IP          netip.Addr
}

// State is how a device stands. Without a user there is no client and no token.
type State struct {
	App         *heliograph.App
	Integration *heliograph.Integration
	User        *heliograph.User
	Client      *heliograph.Client
	Token       string
	Verified    bool
	Expires     time.Time // when the user's token ends; zero: never, or there is none
}

// way is what a device wants to become of it.
type way uint8

const (
	byInit way = iota
	byStart
	byLogin
)

// Init returns how a device stands. Somebody known goes on; nobody new comes into
// being.
func (s *Service) Init(ctx context.Context, c *Call) (*State, error) { return s.enter(ctx, c, byInit) }

// Start is Init that makes the user and the conversation, if there are none yet.
func (s *Service) Start(ctx context.Context, c *Call) (*State, error) {
	return s.enter(ctx, c, byStart)
}

// Login makes the device go on as c.UserID. An anonymous user of the device gets
// that id, or is merged into the user who has it.
func (s *Service) Login(ctx context.Context, c *Call) (*State, error) {
	if c.UserID == "" {
		return nil, heliograph.InvalidField("userId", "is required")
	}
	return s.enter(ctx, c, byLogin)
}

// errRaced says that something changed meanwhile: look again.
var errRaced = errors.New("the device or its user has just changed")

// entry is one call on its way.
type entry struct {
	*Call
	s   *Service
	way way
	in  *heliograph.Integration
	app *heliograph.App

	coded    heliograph.UserID // of a one-time code that was redeemed
	named    string            // the external id to go on as
	verified bool              // a token proved it
	expires  time.Time
	info     map[string]string
}

func (s *Service) enter(ctx context.Context, c *Call, w way) (*State, error) {
	in, app, err := s.Place(ctx, c.Integration)
	if err != nil {
		return nil, err
	}
	e := &entry{Call: c, s: s, way: w, in: in, app: app}
	if err := e.check(ctx); err != nil {
		return nil, err
	}
	e.info = s.info(&c.Device, c.Agent, c.IP)
	for range tries {
		// Who comes in is looked up as it is now.
		if t, ok := parseToken(c.Token); ok {
			s.Forget(t.client)
		}
		var st *State
		st, err = e.try(ctx)
		if err == nil {
			return st, nil
		}
		if !errors.Is(err, errRaced) && !heliograph.IsKind(err, heliograph.Conflict) {
			return nil, err
		}
	}
	if errors.Is(err, errRaced) {
		err = &heliograph.Error{Kind: heliograph.Unavailable, Code: heliograph.CodeUnavailable, RetryAfter: time.Second, Message: "this device changes too fast; try again"}
	}
	return nil, err
}

// check looks at what needs no look at the device, and finds out what proves it.
func (e *entry) check(ctx context.Context) (err error) {
	if err = e.Device.check(); err != nil {
		return err
	}
	if e.named = e.UserID; e.named != "" {
		if err = e.s.Profiles.CheckUserID(e.named); err != nil {
			return err
		}
	}
	if e.AuthCode != "" {
		return e.redeem(ctx)
	}
	if e.JWT == "" {
		return nil
	}
	external, expires, err := e.s.userToken(ctx, e.in.App, e.JWT)
	switch {
	case err != nil:
		return err
	case e.named == "":
		e.named = external
	case e.named != external:
		return invalidAuth("the token is of another user than userId")
	}
	e.verified, e.expires = true, expires
	return nil
}

// redeem takes the one-time code, which works once: what follows may be tried
// again without it.
func (e *entry) redeem(ctx context.Context) error {
	if !storable(e.AuthCode) || len(e.AuthCode) > maxToken {
		return invalidAuth("the auth code is not valid")
	}
	u, err := e.s.Profiles.RedeemAuthCode(ctx, e.in.App, e.AuthCode)
	if heliograph.IsKind(err, heliograph.Unauthenticated) {
		return invalidAuth("%s", heliograph.AsError(err).Message)
	}
	switch {
	case err != nil:
		return err
	case e.named != "" && e.named != u.ExternalID:
		return invalidAuth("the auth code is of another user than userId")
	}
	e.coded, e.named = u.ID, ""
	return nil
}

// try goes through once.
func (e *entry) try(ctx context.Context) (*State, error) {
	have, err := e.s.find(ctx, e.in, e.Token)
	if err != nil {
		return nil, err
	}
	want, err := e.wanted(ctx)
	if err != nil {
		return nil, err
	}
	k, text, err := e.become(ctx, have, want)
	if err != nil {
		return nil, err
	}
	st := &State{App: e.app, Integration: e.in}
	if k == nil {
		return st, nil
	}
	if e.way == byStart {
		if err := e.s.startConversation(ctx, k); err != nil {
			return nil, err
		}
	}
	st.User, st.Client, st.Token, st.Expires = k.user, &k.client, text, e.expires
	st.Verified = k.client.Details.Device.Verified
	return st, nil
}

// wanted returns the user that the device wants to go on as; nil when it names
// none, or one who does not exist yet.
func (e *entry) wanted(ctx context.Context) (*heliograph.User, error) {
	if !e.coded.IsZero() {
		return e.s.Users.Get(ctx, e.in.App, e.coded)
	}
	if e.named == "" {
		return nil, nil
	}
	u, err := e.s.Users.ByExternalID(ctx, e.in.App, e.named)
	if err != nil && !heliograph.IsKind(err, heliograph.NotFound) {
		return nil, err
	}
	if err != nil {
		u = nil
	}
	if !e.verified && (requiresToken(e.in) || u != nil && u.CredentialRequired) {
		return nil, invalidAuth("this userId needs the user's token")
	}
	return u, nil
}

// become makes the device that of the wanted user, and returns what it is then
// with its session token; nil when nobody is there.
func (e *entry) become(ctx context.Context, have *known, want *heliograph.User) (*known, string, error) {
	anonymous := e.named == "" && e.coded.IsZero()
	switch {
	case have == nil && want != nil:
		return e.attach(ctx, want)
	case have == nil && e.way == byStart:
		return e.attach(ctx, nil)
	case have == nil:
		return nil, "", nil
	case anonymous, want != nil && want.ID == have.user.ID:
		if anonymous {
			var err error
			if e.expires, err = e.s.prove(ctx, e.in, have, e.JWT); err != nil {
				return nil, "", err
			}
		}
		return e.goOn(ctx, have)
	case have.user.ExternalID == "" && want == nil:
		return e.nameUser(ctx, have)
	case have.user.ExternalID == "":
		return e.merge(ctx, have, want)
	}
	// The device was another named user's, who is left behind.
	if err := e.s.leave(ctx, have.client.App, have.client.ID, reasonSDK); err != nil {
		return nil, "", err
	}
	return e.become(ctx, nil, want)
}
