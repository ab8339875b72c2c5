package heliograph

// ConsentAction is what a person did.
type ConsentAction string

// The actions.
const (
	OptOut ConsentAction = "opt_out"
	OptIn  ConsentAction = "opt_in"
)

// ConsentScope is how far an opt-out reaches.
type ConsentScope string

// The scopes.
const (
	ScopeSender    ConsentScope = "sender"    // this sender to this address, every category: a carrier keyword
	ScopeMarketing ConsentScope = "marketing" // marketing on every channel
	ScopeAll       ConsentScope = "all"       // everything
)

// ConsentSource is where the change came from.
type ConsentSource string

// The sources.
const (
	ConsentKeyword         ConsentSource = "keyword"
	ConsentProvider        ConsentSource = "provider"
	ConsentAPI             ConsentSource = "api"
	ConsentListUnsubscribe ConsentSource = "list-unsubscribe"
	ConsentComplaint       ConsentSource = "complaint"
	ConsentAgent           ConsentSource = "agent"
	ConsentHardBounce      ConsentSource = "hard-bounce"
	ConsentMessenger       ConsentSource = "messenger" // the person, in one of our SDKs
)

// Consent is one change of what a person allows, with its evidence. The log of
// them is never rewritten; the suppression it leads to is a row of its own.
type Consent struct {
	ID          RecordID
	App         AppID
	Integration IntegrationID // for ScopeSender
	Address     string
	User        UserID // when known
	Action      ConsentAction
	Scope       ConsentScope
	Source      ConsentSource
	Evidence    map[string]string // for example {"messageId": …, "word": "STOP"}
	At          Millis
}

// Suppression is an address that must not be sent to.
type Suppression struct {
	App         AppID
	Integration IntegrationID // zero: every sender of the app
	Address     string
	Scope       ConsentScope
	Source      ConsentSource
	Reason      string // one of the Reason constants
	Since       Millis
	Until       Millis // when it ends by itself; 0: when somebody lifts it
}

// Stops reports whether the suppression stops a message of category c at a moment.
func (s *Suppression) Stops(c Category, now Millis) bool {
	return (s.Scope != ScopeMarketing || c == Marketing) && (s.Until == 0 || now < s.Until)
}
