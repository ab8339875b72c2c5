package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Client is one device of one integration. Its methods may be called by any
// goroutine. Those that ask the server return when it has answered, at the latest
// after half a minute: do not call them where a screen is drawn.
type Client struct {
	settings Settings
	base     string // the integration's URL
	tls      *tls.Config
	http     *http.Client
	tuning   tuning
	disk     *disk

	ctx  context.Context
	end  context.CancelFunc
	work sync.WaitGroup // everything but the teller
	said chan struct{}  // closed when the teller has ended

	// turn is held by what changes who the user is: one after another.
	turn sync.Mutex
	// renewing is held while the app is asked for a new JWT.
	renewing sync.Mutex
	// sending is held while an unsent message is on its way.
	sending sync.Mutex

	mu         sync.Mutex
	state      state
	history    history
	proactive  bool
	foreground bool
	transport  string             // of the connection that is up; "": none is
	socket     func(any) bool     // sends a frame, when the transport can
	hangUp     context.CancelFunc // ends the connection that is up or being made
	told       recent             // messages that were told
	seenWanted string             // cursor that a person has seen, to be reported
	typing     typing
	events     []event // to be told
	retryNow   bool    // the next attempt to connect is not to wait

	tellMore chan struct{}
	room     chan struct{} // somebody waits for fewer events
	liveWake chan struct{}
	sendWake chan struct{}
	chore    chan struct{}
}

// New makes the device, or finds it as it was. It asks the server for nothing:
// call Init next.
func New(settings *Settings) (*Client, error) {
	return open(settings, defaultTuning())
}

func open(settings *Settings, tune tuning) (*Client, error) {
	c := &Client{
		settings: *settings, tuning: tune, proactive: true, said: make(chan struct{}),
		tellMore: signal(), room: signal(), liveWake: signal(), sendWake: signal(), chore: signal(),
	}
	var err error
	if c.base, err = c.settings.base(); err != nil {
		return nil, err
	}
	if c.tls, err = c.settings.tls(); err != nil {
		return nil, err
	}
	if c.settings.Listener == nil {
		c.settings.Listener = BaseListener{}
	}
	if c.disk, err = openDisk(&c.settings); err != nil {
		return nil, err
	}
	if err := c.disk.read(&c.state); err != nil {
		return nil, err
	}
	c.adopt()
	c.http = &http.Client{Transport: c.roundTripper(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c.ctx, c.end = context.WithCancel(context.Background())
	for _, run := range []func(){c.live, c.sendAll, c.chores} {
		c.work.Go(run)
	}
	go c.tellAll()
	return c, nil
}

func (c *Client) roundTripper() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: c.tls, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4,
		IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
	}
}

// Close ends the client. What waits to be sent is sent by the next one with the
// same storage. A method of the Listener must not call it.
func (c *Client) Close() error {
	c.mu.Lock()
	c.stopTyping()
	c.end() // held, so that nothing is begun once work is waited for
	c.mu.Unlock()
	c.work.Wait()
	wait := time.NewTimer(c.tuning.close)
	defer wait.Stop()
	select {
	case <-c.said:
	case <-wait.C:
		return errors.New("the listener did not come back")
	}
	c.http.CloseIdleConnections()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.disk.write(&c.state)
}

// DeviceID is the id that this device made for itself.
func (c *Client) DeviceID() string { return c.disk.device }

// User is who the device belongs to; nil when nobody exists yet.
func (c *Client) User() *User {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.User
}

// Conversation is the state of the conversation; nil before it started.
func (c *Client) Conversation() *Conversation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.Conversation
}

// Connection is by what the device is connected; "" when it is not.
func (c *Client) Connection() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.transport
}

// tuning are times that tests shorten.
type tuning struct {
	call, dial, ready, close time.Duration
	backoff, backoffMax      time.Duration
	poll, pollMax            time.Duration
	upgrade                  time.Duration // after which polling tries for better
	goingAway                time.Duration // the longest wait after the server said that it goes
	save                     time.Duration // between two writes of the cursor
}

func defaultTuning() tuning {
	return tuning{
		call: 30 * time.Second, dial: 10 * time.Second, ready: 15 * time.Second, close: 5 * time.Second,
		backoff: 500 * time.Millisecond, backoffMax: 30 * time.Second,
		poll: 2 * time.Second, pollMax: 30 * time.Second, upgrade: 2 * time.Minute,
		goingAway: 5 * time.Second, save: time.Second,
	}
}

func signal() chan struct{} { return make(chan struct{}, 1) }

// poke wakes whoever waits on a signal, now or later.
func poke(signals ...chan struct{}) {
	for _, s := range signals {
		select {
		case s <- struct{}{}:
		default:
		}
	}
}

// pause waits, unless woken or ended before. It reports whether to go on.
func (c *Client) pause(d time.Duration, wake chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-wake:
	case <-c.ctx.Done():
	}
	return c.ctx.Err() == nil
}
