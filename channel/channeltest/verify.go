package channeltest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
)

// Verifying is one check of an integration's credentials.
type Verifying struct {
	Name     string
	Settings string // Setup.Settings when empty
	Replies  []Reply
	Requests []Request
	Want     map[string]string
	WantErr  heliograph.Kind // instead of Want: Invalid, Unavailable
	Field    string          // with WantErr: the setting that is wrong
}

// RunVerify runs a table of verifications, with the checks of RunOutgoing that
// concern requests and secrets.
func RunVerify(t *testing.T, s Setup, cases []Verifying) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.run(t.Context(), s).report(t)
		})
	}
}

func (c *Verifying) run(ctx context.Context, s Setup) *findings {
	f := &findings{}
	if c.Settings != "" {
		s.Settings = c.Settings
	}
	s.Info = nil
	p := &provider{base: BaseURL, replies: c.Replies}
	ch, err := s.open(p, BaseURL)
	if err != nil {
		f.add("open: %v", err)
		return f
	}
	v, ok := ch.Channel.(channel.Verifier)
	if !ok {
		f.add("the channel is no channel.Verifier")
		return f
	}
	got, err := v.Verify(mark(ctx))
	switch {
	case c.WantErr != heliograph.Internal:
		if !heliograph.IsKind(err, c.WantErr) || heliograph.AsError(err).Field != c.Field {
			f.add("the error is %v; want kind %d, field %q", err, c.WantErr, c.Field)
		}
	case err != nil:
		f.add("verify: %v", err)
	default:
		if d := cmp.Diff(c.Want, got); d != "" {
			f.add("what the provider tells (-want +got):\n%s", d)
		}
	}
	if err != nil {
		checkText(f, &s, "the error", err.Error())
	}
	checkSecrets(f, &s, "what the provider tells", got)
	checkText(f, &s, "the log", ch.log.String())
	(&Outgoing{Requests: c.Requests}).compareRequests(f, p)
	f.list = append(f.list, p.close()...)
	return f
}
