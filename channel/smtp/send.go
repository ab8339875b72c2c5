package smtp

import (
	"context"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
)

// Send implements channel.Channel.
func (s *sender) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	if out.Expires != 0 && out.Expires <= heliograph.At(s.deps.Clock()) {
		return channel.Final(heliograph.ReasonExpired, "it expired before it could be sent")
	}
	m := s.mail(out)
	raw, err := mime.Build(m)
	switch {
	case err != nil:
		e := heliograph.AsError(err)
		return channel.Final(e.Code, e.Message)
	case len(raw) > maxMail:
		return channel.Final(heliograph.ReasonContentTooLong, "the mail is larger than 25 MB")
	}
	if ctx.Err() != nil {
		return retry("it was given up before it was sent")
	}
	from := s.settings.FromAddress
	if d := s.settings.BounceDomain; d != "" {
		from = s.marks.Address(mime.ReturnAddress, out.Delivery, d)
	}
	select {
	case s.open <- struct{}{}:
		defer func() { <-s.open }()
	case <-ctx.Done():
		r := retry("all connections to the mail server are busy")
		r.OnlyThis = true // the server is well
		return r
	}
	c, failed := s.connection(ctx)
	if failed != nil {
		return failed.Result
	}
	r, usable := c.transact(from, out.Address, raw)
	c.release(&s.idle, usable, s.deps.Clock())
	r.Message = s.safe(r.Message)
	if r.Class == channel.ClassAccepted {
		r.External = []string{m.MessageID}
	}
	return r
}

// mail is what to send.
func (s *sender) mail(out *channel.Outgoing) *mime.Outgoing {
	domain := mime.Domain(s.settings.FromAddress)
	m := &mime.Outgoing{
		Content: out.Content, About: out.About, Category: out.Category, Date: s.deps.Clock(),
		From: s.settings.FromAddress, To: out.Address, HideUnsubscribe: s.settings.HideUnsubscribeLink,
		MessageID: s.marks.MessageID(out.Delivery, out.Attempt, domain),
	}
	if d := s.settings.InboundDomain; d != "" {
		m.ReplyTo = s.marks.Address(mime.ReplyAddress, out.Delivery, d)
		m.UnsubscribeMail = s.marks.Address(mime.UnsubscribeAddress, out.Delivery, d)
	}
	return m
}
