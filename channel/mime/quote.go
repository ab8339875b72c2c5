package mime

import (
	"regexp"
	"strings"
)

// Stripped returns what a person wrote in a mail, without what their program
// quoted of earlier ones and without their signature. What is all quote is
// returned whole: a person who forwards something says that.
func Stripped(text string) string {
	whole := tidyLines(text)
	lines := strings.Split(whole, "\n")
	lines = withoutQuotes(lines)
	lines = withoutSignature(lines)
	if out := tidyLines(strings.Join(lines, "\n")); out != "" {
		return out
	}
	return whole
}

// tidyLines is text with one kind of line end, without spaces at the end of
// lines, and with never more than one empty line.
func tidyLines(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u00a0", " ", "\u2028", "\n", "\x00", "", "\ufeff", "", "\u200b", "").Replace(text)
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		l = strings.TrimRight(l, " \t\f\v")
		if l == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, l)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// withoutQuotes takes out what is quoted: lines that begin with >, with the line
// that introduces them, and everything after an introduction whose quote is not
// marked line by line.
func withoutQuotes(lines []string) []string {
	var out []string
	for i := 0; i < len(lines); {
		n := introduction(lines[i:])
		if n == 0 && isQuoted(lines[i]) {
			n = 1
		}
		if n == 0 {
			out = append(out, lines[i])
			i++
			continue
		}
		i += n
		next := i
		for next < len(lines) && lines[next] == "" {
			next++
		}
		if !isQuoted(lines[i-1]) && (next == len(lines) || !isQuoted(lines[next])) {
			break // the rest is quoted, unmarked
		}
		for next < len(lines) && (isQuoted(lines[next]) || lines[next] == "") {
			next++
		}
		i = next
		if len(out) > 0 {
			out = append(out, "")
		}
	}
	return out
}

func isQuoted(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), ">") }

// introduction returns how many of the first lines introduce a quote; 0 for none.
func introduction(lines []string) int {
	first := strings.TrimSpace(lines[0])
	switch {
	case first == "":
		return 0
	case divider.MatchString(first):
		return 1
	case strings.HasPrefix(first, "____________") && strings.Trim(first, "_") == "":
		if n := block(skipEmpty(lines[1:])); n > 0 {
			return 1
		}
		return 0
	}
	if n := block(lines); n > 0 {
		return n
	}
	return wrote(lines)
}

func skipEmpty(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return lines
}

// wrote recognises "On … Ana wrote:", over up to four lines, in the languages of
// opened, and on one or two lines what ends like it or with an address and a colon.
func wrote(lines []string) int {
	joined := ""
	for n := 0; n < 4 && n < len(lines); n++ {
		l := plainField(lines[n])
		if l == "" {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + l)
		if len(joined) > 400 {
			return 0
		}
		if !strings.HasSuffix(joined, ":") && !strings.HasSuffix(joined, "：") {
			continue
		}
		dated := strings.ContainsAny(joined, "0123456789@")
		loose := n == 0 || n == 1 && clock.MatchString(lines[0])
		switch {
		case !dated:
			return 0
		case opened.MatchString(joined) && !laterOpening(lines[:n+1]):
			return n + 1
		case loose && (ended.MatchString(joined) || named.MatchString(joined)):
			return n + 1
		}
		return 0
	}
	return 0
}

// laterOpening reports whether what the lines end with is an introduction by
// itself, so that the first line belongs to what the person wrote.
func laterOpening(lines []string) bool {
	for i := 1; i < len(lines); i++ {
		if opened.MatchString(plainField(strings.Join(lines[i:], " "))) {
			return true
		}
	}
	return false
}

// block recognises the header of a mail as Outlook and others put it above what
// they quote: From, and at least two of Sent, To and Subject below it.
func block(lines []string) int {
	if len(lines) == 0 || !fromField.MatchString(plainField(lines[0])) {
		return 0
	}
	others, last := 0, 0
	for i := 1; i < len(lines) && i < 9; i++ {
		if otherField.MatchString(plainField(lines[i])) {
			others, last = others+1, i
		}
	}
	if others < 2 {
		return 0
	}
	return last + 1
}

