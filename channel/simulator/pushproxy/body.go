package pushproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"heliograph/channel/simulator/devices"
)

// reader reads a body and gathers what is wrong with it.
type reader struct {
	problems []string
}

func (r *reader) fault(format string, values ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, values...))
}

// text is a member that must be text, and not empty.
func (r *reader) text(in map[string]any, path, name string) string {
	text, ok := in[name].(string)
	if !ok || text == "" {
		r.fault("%s%s is missing or no text", path, name)
	}
	return text
}

// orNull is a member that must be text or null.
func (r *reader) orNull(in map[string]any, path, name string) {
	if value, has := in[name]; has && value != nil {
		r.text(in, path, name)
	}
}

// number is a member that must be a whole number, and not negative.
func (r *reader) number(in map[string]any, path, name string) int64 {
	n, ok := in[name].(float64)
	if !ok || n < 0 || n != math.Trunc(n) {
		r.fault("%s%s is missing or no whole number", path, name)
	}
	return int64(n)
}

// read checks a body by its platform and returns what the device gets.
func (r *reader) read(raw []byte) (body map[string]any, push devices.Push, err error) {
	if err := json.Unmarshal(raw, &body); err != nil || body == nil {
		return nil, push, errors.New("the body is no JSON object")
	}
	push.Token = r.text(body, "", "device-token")
	kind := r.text(body, "", "notificationType")
	service := r.number(body, "", "push-service")
	facts, path := body, ""
	switch kind {
	case "apn":
		if service != 1 {
			r.fault("push-service is not 1, that of apn")
		}
		aps, _ := body["aps"].(map[string]any)
		push.Body, push.Sound = r.text(aps, "aps.", "alert"), r.text(aps, "aps.", "sound")
	case "gcm", "huawei":
		if kind == "gcm" && service != 2 || kind == "huawei" && service != 3 {
			r.fault("push-service is not that of %s", kind)
		}
		data, _ := body["data"].(map[string]any)
		push.Body = r.text(data, "data.", "message")
		push.Title, _ = data["title"].(string)
		facts, _ = data["payload"].(map[string]any)
		path = "data.payload."
	default:
		r.fault("notificationType is none of apn, gcm and huawei")
	}
	r.facts(facts, path, &push)
	push.Payload, _ = json.Marshal(facts)
	return body, push, nil
}

// facts checks the members that both forms have.
func (r *reader) facts(in map[string]any, path string, push *devices.Push) {
	origin := r.text(in, path, "backendService")
	if !slices.Contains([]string{"ams", "prmsg", "c2m"}, origin) {
		r.fault("%sbackendService is none of ams, prmsg and c2m", path)
	}
	r.text(in, path, "originatorId")
	r.text(in, path, "brandId")
	badge := r.number(in, path, "badge")
	push.Badge = &badge
	r.number(in, path, "sequence")
	if origin == "ams" {
		r.text(in, path, "conversationId")
		r.text(in, path, "dialogId")
		return
	}
	r.orNull(in, path, "conversationId")
	r.orNull(in, path, "dialogId")
	r.text(in, path, "id")
	r.number(in, path, "lookBackPeriod")
}
