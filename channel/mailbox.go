package channel

// Mailbox is implemented by channels that people's mail servers may hand mail to
// at the host itself, by SMTP.
type Mailbox interface {
	// Takes reports whether mail to an address is for this integration. It is pure.
	Takes(address string) bool
	// ReceiveMail turns a mail into facts. It is a pure function of the mail, the
	// settings and the clock. What is no mail is an *heliograph.Error of kind
	// Invalid; a mail that tells nothing has no facts.
	ReceiveMail(m *Mail) ([]Fact, error)
}

// Mail is a mail as SMTP hands it over.
type Mail struct {
	From string   // the envelope's; "" when nobody is to be told of failures
	To   []string // those of its recipients that the integration takes
	Data []byte
}