// plainField is a line without the marks of bold text.
func plainField(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.TrimLeft(s, "> "), "*", ""))
}

// What mail programs write above a quote. English, German, French, Spanish,
// Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Polish, Finnish, Czech,
// Turkish and Russian.
var (
	divider    = regexp.MustCompile(`(?i)^[-_]{2,}\s*(original message|reply message|original appointment|ursprüngliche nachricht|originalnachricht|original-nachricht|message d'origine|message d’origine|message original|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|originalmeddelande|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|wiadomość oryginalna|alkuperäinen viesti|původní zpráva|orijinal mesaj|исходное сообщение)\s*[-_]{2,}$`)
	opened     = regexp.MustCompile(`(?i)^(on\s.+\swrote|am\s.+\sschrieb.*|le\s.+\sa écrit|el\s.+\sescribió|il\s.+\sha scritto|em\s.+\sescreveu|op\s.+\sschreef.*|den\s.+\sskrev.*)\s?[:：]$`)
	ended      = regexp.MustCompile(`(?i)^.+\s(wrote|schrieb.*|a écrit|escribió|ha scritto|escreveu|schreef.*|skrev.*|napisał(\(a\)|a)?|kirjoitti|napsal(\(a\)|a)?|şunu yazdı|(писал|написал)(\(а\)|а)?.*)\s?[:：]$`)
	named      = regexp.MustCompile(`(?i)^.*\d{1,2}[:.h]\d{2}.*<[^<>@\s]+@[^<>\s]+>\s?[:：]$`)
	clock      = regexp.MustCompile(`\d{1,2}[:.h]\d{2}`)
	fromField  = regexp.MustCompile(`(?i)^(from|von|de|da|van|från|fra|od|lähettäjä|kimden|от)\s?[:：]\s*\S`)
	otherField = regexp.MustCompile(`(?i)^(sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|enviado el|fecha|para|asunto|inviato|a|oggetto|data|enviada em|assunto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłano|do|temat|lähetetty|vastaanottaja|aihe|odesláno|komu|předmět|gönderildi|kime|konu|дата|кому|тема)\s?[:：]`)
)

// withoutSignature cuts at the line that begins a signature, and takes the
// advertising of phones off the end.
func withoutSignature(lines []string) []string {
	for i, l := range lines {
		if l == "--" || l == "-- " || l == "—" || l == "__" {
			lines = lines[:i]
			break
		}
	}
	for {
		n := len(lines)
		for n > 0 && strings.TrimSpace(lines[n-1]) == "" {
			n--
		}
		if n == 0 || !sentFrom.MatchString(strings.TrimSpace(lines[n-1])) {
			return lines[:n]
		}
		lines = lines[:n-1]
	}
}

var sentFrom = regexp.MustCompile(`(?i)^[<\[(*_-]{0,3}(` +
	`sent from (my|the|outlook|mail for|yahoo|proton|samsung|gmail).{0,60}|sent via .{0,40}|get outlook for .{0,60}|` +
	`von meinem .{1,40} gesendet|gesendet (von|mit|über|aus) .{1,60}|von unterwegs gesendet|outlook für .{1,60}|holen sie sich outlook .{0,60}|` +
	`envoyé (de|depuis|à partir de|avec) .{1,60}|téléchargez? outlook .{0,60}|obtenir outlook .{0,60}|` +
	`enviado desde .{1,60}|obtener outlook .{0,60}|enviado do meu .{1,60}|enviado a partir .{1,60}|` +
	`inviato da .{1,60}|scarica outlook .{0,60}|verzonden (vanaf|met|via) .{1,60}|skickat från .{1,60}|sendt fra .{1,60}|wysłane z .{1,60}` +
	`)$`)
