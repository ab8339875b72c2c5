// Package whatsapp plays the WhatsApp Business Cloud API on a simulated network:
// Meta's Graph API on one side, persons with WhatsApp on their phones on the
// other, and the webhooks between. It is written from the published contract
// alone and shares no code with the channel that talks to it.
package whatsapp

import (
	"embed"
	"io/fs"
	"net/http"
	"regexp"
	"sync"

	"heliograph/channel/simulator"
)

// name is how rules, addresses and messages call the provider.
const name = "whatsapp"

//go:embed assets
var assetFiles embed.FS

// Provider plays WhatsApp. It is safe for concurrent use.
type Provider struct {
	n         *simulator.Network
	own       *simulator.Own[Settings]
	mu        sync.Mutex // guards what follows
	business  *business
	people    *people
	templates *templates
	media     *mediaStore
	uploads   uploads
	rates     *rates
	batch     *batch
}

// New returns a provider for simulator.Options.Providers.
func New() *Provider { return &Provider{} }

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	files, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return simulator.Description{
		Name: name, Title: "WhatsApp Cloud API", Channel: simulator.ChannelWhatsApp,
		Recipients: Recipients(), Actions: Actions(), Assets: files,
		View: "/assets/whatsapp/view.js", Settings: "/sim/whatsapp/settings",
	}
}

// Join implements simulator.Provider.
func (p *Provider) Join(n *simulator.Network) {
	p.n = n
	p.own = simulator.OwnSettings(n, DefaultSettings(), (*Settings).check)
	p.business = newBusiness()
	p.people = newPeople(n.Bounds().Phones)
	p.templates = newTemplates()
	p.media = newMediaStore()
	p.rates = newRates()
	p.batch = &batch{}
	n.HandleWhere(isGraph, p.graph())
	n.Handle("GET /whatsapp/media/{media}", p.downloadMedia)
	const own = "/sim/whatsapp"
	n.Handle("GET "+own+"/numbers", p.getNumbers)
	n.Handle("POST "+own+"/numbers", p.postNumber)
	n.Handle("GET "+own+"/templates", p.getTemplates)
	n.Handle("POST "+own+"/templates/{id}", p.reviewTemplate)
	n.Handle("POST "+own+"/media", p.postMedia)
	n.Handle("GET "+own+"/media/{media}", p.showMedia)
	n.Handle("GET "+own+"/people/{person}", p.getPerson)
	n.Handle("POST "+own+"/people/{person}", p.changePerson)
	n.Handle("POST "+own+"/people/{person}/messages", p.postMessage)
	n.Handle("POST "+own+"/people/{person}/tap", p.postTap)
	n.Handle("POST "+own+"/people/{person}/read", p.postRead)
	n.Handle("POST "+own+"/people/{person}/preferences", p.postPreference)
	n.Handle("POST "+own+"/people/{person}/number", p.postNumberChange)
}

var versioned = regexp.MustCompile(`^/v\d+\.\d+/`)

// isGraph takes every address below a version of the Graph API.
func isGraph(r *http.Request) bool { return versioned.MatchString(r.URL.Path) }

// Clear forgets what persons did; numbers, templates and files stay.
func (p *Provider) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people = newPeople(p.n.Bounds().Phones)
	p.rates = newRates()
}
