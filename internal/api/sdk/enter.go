package sdk

import (
	"context"
	"math"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/conversation"
	"heliograph/internal/device"
)

// firstPage is how many messages an SDK gets at first, and of a page unless it asks.
const firstPage = 25

// enterRequest is the body of init, start and login.
type enterRequest struct {
	Device struct {
		ID         string            `json:"id"`
		AppVersion string            `json:"appVersion"`
		Info       map[string]string `json:"info"`
	} `json:"device"`
	UserID   string `json:"userId"`
	AuthCode string `json:"authCode"`
	Intent   string `json:"intent"`
}

func (c *call) entering() (*device.Call, *enterRequest, error) {
	in, err := decode[enterRequest](c)
	if err != nil {
		return nil, nil, err
	}
	token, jwt, err := c.credentials()
	return &device.Call{
		Integration: c.in.ID, Token: token, JWT: jwt, UserID: in.UserID, AuthCode: in.AuthCode, Agent: c.UserAgent(), IP: c.Proxies.Caller(c.Request),
		Device: device.Self{ID: in.Device.ID, AppVersion: in.Device.AppVersion, Info: in.Device.Info},
	}, in, err
}

func (a *API) postInit(ctx context.Context, c *call) (any, error) {
	in, _, err := c.entering()
	if err != nil {
		return nil, err
	}
	return c.entered(ctx)(a.Devices.Init(ctx, in))
}

func (a *API) postStart(ctx context.Context, c *call) (any, error) {
	in, body, err := c.entering()
	if err != nil {
		return nil, err
	}
	switch body.Intent {
	case "", "conversation:start", "message":
	default:
		return nil, heliograph.InvalidField("intent", "must be conversation:start or message")
	}
	return c.entered(ctx)(a.Devices.Start(ctx, in))
}

func (a *API) postLogin(ctx context.Context, c *call) (any, error) {
	in, _, err := c.entering()
	if err != nil {
		return nil, err
	}
	in.AuthCode = ""
	return c.entered(ctx)(a.Devices.Login(ctx, in))
}

// entered is the answer to how a device stands.
func (c *call) entered(ctx context.Context) func(*device.State, error) (any, error) {
	return func(st *device.State, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return c.stateOf(ctx, st)
	}
}

// stateJSON is the answer to init, start and login.
type stateJSON struct {
	config    *configJSON
	state     *device.State
	page      *conversation.Page // nil: the conversation has not started
	proactive bool
}

func (c *call) stateOf(ctx context.Context, st *device.State) (out *stateJSON, err error) {
	out = &stateJSON{state: st, proactive: true}
	if out.config, err = c.config(c.in, c.app); err != nil || st.User == nil {
		return out, err
	}
	if out.proactive, err = c.Devices.WantsProactive(ctx, st.User); err != nil || !st.User.ConversationStarted() {
		return out, err
	}
	out.page, err = c.Conversations.Older(ctx, st.User, math.MaxInt64, firstPage)
	if heliograph.IsKind(err, heliograph.NotFound) {
		err = nil // it has just gone: the device will find out
	}
	withoutAhead(out.page, c.Now)
	return out, err
}

func (s *stateJSON) write(o *sunco.Writer) {
	o.Key("config")
	o.Value(s.config)
	if st := s.state; st.User == nil {
		for _, name := range []string{"session", "user", "client"} {
			null(o, name)
		}
	} else {
		o.Open("session", '{')
		o.Text("token", st.Token)
		o.Flag("verified", st.Verified)
		o.Close('}')
		o.Key("user")
		o.B = append(o.B, liveUser(st.User)...)
		writeClient(o, st.Client)
	}
	writePage(o, s.page, 0)
	o.Flag("proactive", s.proactive)
}

// writeClient writes what a device is told of itself.
func writeClient(o *sunco.Writer, c *heliograph.Client) {
	o.Open("client", '{')
	sunco.WriteID(o, "_id", c.ID)
	o.Open("push", '[')
	if d := c.Details.Device; d != nil && d.Push != nil {
		for _, t := range d.Push.Topics {
			o.Text("", string(t))
		}
	}
	o.Close(']')
	o.TextIf("displayName", c.Details.DisplayName)
	o.Close('}')
}

func (a *API) postLogout(ctx context.Context, c *call) (any, error) {
	in := &struct {
		Push device.Ends `json:"push"`
	}{}
	if c.ContentLength != 0 {
		var err error
		if in, err = decode[struct {
			Push device.Ends `json:"push"`
		}](c); err != nil {
			return nil, err
		}
	}
	return nil, a.Devices.Logout(ctx, c.session, in.Push)
}
