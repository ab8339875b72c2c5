package storetest

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/media"
	"heliograph/internal/store"
)

// Media tests what is kept of files.
func Media(t *testing.T, open func(*testing.T) *store.Store) {
	for name, run := range map[string]func(*shelf){
		"a file comes back as it was stored":                 mediaRows,
		"pieces come back, and only the newest attempt adds": mediaPieces,
		"what is due is claimed once":                        mediaClaims,
		"of many claimants each file has one":                mediaRace,
		"an attempt ends once":                               mediaEnds,
		"an upload is measured, then published":              mediaMeasure,
		"a reader hurries what waits":                        mediaHurry,
		"a message tells what its file turned out to be":     mediaMessage,
		"files go with their messages":                       mediaGoes,
		"an upload is attached to one message of its user":   mediaAttach,
		"files follow their user":                            mediaUsers,
		"what is gone is swept up":                           mediaSweep,
		"a deleted app has no files":                         mediaPurge,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(&shelf{thread: newThreadOfApp(t, open)})
		})
	}
}

// shelf is files beside a conversation.
type shelf struct {
	*thread
	last heliograph.Millis
}

// newThreadOfApp is a thread whose app exists.
func newThreadOfApp(t *testing.T, open func(*testing.T) *store.Store) *thread {
	th := newThread(t, open)
	org, err := store.Apps{Store: th.s}.DefaultOrg(t.Context(), &heliograph.Org{ID: th.ids.Org(), Name: "Default", Created: 1})
	th.must(err)
	th.must(store.Apps{Store: th.s}.Insert(t.Context(), &heliograph.App{ID: th.app, Org: org, Name: "Shop", Created: 1}))
	return th
}

func (h *shelf) view() store.Media { return store.Media{Store: h.s} }

// put stores a file.
func (h *shelf) put(change func(*media.File)) *media.File {
	h.Helper()
	h.last++
	f := &media.File{
		App: h.app, ID: h.ids.Media(), Secret: media.Secret{1, 2, 255}, State: media.Pending, Origin: media.FromInbound, Access: media.Public,
		Type: "image/png", Name: "é.png", Size: 7, Integration: h.ids.Integration(), Source: media.Source{URL: "https://e.test/1", ID: "m1", SHA256: "ab"},
		Due: h.last, Created: h.last,
	}
	if change != nil {
		change(f)
	}
	h.must(h.view().Insert(h.Context(), f))
	return f
}

// state is what there is of a file; "" when its row is gone.
func (h *shelf) state(f *media.File) media.State {
	h.Helper()
	got, err := h.view().Get(h.Context(), f.App, f.ID)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return ""
	}
	h.must(err)
	return got.State
}

func (h *shelf) claim(now heliograph.Millis, limit int, except ...heliograph.IntegrationID) []*media.File {
	h.Helper()
	out, err := h.view().Claim(h.Context(), now, now+1000, limit, except)
	h.must(err)
	return out
}

func (h *shelf) conflict(err error) {
	h.Helper()
	if !heliograph.IsKind(err, heliograph.Conflict) {
		h.Fatalf("got %v, want an error of kind Conflict", err)
	}
}

func mediaRows(h *shelf) {
	full := h.put(func(f *media.File) {
		f.User, f.Message, f.SHA256, f.Attempts, f.Tried, f.Reason = h.user, h.ids.Message(), []byte{1, 2}, 3, 4, "gone"
	})
	bare := h.put(func(f *media.File) {
		*f = media.File{App: f.App, ID: f.ID, State: media.Uploading, Origin: media.FromUpload, Access: media.Private, Created: 2}
	})
	for _, want := range []*media.File{full, bare} {
		got, err := h.view().Get(h.Context(), want.App, want.ID)
		h.must(err)
		same(h.T, got, want)
	}
	_, err := h.view().Get(h.Context(), h.ids.App(), full.ID)
	missing(h.T, err)
}

