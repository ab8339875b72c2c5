package suncov1

import (
	"context"
	"math"
	"net/url"
	"strconv"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/conversation"
)

// messagesJSON is a page of messages.
type messagesJSON struct {
	Conversation conversationJSON `json:"conversation"`
	Messages     []messageJSON    `json:"messages"`
	Previous     string           `json:"previous,omitempty" doc:"Where the page of older messages is."`
	Next         string           `json:"next,omitempty" doc:"Where the page of newer messages is."`
}

func (a *API) listMessages(ctx context.Context, c *call) (any, error) {
	q := c.URL.Query()
	before, after := q.Get("before"), q.Get("after")
	if before != "" && after != "" {
		return nil, badRequest("before and after exclude each other")
	}
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	var p *conversation.Page
	switch {
	case before != "":
		var at heliograph.Millis
		// The first millisecond that does not lie before the moment.
		if at, err = parseSeconds("before", before, math.Ceil); err == nil {
			p, err = a.Conversations.PageBefore(ctx, u, at)
		}
	case after != "":
		var at heliograph.Millis
		if at, err = parseSeconds("after", after, math.Floor); err == nil {
			p, err = a.Conversations.PageAfter(ctx, u, at)
		}
	default:
		p, err = a.Conversations.Newest(ctx, u)
	}
	if err != nil {
		return nil, err
	}
	return c.wirePage(p), nil
}

func (c *call) wirePage(p *conversation.Page) messagesJSON {
	out := messagesJSON{Conversation: sunco.ConversationOf(p.Conversation), Messages: sunco.MessagesOf(p.Messages)}
	if p.Older {
		out.Previous = c.pageURL("before", p.Messages[0].Received)
	}
	if p.Newer {
		out.Next = c.pageURL("after", p.Messages[len(p.Messages)-1].Received)
	}
	return out
}

func (c *call) pageURL(name string, at heliograph.Millis) string {
	seconds := strconv.FormatFloat(at.Seconds(), 'f', 3, 64)
	return c.api.PublicURL + c.URL.EscapedPath() + "?" + url.Values{name: {seconds}}.Encode()
}

// parseSeconds reads decimal Unix seconds. They are rounded to microseconds first,
// which is what a caller's float can hold, and then to milliseconds by round.
func parseSeconds(name, text string, round func(float64) float64) (heliograph.Millis, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= 0 && f < 1e11) {
		return 0, heliograph.InvalidField(name, "must be a moment in decimal Unix seconds")
	}
	return heliograph.Millis(round(math.Round(f*1e6) / 1e3)), nil
}
