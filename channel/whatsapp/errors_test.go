package whatsapp_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

func complaint(status, code int) channeltest.Reply {
	return channeltest.Reply{Status: status, Body: fmt.Sprintf(
		`{"error":{"message":"(#%[1]d) A title","type":"OAuthException","code":%[1]d,"error_data":{"messaging_product":"whatsapp","details":"What Meta says"},"fbtrace_id":"x"}}`, code)}
}

func marketing(wait time.Duration) *channel.Suppress {
	return &channel.Suppress{Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentProvider, For: wait}
}

// verdicts is what each code means, in the answer to a call.
var verdicts = []struct {
	codes []int
	want  channel.Result
}{
	{[]int{0, 190, 3, 10, 200, 219, 299, 368, 130497, 131031, 131042, 131037, 131045, 133010}, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized}},
	{[]int{131048, 471}, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonTooManyRequests, After: 6 * time.Hour}},
	{[]int{4, 80007, 130429, 429, 133016, 132069}, channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests}},
	{[]int{131056}, channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests, OnlyThis: true, After: 4 * time.Second}},
	{[]int{131057}, channel.Result{Class: channel.ClassRetry, After: 5 * time.Minute}},
	{[]int{1, 2, 131000, 131016, 133004}, channel.Result{Class: channel.ClassUnknown}},
	{[]int{131053}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage, OneMoreTry: true}},
	{[]int{131051, 131052}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage}},
	{[]int{131026, 1013, 1026}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnreachable}},
	{[]int{131047, 470}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonOutsideWindow}},
	{[]int{131049}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonWithheld, Suppress: marketing(24 * time.Hour)}},
	{[]int{131050}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonOptedOut, Suppress: marketing(0)}},
	{[]int{130472}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonWithheld}},
	{[]int{33, 100, 131008, 131009, 131021, 135000, 132000, 2000, 132007, 132012, 132018}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest}},
	{[]int{132005}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong}},
	{[]int{132001, 2001, 132015, 132016, 132068}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonTemplate}},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := []channeltest.Outgoing{{Name: "ok", Text: "Hi", Replies: []channeltest.Reply{accepted}, Want: channel.Accepted(200, wamid)}}
	add := func(name string, r channeltest.Reply, attempt int, want channel.Result) {
		cases = append(cases, channeltest.Outgoing{Name: name, Text: "Hi", Attempt: attempt, Replies: []channeltest.Reply{r}, Want: want})
	}
	for _, v := range verdicts {
		for _, code := range v.codes {
			want := v.want
			want.HTTPStatus, want.ProviderCode, want.Message = 400, strconv.Itoa(code), "What Meta says"
			add(want.ProviderCode, complaint(400, code), 1, want)
		}
	}
	for attempt, wait := range map[int]time.Duration{2: 16 * time.Second, 3: 64 * time.Second, 6: 4096 * time.Second, 40: 4096 * time.Second} {
		add(fmt.Sprint("131056 at attempt ", attempt), complaint(400, 131056), attempt, channel.Result{Class: channel.ClassRetry, OnlyThis: true, After: wait})
	}
	add("a code in a string", channeltest.Reply{Status: 400, Body: `{"error":{"code":"131047","message":"x"}}`}, 1, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonOutsideWindow})
	add("a code nobody knows", complaint(400, 199999), 1, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest, ProviderCode: "199999"})
	add("no code", channeltest.Reply{Status: 400, Body: `{"error":{}}`}, 1, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest})
	add("401 with a page", channeltest.Reply{Status: 401, Body: "<html>"}, 1, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized})
	add("401 with 190", complaint(401, 190), 1, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized})
	add("429 with another code", complaint(429, 100), 1, channel.Result{Class: channel.ClassRetry, ProviderCode: "100"})
	add("429 for one person", complaint(429, 131056), 1, channel.Result{Class: channel.ClassRetry, OnlyThis: true, After: 4 * time.Second})
	late := complaint(400, 130429)
	late.Header = map[string]string{"Retry-After": "12"}
	add("Retry-After", late, 1, channel.Result{Class: channel.ClassRetry, After: 12 * time.Second})
	add("500", channeltest.Reply{Status: 500}, 1, channel.Result{Class: channel.ClassUnknown})
	add("500 with 131000", complaint(500, 131000), 1, channel.Result{Class: channel.ClassUnknown, ProviderCode: "131000"})
	add("503 with 131057", complaint(503, 131057), 1, channel.Result{Class: channel.ClassRetry, After: 5 * time.Minute})
	busy := complaint(503, 131016)
	busy.Header = map[string]string{"Retry-After": "3"}
	add("503 with Retry-After", busy, 1, channel.Result{Class: channel.ClassRetry, After: 3 * time.Second})
	channeltest.RunOutgoing(t, setup(nil), cases)
}

// A status that says failed is certain, even where the code is not.
func TestFailuresToldLater(t *testing.T) {
	t.Parallel()
	var cases []channeltest.Incoming
	for _, v := range verdicts {
		for _, code := range v.codes {
			want := v.want
			if want.Class == channel.ClassUnknown {
				want = channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized}
			}
			if want.OnlyThis {
				want.After = 16 * time.Second // the second attempt
			}
			if code == 131057 {
				want.Reason = heliograph.ReasonTimeout
			}
			want.ProviderCode, want.Message = strconv.Itoa(code), "What Meta says"
			cases = append(cases, failed(want.ProviderCode, fmt.Sprintf(
				`,"errors":[{"code":%d,"title":"A title","message":"A title","error_data":{"details":"What Meta says"}}]`, code), want))
		}
	}
	cases = append(cases,
		failed("unknown", `,"errors":[{"code":199999,"title":"What Meta says"}]`, channel.Result{
			Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized, ProviderCode: "199999", Message: "What Meta says",
		}),
		failed("no errors", "", channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized}))
	channeltest.RunIncoming(t, setup(nil), cases)
}
