package notify

import (
	"context"
	"sync"

	"heliograph"
)

// Outcome is what became of one of many.
type Outcome struct {
	Sent *Sent
	Err  error
}

// SendAll accepts many notifications, each on its own, and returns when all
// have been decided. Those to one address keep their order. A nil intent is
// left out. When the server has more to write than it takes in, the rest waits
// for its turn instead of being refused.
func (s *Service) SendAll(ctx context.Context, all []*Intent) []Outcome {
	out := make([]Outcome, len(all))
	var wg sync.WaitGroup
	for _, group := range byAddress(all) {
		wg.Go(func() {
			for _, i := range group {
				out[i].Sent, out[i].Err = s.Send(ctx, all[i])
			}
		})
	}
	wg.Wait()
	return out
}

// byAddress returns the positions of intents, those to one address together.
func byAddress(all []*Intent) [][]int {
	type key struct {
		i       heliograph.IntegrationID
		address string
	}
	at := map[key]int{}
	var groups [][]int
	for i, in := range all {
		if in == nil {
			continue
		}
		k := key{in.Integration, in.Address}
		g, have := at[k]
		if !have {
			g = len(groups)
			at[k] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}
