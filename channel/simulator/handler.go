package simulator

import "net/http"

// Handler serves the played APIs, the simulator's own endpoints and its pages.
func (s *Simulator) Handler() http.Handler { return guard(s.routes()) }

func (s *Simulator) makeRoutes() http.Handler {
	mux := http.NewServeMux()
	const account = apiRoot + "/Accounts/{account}"

	// What the provider serves.
	mux.HandleFunc("GET "+account, s.getAccount)
	mux.HandleFunc("POST "+account+"/Messages.json", s.postMessage)
	mux.HandleFunc("GET "+account+"/Messages.json", s.listMessages)
	mux.HandleFunc("GET "+account+"/Messages/{file}", s.getMessage)
	mux.HandleFunc("POST "+account+"/Messages/{file}", s.updateMessage)
	mux.HandleFunc("DELETE "+account+"/Messages/{file}", s.deleteMessage)
	mux.HandleFunc("GET "+account+"/Messages/{message}/Media/{media}", s.getMedia)
	mux.HandleFunc("GET "+account+"/IncomingPhoneNumbers.json", s.listNumbers)
	mux.HandleFunc("GET "+account+"/IncomingPhoneNumbers/{file}", s.getNumber)
	mux.HandleFunc("POST "+account+"/IncomingPhoneNumbers/{file}", s.updateNumber)
	mux.HandleFunc("GET /v1/Services/{service}", s.getService)
	mux.HandleFunc("POST /v1/Services/{service}", s.updateService)
	mux.HandleFunc(apiRoot+"/", func(w http.ResponseWriter, r *http.Request) { notFound(r.URL.Path).write(w) })

	// What only the simulator has.
	mux.HandleFunc("GET /sim/phones", s.getPhones)
	mux.HandleFunc("GET /sim/phones/{number}", s.getPhone)
	mux.HandleFunc("POST /sim/phones/{number}/reply", s.postReply)
	mux.HandleFunc("GET /sim/messages", s.getMessages)
	mux.HandleFunc("DELETE /sim/messages", s.clearMessages)
	mux.HandleFunc("GET /sim/counts", s.getCounts)
	mux.HandleFunc("GET /sim/rules", s.getRules)
	mux.HandleFunc("POST /sim/rules", s.postRules)
	mux.HandleFunc("DELETE /sim/rules", s.deleteRules)
	mux.HandleFunc("DELETE /sim/rules/{id}", s.deleteRule)
	mux.HandleFunc("GET /sim/settings", s.getSettings)
	mux.HandleFunc("POST /sim/settings", s.changeSettings)
	mux.HandleFunc("PATCH /sim/settings", s.changeSettings)
	mux.HandleFunc("GET /sim/numbers", s.getNumbers)
	mux.HandleFunc("POST /sim/numbers", s.postNumber)
	mux.HandleFunc("GET /sim/threads", s.getThreads)
	mux.HandleFunc("GET /sim/threads/{channel}/{person}", s.getThread)
	mux.HandleFunc("GET /sim/clock", s.getClock)
	mux.HandleFunc("POST /sim/clock", s.moveClock)
	mux.HandleFunc("GET /sim/scenario", s.getScenario)
	mux.HandleFunc("POST /sim/scenario/recording", s.startRecording)
	mux.HandleFunc("DELETE /sim/scenario/recording", s.stopRecording)
	mux.HandleFunc("GET /sim/scenario/recording", s.getRecording)
	mux.HandleFunc("POST /sim/scenario/replay", s.startReplay)
	mux.HandleFunc("DELETE /sim/scenario/replay", s.stopReplay)
	mux.HandleFunc("GET /sim/state", s.getState)
	mux.HandleFunc("GET /sim/catalogue", s.getCatalogue)
	mux.HandleFunc("GET /sim/stream", s.getStream)

	mux.HandleFunc("GET /{$}", page)
	mux.HandleFunc("GET /phones/{number}", page)
	mux.HandleFunc("GET /threads/{channel}/{person}", page)
	mux.Handle("GET /assets/", assets())
	// Browsers ask for this beside answers that are no pages.
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return s.recorded(s.withProviders(mux))
}

// withProviders adds the routes of the providers that were handed in.
func (s *Simulator) withProviders(mux *http.ServeMux) http.Handler {
	claims := []claim{}
	for _, n := range s.networks {
		for _, route := range n.routes {
			mux.HandleFunc(route.pattern, route.handler)
		}
		claims = append(claims, n.claims...)
		if files := n.provider.Describe().Assets; files != nil {
			root := "/assets/" + n.name + "/"
			mux.Handle("GET "+root, http.StripPrefix(root, static(files)))
		}
	}
	if len(claims) == 0 {
		return mux
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, c := range claims {
			if c.mine(r) {
				c.handler.ServeHTTP(w, r)
				return
			}
		}
		mux.ServeHTTP(w, r)
	})
}

// guard keeps other sites' pages from driving the simulator through a browser:
// nothing but its own page has business here from one.
func guard(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(next)
}
