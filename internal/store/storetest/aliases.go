package storetest

import (
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Aliases tests what the store promises of the other names of addresses.
func Aliases(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("names", func(t *testing.T) { t.Parallel(); names(newThread(t, open)) })
	t.Run("another address", func(t *testing.T) { t.Parallel(); readdress(newThread(t, open)) })
}

func names(th *thread) {
	view, ctx := store.Aliases{Store: th.s}, th.Context()
	stand := func(want map[string]string) {
		th.Helper()
		got, err := view.Resolve(ctx, th.app, "whatsapp", "US.1", "US.2", "+1")
		th.must(err)
		same(th.T, got, want)
	}
	stand(map[string]string{})
	th.must(view.Name(ctx, th.app, "whatsapp", "US.1", "+1", 5))
	th.must(view.Name(ctx, th.app, "whatsapp", "US.2", "+1", 5))
	th.must(view.Name(ctx, th.app, "other", "US.1", "+9", 5))
	th.must(view.Name(ctx, th.ids.App(), "whatsapp", "US.1", "+8", 5))
	stand(map[string]string{"US.1": "+1", "US.2": "+1"})
	th.must(view.Name(ctx, th.app, "whatsapp", "US.2", "+2", 6))
	stand(map[string]string{"US.1": "+1", "US.2": "+2"})
	th.must(view.Repoint(ctx, th.app, "whatsapp", "+1", "+3", 7))
	stand(map[string]string{"US.1": "+3", "US.2": "+2"})
	th.must(view.Forget(ctx, th.app, "whatsapp", "US.2"))
	stand(map[string]string{"US.1": "+3"})
	// What stood for a name stands for what that name stands for, and no name for itself.
	th.must(view.Repoint(ctx, th.app, "whatsapp", "+3", "US.1", 8))
	stand(map[string]string{})
	// What stands for an address goes with its last client.
	clients := store.Clients{Store: th.s}
	c := &heliograph.Client{ID: th.ids.Client(), App: th.app, User: th.user, Integration: th.ids.Integration(), Platform: "whatsapp", Address: "+4", Status: heliograph.ClientActive}
	th.must(clients.Insert(ctx, c))
	th.must(view.Name(ctx, th.app, "whatsapp", "US.1", "+4", 9))
	th.must(view.Free(ctx, th.app, "whatsapp", "+4"))
	stand(map[string]string{"US.1": "+4"})
	th.must(clients.Delete(ctx, th.app, c.ID))
	th.must(view.Free(ctx, th.ids.App(), "whatsapp", "+4"))
	th.must(view.Free(ctx, th.app, "other", "+4"))
	stand(map[string]string{"US.1": "+4"})
	th.must(view.Free(ctx, th.app, "whatsapp", "+4"))
	stand(map[string]string{})
}

func readdress(th *thread) {
	view, ctx := store.Clients{Store: th.s}, th.Context()
	line := th.ids.Integration()
	client := func(address string) *heliograph.Client {
		c := &heliograph.Client{ID: th.ids.Client(), App: th.app, User: th.user, Integration: line, Platform: "whatsapp", Address: address, Status: heliograph.ClientActive, LastSeen: 7}
		th.must(view.Insert(ctx, c))
		return c
	}
	one, two := client("+1"), client("+2")
	if err := view.Readdress(ctx, th.app, one.ID, "+2"); !heliograph.IsKind(err, heliograph.Conflict) {
		th.Errorf("an address that is taken: %v", err)
	}
	th.must(view.Readdress(ctx, th.app, one.ID, "+3"))
	for address, want := range map[string]heliograph.ClientID{"+3": one.ID, "+2": two.ID} {
		at, err := view.OnChannel(ctx, th.app, "whatsapp", address)
		th.must(err)
		if len(at) != 1 || at[0].ID != want {
			th.Errorf("at %s: %v", address, at)
		}
		heard, err := view.LastHeard(ctx, th.app, line, address)
		th.must(err)
		same(th.T, heard, heliograph.Millis(7))
	}
	heard, err := view.LastHeard(ctx, th.app, line, "+1")
	th.must(err)
	same(th.T, heard, heliograph.Millis(0))
}
