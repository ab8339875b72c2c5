package heliograph_test

import (
	"bytes"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"heliograph"
)

// TestIDsSortByTime: ids of one maker in the order they were made, and those of
// a process that takes over after those of the one before, whatever their
// random parts are.
func TestIDsSortByTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 12, 0, 0, 998e6, time.UTC)
	now := func() time.Time { return at }
	first := heliograph.NewIDMaker(now, bytes.NewReader(bytes.Repeat([]byte{0xff}, 5)))
	var made []string
	for range 40000 { // more than a millisecond has room for
		made = append(made, first.Event().String())
	}
	at = at.Add(-time.Hour) // a clock that steps back
	made = append(made, first.Event().String())
	at = at.Add(time.Hour + 10*time.Millisecond) // the same second, and the next
	second := heliograph.NewIDMaker(now, bytes.NewReader(make([]byte, 5)))
	made = append(made, second.Event().String())
	at = at.Add(time.Second)
	made = append(made, first.Event().String())
	if !slices.IsSorted(made) {
		t.Error("ids are not in the order in which they were made")
	}
	if slices.Sort(made); len(slices.Compact(made)) != 40003 {
		t.Error("ids are not unique")
	}
	id, ok := heliograph.ParseID[int](made[0])
	if made := time.Date(2026, 5, 1, 12, 0, 0, 998e6, time.UTC); !ok || id.Unix() != made.Unix() || id.Millis() != heliograph.At(made) {
		t.Errorf("the second of %s is %d, its millisecond %d", id, id.Unix(), id.Millis())
	}
}

func TestNotificationIDsSortByTime(t *testing.T) {
	t.Parallel()
	m := heliograph.NewIDMaker(func() time.Time { return time.UnixMilli(1_800_000_000_000) }, rand.Reader)
	var made []string
	for range 10000 {
		id := m.Notification()
		if back, ok := heliograph.ParseNotificationID(id.String()); !ok || back != id {
			t.Fatalf("%s does not read back", id)
		}
		made = append(made, id.String())
		if at := id.Millis(); at < 1_800_000_000_000 || at > 1_800_000_000_002 {
			t.Fatalf("the millisecond of %s is %d", id, at)
		}
	}
	if !slices.IsSorted(made) {
		t.Error("notification ids are not in the order in which they were made")
	}
}
