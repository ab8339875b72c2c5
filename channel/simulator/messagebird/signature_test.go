package messagebird

import (
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// The vector of the published contract.
func TestVector(t *testing.T) {
	t.Parallel()
	c := claims{Issuer: "MessageBird", NotBefore: 1700000000, Expires: 1700000060, ID: "j1",
		URLHash: hexSHA256([]byte("https://hooks.example.test/mb/in")), PayloadHash: hexSHA256([]byte("id=1&body=hi"))}
	if c.URLHash != "0e42f08bcd173fbb813863a6123927b8311865e4a3a46d00769674a73933d69f" {
		t.Error(c.URLHash)
	}
	if c.PayloadHash != "bbe97eca8c7e04a00f13e8ebe4d71bf1c12aee62fe6cbc0b52aca971cbcdb590" {
		t.Error(c.PayloadHash)
	}
	for _, algorithm := range []string{"HS256", "HS384", "HS512"} {
		read := jwt.MapClaims{}
		_, err := jwt.NewParser(jwt.WithoutClaimsValidation(), jwt.WithValidMethods([]string{algorithm})).
			ParseWithClaims(token(algorithm, "mbsecret", c), read, func(*jwt.Token) (any, error) { return []byte("mbsecret"), nil })
		if err != nil || read["jti"] != "j1" || read["exp"] != 1700000060.0 || read["payload_hash"] != c.PayloadHash {
			t.Errorf("%s: %v %v", algorithm, err, read)
		}
	}
}
