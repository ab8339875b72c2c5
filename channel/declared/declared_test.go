package declared

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
)

// TestTypes holds what the v1.1 API promises of each type.
func TestTypes(t *testing.T) {
	t.Parallel()
	want := map[string]string{ // + required, ! secret, ~ may be changed
		"apn":       "!certificate !password ~production autoUpdateBadge ~keyId ~teamId !~privateKey ~bundleId",
		"apple":     "+businessId +!apiSecret +mspId",
		"fcm":       "!serverKey senderId projectId clientEmail !privateKey",
		"instagram": "+!pageAccessToken +appId +!appSecret",
		"line":      "!channelAccessToken ~channelId !~channelSecret ~qrCodeUrl ~serviceCode !~switcherSecret",
		"messenger": "+!pageAccessToken +appId +!appSecret",
		"telegram":  "+!token",
		"twitter":   "+consumerKey +!consumerSecret +accessTokenKey +!accessTokenSecret tier envName",
		"viber":     "+!token",
		"wechat":    "+appId +!appSecret !encodingAesKey accessTokenUrl",
	}
	var names []string
	for _, kind := range Types() {
		names = append(names, kind.Name)
		var got []string
		for _, f := range channel.Fields(kind.Settings) {
			mark := ""
			for sign, is := range map[string]bool{"+": f.Required, "!": f.Secret, "~": f.Update} {
				if is {
					mark += sign
				}
			}
			order := strings.Split(mark, "")
			slices.SortFunc(order, func(a, b string) int { return strings.Index("+!~", a) - strings.Index("+!~", b) })
			got = append(got, strings.Join(order, "")+f.Name)
			if !regexp.MustCompile(`^[A-Z].*\.$`).MatchString(f.Doc) {
				t.Errorf("%s.%s is not documented by a sentence", kind.Name, f.Name)
			}
		}
		if text := strings.Join(got, " "); text != want[kind.Name] {
			t.Errorf("%s\nhas  %s\nwant %s", kind.Name, text, want[kind.Name])
		}
		if kind.Open != nil || kind.Notifiable || len(kind.Linkable) > 0 || kind.Title == "" {
			t.Errorf("%s claims to be a channel", kind.Name)
		}
	}
	if all := slices.Sorted(maps.Keys(want)); !reflect.DeepEqual(names, all) {
		t.Errorf("types %v, want %v", names, all)
	}
}

func take(t *testing.T, name, body string, update bool) (string, error) {
	t.Helper()
	at := slices.IndexFunc(Types(), func(k *channel.Type) bool { return k.Name == name })
	kind := Types()[at]
	var in map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		t.Fatal(err)
	}
	public, secret, err := channel.Split(kind.Settings, in, update)
	if err != nil {
		return "", err
	}
	all := maps.Clone(public)
	maps.Copy(all, secret)
	if kind.Check != nil && !update {
		if err := kind.Check(all); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(public)
	return string(text), err
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const pem = `"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"`
	for _, tt := range []struct {
		kind, body string
		update     bool
		want       string // what is shown; or
		field      string // which is refused
	}{
		{kind: "apn", body: `{"certificate":"MIIB"}`, want: `{"autoUpdateBadge":false,"production":false}`},
		{kind: "apn", body: `{"certificate":"MIIB","production":true,"autoUpdateBadge":true,"password":"x"}`, want: `{"autoUpdateBadge":true,"production":true}`},
		{kind: "apn", body: `{}`, field: "certificate"},
		{kind: "apn", body: `{"keyId":"KEY1234567","teamId":"TEAM123456","privateKey":` + pem + `,"bundleId":"com.example.shop"}`,
			want: `{"autoUpdateBadge":false,"bundleId":"com.example.shop","keyId":"KEY1234567","production":false,"teamId":"TEAM123456"}`},
		{kind: "apn", body: `{"certificate":"MIIB","keyId":"KEY1234567"}`, field: "privateKey"},
		{kind: "apn", body: `{"certificate":"bm8="}`, field: "certificate"},
		{kind: "apn", body: `{"certificate":"not base64"}`, field: "certificate"},
		{kind: "apn", body: `{"certificate":"MIIB","production":true}`, update: true, want: `{"production":true}`},
		{kind: "fcm", body: `{"serverKey":"k","senderId":"1"}`, want: `{"senderId":"1"}`},
		{kind: "fcm", body: `{"projectId":"p","clientEmail":"c@p.example","privateKey":` + pem + `}`, want: `{"clientEmail":"c@p.example","projectId":"p"}`},
		{kind: "fcm", body: `{}`, field: "serverKey"},
		{kind: "fcm", body: `{"serverKey":"k"}`, field: "senderId"},
		{kind: "fcm", body: `{"projectId":"p","clientEmail":"c"}`, field: "privateKey"},
		{kind: "fcm", body: `{"projectId":"p","clientEmail":"c","privateKey":"k"}`, field: "privateKey"},
		{kind: "line", body: `{}`, want: `{}`},
		{kind: "line", body: `{"channelId":"1","channelSecret":"s","channelAccessToken":"t"}`, want: `{"channelId":"1"}`},
		{kind: "line", body: `{"channelAccessToken":"t","serviceCode":"c"}`, update: true, want: `{"serviceCode":"c"}`},
		{kind: "wechat", body: `{"appId":"a","appSecret":"s","accessTokenUrl":"x"}`, field: "accessTokenUrl"},
		{kind: "telegram", body: `{"token":""}`, field: "token"},
		{kind: "twitter", body: `{"consumerKey":"a","consumerSecret":"b","accessTokenKey":"c","accessTokenSecret":5}`, field: "accessTokenSecret"},
	} {
		got, err := take(t, tt.kind, tt.body, tt.update)
		switch {
		case tt.field != "":
			if !heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Field != tt.field {
				t.Errorf("%s %s: %v, want %s to be refused", tt.kind, tt.body, err, tt.field)
			}
		case err != nil || got != tt.want:
			t.Errorf("%s %s:\ngot  %s %v\nwant %s", tt.kind, tt.body, got, err, tt.want)
		}
	}
}
