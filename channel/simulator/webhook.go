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

// webhookAnswer is what a webhook's target said.
type webhookAnswer struct {
	status      int
	contentType string
	body        string
}

func (a *webhookAnswer) taken() bool { return a.status >= 200 && a.status < 300 }

var errNoToken = errors.New("no auth token is known for the account: call with the account's own token once, or POST /sim/numbers with authToken")

// call sends one webhook, signed for its account. All tries of one webhook
// carry the same token of idempotency.
func (s *Simulator) call(account, target string, form url.Values, idempotency string, forged bool) (webhookAnswer, error) {
	var a webhookAnswer
	token := s.accounts.token(account)
	if token == "" {
		return a, errNoToken
	}
	target, _, _ = strings.Cut(target, "#")
	mode := s.settings.Load().Signature
	if forged {
		mode = signWrong
	}
	ctx, cancel := context.WithTimeout(s.ctx, webhookTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return a, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("User-Agent", "TwilioProxy/1.1")
	r.Header.Set("Accept", "*/*")
	r.Header.Set("X-Twilio-Signature", signAs(mode, token, target, form))
	r.Header.Set("I-Twilio-Idempotency-Token", idempotency)
	res, err := s.http.Do(r)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	a = webhookAnswer{res.StatusCode, res.Header.Get("Content-Type"), string(raw)}
	return a, err
}

// failure says in words why a webhook was not taken; "" when it was.
func failure(a webhookAnswer, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case !a.taken():
		return "answered " + strconv.Itoa(a.status)
	}
	return ""
}

// worthRetry says whether another try may be taken: a refusal never will.
func worthRetry(a webhookAnswer, err error) bool {
	if err != nil {
		return !errors.Is(err, errNoToken)
	}
	return a.status >= 500 || a.status == http.StatusTooManyRequests
}
