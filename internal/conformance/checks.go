package conformance

import "slices"

// Checks lists every check, by area.
func Checks() []Check {
	var all []Check
	for _, area := range []struct {
		name string
		list []Check
	}{
		{"Requests and errors", generalChecks()},
		{"Apps and keys", appChecks()},
		{"Service accounts", serviceAccountChecks()},
		{"Integrations", integrationChecks()},
		{"Users", userChecks()},
		{"Channels of users", channelChecks()},
		{"Devices", deviceChecks()},
		{"Messages", messageChecks()},
		{"Conversations", conversationChecks()},
		{"Notifications", notificationChecks()},
		{"Templates, attachments and menus", contentChecks()},
		{"Webhooks", webhookChecks()},
		{"What webhooks tell", triggerChecks()},
		{"What is left out", absentChecks()},
	} {
		for _, c := range area.list {
			c.Area = area.name
			if c.Verdict == "" {
				c.Verdict = Identical
			}
			all = append(all, c)
		}
	}
	return slices.Clip(all)
}

func absentChecks() []Check {
	var all []Check
	for _, c := range []struct{ name, method, path, instead string }{
		{"appUsers.stripe.updateCustomer", "POST", "/appusers/{user}/stripe/customer", "payments are not taken; link to your payment page"},
		{"appUsers.stripe.createTransaction", "POST", "/appusers/{user}/stripe/transaction", "payments are not taken; link to your payment page"},
		{"stripe.getAccount", "GET", "/stripe/account", "payments are not taken; link to your payment page"},
		{"appUsers.viber.getQRCode", "GET", "/appusers/{user}/integrations/viber/qrcode", "there is no Viber channel"},
		{"appUsers.wechat.getQRCode", "GET", "/appusers/{user}/integrations/wechat/qrcode", "there is no WeChat channel"},
	} {
		all = append(all, Check{Name: c.name, Call: c.method + " " + c.path, Verdict: Absent, Note: c.instead, run: func(p *probe) {
			_, id := p.user()
			p.call(c.method, replace(c.path, "{user}", id), nil).refused(501, "not_implemented")
		}})
	}
	return append(all, Check{
		Name: "deployments.*", Call: "GET /whatsapp/deployments", Verdict: Absent, needs: needsAccount,
		Note: "the on-premises WhatsApp API was retired by its provider; a whatsapp integration talks to the Cloud API",
		run: func(p *probe) {
			p.as(p.account).get("/whatsapp/deployments").refused(501, "not_implemented")
		},
	})
}
