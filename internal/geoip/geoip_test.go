package geoip_test

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"heliograph/internal/geoip"
	"heliograph/internal/testkit"
)

// database is a MaxMind file in which every IPv4 address is in one city.
func database(country, city string) []byte {
	text := func(s string) []byte { return append([]byte{2<<5 | byte(len(s))}, s...) }
	number := func(kind byte, n uint32, size int) []byte {
		b := binary.BigEndian.AppendUint32(nil, n)
		return append([]byte{kind<<5 | byte(size)}, b[4-size:]...)
	}
	object := func(members ...[]byte) []byte {
		return append([]byte{7<<5 | byte(len(members)/2)}, bytes.Join(members, nil)...)
	}
	named := func(name string) []byte { return object(text("names"), object(text("en"), text(name))) }
	data := object(text("country"), named(country), text("city"), named(city))
	// One node, both of whose records point to the data: 1 + 16 + the offset 0.
	out := []byte{0, 0, 17, 0, 0, 17}
	out = append(out, make([]byte, 16)...)
	out = append(out, data...)
	out = append(out, "\xab\xcd\xefMaxMind.com"...)
	return append(out, object(
		text("binary_format_major_version"), number(5, 2, 2), text("binary_format_minor_version"), number(5, 0, 2),
		text("build_epoch"), []byte{4, 2, 0x60, 0, 0, 0}, text("database_type"), text("Test-City"),
		text("description"), object(text("en"), text("x")), text("ip_version"), number(5, 4, 2),
		text("languages"), []byte{0, 4}, text("node_count"), number(6, 1, 4), text("record_size"), number(5, 24, 2),
	)...)
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	file, clock, log := filepath.Join(t.TempDir(), "city.mmdb"), testkit.NewClock(), slog.New(slog.DiscardHandler)
	if _, err := geoip.Open(file, clock.Now, log); err == nil {
		t.Fatal("a missing file was opened")
	}
	write := func(b []byte, at time.Time) {
		t.Helper()
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write([]byte("nothing"), testkit.Epoch)
	if _, err := geoip.Open(file, clock.Now, log); err == nil {
		t.Fatal("a file of another kind was opened")
	}
	write(database("Switzerland", "Basel"), testkit.Epoch)
	p, err := geoip.Open(file, clock.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	want := func(ip, country, city string) {
		t.Helper()
		if a, b := p.Place(netip.MustParseAddr(ip)); a != country || b != city {
			t.Errorf("%s is in %q, %q; want %q, %q", ip, a, b, country, city)
		}
	}
	want("192.0.2.1", "Switzerland", "Basel")
	want("2001:db8::1", "", "") // the file has none of these
	write(database("France", "Lyon"), testkit.Epoch.Add(time.Hour))
	want("192.0.2.1", "Switzerland", "Basel")
	clock.Advance(time.Minute)
	want("192.0.2.1", "France", "Lyon")
	write([]byte("half a file"), testkit.Epoch.Add(2*time.Hour))
	clock.Advance(time.Minute)
	want("192.0.2.1", "France", "Lyon")
}
