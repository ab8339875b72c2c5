package twilio_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

// verdicts is what each code means, sync and async.
var verdicts = []struct {
	codes []int
	want  channel.Result
}{
	{[]int{20429, 30001, 21611, 30017, 30022, 63017, 63018}, channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests}},
	// From noon UTC to the next midnight in the US.
	{[]int{30023, 30027}, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonTooManyRequests, After: 20 * time.Hour}},
	{[]int{20003, 20005, 30002, 21606, 21212, 21603, 21703, 21704, 21705, 21408, 30032}, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized}},
	{[]int{21609}, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonBadRequest}},
	{[]int{21211, 21614, 21217, 30005, 30006}, channel.Result{
		Class: channel.ClassFinal, Reason: heliograph.ReasonNotFound,
		Suppress: &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentHardBounce},
	}},
	{[]int{21610}, channel.Result{
		Class: channel.ClassFinal, Reason: heliograph.ReasonOptedOut,
		Suppress: &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentProvider},
	}},
	{[]int{21602}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest}},
	{[]int{21617, 30019}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong}},
	{[]int{21618, 21620, 21623}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage}},
	{[]int{30003}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnreachable}},
	{[]int{30004, 30007}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBlocked}},
	{[]int{30008, 30009, 30010}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized}},
	{[]int{63016}, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonOutsideWindow}},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := []channeltest.Outgoing{{Name: "ok", Text: "Hi", Replies: []channeltest.Reply{queued("queued")}, Want: channel.Accepted(201, created)}}
	add := func(name string, r channeltest.Reply, want channel.Result) {
		cases = append(cases, channeltest.Outgoing{Name: name, Text: "Hi", Replies: []channeltest.Reply{r}, Want: want})
	}
	for _, v := range verdicts {
		for _, code := range v.codes {
			want := v.want
			want.HTTPStatus, want.ProviderCode, want.Message = 400, strconv.Itoa(code), "What Twilio says"
			add(want.ProviderCode, problem(400, code), want)
		}
	}
	add("20003 with 401", problem(401, 20003), channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, ProviderCode: "20003"})
	add("401 with a page", channeltest.Reply{Status: 401, Body: "<html>"}, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized})
	add("404: the account is gone", problem(404, 20404), channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized})
	add("a code nobody knows", problem(400, 29999), channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest, ProviderCode: "29999"})
	add("429", problem(429, 20429), channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests, ProviderCode: "20429"})
	late := problem(429, 20429)
	late.Header = map[string]string{"Retry-After": "12"}
	add("429 with Retry-After", late, channel.Result{Class: channel.ClassRetry, After: 12 * time.Second})
	full := problem(400, 21611)
	full.Header = map[string]string{"Retry-After": "3"}
	add("a full queue with Retry-After", full, channel.Result{Class: channel.ClassRetry, After: 3 * time.Second})
	add("500, even with a code", problem(500, 21610), channel.Result{Class: channel.ClassUnknown, HTTPStatus: 500})
	add("502", channeltest.Reply{Status: 502}, channel.Result{Class: channel.ClassUnknown})
	add("503", channeltest.Reply{Status: 503}, channel.Result{Class: channel.ClassUnknown})
	add("503 with Retry-After", channeltest.Reply{Status: 503, Header: map[string]string{"Retry-After": "1"}}, channel.Result{Class: channel.ClassRetry, After: time.Second})
	add("504", channeltest.Reply{Status: 504}, channel.Result{Class: channel.ClassUnknown})
	channeltest.RunOutgoing(t, setup(nil), cases)
}

func TestFailuresToldLater(t *testing.T) {
	t.Parallel()
	var cases []channeltest.Incoming
	for _, v := range verdicts {
		for _, code := range v.codes {
			want := v.want
			want.ProviderCode = strconv.Itoa(code)
			cases = append(cases, failed(fmt.Sprint(code), "ErrorCode", want))
		}
	}
	cases = append(cases, failed("", "none", channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized}))
	channeltest.RunIncoming(t, setup(nil), cases)
}

func TestLostMessagesAreSentOnceMoreWhenAsked(t *testing.T) {
	t.Parallel()
	want := channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized, ProviderCode: "30008", OneMoreTry: true}
	channeltest.RunIncoming(t, setup(map[string]any{"retryUndelivered": true}), []channeltest.Incoming{failed("30008", "ErrorCode", want)})
}
