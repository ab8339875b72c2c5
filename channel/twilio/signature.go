package twilio

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1" // Twilio’s choice
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// authenticate returns the fields of a request that Twilio signed. A body is
// only ever looked at when the signature covers it: as the fields of a form, or
// by the hash that Twilio adds to the URL.
func (s *sender) authenticate(req *channel.Request) (fields, error) {
	if strings.Contains(req.Query, "bodySHA256=") {
		sum := queryOf(req).get("bodySHA256")
		got := sha256.Sum256(req.Body)
		same := subtle.ConstantTimeCompare([]byte(hex.EncodeToString(got[:])), []byte(sum)) == 1
		if !s.signed(req, nil) || !same {
			return nil, forbidden()
		}
		return jsonFields(req.Body)
	}
	if !isForm(req) {
		return nil, forbidden()
	}
	body, ok := parseForm(string(req.Body))
	if !ok || !s.signed(req, body) {
		return nil, forbidden()
	}
	return body, nil
}

// queryOf returns the fields of the URL; none of one that cannot be read.
func queryOf(req *channel.Request) fields {
	if req.Query == "" {
		return nil
	}
	query, _ := parseForm(req.Query)
	return query
}

func forbidden() error {
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "the request is not signed by this account")
}

func isForm(req *channel.Request) bool {
	const form = "application/x-www-form-urlencoded"
	given := req.Header.Get("Content-Type")
	if given == form {
		return true
	}
	kind, _, err := mime.ParseMediaType(given)
	return err == nil && kind == form
}

// signed checks the signature with each token and, because Twilio is of two
// minds about default ports, with and without one in the URL.
func (s *sender) signed(req *channel.Request, form []field) bool {
	given := []byte(req.Header.Get("X-Twilio-Signature"))
	if len(given) == 0 {
		return false
	}
	params := signedParams(form)
	ok := false
	for _, target := range [...]string{req.URL, otherPort(req.URL)} {
		for _, token := range [...]string{s.settings.AuthToken, s.settings.SecondaryAuthToken} {
			if target == "" || token == "" {
				continue
			}
			if subtle.ConstantTimeCompare(sign(token, target, params), given) == 1 {
				ok = true
			}
		}
		if ok {
			break
		}
	}
	return ok
}

// sign returns the signature of a URL and what signedParams made of a form.
func sign(token, target string, params []byte) []byte {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(target))
	mac.Write(params)
	var sum [sha1.Size]byte
	return base64.StdEncoding.AppendEncode(nil, mac.Sum(sum[:0]))
}

// signedParams writes every field's name and value, sorted by name. Of fields
// that say the same twice one counts, as in Twilio's own validators.
func signedParams(form []field) []byte {
	sorted := slices.Clone(form)
	slices.SortFunc(sorted, func(a, b field) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
	})
	size := 0
	for _, f := range sorted {
		size += len(f.name) + len(f.value)
	}
	out := make([]byte, 0, size)
	for _, f := range slices.Compact(sorted) {
		out = append(out, f.name...)
		out = append(out, f.value...)
	}
	return out
}

// otherPort returns target with its scheme's default port added, or taken away;
// "" when it names another port. Nothing else of it is touched.
func otherPort(target string) string {
	port := ":443"
	scheme, rest, ok := strings.Cut(target, "://")
	switch {
	case !ok:
		return ""
	case scheme == "http":
		port = ":80"
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, tail := rest[:end], rest[end:]
	if bare, has := strings.CutSuffix(host, port); has {
		return scheme + "://" + bare + tail
	}
	if strings.LastIndexByte(host, ':') > strings.LastIndexByte(host, ']') {
		return ""
	}
	return scheme + "://" + host + port + tail
}

// jsonFields reads a flat JSON object as fields.
func jsonFields(body []byte) (fields, error) {
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the body is not a JSON object")
	}
	out := make(fields, 0, len(doc))
	for name, v := range doc {
		switch v.(type) {
		case string, float64, bool:
			out = append(out, field{name, fmt.Sprint(v)})
		}
	}
	return out, nil
}
