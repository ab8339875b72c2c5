package simulator

import (
	"strconv"
	"time"
)

const apiRoot = "/2010-04-01"

// messageResource is a message as the provider's API shows it.
type messageResource struct {
	AccountSID          string            `json:"account_sid"`
	APIVersion          string            `json:"api_version"`
	Body                string            `json:"body"`
	DateCreated         string            `json:"date_created"`
	DateSent            *string           `json:"date_sent"`
	DateUpdated         string            `json:"date_updated"`
	Direction           string            `json:"direction"`
	ErrorCode           *int              `json:"error_code"`
	ErrorMessage        *string           `json:"error_message"`
	From                *string           `json:"from"`
	MessagingServiceSID *string           `json:"messaging_service_sid"`
	NumMedia            string            `json:"num_media"`
	NumSegments         string            `json:"num_segments"`
	Price               *string           `json:"price"`
	PriceUnit           *string           `json:"price_unit"`
	SID                 string            `json:"sid"`
	Status              string            `json:"status"`
	SubresourceURIs     map[string]string `json:"subresource_uris"`
	To                  string            `json:"to"`
	URI                 string            `json:"uri"`
}

// resource copies a message. The ledger's lock is held, or nobody else has m yet.
func (m *Message) resource() messageResource {
	base := apiRoot + "/Accounts/" + m.account + "/Messages/" + m.sid
	r := messageResource{
		AccountSID: m.account, APIVersion: "2010-04-01", Body: m.body,
		DateCreated: mailDate(m.created), DateUpdated: mailDate(m.updated), Direction: m.direction,
		From: orNull(m.from), MessagingServiceSID: orNull(m.service),
		NumMedia: strconv.Itoa(len(m.media)), NumSegments: strconv.Itoa(m.parts),
		PriceUnit: orNull("USD"), SID: m.sid, Status: m.status,
		SubresourceURIs: map[string]string{"media": base + "/Media.json"},
		To:              m.to, URI: base + ".json",
	}
	if m.service != "" && rank(m.status) == 0 {
		// The pool has not chosen a sender yet, so that nothing is known of it.
		r.From, r.NumSegments = nil, "0"
	}
	if !m.sent.IsZero() {
		r.DateSent = orNull(mailDate(m.sent))
	}
	if m.errorCode != 0 {
		code := m.errorCode
		r.ErrorCode, r.ErrorMessage = &code, orNull(codeText(code, m.to))
	}
	return r
}

func mailDate(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
