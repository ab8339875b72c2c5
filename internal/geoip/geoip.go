// Package geoip tells where addresses of the network are, from a file of MaxMind's
// format that the operator supplies. It asks nobody.
package geoip

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"heliograph"
)

// lookEvery is how often the file is looked at for a change.
const lookEvery = time.Minute

// Places is the file. It is safe for concurrent use.
type Places struct {
	file string
	now  heliograph.Clock
	log  *slog.Logger

	mu     sync.RWMutex
	reader *maxminddb.Reader
	change time.Time // of the file that was read
	looked time.Time
}

// Open reads a file. It is read again once it has changed.
func Open(file string, now heliograph.Clock, log *slog.Logger) (*Places, error) {
	p := &Places{file: file, now: now, log: log, looked: now()}
	return p, p.read()
}

// read reads the file whole: one that is replaced while it is used would take the
// process down if it were mapped.
func (p *Places) read() error {
	at, err := os.Stat(p.file)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(p.file)
	if err != nil {
		return err
	}
	reader, err := maxminddb.OpenBytes(b)
	if err != nil {
		return fmt.Errorf("%s is no MaxMind database: %w", p.file, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reader, p.change = reader, at.ModTime()
	return nil
}

// Place returns a country and a city, in English; "" what is not known.
func (p *Places) Place(ip netip.Addr) (country, city string) {
	p.look()
	p.mu.RLock()
	reader := p.reader
	p.mu.RUnlock()
	var found struct {
		Country struct {
			Names map[string]string `maxminddb:"names"`
		} `maxminddb:"country"`
		City struct {
			Names map[string]string `maxminddb:"names"`
		} `maxminddb:"city"`
	}
	if err := reader.Lookup(ip).Decode(&found); err != nil {
		p.log.Warn("the database of addresses cannot be read", "file", p.file, "err", err)
		return "", ""
	}
	return found.Country.Names["en"], found.City.Names["en"]
}

// look reads the file again when it has changed. One that cannot be read leaves what
// there is.
func (p *Places) look() {
	now := p.now()
	p.mu.Lock()
	due := now.Sub(p.looked) >= lookEvery
	if due {
		p.looked = now
	}
	change := p.change
	p.mu.Unlock()
	if !due {
		return
	}
	at, err := os.Stat(p.file)
	if err == nil && !at.ModTime().Equal(change) {
		err = p.read()
	}
	if err != nil {
		p.log.Warn("the database of addresses is not read again", "file", p.file, "err", err)
	}
}
