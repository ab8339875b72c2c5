package simulator

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// webhookTimeout is how long the provider waits for an answer.
const webhookTimeout = 15 * time.Second

// callbackClient keeps enough connections for many callbacks to one host.
func callbackClient(workers int) (*http.Client, *http.Transport) {
	t := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		MaxIdleConns:        2 * workers,
		MaxIdleConnsPerHost: workers,
		IdleConnTimeout:     30 * time.Second,
		ForceAttemptHTTP2:   false,
	}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, t
}

// WebhookAnswer is what a webhook's target said.
type WebhookAnswer struct {
	Status      int
	ContentType string
	Body        string
}

func (a *WebhookAnswer) taken() bool { return a.Status >= 200 && a.Status < 300 }

var errNoToken = errors.New("no auth token is known for the account: call with the account's own token once, or POST /sim/numbers with authToken")

// call sends one webhook, signed for its account. All tries of one webhook
// carry the same token of idempotency.
func (s *Simulator) call(account, target string, form url.Values, idempotency string, forged bool) (WebhookAnswer, error) {
	token := s.accounts.token(account)
	if token == "" {
		return WebhookAnswer{}, errNoToken
	}
	target, _, _ = strings.Cut(target, "#")
	mode := s.settings.Load().Signature
	if forged {
		mode = signWrong
	}
	r, err := http.NewRequestWithContext(s.ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return WebhookAnswer{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("User-Agent", "TwilioProxy/1.1")
	r.Header.Set("Accept", "*/*")
	r.Header.Set("X-Twilio-Signature", signAs(mode, token, target, form))
	r.Header.Set("I-Twilio-Idempotency-Token", idempotency)
	return s.do(r)
}

// do sends a webhook and reads what is said to it.
func (s *Simulator) do(r *http.Request) (a WebhookAnswer, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), webhookTimeout)
	defer cancel()
	res, err := s.http.Do(r.WithContext(ctx))
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	return WebhookAnswer{res.StatusCode, res.Header.Get("Content-Type"), string(raw)}, err
}

// failure says in words why a webhook was not taken; "" when it was.
func failure(a WebhookAnswer, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case !a.taken():
		return "answered " + strconv.Itoa(a.Status)
	}
	return ""
}

// isHopeless says whether another try would fail in the same way.
func isHopeless(err error) bool { return errors.Is(err, errNoToken) }
