package media

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds a file's name, in bytes: its URL, in which a byte may take
// three, must stay below what the APIs allow.
const maxName = 120

// fileName makes a name that is safe on every system of what a sender called a
// file. A name that says nothing becomes "file" with the type's extension.
func fileName(given, typ string) string {
	if i := strings.LastIndexAny(given, `/\`); i >= 0 {
		given = given[i+1:]
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, !unicode.IsPrint(r), strings.ContainsRune(`<>:"|?*`, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(given, ""))
	name = shorten(strings.Trim(name, " ."))
	if name == "" {
		return "file" + extension(typ)
	}
	return name
}

// shorten cuts the middle out of a long name, so that its extension stays.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	ext := ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= 12 {
		ext = name[i:]
	}
	head := name[:maxName-len(ext)]
	for !utf8.ValidString(head) {
		head = head[:len(head)-1]
	}
	return strings.TrimRight(head, " .") + ext
}

// extension is the usual one of a type; "" for a type that has none here. The
// machine's own table is not asked, so that every machine answers alike.
func extension(typ string) string {
	switch typ {
	case "image/jpeg":
		return ".jpg"
	case "image/png", "image/gif", "image/webp", "image/bmp", "image/heic", "image/avif",
		"video/mp4", "video/webm", "audio/aac", "audio/amr", "audio/wav", "audio/flac", "application/pdf", "application/zip":
		return "." + typ[strings.IndexByte(typ, '/')+1:]
	case "image/svg+xml":
		return ".svg"
	case "video/quicktime":
		return ".mov"
	case "video/3gpp", "audio/3gpp":
		return ".3gp"
	case "audio/mpeg":
		return ".mp3"
	case "audio/mp4":
		return ".m4a"
	case "audio/ogg", "application/ogg":
		return ".ogg"
	case "text/plain":
		return ".txt"
	case "text/csv":
		return ".csv"
	case "text/html":
		return ".html"
	case "text/vcard", "text/x-vcard":
		return ".vcf"
	}
	return ""
}
