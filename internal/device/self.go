package device

import (
	"maps"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/mileusna/useragent"

	"heliograph"
)

// Self is what a device says of itself.
type Self struct {
	ID         string
	AppVersion string
	Info       map[string]string
}

// Bounds of what a device says of itself.
const (
	minIDBytes      = 24
	maxIDBytes      = 64
	maxInfo         = 20
	maxInfoKey      = 64   // characters
	maxInfoRunes    = 1024 // of a value
	maxVersionRunes = 128
)

// CheckID refuses what cannot be a device's id.
func CheckID(field, id string) error {
	if id == "" {
		return heliograph.InvalidField(field, "is required")
	}
	plain := len(id) >= minIDBytes && len(id) <= maxIDBytes
	for i := range len(id) {
		switch c := id[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
		default:
			plain = false
		}
	}
	if !plain {
		return heliograph.InvalidField(field, "must be %d to %d characters of A-Z a-z 0-9 _ -", minIDBytes, maxIDBytes)
	}
	return nil
}

func (d *Self) check() error {
	if err := CheckID("device.id", d.ID); err != nil {
		return err
	}
	return checkAbout("device.", d.AppVersion, d.Info)
}

// checkAbout checks what is known of a device; at begins the names of its fields.
func checkAbout(at, version string, info map[string]string) error {
	if utf8.RuneCountInString(version) > maxVersionRunes || !storable(version) {
		return heliograph.InvalidField(at+"appVersion", "must be UTF-8 of at most %d characters", maxVersionRunes)
	}
	if len(info) > maxInfo {
		return heliograph.InvalidField(at+"info", "has more than %d members", maxInfo)
	}
	for k, v := range info {
		if k == "" || utf8.RuneCountInString(k) > maxInfoKey || !storable(k) {
			return heliograph.InvalidField(at+"info", "has a name that is empty or longer than %d characters", maxInfoKey)
		}
		if utf8.RuneCountInString(v) > maxInfoRunes || !storable(v) {
			return heliograph.InvalidField(at+"info."+k, "must be UTF-8 of at most %d characters", maxInfoRunes)
		}
	}
	return nil
}

func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// info is what is known of a device: what it says, what its user agent tells, and
// where its address is.
func (s *Service) info(d *Self, agent string, ip netip.Addr) map[string]string {
	out := maps.Clone(d.Info)
	if out == nil {
		out = map[string]string{}
	}
	add := func(key, value string) {
		if value != "" && out[key] == "" && storable(value) {
			out[key] = value
		}
	}
	if runes := []rune(agent); len(runes) > maxInfoRunes {
		agent = string(runes[:maxInfoRunes])
	}
	add("userAgent", agent)
	if ua := useragent.Parse(out["userAgent"]); ua.Name != "" {
		add("browser", ua.Name)
		add("browserVersion", ua.Version)
		add("os", ua.OS)
		add("osVersion", ua.OSVersion)
		add("devicePlatform", ua.Device)
		add("deviceType", kindOf(&ua))
	}
	if s.Places != nil && ip.IsValid() {
		country, city := s.Places.Place(ip)
		add("country", country)
		add("city", city)
	}
	return out
}

func kindOf(ua *useragent.UserAgent) string {
	switch {
	case ua.Bot:
		return "bot"
	case ua.Tablet:
		return "tablet"
	case ua.Mobile:
		return "mobile"
	case ua.Desktop:
		return "desktop"
	}
	return ""
}
