package conversation

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"heliograph"
)

// formsAmong is how many of a conversation's newest messages are looked through
// for the form that an answer does not name.
const formsAmong = 100

// formAnswered marks the form that c answers as submitted, in the transaction of
// ctx, and returns c with it. Any other message comes back as it is.
func (s *Service) formAnswered(ctx context.Context, conv *heliograph.Conversation, c *heliograph.Content) (*heliograph.Content, error) {
	if c.Type != heliograph.FormResponseMessage {
		return c, nil
	}
	form, err := s.formOf(ctx, conv, c)
	if err != nil {
		return nil, err
	}
	out := *c
	if out.Fields, err = checkAnswers(form.Fields, c.Fields); err != nil {
		return nil, err
	}
	form.Submitted = true
	out.Quoted, out.Form = form.ID, &form.Content
	return &out, s.Messages.Rewrite(ctx, form)
}

// formOf finds the form: the one that is quoted, or the newest that asks what is
// answered, rather one that waits for its answer.
func (s *Service) formOf(ctx context.Context, conv *heliograph.Conversation, c *heliograph.Content) (*heliograph.Message, error) {
	if !c.Quoted.IsZero() {
		m, err := s.Messages.Get(ctx, conv.App, c.Quoted)
		if heliograph.IsKind(err, heliograph.NotFound) || err == nil && (m.Conversation != conv.ID || m.Type != heliograph.FormMessage) {
			err = heliograph.InvalidField("quotedMessage", "names no form of this conversation")
		}
		return m, err
	}
	newest, err := s.Messages.Before(ctx, conv.App, conv.ID, conv.LastReceived+1, formsAmong)
	if err != nil {
		return nil, err
	}
	var found *heliograph.Message
	for _, m := range newest {
		if m.Type != heliograph.FormMessage || !asksAll(m.Fields, c.Fields) {
			continue
		}
		if !m.Submitted {
			return m, nil
		}
		if found == nil {
			found = m
		}
	}
	if found == nil {
		return nil, heliograph.InvalidField("quotedMessage", "is needed: no form of this conversation asks for these fields")
	}
	return found, nil
}

// question returns the question that a field answers, by its id or else its name.
func question(form []heliograph.FormField, f *heliograph.FormField) *heliograph.FormField {
	i := slices.IndexFunc(form, func(q heliograph.FormField) bool {
		return q.Type == f.Type && (f.ID != "" && q.ID == f.ID || f.ID == "" && q.Name == f.Name)
	})
	if i < 0 {
		return nil
	}
	return &form[i]
}

func asksAll(form, answers []heliograph.FormField) bool {
	return !slices.ContainsFunc(answers, func(f heliograph.FormField) bool { return question(form, &f) == nil })
}

// checkAnswers returns answers with the ids and labels of the questions.
func checkAnswers(form, answers []heliograph.FormField) ([]heliograph.FormField, error) {
	out := slices.Clone(answers)
	for i := range out {
		f, at := &out[i], fmt.Sprintf("fields[%d]", i)
		q := question(form, f)
		if q == nil {
			return nil, heliograph.InvalidField(at, "is no question of the form")
		}
		f.ID, f.Name, f.Label = q.ID, q.Name, q.Label
		if n := utf8.RuneCountInString(f.Text); f.Type == "text" && (n < q.MinSize || n > q.MaxSize) {
			return nil, heliograph.InvalidField(at+".text", "must have %d to %d characters", q.MinSize, q.MaxSize)
		}
		f.Select = slices.Clone(f.Select)
		if err := checkChosen(at, q, f.Select); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkChosen checks the options that were chosen, and gives them the form's ids.
func checkChosen(at string, q *heliograph.FormField, chosen []heliograph.FormOption) error {
	if len(chosen) > max(q.SelectSize, 1) {
		return heliograph.InvalidField(at+".select", "has more than %d options", max(q.SelectSize, 1))
	}
	for i, o := range chosen {
		k := slices.IndexFunc(q.Options, func(p heliograph.FormOption) bool {
			return o.ID != "" && p.ID == o.ID || o.ID == "" && p.Name == o.Name
		})
		if k < 0 {
			return heliograph.InvalidField(fmt.Sprintf("%s.select[%d]", at, i), "is no option of the form")
		}
		chosen[i] = q.Options[k]
	}
	return nil
}
