package simulator_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"heliograph/channel/simulator"
)

func TestSendAnswer(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	a := n.send(n.form("+15551230001", "hello"))
	for field, want := range map[string]any{
		"status": "queued", "account_sid": accountSID, "from": sender, "to": "+15551230001", "body": "hello",
		"num_segments": "1", "num_media": "0", "direction": "outbound-api", "error_code": nil, "error_message": nil,
		"price": nil, "price_unit": "USD", "messaging_service_sid": nil, "api_version": "2010-04-01", "date_sent": nil,
	} {
		if a.body[field] != want {
			t.Errorf("%s is %#v, want %#v", field, a.body[field], want)
		}
	}
	sid, _ := a.body["sid"].(string)
	if len(sid) != 34 || !strings.HasPrefix(sid, "SM") {
		t.Errorf("sid %q", sid)
	}
	if a.body["uri"] != "/2010-04-01/Accounts/"+accountSID+"/Messages/"+sid+".json" {
		t.Errorf("uri %v", a.body["uri"])
	}
	calls := n.told(2)
	for i, status := range []string{"sent", "delivered"} {
		form := calls[i].form
		for field, want := range map[string]string{
			"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "AccountSid": accountSID,
			"From": sender, "To": "+15551230001", "ApiVersion": "2010-04-01",
		} {
			if form.Get(field) != want {
				t.Errorf("%s is %q, want %q", field, form.Get(field), want)
			}
		}
		if form.Has("ErrorCode") || form.Has("MessagingServiceSid") {
			t.Errorf("fields that do not belong: %v", form)
		}
		if calls[i].url != n.hook.url+"/status?d=7&a=1" {
			t.Errorf("called %s", calls[i].url)
		}
		if calls[i].token == "" || i == 1 && calls[0].token == calls[1].token {
			t.Error("tokens of idempotency do not tell webhooks apart")
		}
	}
	now := n.api("GET", a.body["uri"].(string), nil)
	if now.body["status"] != "delivered" || now.body["date_sent"] == nil {
		t.Errorf("the message is %s", now.raw)
	}
	n.quiet()
}

func TestSendThroughService(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	const service = "MG0123456789abcdef0123456789abcdef"
	form := n.form("+15551230001", "hello")
	form.Del("From")
	form.Set("MessagingServiceSid", service)
	a := n.send(form)
	if a.body["status"] != "accepted" || a.body["from"] != nil || a.body["num_segments"] != "0" {
		t.Errorf("answered %s", a.raw)
	}
	calls := n.told(2)
	if calls[0].form.Get("MessagingServiceSid") != service || !strings.HasPrefix(calls[0].form.Get("From"), "+1555") {
		t.Errorf("told %v", calls[0].form)
	}
	got := n.api("GET", "/v1/Services/"+service, nil)
	if got.body["sid"] != service || got.body["account_sid"] != accountSID {
		t.Errorf("the service is %s", got.raw)
	}
}

func TestSendRefused(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	for name, c := range map[string]struct {
		change map[string]string // an empty value removes the field
		code   float64
	}{
		"no recipient":         {map[string]string{"To": ""}, 21604},
		"no number":            {map[string]string{"To": "+1 (call me)"}, 21211},
		"too long a number":    {map[string]string{"To": "+1234567890123456"}, 21211},
		"no sender":            {map[string]string{"From": ""}, 21603},
		"no such sender":       {map[string]string{"From": "not!a!name"}, 21212},
		"too long a name":      {map[string]string{"From": "TwelveLetter"}, 21212},
		"to itself":            {map[string]string{"To": sender}, 21266},
		"no service":           {map[string]string{"MessagingServiceSid": "MG1"}, 21705},
		"no text":              {map[string]string{"Body": ""}, 21602},
		"too long a text":      {map[string]string{"Body": strings.Repeat("x", 1601)}, 21617},
		"callback is no URL":   {map[string]string{"StatusCallback": "hooks"}, 21609},
		"callback, underscore": {map[string]string{"StatusCallback": "http://a_b.test/"}, 21609},
		"media is no URL":      {map[string]string{"MediaUrl": "x"}, 21620},
		"no content":           {map[string]string{"ContentSid": "HX1"}, 21655},
		"variables":            {map[string]string{"ContentVariables": "{"}, 21656},
		"validity":             {map[string]string{"ValidityPeriod": "36001"}, 21624},
		"schedule, no service": {map[string]string{"ScheduleType": "fixed", "SendAt": "2099-01-01T00:00:00Z"}, 35118},
	} {
		form := n.form("+15551230001", "hello")
		for field, value := range c.change {
			form.Set(field, value)
			if value == "" {
				form.Del(field)
			}
		}
		a := n.send(form)
		if a.status != 400 || a.body["code"] != c.code || a.body["status"] != 400.0 {
			t.Errorf("%s: %d %s, want code %v", name, a.status, a.raw, c.code)
		}
		if info, _ := a.body["more_info"].(string); !strings.HasPrefix(info, "https://www.twilio.com/docs/errors/") {
			t.Errorf("%s: more_info %q", name, info)
		}
	}
	if n.accepted() != 0 {
		t.Error("something was taken")
	}
	n.quiet()
}

