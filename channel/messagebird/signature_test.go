package messagebird_test

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/messagebird"
)

// The vector, made with neither our code nor our library.
const (
	vectorKey  = "mbsecret"
	vectorURL  = "https://hooks.example.test/mb/in"
	vectorBody = "id=1&body=hi"
	vector     = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." +
		"eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAwMDYwLCJqdGkiOiJqMSIs" +
		"InVybF9oYXNoIjoiMGU0MmYwOGJjZDE3M2ZiYjgxMzg2M2E2MTIzOTI3YjgzMTE4NjVlNGEzYTQ2ZDAwNzY5Njc0YTczOTMzZDY5ZiIs" +
		"InBheWxvYWRfaGFzaCI6ImJiZTk3ZWNhOGM3ZTA0YTAwZjEzZThlYmU0ZDcxYmYxYzEyYWVlNjJmZTZjYmMwYjUyYWNhOTcxY2JjZGI1OTAifQ." +
		"ijEQpp2M8QjXWKU3I8lEKfTbkVUTUID3RbawuypqSUA"
	vectorTime = 1700000000
)

func hash(b string) string {
	sum := sha256.Sum256([]byte(b))
	return hex.EncodeToString(sum[:])
}

var b64 = base64.RawURLEncoding

// token writes a JWT by hand, so that it can be wrong.
func token(alg, key string, claims map[string]any) string {
	head, _ := json.Marshal(map[string]string{"alg": alg, "typ": "JWT"})
	body, _ := json.Marshal(claims)
	text := b64.EncodeToString(head) + "." + b64.EncodeToString(body)
	h := map[string]crypto.Hash{"HS256": crypto.SHA256, "HS384": crypto.SHA384, "HS512": crypto.SHA512}[alg]
	if h == 0 {
		return text + "."
	}
	mac := hmac.New(h.New, []byte(key))
	mac.Write([]byte(text))
	return text + "." + b64.EncodeToString(mac.Sum(nil))
}

func claims(url, body string, at int64) map[string]any {
	c := map[string]any{"iss": "MessageBird", "nbf": at, "exp": at + 60, "jti": "j1", "url_hash": hash(url)}
	if body != "" {
		c["payload_hash"] = hash(body)
	}
	return c
}

// signWith signs as MessageBird does, now.
func signWith(key string) func(*channel.Request) {
	return func(r *channel.Request) {
		r.Header.Set("MessageBird-Signature-JWT", token("HS256", key, claims(r.URL, string(r.Body), channeltest.Now.Unix())))
	}
}

