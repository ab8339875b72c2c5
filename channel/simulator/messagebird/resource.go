package messagebird

import (
	"strconv"
	"time"
)

// resource is a message as the provider's API shows it.
type resource struct {
	ID          string         `json:"id"`
	Href        string         `json:"href"`
	Direction   string         `json:"direction"`
	Type        string         `json:"type,omitempty"`
	Originator  string         `json:"originator"`
	Subject     *string        `json:"subject,omitempty"` // of MMS
	Body        string         `json:"body"`
	MediaURLs   []string       `json:"mediaUrls,omitempty"`
	Reference   *string        `json:"reference"`
	Validity    *int           `json:"validity"`
	Gateway     int            `json:"gateway"`
	TypeDetails map[string]any `json:"typeDetails"`
	Datacoding  string         `json:"datacoding,omitempty"`
	MClass      int            `json:"mclass"`
	Scheduled   *string        `json:"scheduledDatetime"`
	Created     string         `json:"createdDatetime"`
	Recipients  tally          `json:"recipients"`
}

// tally is the recipients with their states.
type tally struct {
	Total     int    `json:"totalCount"`
	Sent      int    `json:"totalSentCount"`
	Delivered int    `json:"totalDeliveredCount"`
	Failed    int    `json:"totalDeliveryFailedCount"`
	Items     []item `json:"items"`
}

// item is one recipient. The number is a number, not a string.
type item struct {
	Recipient  int64  `json:"recipient"`
	Status     string `json:"status"`
	StatusDate string `json:"statusDatetime"`
	Parts      int    `json:"messagePartCount"`
}

// moment writes a time as the provider does, with +00:00 rather than Z.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-07:00") }

func (p *Provider) resource(o *order) resource {
	path := "/messages/"
	if o.d.mms {
		path = "/mms/"
	}
	r := resource{
		ID: o.id, Href: p.n.PublicURL() + path + o.id, Direction: "mt", Type: o.d.Type, Originator: o.d.Originator,
		Body: o.d.Body, MediaURLs: o.d.MediaURLs, Reference: orNull(o.d.Reference), Validity: o.d.Validity, Gateway: 10,
		TypeDetails: o.d.TypeDetails, Datacoding: o.d.Datacoding, MClass: 1, Scheduled: orNull(o.d.Scheduled),
		Created: moment(o.created),
	}
	if r.TypeDetails == nil {
		r.TypeDetails = map[string]any{}
	}
	if o.d.Gateway != nil {
		r.Gateway = *o.d.Gateway
	}
	switch {
	case o.d.MClass != nil:
		r.MClass = *o.d.MClass
	case o.d.Type == "flash":
		r.MClass = 0
	}
	if o.d.mms {
		r.Subject, r.Type, r.Datacoding = &o.d.Subject, "", ""
	}
	for i, m := range o.messages {
		v := p.n.See(m)
		number, _ := strconv.ParseInt(o.d.Recipients[i], 10, 64)
		r.Recipients.Items = append(r.Recipients.Items,
			item{Recipient: number, Status: v.Status, StatusDate: moment(v.UpdatedAt), Parts: v.Parts})
		switch v.Status {
		case "delivered":
			r.Recipients.Delivered++
		case "delivery_failed", "expired":
			r.Recipients.Failed++
		}
		if v.Status != "scheduled" {
			r.Recipients.Sent++
		}
	}
	r.Recipients.Total = len(r.Recipients.Items)
	return r
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
