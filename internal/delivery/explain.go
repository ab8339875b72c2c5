package delivery

// Answers asks every gate, whatever the others say: what explain shows.
func Answers(q *Question) []Verdict {
	out := make([]Verdict, len(gates))
	for i := range gates {
		out[i] = gates[i].Check(q)
		out[i].Gate = gates[i].Name
	}
	return out
}
