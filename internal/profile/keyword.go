package profile

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"heliograph"
)

// wordsFile holds the word lists by language. They are data: a language is
// added there, and an app's settings can replace them.
//
//go:embed words.json
var wordsFile []byte

// words are the built-in lists, normalised, of all languages together: nobody
// tells us which language a short message is in.
type words struct {
	stop, start, startIfStopped, help map[string]bool
	accept, deny                      map[string]bool // answers to a prompt
	helpReply                         string
	prompt                            string // asks whether an address is to be linked
}

func readWords() (*words, error) {
	var file struct {
		Prompt    string `json:"prompt"`
		HelpReply string `json:"helpReply"`
		Languages map[string]struct {
			Stop           []string `json:"stop"`
			Start          []string `json:"start"`
			StartIfStopped []string `json:"startIfStopped"`
			Help           []string `json:"help"`
			Accept         []string `json:"accept"`
			Deny           []string `json:"deny"`
		} `json:"languages"`
	}
	if err := json.Unmarshal(wordsFile, &file); err != nil {
		return nil, err
	}
	w := &words{
		stop: map[string]bool{}, start: map[string]bool{}, startIfStopped: map[string]bool{}, help: map[string]bool{},
		accept: map[string]bool{}, deny: map[string]bool{}, prompt: file.Prompt,
		helpReply: file.HelpReply,
	}
	for _, l := range file.Languages {
		for set, list := range map[*map[string]bool][]string{
			&w.stop: l.Stop, &w.start: l.Start, &w.startIfStopped: l.StartIfStopped, &w.help: l.Help, &w.accept: l.Accept, &w.deny: l.Deny,
		} {
			for _, word := range list {
				(*set)[normalise(word)] = true
			}
		}
	}
	return w, nil
}

// Meaning is what a whole message says about consent.
type Meaning string

// The meanings.
const (
	NoKeyword Meaning = ""
	Stop      Meaning = "stop"
	Start     Meaning = "start"
	Help      Meaning = "help"
)

// Classify tells whether a whole message is a keyword. own are the app's lists;
// a list that it has replaces the built-in one. stopped says that the person is
// opted out now, when some words mean more than otherwise.
func (s *Service) Classify(own *heliograph.Keywords, text string, stopped bool) Meaning {
	const longest = 256 // bytes; no keyword is near it
	if len(text) > longest {
		return NoKeyword
	}
	word := normalise(text)
	if word == "" {
		return NoKeyword
	}
	if own == nil {
		own = &heliograph.Keywords{}
	}
	switch {
	case listed(own.Stop, s.words.stop, word):
		return Stop
	case listed(own.Start, s.words.start, word), stopped && listed(own.StartIfStopped, s.words.startIfStopped, word):
		return Start
	case listed(own.Help, s.words.help, word):
		return Help
	}
	return NoKeyword
}

func listed(own []string, builtIn map[string]bool, word string) bool {
	if own == nil {
		return builtIn[word]
	}
	return slices.ContainsFunc(own, func(w string) bool { return normalise(w) == word })
}

// normalise returns the one spelling of a short message: compatibility form,
// without what cannot be seen, quotes around it and punctuation behind it,
// spaces collapsed, case folded.
func normalise(text string) string {
	text = norm.NFKC.String(text)
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	text = strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) })
	text = strings.TrimRightFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) || isQuote(r) })
	return cases.Fold().String(strings.Join(strings.Fields(text), " "))
}

func isQuote(r rune) bool {
	return unicode.In(r, unicode.Pi, unicode.Pf) || strings.ContainsRune("\"'`´„‚", r)
}

// HelpReply returns the answer to a call for help: the app's own, or the
// built-in one.
func (s *Service) HelpReply(own *heliograph.Keywords) string {
	if own != nil && own.HelpReply != "" {
		return own.HelpReply
	}
	return s.words.helpReply
}