func mediaPieces(h *shelf) {
	h.put(nil)
	f := h.claim(10, 1)[0]
	h.must(h.view().Append(h.Context(), f, 0, []byte("one")))
	h.must(h.view().Append(h.Context(), f, 1, []byte{0, 255}))
	for n, want := range [][]byte{[]byte("one"), {0, 255}} {
		got, err := h.view().Chunk(h.Context(), f.App, f.ID, n)
		h.must(err)
		if !bytes.Equal(got, want) {
			h.Errorf("piece %d is %q", n, got)
		}
	}
	_, err := h.view().Chunk(h.Context(), f.App, f.ID, 2)
	missing(h.T, err)
	_, err = h.view().Chunk(h.Context(), h.ids.App(), f.ID, 0)
	missing(h.T, err)

	again := h.claim(2000, 1)[0] // the lease of the first attempt ended
	h.conflict(h.view().Append(h.Context(), f, 2, []byte("late")))
	h.conflict(h.view().Publish(h.Context(), f))
	_, err = h.view().Trim(h.Context(), f, 1)
	h.conflict(err)
	more, err := h.view().Trim(h.Context(), again, 1)
	h.must(err)
	same(h.T, more, true)
	more, err = h.view().Trim(h.Context(), again, 2)
	h.must(err)
	same(h.T, more, false)
	h.must(h.view().Append(h.Context(), again, 0, []byte("two")))
	again.Type, again.Size, again.SHA256 = "text/plain", 3, []byte{9}
	h.must(h.view().Publish(h.Context(), again))
	h.conflict(h.view().Append(h.Context(), again, 1, []byte("late")))
	got, err := h.view().Get(h.Context(), f.App, f.ID)
	h.must(err)
	again.State, again.Due, again.Source = media.Stored, 0, media.Source{}
	same(h.T, got, again)
}

func mediaClaims(h *shelf) {
	a, b, c := h.put(nil), h.put(nil), h.put(func(f *media.File) { f.Due = 5000 })
	h.put(func(f *media.File) { f.State, f.Due = media.Stored, 0 })
	h.put(func(f *media.File) { f.State = media.Uploading })
	h.put(func(f *media.File) { f.State = media.Lost })
	ids := func(files []*media.File) (out []heliograph.MediaID) {
		for _, f := range files {
			out = append(out, f.ID)
		}
		return out
	}
	same(h.T, ids(h.claim(0, 9)), nil)
	same(h.T, ids(h.claim(100, 9, a.Integration)), []heliograph.MediaID{b.ID})
	got := h.claim(100, 1)
	same(h.T, ids(got), []heliograph.MediaID{a.ID})
	a.State, a.Attempts, a.Tried, a.Due = media.Fetching, 1, 100, 1100
	same(h.T, got[0], a)
	same(h.T, ids(h.claim(1099, 9)), nil)
	same(h.T, ids(h.claim(1100, 9)), []heliograph.MediaID{a.ID, b.ID})
	h.must(h.view().Release(h.Context(), 1200))
	same(h.T, ids(h.claim(1200, 9)), []heliograph.MediaID{a.ID, b.ID})
	same(h.T, ids(h.claim(9000, 1)), []heliograph.MediaID{a.ID})
	same(h.T, ids(h.claim(9000, 9)), []heliograph.MediaID{b.ID, c.ID})
}

