package apns

import (
	"context"
	"net/http"

	"heliograph"
	"heliograph/channel"
)

// nobody is a token of no device.
const nobody = "0000000000000000000000000000000000000000000000000000000000000000"

// Check asks Apple whether it takes the key, by a push to no device: a key that
// is refused is refused before the token is looked at.
func (s *Service) Check(ctx context.Context) error {
	n := &notice{token: nobody, body: []byte(`{"aps":{"alert":"?"}}`), header: http.Header{
		"Apns-Topic": {s.Bundle}, "Apns-Push-Type": {"alert"}, "Apns-Expiration": {"0"},
	}}
	if s.Bundle == "" {
		n.header.Del("Apns-Topic")
	}
	host, _ := s.hosts(new(heliograph.Push))
	r := s.send(ctx, host, n)
	switch r.Class {
	case channel.ClassPause:
		return heliograph.InvalidField("privateKey", "was refused: %s", r.Message)
	case channel.ClassAccepted, channel.ClassFinal:
		return nil
	}
	return heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "Apple's push service could not be asked: %s", r.Message)
}
