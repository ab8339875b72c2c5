package heliograph

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
)

// ID is a 12-byte identifier of one kind of thing: 4 bytes of Unix seconds, 3
// bytes of the millisecond in it and a count, 5 random bytes of the process. Ids
// sort by the time they were made: to the last one within a process, and by the
// millisecond between processes, so that a successor's ids come after those of
// the process that it replaces. On the wire an ID is 24 lower-case hex digits; in
// the database it is 12 bytes; the zero ID is "none": "" on the wire, NULL in
// the database.
type ID[K any] [12]byte

type (
	orgKind          struct{}
	appKind          struct{}
	keyKind          struct{}
	integrationKind  struct{}
	userKind         struct{}
	clientKind       struct{}
	conversationKind struct{}
	messageKind      struct{}
	eventKind        struct{}
	webhookKind      struct{}
	processKind      struct{}
	templateKind     struct{}
	recordKind       struct{}
	serviceKind      struct{}
	mediaKind        struct{}
)

// The identifiers. They are distinct types, so that one cannot be passed for
// another.
type (
	OrgID          = ID[orgKind]
	AppID          = ID[appKind]
	KeyID          = ID[keyKind]
	IntegrationID  = ID[integrationKind]
	UserID         = ID[userKind]
	ClientID       = ID[clientKind]
	ConversationID = ID[conversationKind]
	MessageID      = ID[messageKind]
	EventID        = ID[eventKind]
	WebhookID      = ID[webhookKind]
	ProcessID      = ID[processKind]
	TemplateID     = ID[templateKind]
	MediaID        = ID[mediaKind]
	RecordID       = ID[recordKind] // consents, raw requests and other log-like rows
	ServiceID      = ID[serviceKind]
)

// ParseID reads 24 hex digits. Only the lower-case form is an id, so that one
// thing has one spelling.
func ParseID[K any](s string) (ID[K], bool) {
	var id ID[K]
	if len(s) != 24 {
		return id, false
	}
	for i := range 24 {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return id, false
		}
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err == nil && !id.IsZero()
}

// IsZero reports whether id is "none".
func (id ID[K]) IsZero() bool { return id == ID[K]{} }

// Unix returns the second in which id was made.
func (id ID[K]) Unix() int64 {
	return int64(id[0])<<24 | int64(id[1])<<16 | int64(id[2])<<8 | int64(id[3])
}

// Millis returns the millisecond in which id was made.
func (id ID[K]) Millis() Millis {
	within := int64(id[4])<<16 | int64(id[5])<<8 | int64(id[6])
	return Millis(id.Unix()*1000 + within/perMilli)
}

func (id ID[K]) String() string {
	if id.IsZero() {
		return ""
	}
	return hex.EncodeToString(id[:])
}

// MarshalText implements encoding.TextMarshaler.
func (id ID[K]) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *ID[K]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID[K]{}
		return nil
	}
	v, ok := ParseID[K](string(b))
	if !ok {
		return fmt.Errorf("%q is not an id of 24 hex digits", b)
	}
	*id = v
	return nil
}

// Value implements driver.Valuer.
func (id ID[K]) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan implements sql.Scanner.
func (id *ID[K]) Scan(src any) error {
	*id = ID[K]{}
	return scanBytes(id[:], src)
}

// NotificationID is a UUIDv7 (RFC 9562). Every delivery has one; for a
// notification it is also the id its sender was given.
type NotificationID [16]byte

// ParseNotificationID reads the 36-character form.
func ParseNotificationID(s string) (NotificationID, bool) {
	var id NotificationID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, false
	}
	flat := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	_, err := hex.Decode(id[:], []byte(flat))
	return id, err == nil && !id.IsZero()
}

// IsZero reports whether id is "none".
func (id NotificationID) IsZero() bool { return id == NotificationID{} }

// Millis returns the millisecond in which id was made.
func (id NotificationID) Millis() Millis {
	return Millis(int64(id[0])<<40 | int64(id[1])<<32 | int64(id[2])<<24 | int64(id[3])<<16 | int64(id[4])<<8 | int64(id[5]))
}

func (id NotificationID) String() string {
	if id.IsZero() {
		return ""
	}
	var b [36]byte
	hex.Encode(b[:8], id[:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:], id[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// MarshalText implements encoding.TextMarshaler.
func (id NotificationID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *NotificationID) UnmarshalText(b []byte) error {
	*id = NotificationID{}
	if len(b) == 0 {
		return nil
	}
	v, ok := ParseNotificationID(string(b))
	if !ok {
		return fmt.Errorf("%q is not a notification id", b)
	}
	*id = v
	return nil
}

// Value implements driver.Valuer.
func (id NotificationID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan implements sql.Scanner.
func (id *NotificationID) Scan(src any) error {
	*id = NotificationID{}
	return scanBytes(id[:], src)
}

func scanBytes(dst []byte, src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case []byte:
		if len(v) == len(dst) {
			copy(dst, v)
			return nil
		}
		return fmt.Errorf("an id of %d bytes where %d are wanted", len(v), len(dst))
	}
	return fmt.Errorf("an id cannot be read from %T", src)
}
