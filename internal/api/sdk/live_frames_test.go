package sdk_test

import (
	"encoding/binary"
	"testing"
)

// TestFramesThatNobodyMakes: whatever a connection sends ends that connection at
// most, and not the server.
func TestFramesThatNobodyMakes(t *testing.T) {
	t.Parallel()
	long := func(n uint64) []byte {
		return append(binary.BigEndian.AppendUint64([]byte{0x81, 0x80 | 127}, n), 0, 0, 0, 0, 'x')
	}
	for name, frame := range map[string][]byte{
		"a negative length":               long(1 << 63),
		"the most negative but a little":  long(1<<63 + 5),
		"the least negative":              long(1<<64 - 1),
		"the longest":                     long(1<<63 - 1),
		"a negative length in pieces":     append([]byte{0x01, 0x80, 0, 0, 0, 0, 0x80, 0x80 | 127}, long(1<<64 - 3)[2:]...),
		"a ping of a negative length":     append([]byte{0x89}, long(1 << 63)[1:]...),
		"a close frame of one byte":       {0x88, 0x81, 0, 0, 0, 0, 1},
		"a continuation of nothing":       {0x80, 0x80, 0, 0, 0, 0},
		"compressed, which nobody agreed": {0xC1, 0x80, 0, 0, 0, 0},
		"an unknown kind":                 {0x8B, 0x80, 0, 0, 0, 0},
		"without a mask":                  {0x81, 0x01, 'x'},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			b.session("hs1_a", 1)
			w := b.dial()
			w.send(`{"t":"hello","session":"hs1_a"}`)
			w.next("ready")
			if _, err := w.conn.NetConn().Write(frame); err != nil {
				t.Fatal(err)
			}
			b.until("the connection is gone", func() bool { return b.connections() == 0 })
			b.until("its seat is free", func() bool { return b.hub.Connected() == 0 })
			again := b.dial()
			again.send(`{"t":"hello","session":"hs1_a"}`)
			again.next("ready")
		})
	}
}
