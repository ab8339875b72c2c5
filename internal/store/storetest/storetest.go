// Package storetest is the conformance suite of the store: every promise it
// makes, checked on whatever database it is given.
package storetest

import (
	"testing"

	"heliograph/internal/store"
)

// Open returns a fresh, empty store that is closed when the test ends.
type Open func(*testing.T) *store.Store

// areas lists the suites by what they are about.
var areas = []struct {
	name string
	run  func(*testing.T, func(*testing.T) *store.Store)
}{
	{"transactions", Transactions},
	{"notifications", Notifications},
	{"deliveries", Deliveries},
	{"begins", Begins},
	{"delivery rows", DeliveryRows},
	{"events", EventRows},
	{"held", Held},
	{"reroute", Reroute},
	{"leases", Leases},
	{"hints", Hints},
	{"sights", Sights},
	{"presence", Presence},
	{"conversations", Conversations},
	{"messages", Messages},
	{"sayings", Sayings},
	{"inbound", Inbound},
	{"users", Users},
	{"clients", Clients},
	{"devices", Devices},
	{"aliases", Aliases},
	{"consents", Consents},
	{"threads", Threads},
	{"templates", Templates},
	{"tenancy", Tenancy},
	{"idempotency", Idempotency},
	{"webhooks", Webhooks},
	{"answers", Answers},
	{"retention", Retention},
	{"media", Media},
	{"system", System},
}

// Run checks stores from open against every promise.
func Run(t *testing.T, open Open) {
	for _, a := range areas {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.run(t, open)
		})
	}
}
