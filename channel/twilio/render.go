package twilio

import (
	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// maxBody is in UTF-16 units; beyond them Twilio answers 21617.
const maxBody = 1600

// mms is what Twilio converts for every carrier; it takes 5 MB of each.
var mms = channel.MediaLimits{"image/jpeg": 5 << 20, "image/png": 5 << 20, "image/gif": 5 << 20}

// Render implements channel.Renderer.
func (s *sender) Render(c *heliograph.Content) (channel.Rendering, error) {
	carrier := sms.Carrier{MaxUnits: maxBody, MMS: mms, Smart: s.settings.SmartEncoding}
	if s.settings.ImagesAsLinks {
		carrier.MMS = nil
	}
	return carrier.Render(c)
}
