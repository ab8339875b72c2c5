package smshttp_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/smshttp"
)

const theirs = "+14155550100"

type extra = map[string]any

// settings returns the settings of an integration with extra fields, or others.
func settings(with ...extra) string {
	all := extra{"url": "https://sms.tenant.example/send", "body": "to={{to}}&text={{text}}"}
	for _, w := range with {
		maps.Copy(all, w)
	}
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// proven is how most tests let the provider prove itself.
var proven = extra{"hookAuth": "header", "hookAuthName": "X-Secret", "hookSecret": "0123456789abcdef"}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		with  extra
		field string // "" when they are right
	}{
		"the least":                          {nil, ""},
		"GET":                                {extra{"method": "get", "body": nil, "url": "http://h.test:8080/{{toDigits}}?text={{text}}"}, ""},
		"JSON":                               {extra{"format": "json", "body": `{"to":{{toDigits}},"text":"{{ text }}","parts":{{parts}}}`}, ""},
		"XML":                                {extra{"format": "xml", "body": `<m to="{{to}}">{{text}}</m>`}, ""},
		"an inbound with its proof":          {extra{"inboundFrom": "a", "inboundText": "b", "hookAuth": "path", "hookSecret": "abcdefghij-123456"}, ""},
		"no URL":                             {extra{"url": nil}, "url"},
		"another scheme":                     {extra{"url": "ftp://h.test/{{to}}{{text}}"}, "url"},
		"no host":                            {extra{"url": "https:///x"}, "url"},
		"no scheme":                          {extra{"url": "h.test/x"}, "url"},
		"a host that depends on the message": {extra{"url": "https://{{to}}.test/"}, "url"},
		"a port that depends on the message": {extra{"url": "https://h.test:{{to}}/"}, "url"},
		"a password in the URL":              {extra{"url": "https://u:p@h.test/"}, "url"},
		"a fragment":                         {extra{"url": "https://h.test/#x"}, "url"},
		"a placeholder that is none":         {extra{"body": "to={{to}}&text={{text}}&x={{foo}}"}, "body"},
		"a placeholder that is not closed":   {extra{"body": "to={{to}}&text={{text"}, "body"},
		"a call":                             {extra{"body": "to={{to}}&text={{printf text}}"}, "body"},
		"an odd method":                      {extra{"method": "DELETE"}, "method"},
		"an odd format":                      {extra{"format": "yaml"}, "format"},
		"a body with GET":                    {extra{"method": "GET"}, "body"},
		"nobody to send to":                  {extra{"body": "text={{text}}"}, "body"},
		"nothing to send":                    {extra{"body": "to={{to}}"}, "body"},
		"nothing to send, with GET":          {extra{"method": "GET", "body": nil, "url": "https://h.test/?to={{to}}"}, "url"},
		"JSON that is none":                  {extra{"format": "json", "body": `{"to":{{to}},"text":{{text}}}`}, "body"},
		"XML that is none":                   {extra{"format": "xml", "body": `<m>{{to}}{{text}}</n>`}, "body"},
		"a sender that is not set":           {extra{"body": "to={{to}}&text={{text}}&from={{from}}"}, "from"},
		"a password that is not set":         {extra{"url": "https://h.test/?p={{password}}"}, "password"},
		"a header that is none":              {extra{"headers": "no colon"}, "headers"},
		"a header of the connection":         {extra{"headers": "Host: other.test"}, "headers"},
		"a name that is none":                {extra{"secretHeaders": "X Y: z"}, "secretHeaders"},
		"a credential that shows":            {extra{"headers": "authorization: Key abc"}, "headers"},
		"a credential that does not show":    {extra{"headers": "Authorization: Key {{token}}", "token": "abc"}, ""},
		"an odd auth":                        {extra{"auth": "digest"}, "auth"},
		"basic without a password":           {extra{"auth": "basic", "username": "u"}, "password"},
		"bearer without a token":             {extra{"auth": "bearer"}, "token"},
		"a header without a name":            {extra{"auth": "header", "token": "t"}, "authHeader"},
		"no status of success":               {extra{"success": "ok"}, "success"},
		"a status that is none":              {extra{"success": "200 999"}, "success"},
		"a pattern that is none":             {extra{"successPattern": "("}, "successPattern"},
		"an id without a group":              {extra{"idPattern": "id=.+"}, "idPattern"},
		"two ways to the id":                 {extra{"idPattern": "id=(.+)", "idPath": "id"}, "idPattern"},
		"a class that is none":               {extra{"errors": "retry: 429\nwhatever: 500"}, "errors"},
		"a rule for nothing":                 {extra{"errors": "retry:"}, "errors"},
		"a rule that is not closed":          {extra{"errors": "retry: /busy"}, "errors"},
		"a rule for no status":               {extra{"errors": "retry: soon"}, "errors"},
		"too many parts":                     {extra{"maxParts": 256}, "maxParts"},
		"fewer parts than none":              {extra{"maxParts": -1}, "maxParts"},
		"messages without a proof":           {extra{"inboundFrom": "a", "inboundText": "b"}, "hookAuth"},
		"a secret for nothing":               {extra{"hookSecret": "0123456789abcdef"}, "hookAuth"},
		"an odd proof":                       {extra{"hookAuth": "ip", "hookSecret": "0123456789abcdef"}, "hookAuth"},
		"a short secret":                     {extra{"hookAuth": "path", "hookSecret": "short"}, "hookSecret"},
		"a secret that fits no path":         {extra{"hookAuth": "path", "hookSecret": "0123456789/abcdef"}, "hookSecret"},
		"a proof in no header":               {extra{"hookAuth": "hmac", "hookSecret": "0123456789abcdef"}, "hookAuthName"},
		"a field that is ours":               {extra{"hookAuth": "query", "hookAuthName": "m", "hookSecret": "0123456789abcdef"}, "hookAuthName"},
		"an odd hash":                        {extra{"hookAuth": "hmac", "hookAuthName": "X-S", "hookSecret": "0123456789abcdef", "hmacHash": "md5"}, "hmacHash"},
		"half a message":                     {extra{"hookAuth": "path", "hookSecret": "0123456789abcdef", "inboundFrom": "a"}, "inboundText"},
		"a word that means two things":       {extra{"receiptSent": "ok", "receiptDelivered": "OK"}, "receiptDelivered"},
	} {
		_, err := smshttp.Type.Open(channel.Config{Settings: []byte(settings(tc.with))}, channel.Deps{})
		if (err == nil) != (tc.field == "") || err != nil && (heliograph.AsError(err).Field != tc.field || !heliograph.IsKind(err, heliograph.Invalid)) {
			t.Errorf("%s: %v, want a complaint about %q", name, err, tc.field)
		}
	}
}

