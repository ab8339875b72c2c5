package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// piece uploads a part of a file from an offset.
func (b *bed) piece(id, offset, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.url+"/v25.0/"+id, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "OAuth "+token)
	r.Header.Set("file_offset", offset)
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

func TestProfilePicture(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	const png = "\x89PNG\r\n\x1a\nand more"
	session := func(query string) answer { return b.api("POST", "/v25.0/77/uploads?"+query, nil) }
	for _, query := range []string{"file_length=5", "file_type=text/plain&file_length=5", "file_type=image/png", "file_type=image/png&file_length=0"} {
		if a := session(query); a.status != 400 {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
	if a := b.api("POST", "/v25.0/770404/uploads?file_type=image/png&file_length=5", nil); a.status != 400 {
		t.Errorf("an app that does not exist: %s", a.raw)
	}
	id, _ := session(fmt.Sprintf("file_type=image/png&file_name=photo&file_length=%d", len(png))).body["id"].(string)
	for what, a := range map[string]answer{
		"another signature": b.piece(id+"x", "0", png), "a wrong offset": b.piece(id, "1", png), "too much": b.piece(id, "0", png+"!"), "no offset": b.piece(id, "", png),
	} {
		if a.status != 400 {
			t.Errorf("%s: %d %s", what, a.status, a.raw)
		}
	}
	if a := b.piece(id, "0", png[:4]); a.body["file_offset"] != 4.0 || a.body["h"] != nil {
		t.Errorf("the first piece: %s", a.raw)
	}
	if a := b.api("GET", "/v25.0/"+id, nil); a.body["file_offset"] != 4.0 {
		t.Errorf("how far it is: %s", a.raw)
	}
	handle := b.piece(id, "4", png[4:]).body["h"]
	set := func(handle any) answer {
		return b.api("POST", graph+"/whatsapp_business_profile", object{"messaging_product": "whatsapp", "profile_picture_handle": handle})
	}
	if a := set("4::unknown"); a.status != 400 {
		t.Errorf("an unknown handle: %s", a.raw)
	}
	if a := set(handle); a.status != 200 {
		t.Fatalf("the picture: %s", a.raw)
	}
	shown, _ := at(b.api("GET", graph+"/whatsapp_business_profile?fields=profile_picture_url", nil).body, "data", 0, "profile_picture_url").(string)
	if a, _ := b.do("GET", strings.TrimPrefix(shown, b.url), "", nil, ""); a.raw != png || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("%s shows %q", shown, a.raw)
	}
}
