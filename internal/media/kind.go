package media

import (
	"mime"
	"net/http"
	"strings"
)

// unknownType is that of which nothing is known, and of what is not what it
// claims to be.
const unknownType = "application/octet-stream"

// sniffBytes is how much of a file is looked at.
const sniffBytes = 512

// kindOf returns the type of a file that begins with head. The claim of its
// sender holds unless what is in it says otherwise: what claims to be an image
// and is not, or hides markup, is of no known type.
func kindOf(claimed string, head []byte) string {
	claimed = plainType(claimed)
	found := plainType(http.DetectContentType(head[:min(len(head), sniffBytes)]))
	switch {
	case claimed == "" || claimed == unknownType:
		if markup(found, head) && found != "text/html" {
			return unknownType
		}
		return found
	case markup(claimed, nil):
		return claimed
	case markup(found, head):
		return unknownType
	}
	class, _, _ := strings.Cut(claimed, "/")
	if class != "image" && class != "audio" && class != "video" && claimed != "application/pdf" {
		return claimed
	}
	return shown(claimed, found)
}

// shown is the type of what claims to be for eyes or ears.
func shown(claimed, found string) string {
	class, _, _ := strings.Cut(claimed, "/")
	other, _, _ := strings.Cut(found, "/")
	known := claimed == "application/pdf"
	switch claimed {
	case "image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp", "image/bmp", "audio/wav", "video/webm", "video/avi":
		known = true // would have been recognised
	}
	switch {
	case found == claimed:
		return claimed
	case found == unknownType && !known:
		return claimed
	case class == "audio" && (other == "video" || found == "application/ogg"), class == "video" && found == "application/ogg":
		return claimed // one container for both
	case class == "audio" && other == "audio" && claimed != "audio/mpeg":
		return claimed
	case inlineTypes(found):
		return found
	}
	return unknownType
}

// plainType is a MIME type in lower case without parameters; "" for what is none.
func plainType(t string) string {
	t, _, err := mime.ParseMediaType(t)
	if err != nil || len(t) > 100 || strings.Count(t, "/") != 1 {
		return ""
	}
	return t
}

// markup reports whether a browser would run what is in a file of a type, or in
// one that begins with head.
func markup(t string, head []byte) bool {
	switch {
	case t == "text/html", t == "text/xml", t == "application/xml", strings.HasSuffix(t, "+xml"),
		strings.Contains(t, "javascript"), strings.Contains(t, "ecmascript"):
		return true
	}
	start := strings.ToLower(string(head[:min(len(head), sniffBytes)]))
	return strings.Contains(start, "<svg") || strings.Contains(start, "<html") || strings.Contains(start, "<script")
}

// inlineTypes reports whether files of a type are shown in place. All others are
// for saving only.
func inlineTypes(t string) bool {
	switch t {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/avif", "image/heic",
		"audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/opus", "audio/amr", "audio/3gpp", "audio/wav", "audio/wave", "audio/x-wav", "audio/webm", "audio/flac",
		"video/mp4", "video/webm", "video/ogg", "video/3gpp", "video/quicktime", "application/ogg",
		"application/pdf":
		return true
	}
	return false
}

// Inline reports whether f may be shown in place.
func (f *File) Inline() bool { return inlineTypes(f.Type) }