// FuzzSettings: no template, rule or pattern brings the program down, and what
// opens can send.
func FuzzSettings(f *testing.F) {
	f.Add("https://h.test/{{to}}", "to={{to}}&text={{text}}", "form", "X-Y: {{id}}", "retry: 4xx /busy/", "text")
	f.Add("https://h.test", `{"t":"{{text}}{{to}}"}`, "json", "", "", "\"}{{to}}\xff\x00")
	f.Add("http://[::1]:8/?{{to}}", `<a>{{text}}{{to}}</a>`, "xml", "a:b", "final:200", "]]>&")
	f.Fuzz(func(t *testing.T, url, body, format, headers, errors, text string) {
		ch, err := smshttp.Type.Open(channel.Config{Settings: []byte(settings(extra{
			"url": url, "body": body, "format": format, "headers": headers, "errors": errors,
		}))}, channel.Deps{Guarded: refuses{}, Clock: now})
		if err != nil {
			if heliograph.AsError(err).Field == "" {
				t.Fatalf("the complaint names no field: %v", err)
			}
			return
		}
		got := ch.Send(t.Context(), outgoing(text))
		if got.Class != channel.ClassRetry && got.Class != channel.ClassFinal {
			t.Fatalf("%+v", got)
		}
		if strings.Contains(got.Message, url) && len(url) > 8 {
			t.Fatalf("the URL is in %q", got.Message)
		}
	})
}