func mediaRace(h *shelf) {
	for range 30 {
		h.put(nil)
	}
	var mu sync.Mutex
	var got []heliograph.MediaID
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 10 {
				files, err := h.view().Claim(context.Background(), 100, 1100, 3, nil)
				if err != nil {
					h.Error(err)
				}
				mu.Lock()
				for _, f := range files {
					got = append(got, f.ID)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.SortFunc(got, func(a, b heliograph.MediaID) int { return bytes.Compare(a[:], b[:]) })
	if n := len(slices.Compact(slices.Clone(got))); n != len(got) || n != 30 {
		h.Errorf("%d claims of %d files", len(got), n)
	}
}

func mediaEnds(h *shelf) {
	h.put(nil)
	f := h.claim(10, 1)[0]
	f.Due, f.Reason = 500, media.ReasonUnreachable
	h.must(h.view().Retry(h.Context(), f))
	h.conflict(h.view().Retry(h.Context(), f))
	h.conflict(h.view().Lose(h.Context(), f))
	f = h.claim(500, 1)[0]
	same(h.T, f.Attempts, 2)
	same(h.T, f.Reason, media.ReasonUnreachable)
	f.Reason = media.ReasonTooLarge
	h.must(h.view().Lose(h.Context(), f))
	same(h.T, h.state(f), media.Lost)
	same(h.T, len(h.claim(9000, 9)), 0)
}

func mediaMeasure(h *shelf) {
	f := h.put(func(f *media.File) { f.State = media.Uploading })
	f.Type, f.Size, f.SHA256 = "text/plain", 3, []byte{9}
	h.must(h.view().Measure(h.Context(), f))
	got, err := h.view().Get(h.Context(), f.App, f.ID)
	h.must(err)
	same(h.T, got, f)
	got.User, got.Message = h.user, h.ids.Message()
	h.must(h.view().Publish(h.Context(), got))
	f.User, f.Message, f.State, f.Due, f.Source = got.User, got.Message, media.Stored, 0, media.Source{}
	got, err = h.view().Get(h.Context(), f.App, f.ID)
	h.must(err)
	same(h.T, got, f)
	h.conflict(h.view().Measure(h.Context(), f))
}

func mediaHurry(h *shelf) {
	f := h.put(func(f *media.File) { f.Due = 5000 })
	h.must(h.view().Hurry(h.Context(), f.App, f.ID, 100, 0))
	same(h.T, len(h.claim(100, 9)), 0) // it was tried since
	h.must(h.view().Hurry(h.Context(), f.App, f.ID, 100, 90))
	got := h.claim(100, 9)
	same(h.T, len(got), 1)
	h.must(h.view().Hurry(h.Context(), f.App, f.ID, 200, 190))
	same(h.T, len(h.claim(200, 9)), 0) // it is being fetched
	got[0].Due = 9000
	h.must(h.view().Retry(h.Context(), got[0]))
	h.must(h.view().Hurry(h.Context(), f.App, f.ID, 300, 100))
	same(h.T, len(h.claim(300, 9)), 0) // it was tried at that moment
}

func mediaMessage(h *shelf) {
	f := h.put(nil)
	url := "https://h.test/media/a/" + f.ID.String() + "-00/x.png"
	shows := func(url string) *heliograph.Message {
		return h.say(h.Context(), 5, func(m *heliograph.Message) {
			m.Content = heliograph.Content{Type: heliograph.FileMessage, MediaURL: url, MediaType: "image/png", AltText: "x"}
		})
	}
	mine, other := shows(url), shows("https://elsewhere.test/x.png")
	for _, m := range []*heliograph.Message{mine, other} {
		g := h.put(func(g *media.File) { g.Message = m.ID })
		if m == mine {
			g = f
		}
		g = h.claimOf(g)
		g.Message, g.Type, g.Size = m.ID, "image/webp", 99
		h.must(h.view().Publish(h.Context(), g))
	}
	got, err := store.Messages{Store: h.s}.Get(h.Context(), h.app, mine.ID)
	h.must(err)
	mine.MediaType, mine.MediaSize = "image/webp", 99
	same(h.T, got, mine)
	got, err = store.Messages{Store: h.s}.Get(h.Context(), h.app, other.ID)
	h.must(err)
	same(h.T, got, other)
}

// claimOf claims one file.
func (h *shelf) claimOf(f *media.File) *media.File {
	h.Helper()
	for _, got := range h.claim(f.Due, 99) {
		if got.ID == f.ID {
			return got
		}
	}
	h.Fatal("it was not due")
	return nil
}

func mediaGoes(h *shelf) {
	ctx, messages := h.Context(), store.Messages{Store: h.s}
	with := func() (*heliograph.Message, *media.File) {
		m := h.say(ctx, 5, nil)
		return m, h.put(func(f *media.File) { f.Message, f.User = m.ID, h.user })
	}
	check := func(how string, gone, kept []*media.File) {
		h.Helper()
		for _, f := range gone {
			if s := h.state(f); s != media.Gone {
				h.Errorf("%s: a file is %s", how, s)
			}
		}
		for _, f := range kept {
			if s := h.state(f); s != media.Pending {
				h.Errorf("%s: another's file is %s", how, s)
			}
		}
	}
	free := h.put(nil)
	m1, f1 := with()
	m2, f2 := with()
	_, f3 := with()
	_, err := messages.Delete(ctx, h.app, h.conv, m1.ID)
	h.must(err)
	check("delete", []*media.File{f1}, []*media.File{f2, f3, free})
	h.must(store.Threads{Store: h.s}.Erase(ctx, h.app, []heliograph.MessageID{m2.ID}, nil))
	check("erase", []*media.File{f2}, []*media.File{f3, free})
	h.must(messages.DeleteAll(ctx, h.app, h.conv))
	check("delete all", []*media.File{f3}, []*media.File{free})
	_, f4 := with()
	n, err := store.Retention{Store: h.s}.Messages(ctx, h.app, future, 10)
	h.must(err)
	same(h.T, n, 1)
	check("retention", []*media.File{f4}, []*media.File{free})
}

func mediaAttach(h *shelf) {
	ctx := h.Context()
	upload := func(user heliograph.UserID) *media.File {
		return h.put(func(f *media.File) { f.State, f.Origin, f.Due, f.User = media.Stored, media.FromUpload, 0, user })
	}
	own, theirs, business := upload(h.user), upload(h.ids.User()), upload(heliograph.UserID{})
	first, second := h.say(ctx, 5, nil), h.say(ctx, 6, nil)
	for _, f := range []*media.File{own, theirs, business} {
		h.must(h.view().Attach(ctx, f, first))
		h.must(h.view().Attach(ctx, f, second))
	}
	for f, want := range map[*media.File]heliograph.MessageID{own: first.ID, theirs: {}, business: {}} {
		got, err := h.view().Get(ctx, f.App, f.ID)
		h.must(err)
		same(h.T, got.Message, want)
	}
}

func mediaUsers(h *shelf) {
	ctx := h.Context()
	f := h.put(func(f *media.File) { f.User = h.user })
	other := h.put(func(f *media.File) { f.User = h.ids.User() })
	to := &heliograph.User{ID: h.ids.User(), App: h.app, Created: 1}
	h.must(store.Users{Store: h.s}.Insert(ctx, to))
	conv, err := store.Conversations{Store: h.s}.Start(ctx, &heliograph.Conversation{ID: h.ids.Conversation(), App: h.app, User: to.ID, Created: 1})
	h.must(err)
	to.Conversation = conv
	h.must(store.Threads{Store: h.s}.Join(ctx, &heliograph.User{ID: h.user, App: h.app, Conversation: h.conv}, to))
	h.must(store.Users{Store: h.s}.Remove(ctx, h.app, h.user))
	same(h.T, h.state(f), media.Pending)
	h.must(store.Users{Store: h.s}.Remove(ctx, h.app, to.ID))
	same(h.T, h.state(f), media.Gone)
	same(h.T, h.state(other), media.Pending)
}

func mediaSweep(h *shelf) {
	ctx := h.Context()
	fill := func(state media.State, due heliograph.Millis) *media.File {
		f := h.put(func(f *media.File) { f.State, f.Due = media.Uploading, due })
		for n := range 3 {
			h.must(h.view().Append(ctx, f, n, []byte("x")))
		}
		switch state {
		case media.Stored:
			h.must(h.view().Publish(ctx, f))
		case media.Gone:
			ok, err := h.view().Remove(ctx, f.App, f.ID)
			h.must(err)
			same(h.T, ok, true)
			ok, err = h.view().Remove(ctx, f.App, f.ID)
			h.must(err)
			same(h.T, ok, false)
		}
		return f
	}
	stored, gone, abandoned, fresh := fill(media.Stored, 10), fill(media.Gone, 10), fill(media.Uploading, 10), fill(media.Uploading, 5000)
	pending := h.put(nil)
	h.put(func(f *media.File) { f.Due = 20 })
	lost := h.claimOf(&media.File{ID: pending.ID, Due: 20})
	h.must(h.view().Append(ctx, lost, 0, []byte("half")))
	h.must(h.view().Lose(ctx, lost))
	turns := 0
	for more := true; more; turns++ {
		var err error
		if more, err = h.view().Sweep(ctx, 100, 2); err != nil {
			h.Fatal(err)
		}
	}
	if turns < 6 {
		h.Errorf("it took %d turns: the limit is not kept", turns)
	}
	for f, want := range map[*media.File]media.State{stored: media.Stored, gone: "", abandoned: "", fresh: media.Uploading, lost: media.Lost} {
		same(h.T, h.state(f), want)
		_, err := h.view().Chunk(ctx, f.App, f.ID, 0)
		if kept := f == stored || f == fresh; kept != (err == nil) {
			h.Errorf("%s: its content: %v", want, err)
		}
	}
}

func mediaPurge(h *shelf) {
	ctx := h.Context()
	f := h.put(func(f *media.File) { f.State = media.Uploading })
	for n := range 20 {
		h.must(h.view().Append(ctx, f, n, []byte("x")))
	}
	h.must(h.view().Publish(ctx, f))
	h.must(store.Apps{Store: h.s}.MarkDeleted(ctx, h.app, 9))
	_, err := h.view().Get(ctx, f.App, f.ID)
	missing(h.T, err)
	for more := true; more; {
		if more, err = (store.Apps{Store: h.s}).Purge(ctx, 100); err != nil {
			h.Fatal(err)
		}
	}
	for n := range 20 {
		_, err := h.view().Chunk(ctx, f.App, f.ID, n)
		missing(h.T, err)
	}
}
