package simulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"heliograph/channel/simulator"
)

// BenchmarkSend is the simulator's own share of a load test: one send, without
// the network between.
func BenchmarkSend(b *testing.B) {
	for name, limits := range map[string]simulator.Limits{"history": {}, "no history": {NoHistory: true}} {
		b.Run(name, func(b *testing.B) {
			c := simulator.DefaultSettings()
			c.Callbacks = false
			sim := simulator.New(simulator.Options{Settings: &c, Limits: limits})
			defer sim.Close()
			handler := sim.Handler()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := httptest.NewRequest(http.MethodPost, messagesPath,
						strings.NewReader("To=%2B15551230001&From=%2B15550001111&Body=Your+parcel+is+here"))
					r.SetBasicAuth(accountSID, authToken)
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					w := httptest.NewRecorder()
					handler.ServeHTTP(w, r)
					if w.Code != http.StatusCreated {
						body, _ := io.ReadAll(w.Body)
						b.Fatalf("%d %s", w.Code, body)
					}
				}
			})
		})
	}
}
