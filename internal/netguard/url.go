package netguard

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"heliograph"
)

// CheckURL tells early, for the caller's sake, what would fail at every dial.
// Its error reads as the end of a sentence that begins with the field's name.
// What a name resolves to is not asked here: that is judged at dial time.
func (g *Guard) CheckURL(raw string) error {
	if len(raw) > heliograph.MaxURLBytes {
		return errors.New("is longer than 2048 bytes")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return errors.New("is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must be an http or https URL")
	case u.User != nil:
		return errors.New("must not carry a user name or password")
	case strings.Trim(u.Hostname(), ".") == "":
		return errors.New("has no host")
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return errors.New("must not carry a fragment (#…), which no server is told")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return errors.New("has a port that does not exist")
		}
	}
	return g.checkHost(strings.ToLower(u.Hostname()))
}

func (g *Guard) checkHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		if g.Check(a) != nil {
			return errors.New("points at " + classify(a) + ", which this server does not reach")
		}
		return nil
	}
	host = strings.TrimSuffix(host, ".")
	if !g.allowPrivate && (host == "localhost" || strings.HasSuffix(host, ".localhost")) {
		return errors.New("points at " + loopback + ", which this server does not reach")
	}
	return nil
}
