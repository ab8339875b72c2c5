package twilio

import (
	"strconv"
	"strings"

	"github.com/go-faster/jx"
)

// answer is what we read of Twilio's JSON, of a message or of an error.
type answer struct {
	sid       string
	status    string // of the message
	segments  int
	price     string
	unit      string
	errorCode int // of a message
	code      int // of an error
	message   string
}

// parseAnswer reads one object; false when it is not one. Twilio writes some
// numbers as strings and adds fields without notice, so that nothing but the
// shape of the document is held against it.
func parseAnswer(body []byte) (a answer, ok bool) {
	d := jx.GetDecoder()
	defer jx.PutDecoder(d)
	d.ResetBytes(body)
	if d.Next() != jx.Object {
		return a, false
	}
	err := d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "sid":
			a.sid, err = text(d)
		case "status":
			a.status, err = text(d)
		case "num_segments":
			a.segments, err = number(d)
		case "price":
			a.price, err = text(d)
		case "price_unit":
			a.unit, err = text(d)
		case "error_code":
			a.errorCode, err = number(d)
		case "code":
			a.code, err = number(d)
		case "message":
			a.message, err = text(d)
		default:
			err = d.Skip()
		}
		return err
	})
	return a, err == nil
}

// text reads a string, or a number as it is written; anything else is "".
func text(d *jx.Decoder) (string, error) {
	switch d.Next() {
	case jx.String:
		return d.Str()
	case jx.Number:
		n, err := d.Num()
		return n.String(), err
	}
	return "", d.Skip()
}

func number(d *jx.Decoder) (int, error) {
	s, err := text(d)
	n, _ := strconv.Atoi(s)
	return n, err
}

// cost is the price as a person reads it; Twilio writes it as a negative amount,
// and mostly tells it later.
func (a *answer) cost() string {
	if a.price == "" {
		return ""
	}
	return strings.TrimSpace(strings.TrimPrefix(a.price, "-") + " " + strings.ToUpper(a.unit))
}
