package whatsapp

import (
	"context"
	"net/http"

	"heliograph"
	"heliograph/channel/sms"
)

// What Verify tells of the sender.
const (
	infoNumber  = "phoneNumber"
	infoName    = "name"
	infoQuality = "quality"
	infoAccount = "accountName"
)

// Verify implements channel.Verifier. It reads the number with the token that
// sends, and the account with the one that manages it. That the app secret is
// right shows only in what Meta sends us.
func (s *sender) Verify(ctx context.Context) (map[string]string, error) {
	var number struct {
		Number  string `json:"display_phone_number"`
		Name    string `json:"verified_name"`
		Quality string `json:"quality_rating"`
	}
	path := "/" + s.settings.PhoneNumberID + "?fields=display_phone_number,verified_name,quality_rating"
	if err := s.ask(ctx, http.MethodGet, path, s.settings.AccessToken, nil, &number); err != nil {
		return nil, notKnown("phoneNumberId", err)
	}
	e164, ok := sms.Normalise(number.Number)
	if !ok {
		return nil, unavailable("WhatsApp's answer tells no phone number")
	}
	info := map[string]string{infoNumber: e164, infoName: s.safe(number.Name)}
	if number.Quality != "" {
		info[infoQuality] = s.safe(number.Quality)
	}
	if s.settings.AccountID == "" {
		return info, nil
	}
	var account struct{ Name string }
	if err := s.ask(ctx, http.MethodGet, "/"+s.settings.AccountID+"?fields=id,name", s.settings.management(), nil, &account); err != nil {
		return nil, notKnown("accountId", err)
	}
	if account.Name != "" {
		info[infoAccount] = s.safe(account.Name)
	}
	return info, nil
}

// notKnown says which setting names what is not there.
func notKnown(field string, err error) error {
	if heliograph.IsKind(err, heliograph.NotFound) {
		return heliograph.InvalidField(field, "is not known to WhatsApp, or not open to this access token")
	}
	return err
}
