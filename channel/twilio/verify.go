package twilio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// What Verify tells of the sender.
const (
	infoNumber = "phoneNumber"
	infoName   = "name"
)

// Verify implements channel.Verifier. A number is looked up with the very
// credential that sends. Where that does not prove the auth token, which must
// be right for what Twilio sends us, the account is asked for with it; and where
// there is no number to look up, an API key is tried on the message log. That a
// messaging service exists shows only when something is sent through it: it
// lives on another host, and we call none but the one we were given.
func (s *sender) Verify(ctx context.Context) (map[string]string, error) {
	withKey := s.settings.APIKeySID != ""
	info := map[string]string{}
	if withKey || s.settings.PhoneNumberSID == "" {
		if err := s.verifyAccount(ctx, info); err != nil {
			return nil, err
		}
	}
	switch {
	case s.settings.PhoneNumberSID != "":
		return info, s.verifyNumber(ctx, info)
	case withKey:
		return info, s.get(ctx, s.sendAuth(), "/Messages.json?PageSize=1", "apiKeySid", new(struct{}))
	}
	return info, nil
}

func (s *sender) verifyAccount(ctx context.Context, info map[string]string) error {
	var account struct {
		Name   string `json:"friendly_name"`
		Status string `json:"status"`
	}
	if err := s.get(ctx, s.accountAuth(), ".json", "accountSid", &account); err != nil {
		return err
	}
	if account.Status != "" && account.Status != "active" {
		return heliograph.InvalidField("accountSid", "is of an account that is %s", s.safe(account.Status))
	}
	info[infoName] = s.safe(account.Name)
	return nil
}

func (s *sender) verifyNumber(ctx context.Context, info map[string]string) error {
	var number struct {
		Number string `json:"phone_number"`
		Name   string `json:"friendly_name"`
		Can    struct {
			SMS *bool `json:"sms"`
		} `json:"capabilities"`
	}
	resource := "/IncomingPhoneNumbers/" + s.settings.PhoneNumberSID + ".json"
	if err := s.get(ctx, s.sendAuth(), resource, "phoneNumberSid", &number); err != nil {
		return err
	}
	e164, ok := sms.Normalise(number.Number)
	switch {
	case !ok:
		return unavailable("Twilio's answer tells no phone number")
	case number.Can.SMS != nil && !*number.Can.SMS:
		return heliograph.InvalidField("phoneNumberSid", "is of a number that cannot send SMS")
	}
	info[infoNumber], info[infoName] = e164, s.safe(number.Name)
	return nil
}

// get asks for a resource of the account. field is the setting that names it.
func (s *sender) get(ctx context.Context, auth, resource, field string, into any) error {
	target, err := url.Parse(s.accountURL(resource))
	if err != nil {
		return heliograph.AsError(err)
	}
	reply, failed := channel.Call(s.deps.HTTP, newRequest(http.MethodGet, target, auth).WithContext(ctx), nil)
	switch {
	case failed != nil:
		return unavailable(s.safe(failed.Message))
	case reply.Status == http.StatusUnauthorized || reply.Status == http.StatusForbidden:
		return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "Twilio refuses these credentials")
	case reply.Status == http.StatusNotFound:
		return heliograph.InvalidField(field, "is not known to Twilio in this account")
	case reply.Status != http.StatusOK:
		return unavailable("Twilio answered " + strconv.Itoa(reply.Status))
	case json.Unmarshal(reply.Body, into) != nil:
		return unavailable("Twilio's answer cannot be read")
	}
	return nil
}

func unavailable(message string) error {
	return heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "%s", message)
}
