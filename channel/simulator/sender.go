package simulator

import (
	"net/http"
	"strings"
)

// getAccount plays GET /2010-04-01/Accounts/{sid}.json.
func (s *Simulator) getAccount(w http.ResponseWriter, r *http.Request) {
	sid, ok := strings.CutSuffix(r.PathValue("account"), ".json")
	if !ok {
		notFound(r.URL.Path).write(w)
		return
	}
	if e := s.accounts.check(r, sid); e != nil {
		e.write(w)
		return
	}
	WriteJSON(w, http.StatusOK, map[string]any{
		"sid": sid, "owner_account_sid": sid, "friendly_name": "Simulated account",
		"status": "active", "type": "Full",
		"date_created": mailDate(s.now()), "date_updated": mailDate(s.now()),
		"uri": apiRoot + "/Accounts/" + sid + ".json",
		"subresource_uris": map[string]string{
			"messages":               apiRoot + "/Accounts/" + sid + "/Messages.json",
			"incoming_phone_numbers": apiRoot + "/Accounts/" + sid + "/IncomingPhoneNumbers.json",
		},
	})
}

// numberResource is a number as the provider's API shows it.
func numberResource(account string, n Number) map[string]any {
	return map[string]any{
		"sid": n.PhoneNumberSID, "account_sid": account, "phone_number": n.Number, "friendly_name": n.Number,
		"capabilities": map[string]bool{"sms": true, "mms": true, "voice": false, "fax": false},
		"status":       "in-use", "api_version": "2010-04-01", "origin": "twilio", "beta": false,
		"sms_url": n.SMSURL, "sms_method": http.MethodPost,
		"sms_fallback_url": n.FallbackURL, "sms_fallback_method": http.MethodPost,
		"uri": apiRoot + "/Accounts/" + account + "/IncomingPhoneNumbers/" + n.PhoneNumberSID + ".json",
	}
}

// phoneNumberSID returns the sid in the path of a number. Every well-formed sid
// is a number, but for those that end in 0404.
func phoneNumberSID(r *http.Request) (string, bool) {
	sid, ok := named(r)
	return sid, ok && strings.HasPrefix(sid, "PN") && !strings.HasSuffix(sid, "0404")
}

// getNumber plays GET …/IncomingPhoneNumbers/{sid}.json.
func (s *Simulator) getNumber(w http.ResponseWriter, r *http.Request) {
	account, ok := s.admit(w, r)
	if !ok {
		return
	}
	sid, ok := phoneNumberSID(r)
	if !ok {
		notFound(r.URL.Path).write(w)
		return
	}
	WriteJSON(w, http.StatusOK, numberResource(account, s.numbers.find("", sid, "")))
}

// updateNumber plays POST …/IncomingPhoneNumbers/{sid}.json: SmsUrl is where
// inbound messages are told.
func (s *Simulator) updateNumber(w http.ResponseWriter, r *http.Request) {
	account, ok := s.admit(w, r)
	if !ok {
		return
	}
	sid, ok := phoneNumberSID(r)
	if !ok {
		notFound(r.URL.Path).write(w)
		return
	}
	form, e := readForm(w, r)
	if e != nil {
		e.write(w)
		return
	}
	for _, name := range []string{"SmsUrl", "SmsFallbackUrl"} {
		if target := form.Get(name); target != "" && !validWebhook(target) {
			refuse(21402, name+" is not a valid URL: "+target).write(w)
			return
		}
	}
	n := s.numbers.update("", sid, "", func(n *Number) {
		n.AccountSID = account
		if form.Has("SmsUrl") {
			n.SMSURL = form.Get("SmsUrl")
		}
		if form.Has("SmsFallbackUrl") {
			n.FallbackURL = form.Get("SmsFallbackUrl")
		}
	})
	s.stream.publish("number", n)
	WriteJSON(w, http.StatusOK, numberResource(account, n))
}

// listNumbers plays GET …/IncomingPhoneNumbers.json?PhoneNumber=.
func (s *Simulator) listNumbers(w http.ResponseWriter, r *http.Request) {
	account, ok := s.admit(w, r)
	if !ok {
		return
	}
	out := []map[string]any{}
	for _, n := range s.numbers.list() {
		mine := n.AccountSID == "" || n.AccountSID == account
		if want := r.URL.Query().Get("PhoneNumber"); mine && (want == "" || want == n.Number) {
			out = append(out, numberResource(account, n))
		}
	}
	WriteJSON(w, http.StatusOK, map[string]any{
		"incoming_phone_numbers": out, "page": 0, "page_size": max(50, len(out)),
		"start": 0, "end": max(0, len(out)-1), "uri": r.URL.RequestURI(),
		"first_page_uri": r.URL.RequestURI(), "next_page_uri": nil, "previous_page_uri": nil,
	})
}

// getService plays GET /v1/Services/{sid} of the provider's messaging host.
func (s *Simulator) getService(w http.ResponseWriter, r *http.Request) {
	s.service(w, r, func(*Number, *http.Request) *refusal { return nil })
}

// updateService plays POST /v1/Services/{sid}: InboundRequestUrl is where
// inbound messages of its numbers are told.
func (s *Simulator) updateService(w http.ResponseWriter, r *http.Request) {
	form, e := readForm(w, r)
	if e != nil {
		e.write(w)
		return
	}
	s.service(w, r, func(n *Number, _ *http.Request) *refusal {
		target := form.Get("InboundRequestUrl")
		if target != "" && !validWebhook(target) {
			return refuse(21402, "InboundRequestUrl is not a valid URL: "+target)
		}
		if form.Has("InboundRequestUrl") {
			n.SMSURL = target
		}
		return nil
	})
}

func (s *Simulator) service(w http.ResponseWriter, r *http.Request, change func(*Number, *http.Request) *refusal) {
	account, _, _ := r.BasicAuth()
	if e := s.accounts.check(r, account); e != nil {
		e.write(w)
		return
	}
	sid := r.PathValue("service")
	if !isSID("MG", sid) {
		notFound(r.URL.Path).write(w)
		return
	}
	var e *refusal
	n := s.numbers.update("", "", sid, func(n *Number) {
		n.AccountSID = account
		e = change(n, r)
	})
	if e != nil {
		e.write(w)
		return
	}
	WriteJSON(w, http.StatusOK, map[string]any{
		"sid": sid, "account_sid": account, "friendly_name": "Simulated service",
		"inbound_request_url": orNull(n.SMSURL), "inbound_method": http.MethodPost,
		"fallback_url": orNull(n.FallbackURL), "status_callback": nil,
		"use_inbound_webhook_on_number": false, "smart_encoding": false, "validity_period": 36000,
		"url": "https://messaging.twilio.com/v1/Services/" + sid,
	})
}