// receive gives a request, at a time, to an integration with a key.
func receive(t testing.TB, key, url, body, proof string, at time.Time) error {
	t.Helper()
	ch, err := messagebird.Type.Open(
		channel.Config{Settings: []byte(settings(map[string]any{"signingKey": key}))},
		channel.Deps{Clock: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ch.(channel.Receiver).Receive(&channel.Request{
		Method: "POST", URL: url, Body: []byte(body), Header: http.Header{"Messagebird-Signature-Jwt": {proof}},
	})
	return err
}

func authentic(err error) bool { return !heliograph.IsKind(err, heliograph.Forbidden) }

func TestVector(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorTime+10, 0)
	if err := receive(t, vectorKey, vectorURL, vectorBody, vector, now); !authentic(err) {
		t.Fatalf("the vector: %v", err)
	}
	for what, text := range map[string]string{"key": vectorKey, "url": vectorURL, "body": vectorBody, "proof": vector} {
		for i := range len(text) * 8 {
			flipped := []byte(text)
			flipped[i/8] ^= 1 << (i % 8)
			args := map[string]string{"key": vectorKey, "url": vectorURL, "body": vectorBody, "proof": vector}
			args[what] = string(flipped)
			if what == "key" && !json.Valid([]byte(`"`+args["key"]+`"`)) || bytes.IndexByte(flipped, 0x80|'a') >= 0 && what == "key" {
				continue // no text setting can hold it
			}
			if err := receive(t, args["key"], args["url"], args["body"], args["proof"], now); authentic(err) {
				t.Errorf("bit %d of the %s flipped: %v", i, what, err)
			}
		}
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	const url, body = "https://hooks.example.test/mb/in?a=1&b=%20", "originator=1&id=1"
	start := time.Unix(vectorTime, 0)
	with := func(changes map[string]any) map[string]any {
		c := claims(url, body, vectorTime)
		maps.Copy(c, changes)
		maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
		return c
	}
	hs256 := func(changes map[string]any) string { return token("HS256", vectorKey, with(changes)) }
	endless := map[string]any{"exp": nil}
	tests := []struct {
		name, url, body, proof string
		after                  time.Duration
		authentic              bool
	}{
		{"HS256", url, body, hs256(nil), 0, true},
		{"HS384", url, body, token("HS384", vectorKey, with(nil)), 0, true},
		{"HS512", url, body, token("HS512", vectorKey, with(nil)), 0, true},
		{"none", url, body, token("none", "", with(nil)), 0, false},
		{"None", url, body, token("None", "", with(nil)), 0, false},
		{"RS256 over our key as text", url, body, token("RS256", vectorKey, with(nil)) + b64.EncodeToString([]byte("x")), 0, false},
		{"RS256 that is right for some key", url, body, rsaToken(t, with(nil)), 0, false},
		{"no proof", url, body, "", 0, false},
		{"two parts", url, body, "a.b", 0, false},
		{"another key", url, body, token("HS256", "guess", with(nil)), 0, false},
		{"no key at all", url, body, token("HS256", "", with(nil)), 0, false},
		{"padding", url, body, hs256(nil) + "=", 0, false},

		{"another issuer", url, body, hs256(map[string]any{"iss": "Other"}), 0, false},
		{"no issuer", url, body, hs256(map[string]any{"iss": nil}), 0, false},
		{"without the query", strings.TrimSuffix(url, "?a=1&b=%20"), body, hs256(nil), 0, false},
		{"the query encoded again", strings.Replace(url, "%20", "+", 1), body, hs256(nil), 0, false},
		{"another scheme", strings.Replace(url, "https", "http", 1), body, hs256(nil), 0, false},
		{"no hash of the URL", url, body, hs256(map[string]any{"url_hash": nil}), 0, false},
		{"a hash in capitals", url, body, hs256(map[string]any{"url_hash": strings.ToUpper(hash(url))}), 0, false},

		{"another body", url, body + "&x=1", hs256(nil), 0, false},
		{"a hash and no body", url, "", hs256(nil), 0, false},
		{"an empty hash and no body", url, "", hs256(map[string]any{"payload_hash": ""}), 0, false},
		{"the hash of nothing and no body", url, "", hs256(map[string]any{"payload_hash": hash("")}), 0, false},
		{"a body and no hash", url, body, hs256(map[string]any{"payload_hash": nil}), 0, false},
		{"a body and an empty hash", url, body, hs256(map[string]any{"payload_hash": ""}), 0, false},
		{"neither", url, "", hs256(map[string]any{"payload_hash": nil}), 0, true},

		{"5 s early", url, body, hs256(nil), -5 * time.Second, true},
		{"6 s early", url, body, hs256(nil), -6 * time.Second, false},
		{"4 s late", url, body, hs256(nil), 64 * time.Second, true},
		{"6 s late", url, body, hs256(nil), 66 * time.Second, false},
		{"no end, young", url, body, hs256(endless), 5 * time.Minute, true},
		{"no end, old", url, body, hs256(endless), 5*time.Minute + time.Second, false},
		{"no end, early", url, body, hs256(endless), -6 * time.Second, false},
		{"neither beginning nor end", url, body, hs256(map[string]any{"exp": nil, "nbf": nil}), 0, false},
		{"an end and no beginning", url, body, hs256(map[string]any{"nbf": nil}), 0, true},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if err := receive(t, vectorKey, tc.url, tc.body, tc.proof, start.Add(tc.after)); authentic(err) != tc.authentic {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("no signing key", func(t *testing.T) {
		t.Parallel()
		for _, proof := range []string{"", token("HS256", "", with(nil)), hs256(nil)} {
			if err := receive(t, "", url, body, proof, start); authentic(err) || !strings.Contains(err.Error(), "signingKey") {
				t.Errorf("%v", err)
			}
		}
	})
}

func rsaToken(t *testing.T, claims map[string]any) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSuffix(token("RS256", "", claims), ".")
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + b64.EncodeToString(sig)
}

// FuzzSignature: whatever the proof, nothing but the real one counts.
func FuzzSignature(f *testing.F) {
	f.Add(vector)
	f.Add(strings.TrimSuffix(vector, "A"))
	f.Add(token("none", "", claims(vectorURL, vectorBody, vectorTime)))
	f.Add("..")
	f.Fuzz(func(t *testing.T, proof string) {
		err := receive(t, vectorKey, vectorURL, vectorBody, proof, time.Unix(vectorTime, 0))
		if authentic(err) && proof != vector {
			t.Fatalf("%q is taken for a proof", proof)
		}
	})
}

func FuzzReceive(f *testing.F) {
	ch, err := messagebird.Type.Open(channel.Config{Settings: []byte(settings(nil))}, channel.Deps{Clock: func() time.Time { return channeltest.Now }})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("GET", "/status", report("delivered"), "", "")
	f.Add("POST", "/inbound", "", "", "id=1&originator=2&body=3&mediaUrls=[\"https://e.test\"]")
	f.Add("POST", "", "", "application/json", `{"id":1,"originator":"2","mediaUrls":["https://e.test",7,null]}`)
	f.Add("GET", "", "%", "", "%zz")
	f.Fuzz(func(t *testing.T, method, path, query, kind, body string) {
		req := &channel.Request{Method: method, URL: "https://h.test" + path + "?" + query, Path: path, Query: query, Header: http.Header{"Content-Type": {kind}}, Body: []byte(body)}
		signWith(signingKey)(req)
		got, err := ch.(channel.Receiver).Receive(req)
		switch {
		case (got == nil) == (err == nil):
			t.Fatalf("%+v and %v", got, err)
		case err != nil && !heliograph.IsKind(err, heliograph.Invalid):
			t.Fatal(err)
		case err == nil && (len(got.Facts) != 1 || got.Facts[0].Key == ""):
			t.Fatalf("%+v", got)
		}
	})
}
