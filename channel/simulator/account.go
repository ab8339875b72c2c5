package simulator

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Account is an account of the played provider.
type Account struct {
	SID       string            `json:"sid"`
	AuthToken string            `json:"authToken"`
	Keys      map[string]string `json:"-"` // secrets of API keys by their sid
}

// accounts knows who may call, and what signs their webhooks.
type accounts struct {
	mu    sync.Mutex
	open  bool // every account exists
	known map[string]*accountState
}

type accountState struct {
	token   string
	keys    map[string]string
	busy    int
	credit  float64
	counted time.Time
}

func newAccounts(list []Account) *accounts {
	a := &accounts{open: len(list) == 0, known: map[string]*accountState{}}
	for _, account := range list {
		a.known[account.SID] = &accountState{token: account.AuthToken, keys: account.Keys}
	}
	return a
}

// token returns what signs the webhooks of an account; "" while nobody told.
func (a *accounts) token(sid string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if account := a.known[sid]; account != nil {
		return account.token
	}
	return ""
}

// only returns the account when there is one alone.
func (a *accounts) only() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known) == 1 {
		for sid := range a.known {
			return sid
		}
	}
	return ""
}

func (a *accounts) learn(sid, token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	account := a.known[sid]
	if account == nil {
		account = &accountState{}
		a.known[sid] = account
	}
	account.token = token
}

// WrongToken begins every password that an open simulator refuses, so that
// wrong credentials can be tried as well.
const WrongToken = "wrong"

func authenticate() *refusal {
	return &refusal{status: http.StatusUnauthorized, code: 20003, message: "Authenticate"}
}

// check admits a request to account sid. An API key acts for its account, but
// only the account's own token is ever learned: it alone signs webhooks.
func (a *accounts) check(r *http.Request, sid string) *refusal {
	user, password, ok := r.BasicAuth()
	if !ok || user == "" || password == "" {
		return authenticate()
	}
	isKey := strings.HasPrefix(user, "SK")
	if !isKey && user != sid {
		return notFound(r.URL.Path)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	account := a.known[sid]
	if a.open {
		if !strings.HasPrefix(sid, "AC") || strings.HasPrefix(password, WrongToken) {
			return authenticate()
		}
		if account == nil {
			account = &accountState{}
			a.known[sid] = account
		}
		if !isKey {
			account.token = password
		}
		return nil
	}
	if account == nil {
		return authenticate()
	}
	want := account.token
	if isKey {
		want = account.keys[user]
	}
	if want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(password)) != 1 {
		return authenticate()
	}
	return nil
}

// enter takes one request of sid into account against its limits. It returns
// what to call when the request ends.
func (a *accounts) enter(sid string, c *Settings) (leave func(), full *refusal) {
	if c.RatePerSecond <= 0 && c.Concurrency <= 0 {
		return func() {}, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	account := a.known[sid]
	if account == nil {
		return func() {}, nil
	}
	if c.Concurrency > 0 && account.busy >= c.Concurrency {
		return nil, tooMany(1)
	}
	if c.RatePerSecond > 0 {
		most := max(1, c.RatePerSecond)
		now := time.Now()
		if account.counted.IsZero() {
			account.credit = most
		} else {
			account.credit = min(most, account.credit+now.Sub(account.counted).Seconds()*c.RatePerSecond)
		}
		account.counted = now
		if account.credit < 1 {
			return nil, tooMany(1)
		}
		account.credit--
	}
	account.busy++
	return func() {
		a.mu.Lock()
		account.busy--
		a.mu.Unlock()
	}, nil
}
