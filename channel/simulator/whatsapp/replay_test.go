package whatsapp_test

import (
	"net/http"
	"testing"
)

// TestReplay: what was tapped in a recording is tapped in the replay, on the
// message that is there now, and files are sent again.
func TestReplay(t *testing.T) {
	t.Parallel()
	ask := object{"type": "button", "body": object{"text": "?"}, "action": object{"buttons": []object{
		{"type": "reply", "reply": object{"id": "y", "title": "Yes"}}}}}
	b := start(t, nil)
	b.own("POST", "/sim/scenario/recording", nil, 200)
	id := b.sent("interactive", ask)
	b.own("POST", people+"/tap", object{"message": id, "button": 0}, http.StatusCreated)
	b.own("POST", people+"/messages", object{"type": "image", "image": object{"id": b.upload("image/png", "a.png", "picture")}}, http.StatusCreated)
	recorded := b.own("GET", "/sim/scenario/recording", nil, 200)

	again := start(t, nil)
	again.upload("image/png", "other.png", "another") // so that files have other names now
	a := again.own("POST", "/sim/scenario/replay", object{"pace": "fast", "scenario": recorded.body}, http.StatusAccepted)
	if at(a.body, "replay", "running") != true {
		t.Fatalf("replay %s", a.raw)
	}
	sent := again.send(object{"messaging_product": "whatsapp", "to": person, "type": "interactive", "interactive": ask})
	now := at(sent.body, "messages", 0, "id")
	if now == id {
		t.Fatal("both networks make the same names")
	}
	// The answers may overtake the statuses.
	told := []any{}
	for len(told) < 2 {
		if message := at(value(again.told()), "messages", 0); message != nil {
			told = append(told, message)
		}
	}
	reply, picture := told[0], told[1]
	if at(reply, "interactive", "button_reply", "id") != "y" || at(reply, "context", "id") != now {
		t.Errorf("told %v", reply)
	}
	file := at(again.api("GET", "/v25.0/"+at(picture, "image", "id").(string), nil).body, "file_size")
	if file != 7.0 || at(picture, "image", "id") != "700000000000002" {
		t.Errorf("told %v, of a file with %v bytes", picture, file)
	}
}
