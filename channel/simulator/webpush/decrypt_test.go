package webpush

import (
	"crypto/ecdh"
	"encoding/base64"
	"testing"
)

// TestExample opens the example of RFC 8291, section 5.
func TestExample(t *testing.T) {
	t.Parallel()
	read := func(text string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	key, err := ecdh.P256().NewPrivateKey(read("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{key: key, auth: read("BTBZMqHH6r4Tts7J_aSIgg")}
	body := read("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	plain, err := b.decrypt(body)
	if err != nil || string(plain) != "When I grow up, I want to be a watermelon" {
		t.Errorf("%q, %v", plain, err)
	}
	body[len(body)-1]++
	if _, err := b.decrypt(body); err == nil {
		t.Error("what was changed on its way was opened")
	}
	for _, n := range []int{0, 20, headerSize} {
		if _, err := b.decrypt(body[:n]); err == nil {
			t.Errorf("%d bytes were opened", n)
		}
	}
}
