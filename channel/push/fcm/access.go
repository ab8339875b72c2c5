package fcm

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

const (
	scope = "https://www.googleapis.com/auth/firebase.messaging"
	grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// early is how long before its end a token is renewed.
	early = 5 * time.Minute
	// sparing is for how long nobody asks again after a refusal.
	sparing = 2 * time.Second
)

// access has the project's access token. One caller at a time asks for a new
// one; the others wait for what it gets.
type access struct {
	Options
	url  string
	turn chan struct{} // whoever has put something in may touch what follows

	token   string
	ends    time.Time
	refused *channel.Result // the last answer, when it was none
	at      time.Time       // of refused
}

// get returns a token, another one than not.
func (a *access) get(ctx context.Context, not string) (string, *channel.Result) {
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return "", &channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTimeout, Message: "there was no time left to get an access token of Google's"}
	}
	now := a.Clock()
	if a.token != "" && a.token != not && now.Before(a.ends) {
		return a.token, nil
	}
	if a.refused != nil && now.Sub(a.at).Abs() < sparing && ctx.Err() == nil {
		again := *a.refused
		return "", &again
	}
	a.token = ""
	failed := a.ask(ctx, now)
	if a.refused, a.at = failed, now; failed != nil {
		again := *failed
		return "", &again
	}
	return a.token, nil
}

// ask gets a token from Google. No push was sent when that fails: so whatever
// is no refusal may be tried again.
func (a *access) ask(ctx context.Context, now time.Time) *channel.Result {
	claims := struct {
		Issuer   string `json:"iss"`
		Scope    string `json:"scope"`
		Audience string `json:"aud"`
		Issued   int64  `json:"iat"`
		Expires  int64  `json:"exp"`
	}{a.Email, scope, a.url, now.Unix(), now.Unix() + 3600}
	assertion, err := push.JWT(a.Key, "", claims)
	if err != nil {
		return &channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: "the service account's key cannot sign"}
	}
	target, err := url.Parse(a.url)
	if err != nil {
		r := channel.Final(heliograph.ReasonBadRequest, "the provider's URL is not a URL")
		return &r
	}
	req := &http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}, "User-Agent": {"Heliograph"}},
	}
	reply, failed := channel.Call(a.HTTP, req.WithContext(ctx), []byte(url.Values{"grant_type": {grant}, "assertion": {assertion}}.Encode()))
	if failed != nil {
		failed.Class = channel.ClassRetry
		return failed
	}
	return a.take(reply, now)
}

// take keeps the token of an answer.
func (a *access) take(reply channel.Reply, now time.Time) *channel.Result {
	if reply.Status != http.StatusOK {
		r := channel.Classify(reply, now)
		r.Message = "Google gives no access token: " + r.Message
		switch r.Class {
		case channel.ClassUnknown:
			r.Class, r.Reason = channel.ClassRetry, heliograph.ReasonTimeout
		case channel.ClassFinal: // invalid_grant, with 400
			r.Class, r.Reason = channel.ClassPause, heliograph.ReasonUnauthorized
			r.Message = "Google does not take the service account: check clientEmail and privateKey, and the clock"
		}
		return &r
	}
	var doc struct {
		Token   string  `json:"access_token"`
		Seconds float64 `json:"expires_in"`
	}
	if json.Unmarshal(reply.Body, &doc) != nil || doc.Token == "" || !printable(doc.Token) {
		return &channel.Result{Class: channel.ClassRetry, HTTPStatus: reply.Status, Reason: heliograph.ReasonTimeout, Message: "Google's answer with the access token cannot be read"}
	}
	life := time.Duration(min(max(doc.Seconds, 0), 86400) * float64(time.Second))
	a.token, a.ends = doc.Token, now.Add(life-min(early, life/2))
	return nil
}

// printable reports whether a token can be in a header.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= 8192
}
