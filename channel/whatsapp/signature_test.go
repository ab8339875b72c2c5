package whatsapp_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
)

// The vector of the contract.
const (
	vectorBody = `{"object":"whatsapp_business_account","entry":[]}`
	vector     = "sha256=09eceea024af6e6343b760cc9bd3ae7c056938dd636e24e92109eb8219500384"
)

func check(ch channel.Channel, body []byte, signatures ...string) error {
	header := map[string][]string{}
	if signatures != nil {
		header["X-Hub-Signature-256"] = signatures
	}
	_, err := ch.(channel.Receiver).Receive(&channel.Request{Method: "POST", Header: header, Body: body})
	return err
}

func TestSignature(t *testing.T) {
	t.Parallel()
	ch := opened(t, nil, "https://graph.example.test", nil)
	if err := check(ch, []byte(vectorBody), vector); err != nil {
		t.Fatal(err)
	}
	forbidden := func(what string, body []byte, signatures ...string) {
		t.Helper()
		if err := check(ch, body, signatures...); !heliograph.IsKind(err, heliograph.Forbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range len(vector) * 8 {
		bent := []byte(vector)
		bent[i/8] ^= 1 << (i % 8)
		forbidden("a bit of the signature", []byte(vectorBody), string(bent))
	}
	for i := range len(vectorBody) * 8 {
		bent := []byte(vectorBody)
		bent[i/8] ^= 1 << (i % 8)
		forbidden("a bit of the body", bent, vector)
	}
	forbidden("none", []byte(vectorBody))
	forbidden("empty", []byte(vectorBody), "")
	forbidden("without its name", []byte(vectorBody), strings.TrimPrefix(vector, "sha256="))
	forbidden("cut off", []byte(vectorBody), vector[:70])
	forbidden("longer", []byte(vectorBody), vector+"0")
	forbidden("in capitals", []byte(vectorBody), "sha256="+strings.ToUpper(vector[7:]))
	forbidden("two", []byte(vectorBody), vector, vector)
	forbidden("one of another kind first", []byte(vectorBody), "sha1=x", vector)
	forbidden("written again", []byte(strings.Replace(vectorBody, ":", ": ", 1)), vector)
	other := opened(t, map[string]any{"appSecret": "appsecret2"}, "https://graph.example.test", nil)
	if err := check(other, []byte(vectorBody), vector); !heliograph.IsKind(err, heliograph.Forbidden) {
		t.Errorf("another secret: %v", err)
	}
}

// FuzzSignature: nothing is believed but what was signed with the secret.
func FuzzSignature(f *testing.F) {
	ch := opened(f, nil, "https://graph.example.test", nil)
	f.Add([]byte(vectorBody), vector)
	f.Add([]byte(vectorBody), "sha256=")
	f.Add([]byte(""), "sha256=00")
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		genuine := signature == "sha256="+hex.EncodeToString(mac.Sum(nil))
		if err := check(ch, body, signature); heliograph.IsKind(err, heliograph.Forbidden) == genuine {
			t.Fatalf("genuine: %v, got %v", genuine, err)
		}
	})
}

// FuzzReceive: what is signed is read without a panic, whatever it is, and what
// comes out of it is whole.
func FuzzReceive(f *testing.F) {
	ch := opened(f, nil, "https://graph.example.test", nil)
	f.Add([]byte(told(`"statuses":[` + statusBody("failed", `,"errors":[{"code":131056}]`) + `]`)))
	f.Add([]byte(told(contacts + `,"messages":[{"from":"16505551234","id":"wamid.in","timestamp":"1739321024","type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"P2","title":"Red"}}}]`)))
	f.Add([]byte(told(`"messages":[{"from_user_id":"US.1","id":"i","type":"system","system":{"type":"user_changed_user_id","user_id":"US.2"}}]`)))
	f.Add([]byte(change("user_preferences", number, `"user_preferences":[{"wa_id":"16505551234","value":"stop","timestamp":1}]`)))
	f.Add([]byte(change("message_template_status_update", "", `"event":"PAUSED","message_template_name":"t"`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		req := &channel.Request{Method: "POST", Header: map[string][]string{}, Body: bytes.Clone(body)}
		signWith(secret)(req)
		got, err := ch.(channel.Receiver).Receive(req)
		if err != nil {
			if !heliograph.IsKind(err, heliograph.Invalid) {
				t.Fatal(err)
			}
			return
		}
		keys := map[string]bool{}
		for _, fact := range got.Facts {
			said := fact.Message != nil || fact.Status != nil || fact.Consent != nil || fact.Template != nil || fact.Moved != nil
			if fact.Key == "" || keys[fact.Key] || !said || fact.At < 0 {
				t.Fatalf("%+v", fact)
			}
			if m := fact.Message; m != nil && (m.From == "" || m.External == "") {
				t.Fatalf("%+v", m)
			}
			keys[fact.Key] = true
		}
	})
}
