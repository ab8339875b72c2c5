package app

import (
	"net/http"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/apns"
	"heliograph/channel/simulator/fcm"
	"heliograph/channel/simulator/handset"
	"heliograph/channel/simulator/pushproxy"
	"heliograph/channel/simulator/webpush"
)

// pushProviders are the push services, and the phones that take their pushes.
func pushProviders() []simulator.Provider {
	apple, google := apns.New(apns.Options{}), fcm.New(fcm.Options{})
	return []simulator.Provider{
		apple, google, webpush.New(), pushproxy.New(pushproxy.Options{}),
		// The phones come after the services that push to them.
		handset.New(handset.Options{
			IOS:     handset.Service{Name: "apn", Devices: apple.Devices, MakeToken: apple.MakeToken},
			Android: handset.Service{Name: "fcm", Devices: google.Devices, MakeToken: google.MakeToken},
		}),
	}
}

// bothVersions are HTTP/1.1, and the HTTP/2 that APNs speaks, without TLS.
func bothVersions() *http.Protocols {
	p := &http.Protocols{}
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	return p
}
