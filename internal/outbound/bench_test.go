//go:build unix

package outbound_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// least answers every request with as little work as can be: what is measured
// is the client.
func least(b *testing.B) *url.URL {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = ln.Close() })
	reply := []byte("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"sid\":\"SM123\"}")
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				r := bufio.NewReader(c)
				for {
					for {
						line, err := r.ReadSlice('\n')
						if err != nil {
							return
						}
						if len(line) == 2 {
							break
						}
					}
					if _, err := r.Discard(benchBody); err != nil {
						return
					}
					if _, err := c.Write(reply); err != nil {
						return
					}
				}
			}()
		}
	}()
	return &url.URL{Scheme: "http", Host: ln.Addr().String(), Path: "/2010-04-01/Accounts/AC1/Messages.json"}
}

const benchBody = 180

// BenchmarkCall compares the transports as callers use them: with a body of
// their own type. cpu-us is what both ends take of the processors.
func BenchmarkCall(b *testing.B) {
	text := strings.Repeat("x", benchBody)
	for name, rt := range map[string]interface {
		http.RoundTripper
		CloseIdleConnections()
	}{
		"outbound": direct(),
		"net/http": &http.Transport{MaxIdleConnsPerHost: 1024, DisableCompression: true},
	} {
		b.Run(name, func(b *testing.B) {
			target := least(b)
			defer rt.CloseIdleConnections()
			b.ReportAllocs()
			b.SetParallelism(32)
			before := cpu(b)
			b.RunParallel(func(pb *testing.PB) {
				var room [512]byte
				for pb.Next() {
					req := (&http.Request{
						Method: http.MethodPost, URL: target, Host: target.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
						Header: http.Header{"Authorization": {"Basic eHg6eXk="}, "User-Agent": {"Heliograph"}, "Content-Type": {"application/x-www-form-urlencoded"}},
						Body:   io.NopCloser(struct{ io.Reader }{strings.NewReader(text)}), ContentLength: benchBody,
					}).WithContext(b.Context())
					res, err := rt.RoundTrip(req)
					if err != nil {
						b.Error(err)
						return
					}
					for err == nil {
						_, err = res.Body.Read(room[:])
					}
					_ = res.Body.Close()
					if err != io.EOF || res.StatusCode != http.StatusCreated {
						b.Errorf("%d, %v", res.StatusCode, err)
					}
				}
			})
			b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/1000, "cpu-us/op")
		})
	}
}

// cpu returns the processor time of this process in nanoseconds.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Skip(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkLeast is what the system takes for a call: one write and one read of
// as many bytes on a connection at hand, with the same server.
func BenchmarkLeast(b *testing.B) {
	target := least(b)
	request := []byte("POST / HTTP/1.1\r\nX: " + strings.Repeat("x", 200) + "\r\n\r\n" + strings.Repeat("x", benchBody))
	b.ReportAllocs()
	b.SetParallelism(32)
	before := cpu(b)
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", target.Host)
		if err != nil {
			b.Error(err)
			return
		}
		defer func() { _ = c.Close() }()
		var room [512]byte
		for pb.Next() {
			if _, err := c.Write(request); err != nil {
				b.Error(err)
				return
			}
			if _, err := c.Read(room[:]); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/1000, "cpu-us/op")
}