func TestSendersThatAreValid(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	for _, from := range []string{"12345", "Heliograph", "+4915112345678", "My-Shop 24"} {
		form := n.form("+15551230001", "hello")
		form.Set("From", from)
		if a := n.send(form); a.status != 201 || a.body["from"] != from {
			t.Errorf("%q: %d %s", from, a.status, a.raw)
		}
	}
	form := n.form("(555) 123-0001", "hello")
	if a := n.send(form); a.body["to"] != "+15551230001" {
		t.Errorf("a number with punctuation: %s", a.raw)
	}
	form = n.form("+15551230001", "“hi” – there")
	form.Set("SmartEncoded", "true")
	form["MediaUrl"] = []string{"https://example.test/a.jpg", "https://example.test/b.jpg"}
	a := n.send(form)
	if a.body["body"] != `"hi" - there` || a.body["num_media"] != "2" || !strings.HasPrefix(a.body["sid"].(string), "MM") {
		t.Errorf("smart encoding and media: %s", a.raw)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{Accounts: []simulator.Account{
		{SID: accountSID, AuthToken: authToken, Keys: map[string]string{"SK1": "secret"}}}})
	open := start(t, simulator.Options{})
	for _, c := range []struct {
		n              *network
		user, password string
		status         int
		code           float64
	}{
		{n, accountSID, authToken, 201, 0},
		{n, "SK1", "secret", 201, 0},
		{n, "SK1", authToken, 401, 20003},
		{n, accountSID, "other", 401, 20003},
		{n, "", "", 401, 20003},
		{n, "AC2", authToken, 404, 20404},
		{open, accountSID, "anything", 201, 0},
		{open, accountSID, "wrong-token", 401, 20003},
	} {
		r := c.n.request(http.MethodPost, messagesPath, c.n.form("+15551230001", "hello"))
		r.SetBasicAuth(c.user, c.password)
		a, err := c.n.do(r)
		code, _ := a.body["code"].(float64)
		if err != nil || a.status != c.status || code != c.code {
			t.Errorf("%s:%s: %d %v %v", c.user, c.password, a.status, a.raw, err)
		}
	}
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	form := n.form("+15551230001", "hello")
	form.Set("MessagingServiceSid", "MG0123456789abcdef0123456789abcdef")
	form.Set("ScheduleType", "fixed")
	form.Set("SendAt", "2099-01-01T00:00:00Z")
	a := n.send(form)
	if a.body["status"] != "scheduled" {
		t.Fatalf("answered %s", a.raw)
	}
	canceled := n.api("POST", a.body["uri"].(string), url.Values{"Status": {"canceled"}})
	if canceled.body["status"] != "canceled" {
		t.Errorf("canceling: %s", canceled.raw)
	}
	if again := n.api("POST", a.body["uri"].(string), url.Values{"Status": {"canceled"}}); again.status != 400 {
		t.Errorf("canceling again: %s", again.raw)
	}
	n.quiet()
}

