package whatsapp

import (
	"mime"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"heliograph/channel"
)

// Limits of one message, in characters.
const (
	maxText            = 4096
	maxCaption         = 1024
	maxBody            = 1024 // of an interactive message
	maxButton          = 20   // a button's title
	maxButtons         = 3
	maxButtonID        = 256
	maxRows            = 10
	maxRow             = 24 // a row's title
	maxRowDescription  = 72
	maxRowID           = 200
	maxCallbackData    = 512
	maxInteractiveLink = 2000
)

// Sizes of files, in bytes.
const (
	maxImage    = 5 << 20
	maxPlayed   = 16 << 20 // audio and video
	maxDocument = 100 << 20
	maxSticker  = 500 << 10 // an animated one
)

// The kinds of media messages.
const (
	image    = "image"
	video    = "video"
	audio    = "audio"
	document = "document"
	sticker  = "sticker"
)

// mediaLimits are by type what kindOf and sizeOf say. Anything is a document
// that is not one of the types that WhatsApp plays.
func mediaLimits() channel.MediaLimits {
	return channel.MediaLimits{
		"image/jpeg": maxImage, "image/png": maxImage, "image/webp": maxSticker,
		"audio/aac": maxPlayed, "audio/amr": maxPlayed, "audio/mp4": maxPlayed, "audio/mpeg": maxPlayed, "audio/ogg": maxPlayed,
		"video/mp4": maxPlayed, "video/3gpp": maxPlayed,
		"image/*": maxDocument, "audio/*": maxDocument, "video/*": maxDocument,
		"application/*": maxDocument, "text/*": maxDocument,
	}
}

// kindOf returns the kind of message that carries a file of a type.
func kindOf(mediaType string) string {
	switch baseType(mediaType) {
	case "image/jpeg", "image/png":
		return image
	case "image/webp":
		return sticker
	case "audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg":
		return audio
	case "video/mp4", "video/3gpp":
		return video
	}
	return document
}

func sizeOf(kind string) int64 {
	switch kind {
	case image:
		return maxImage
	case audio, video:
		return maxPlayed
	case sticker:
		return maxSticker
	}
	return maxDocument
}

func baseType(mediaType string) string {
	t, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		t, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	}
	return strings.TrimSpace(t)
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// hasLink reports whether WhatsApp can show a preview of something in text.
func hasLink(text string) bool {
	return strings.Contains(text, "https://") || strings.Contains(text, "http://")
}

// fileName is what a file is called when nobody named it.
func fileName(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	if name := path.Base(u.Path); name != "." && name != "/" {
		return name
	}
	return ""
}

// outOfReach reports whether the host of a URL is surely not on the Internet, so
// that Meta cannot fetch from it.
func outOfReach(link string) bool {
	u, err := url.Parse(link)
	if err != nil {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap()
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified()
	}
	for _, end := range []string{".localhost", ".local", ".internal", ".lan", ".home.arpa"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return host != "" && !strings.Contains(host, ".")
}
