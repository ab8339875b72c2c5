package sdk

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/api/sunco"
	"heliograph/internal/conversation"
	"heliograph/internal/device"
)

// sessionHeader holds a device's session token.
const sessionHeader = "X-Heliograph-Session"

// maxCredential bounds a header that proves something.
const maxCredential = 8 << 10

// call is one request.
type call struct {
	*http.Request
	*server
	w     http.ResponseWriter
	route *route

	in      *heliograph.Integration
	app     *heliograph.App
	session *device.Session // of routes that need one
	body    []byte
	read    bool
	renewed bool // the session was looked up anew
}

// arrive finds the integration and lets the page in, or not.
func (c *call) arrive(ctx context.Context, id heliograph.IntegrationID) (err error) {
	if c.in, c.app, err = c.Devices.Place(ctx, id); err != nil {
		return err
	}
	return c.cors()
}

// errStale says that what is known of the session's user no longer holds: the user
// was merged, say.
var errStale = errors.New("the session's user has changed")

// run answers the call. It is begun anew when the session's user changed meanwhile.
func (c *call) run(ctx context.Context) {
	status, body, err := c.answer(ctx)
	if errors.Is(err, errStale) {
		c.Devices.Forget(c.session.Client.ID)
		c.renewed = true
		if status, body, err = c.answer(ctx); errors.Is(err, errStale) {
			err = heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeInvalidSession, "the session's user is gone: forget it and call init")
		}
	}
	if err != nil {
		c.fail(err)
		return
	}
	c.write(status, body)
}

func (c *call) answer(ctx context.Context) (int, []byte, error) {
	if err := c.admit(ctx); err != nil {
		return 0, nil, err
	}
	out, err := c.route.handle(ctx, c)
	if err != nil {
		return 0, nil, err
	}
	if ready, ok := out.(*answered); ok {
		return ready.status, ready.body, nil
	}
	status := c.route.status
	if status == 0 {
		status = http.StatusOK
	}
	body, err := encode(out)
	return status, body, err
}

// admit proves the session, where one is needed, and counts the call.
func (c *call) admit(ctx context.Context) error {
	if !c.route.session {
		if c.renewed {
			return nil
		}
		return c.limiter.address(c.Proxies.Caller(c.Request))
	}
	token, jwt, err := c.credentials()
	if err != nil {
		return err
	}
	if c.session, err = c.Devices.Authenticate(ctx, c.in.ID, token, jwt); err != nil {
		if heliograph.IsKind(err, heliograph.Unauthenticated) {
			err = cmp.Or(c.limiter.address(c.Proxies.Caller(c.Request)), err) // guessing has its limit too
		}
		return err
	}
	if c.renewed {
		return nil
	}
	return c.limiter.device(c.session.Client.ID)
}

// credentials are the session token and the user's token; "" where there is none.
func (c *call) credentials() (token, jwt string, err error) {
	token = c.Header.Get(sessionHeader)
	scheme, credential, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	switch {
	case len(token) > maxCredential || len(credential) > maxCredential:
		err = heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeInvalidAuth, "the credential is too long")
	case scheme == "":
	case strings.EqualFold(scheme, "Bearer"):
		jwt = strings.TrimSpace(credential)
	default:
		err = heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeInvalidAuth, "Authorization must be Bearer with a user's token: keys do not belong into apps and pages")
	}
	return token, jwt, err
}

// via is the way by which the user says something.
func (c *call) via() *conversation.Via {
	return &conversation.Via{Integration: c.in, Client: c.session.Client.ID, Name: c.shownName()}
}

// shownName is how the user is shown; "" when nothing is known.
func (c *call) shownName() string {
	p := &c.session.User.Profile
	if name := strings.TrimSpace(p.GivenName + " " + p.Surname); name != "" {
		return name
	}
	return c.session.Client.Details.DisplayName
}

// bytes reads the whole body, once.
func (c *call) bytes() ([]byte, error) {
	if !c.read {
		body, err := httpx.Body(c.w, c.Request, sunco.MaxBody)
		if err != nil {
			return nil, err
		}
		c.body, c.read = body, true
	}
	return c.body, nil
}

// decode reads the call's body, a JSON object, into a T.
func decode[T any](c *call) (*T, error) {
	body, err := c.bytes()
	if err != nil {
		return nil, err
	}
	return sunco.Decode[T](body)
}

// query reads the query's parameters. One that is given twice is an error: which of
// the two was meant is anyone's guess.
func (c *call) query() (url.Values, error) {
	q, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return nil, sunco.Malformed("the query must be URL-encoded")
	}
	for name, values := range q {
		if len(values) > 1 {
			return nil, heliograph.InvalidField(name, "is given more than once in the query")
		}
	}
	return q, nil
}

// fail answers with err. Details of our own failures go to the log only.
func (c *call) fail(err error) {
	e := heliograph.AsError(err)
	if e.Kind == heliograph.Internal && c.Context().Err() == nil {
		c.Log.LogAttrs(c.Context(), slog.LevelError, "request failed",
			slog.String("request", httpx.RequestID(c.w)), slog.String("method", c.Method), slog.String("path", c.URL.Path), slog.String("error", err.Error()))
	}
	httpx.RetryAfter(c.w, e)
	c.failStatus(httpx.Status(e.Kind), e)
}

func (c *call) failStatus(status int, e *heliograph.Error) { c.write(status, refusal(e)) }

// refusal is the body of an answer to an error.
func refusal(e *heliograph.Error) []byte {
	o := &sunco.Writer{B: []byte(`{"error":{`)}
	o.Text("code", e.Code)
	o.Text("description", e.Message)
	o.TextIf("field", e.Field)
	o.B = append(o.B, "}}"...)
	return o.B
}

// answered is an answer that is ready.
type answered struct {
	status int
	body   []byte
}

func (c *call) write(status int, body []byte) {
	h := c.w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if h.Get("Cache-Control") == "" || status >= http.StatusBadRequest {
		h.Set("Cache-Control", "no-store")
	}
	c.w.WriteHeader(status)
	if c.Method != http.MethodHead {
		_, _ = c.w.Write(body)
	}
}
