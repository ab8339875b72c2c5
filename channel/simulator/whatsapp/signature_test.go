package whatsapp

import "testing"

// TestSignature holds the vector of the published contract.
func TestSignature(t *testing.T) {
	t.Parallel()
	got := sign("appsecret", []byte(`{"object":"whatsapp_business_account","entry":[]}`))
	if want := "sha256=09eceea024af6e6343b760cc9bd3ae7c056938dd636e24e92109eb8219500384"; got != want {
		t.Errorf("signed %s, not %s", got, want)
	}
}
