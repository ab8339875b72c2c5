package tenant

import (
	"encoding/json"
	"errors"

	"heliograph"
)

// maxKeywords bounds each of an app's keyword lists.
const maxKeywords = 100

// maxUnreadFallback bounds how many seconds a message may stay unread before it
// goes another way.
const maxUnreadFallback = 7 * 24 * 3600

// applySettings sets what change names; the rest stays.
func applySettings(set *heliograph.AppSettings, change json.RawMessage) error {
	next := *set
	if n := set.UnreadFallbackSeconds; n != nil { // else it would be written over where it is
		own := *n
		next.UnreadFallbackSeconds = &own
	}
	if err := json.Unmarshal(change, &next); err != nil {
		if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
			return heliograph.InvalidField("settings."+t.Field, "must be a %s", t.Type)
		}
		return heliograph.InvalidField("settings", "must be an object")
	}
	if n := next.ConversationRetentionSeconds; n < 0 || n > 100*365*86400 {
		return heliograph.InvalidField("settings.conversationRetentionSeconds", "must be 0 (keep) to 100 years")
	}
	if n := next.UnreadFallbackSeconds; n != nil && (*n < 0 || *n > maxUnreadFallback) {
		return heliograph.InvalidField("settings.unreadFallbackSeconds", "must be 0 (off) to %d (7 days)", maxUnreadFallback)
	}
	if n := len(next.PreferredChannels); n > 20 {
		return heliograph.InvalidField("settings.preferredChannels", "has more than 20 entries")
	}
	if err := checkKeywords(next.Keywords); err != nil {
		return err
	}
	*set = next
	return nil
}

func checkKeywords(k *heliograph.Keywords) error {
	if k == nil {
		return nil
	}
	lists := []struct {
		name  string
		words []string
	}{{"stop", k.Stop}, {"start", k.Start}, {"startIfStopped", k.StartIfStopped}, {"help", k.Help}}
	for _, l := range lists {
		field := "settings.keywords." + l.name
		if len(l.words) > maxKeywords {
			return heliograph.InvalidField(field, "has more than %d words", maxKeywords)
		}
		for _, w := range l.words {
			if w == "" || len(w) > heliograph.MaxNameRunes {
				return heliograph.InvalidField(field, "has a word that is empty or longer than %d bytes", heliograph.MaxNameRunes)
			}
		}
	}
	if len(k.HelpReply) > heliograph.MaxTextRunes {
		return heliograph.InvalidField("settings.keywords.helpReply", "is longer than %d bytes", heliograph.MaxTextRunes)
	}
	return nil
}