func TestListing(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	for _, to := range []string{"+15551230001", "+15551230002", "+15551230001"} {
		n.send(n.form(to, "to "+to))
	}
	n.told(6)
	for query, want := range map[string]int{
		"":                      3,
		"?To=%2B15551230001":    2,
		"?From=%2B15550009999":  0,
		"?DateSent>=2020-01-01": 3,
		"?DateSent%3E=2020-01-01T00:00:00Z&To=%2B15551230002": 1,
		"?DateSent>=2099-01-01":                               0,
		"?DateSent<=2020-01-01":                               0,
		"?PageSize=2":                                         2,
		"?PageSize=2&Page=1":                                  1,
	} {
		a := n.api("GET", messagesPath+query, nil)
		list, _ := a.body["messages"].([]any)
		if a.status != 200 || len(list) != want {
			t.Errorf("%s: %d messages, want %d", query, len(list), want)
		}
		if more := a.body["next_page_uri"] != nil; more != (query == "?PageSize=2") {
			t.Errorf("%s: next_page_uri %v", query, a.body["next_page_uri"])
		}
	}
	if a := n.api("GET", messagesPath+"?DateSent=tomorrow", nil); a.status != 400 {
		t.Errorf("a bad date: %s", a.raw)
	}
	one := n.api("GET", messagesPath, nil).body["messages"].([]any)[0].(map[string]any)["uri"].(string)
	if a := n.api("DELETE", one, nil); a.status != 204 {
		t.Errorf("deleting: %d", a.status)
	}
	if a := n.api("GET", one, nil); a.status != 404 || a.body["code"] != 20404.0 {
		t.Errorf("after deleting: %s", a.raw)
	}
	other := strings.Replace(one, accountSID, "AC00000000000000000000000000000002", 1)
	r := n.request("GET", other, nil)
	r.SetBasicAuth("AC00000000000000000000000000000002", "x")
	if a, _ := n.do(r); a.status != 404 {
		t.Errorf("another account's message: %d", a.status)
	}
}

func TestNumbersAndAccount(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	base := "/2010-04-01/Accounts/" + accountSID
	const sid = "PN0123456789abcdef0123456789abcdef"
	first := n.api("GET", base+"/IncomingPhoneNumbers/"+sid+".json", nil)
	again := n.api("GET", base+"/IncomingPhoneNumbers/"+sid+".json", nil)
	number, _ := first.body["phone_number"].(string)
	if !strings.HasPrefix(number, "+1555") || len(number) != 12 || number != again.body["phone_number"] {
		t.Errorf("made up %s, then %s", first.raw, again.raw)
	}
	set := n.api("POST", base+"/IncomingPhoneNumbers/"+sid+".json", url.Values{"SmsUrl": {"http://127.0.0.1:1/in"}})
	if set.body["sms_url"] != "http://127.0.0.1:1/in" || set.body["phone_number"] != number {
		t.Errorf("configured %s", set.raw)
	}
	if a := n.api("POST", base+"/IncomingPhoneNumbers/"+sid+".json", url.Values{"SmsUrl": {"x"}}); a.status != 400 {
		t.Errorf("a bad SmsUrl: %s", a.raw)
	}
	list := n.api("GET", base+"/IncomingPhoneNumbers.json?PhoneNumber="+url.QueryEscape(number), nil)
	if found, _ := list.body["incoming_phone_numbers"].([]any); len(found) != 1 {
		t.Errorf("listed %s", list.raw)
	}
	for _, missing := range []string{"/IncomingPhoneNumbers/PN00000000000000000000000000000404.json", "/Calls.json", "/Messages/SM1.json"} {
		if a := n.api("GET", base+missing, nil); a.status != 404 || a.body["code"] != 20404.0 {
			t.Errorf("%s: %d %s", missing, a.status, a.raw)
		}
	}
	if a := n.api("GET", base+".json", nil); a.body["sid"] != accountSID || a.body["status"] != "active" {
		t.Errorf("the account: %s", a.raw)
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	n.set(`{"ratePerSecond": 0.001}`)
	got := []int{n.send(n.form("+15551230001", "a")).status, n.send(n.form("+15551230001", "b")).status}
	if !slices.Equal(got, []int{201, 429}) {
		t.Errorf("rate: %v", got)
	}
	n.set(`{"ratePerSecond": 0, "concurrency": 1, "latencyMs": 300}`)
	other := make(chan int)
	go func() { other <- n.send(n.form("+15551230001", "c")).status }()
	both := []int{n.send(n.form("+15551230001", "d")).status, <-other}
	slices.Sort(both)
	if !slices.Equal(both, []int{201, 429}) {
		t.Errorf("concurrency: %v", both)
	}
}
