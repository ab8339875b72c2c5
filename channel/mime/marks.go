package mime

import (
	"encoding/base32"
	"encoding/hex"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Marks makes and reads what our mails carry so that answers, bounces and
// complaints find back: Message-IDs and addresses that name a delivery and prove
// it. They are bound to the integration: those of another are no marks.
type Marks struct {
	Auth        channel.Authenticator
	Integration heliograph.IntegrationID
}

// Kind is what an address of ours is for.
type Kind byte

// The kinds. An address is kind+{delivery}.{mac}@domain, at most 64 octets
// before the @.
const (
	ReplyAddress       Kind = 'c' // answers
	ReturnAddress      Kind = 'b' // bounces
	UnsubscribeAddress Kind = 'u' // unsubscriptions by mail
)

const (
	purposeID    = "mail-id"
	purposeOf    = "mail-" // and the kind
	macInAddress = 26      // base32 of 16 bytes
)

// MessageID returns the Message-ID of an attempt, without angle brackets:
// d.{delivery}.{attempt}.{mac}@domain.
func (m Marks) MessageID(d heliograph.NotificationID, attempt int, domain string) string {
	body := flat(d) + "." + strconv.Itoa(attempt)
	return "d." + body + "." + m.Auth.MAC(purposeID, m.bound(body)) + "@" + domain
}

// ReadMessageID returns the attempt that a Message-ID proves to be of; false
// for those of others, and for forged ones. Angle brackets do not matter.
func (m Marks) ReadMessageID(id string) (d heliograph.NotificationID, attempt int, ok bool) {
	id = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
	local, _, _ := strings.Cut(id, "@")
	part := strings.Split(local, ".")
	if len(part) != 4 || part[0] != "d" {
		return d, 0, false
	}
	d, ok = unflat(part[1])
	attempt, err := strconv.Atoi(part[2])
	if !ok || err != nil || attempt < 1 || strconv.Itoa(attempt) != part[2] {
		return heliograph.NotificationID{}, 0, false
	}
	if !m.Auth.VerifyMAC(purposeID, m.bound(part[1]+"."+part[2]), part[3]) {
		return heliograph.NotificationID{}, 0, false
	}
	return d, attempt, true
}

// Address returns the address of a kind for a delivery.
func (m Marks) Address(k Kind, d heliograph.NotificationID, domain string) string {
	sum, _ := hex.DecodeString(m.Auth.MAC(purposeOf+string(k), m.bound(flat(d))))
	return string(k) + "+" + flat(d) + "." + packed(sum) + "@" + domain
}

// ReadAddress returns what an address of ours is for; false for all others. Its
// case does not matter: servers on the way may change it.
func (m Marks) ReadAddress(address string) (k Kind, d heliograph.NotificationID, ok bool) {
	local, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	if len(local) != 2+32+1+macInAddress || local[1] != '+' || local[34] != '.' {
		return 0, d, false
	}
	sum, err := encoding().DecodeString(local[35:])
	if err != nil || packed(sum) != local[35:] {
		return 0, d, false
	}
	k = Kind(local[0])
	switch k {
	case ReplyAddress, ReturnAddress, UnsubscribeAddress:
	default:
		return 0, d, false
	}
	d, ok = unflat(local[2:34])
	if !ok || !m.Auth.VerifyMAC(purposeOf+string(k), m.bound(local[2:34]), hex.EncodeToString(sum)) {
		return 0, heliograph.NotificationID{}, false
	}
	return k, d, true
}

func (m Marks) bound(body string) string { return m.Integration.String() + " " + body }

// flat is a delivery's id without hyphens.
func flat(d heliograph.NotificationID) string { return hex.EncodeToString(d[:]) }

func unflat(s string) (d heliograph.NotificationID, ok bool) {
	if len(s) != 32 || s != strings.ToLower(s) {
		return d, false
	}
	_, err := hex.Decode(d[:], []byte(s))
	return d, err == nil && !d.IsZero()
}

func encoding() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

func packed(sum []byte) string { return encoding().EncodeToString(sum) }
