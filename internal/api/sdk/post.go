package sdk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/api/sunco"
	"heliograph/internal/content"
	"heliograph/internal/conversation"
	"heliograph/internal/media"
)

// postedJSON is the answer to a message.
type postedJSON struct {
	*conversation.Posted
	nonce string
}

func (p *postedJSON) write(o *sunco.Writer) {
	writeMessage(o, "message", p.Message)
	if p.nonce != "" {
		o.B = o.B[:len(o.B)-1]
		o.Text("nonce", p.nonce)
		o.Close('}')
	}
	writeConversation(o, p.Conversation)
}

func (a *API) postMessage(ctx context.Context, c *call) (any, error) {
	body, err := c.bytes()
	if err != nil {
		return nil, err
	}
	if _, err := sunco.Decode[struct{}](body); err != nil {
		return nil, err
	}
	said, err := content.Parse(body)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(body)
	return c.say(ctx, said, digest[:])
}

// say stores what the user says. With an idempotency key it does so once.
func (c *call) say(ctx context.Context, said *heliograph.Content, digest []byte) (any, error) {
	key, err := httpx.IdempotencyKey(c.Header)
	if err != nil {
		return nil, err
	}
	session, err := c.Devices.Begin(ctx, c.session)
	if err != nil {
		return nil, err
	}
	post := &conversation.Post{App: c.app, User: session.User, Role: heliograph.Customer, Via: c.via(), Content: said}
	if err := c.Devices.Used(ctx, session); err != nil {
		return nil, err
	}
	if key == "" {
		out, err := c.Conversations.Post(ctx, post)
		if err != nil {
			return nil, stale(err)
		}
		return &postedJSON{out, ""}, nil
	}
	return c.sayOnce(ctx, post, key, digest)
}

// sayOnce is for a message with a key. A key is one device's, whoever its user is.
func (c *call) sayOnce(ctx context.Context, post *conversation.Post, key string, digest []byte) (any, error) {
	r := &httpx.Keyed{
		App: c.app.ID, Route: "sdk " + c.session.Client.ID.String(), Key: key, Digest: digest, Status: c.route.status,
		Work: func(ctx context.Context) ([]byte, error) {
			out, err := c.Conversations.Post(ctx, post)
			if err != nil {
				return nil, stale(err)
			}
			return encode(&postedJSON{out, key})
		},
		Refusal: refusal,
	}
	r.Fast = func(ctx context.Context) (*httpx.Kept, error) {
		k, err := c.Conversations.PostOnce(ctx, post, &conversation.Once{
			Route: r.Route, Key: key, Digest: digest, Status: r.Status,
			Answer: func(out *conversation.Posted) (string, error) {
				body, err := encode(&postedJSON{out, key})
				return string(body), err
			},
		})
		return (*httpx.Kept)(k), err
	}
	status, body, replayed, err := c.once.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	if replayed {
		c.w.Header().Set("Idempotent-Replayed", "true")
	}
	return &answered{status, body}, nil
}

func (a *API) postFile(ctx context.Context, c *call) (any, error) {
	var file *media.File
	draft := media.Draft{App: c.app.ID, User: c.session.User.ID, Access: media.Public}
	fields, err := httpx.Form(c.w, c.Request, a.Media.Limits.Upload, func(part *multipart.Part) (err error) {
		draft.Type, draft.Name = part.Header.Get("Content-Type"), part.FileName()
		file, err = a.Media.Upload(ctx, draft, part)
		return err
	})
	var out any
	if err == nil {
		out, err = c.sayFile(ctx, file, fields["text"])
	}
	if file != nil && (err != nil || c.w.Header().Get("Idempotent-Replayed") != "") {
		_ = a.Media.Remove(context.WithoutCancel(ctx), file.App, a.Media.URL(file))
	}
	if err == errStale {
		// The body is read: the device sends it again.
		err = heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeInvalidSession, "the session's user has changed: call init and send the file again")
		c.Devices.Forget(c.session.Client.ID)
	}
	return out, err
}

func (c *call) sayFile(ctx context.Context, f *media.File, text string) (any, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > heliograph.MaxTextRunes {
		return nil, heliograph.InvalidField("text", "must be UTF-8 of at most %d characters", heliograph.MaxTextRunes)
	}
	said := &heliograph.Content{
		Type: heliograph.FileMessage, Text: text, MediaURL: c.Media.URL(f), MediaType: f.Type, MediaSize: f.Size, AltText: altText(f.Name),
	}
	if strings.HasPrefix(f.Type, "image/") && f.Inline() {
		said.Type = heliograph.ImageMessage
	}
	digest := sha256.Sum256([]byte(hex.EncodeToString(f.SHA256) + "\x00" + text))
	return c.say(ctx, said, digest[:])
}

// altText is a file's name as its message shows it.
func altText(name string) string {
	if r := []rune(name); len(r) > heliograph.MaxAltRunes {
		return string(r[:heliograph.MaxAltRunes])
	}
	return name
}
