package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lxzan/gws"

	"heliograph"
	"heliograph/internal/api/sdk"
	"heliograph/internal/metrics"
	"heliograph/internal/realtime"
)

// liveServerFlag makes this program a server of live connections, so that its
// processor time and memory can be told from the client's.
const liveServerFlag = "-live-server"

// liveServer is one that publishes what it is told to.
type liveServer interface {
	socket(w http.ResponseWriter, r *http.Request)
	// publish sends a text to each of n conversations.
	publish(first, n int, text string)
}

// serveLive serves until its standard input ends.
func serveLive(kind string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // as the real server
	s := newHubServer()
	if kind == "bare" {
		s = newBareServer()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live", s.socket)
	mux.HandleFunc("POST /publish", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		first, _ := strconv.Atoi(q.Get("first"))
		n, _ := strconv.Atoi(q.Get("n"))
		s.publish(first, n, q.Get("text"))
	})
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("POST /collect", func(http.ResponseWriter, *http.Request) { debug.FreeOSMemory() })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 3 * time.Minute}
	go func() { _ = server.Serve(ln) }()
	fmt.Println(ln.Addr())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	return server.Close()
}

// hubServer is ours.
type hubServer struct {
	source *liveSource
	hub    *realtime.Hub
	live   *sdk.Live
}

func newHubServer() liveServer {
	source, m, log := newLiveSource(), metrics.New("bench"), slog.New(slog.DiscardHandler)
	frames := sdk.Frames{Log: log}
	hub := realtime.New(realtime.Options{Source: source, Frames: frames, Watch: source, Figures: m, Shared: true, Jitter: rand.Float64, Log: log})
	live := sdk.NewLive(sdk.LiveOptions{Hub: hub, Sessions: source, Acts: source, Figures: m, Frames: frames, Now: time.Now, Log: log})
	hub.Start()
	live.Start()
	return &hubServer{source, hub, live}
}

func (s *hubServer) socket(w http.ResponseWriter, r *http.Request) {
	s.live.WebSocket(w, r, heliograph.IntegrationID{1})
}

func (s *hubServer) publish(first, n int, text string) {
	hints := make([]heliograph.Hint, 0, n)
	for i := range n {
		hints = append(hints, s.source.post(first+i, text))
	}
	s.hub.Changed(hints)
}

// bareServer is the library alone: no sessions, no resume, no presence, no bounds.
type bareServer struct {
	gws.BuiltinEventHandler
	upgrader *gws.Upgrader
	frames   sdk.Frames
	source   *liveSource

	mu    sync.Mutex
	conns map[int][]*gws.Conn // by conversation
}

func newBareServer() liveServer {
	s := &bareServer{conns: map[int][]*gws.Conn{}, source: newLiveSource(), frames: sdk.Frames{Log: slog.New(slog.DiscardHandler)}}
	s.upgrader = gws.NewUpgrader(s, &gws.ServerOption{})
	return s
}

func (s *bareServer) socket(w http.ResponseWriter, r *http.Request) {
	conn, err := s.upgrader.Upgrade(w, r)
	if err == nil {
		go conn.ReadLoop()
	}
}

// OnMessage implements gws.Event: the hello says which conversation it is.
func (s *bareServer) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	n, _ := strconv.Atoi(between(m.Bytes(), `:to:`, `"`))
	s.mu.Lock()
	s.conns[n] = append(s.conns[n], c)
	s.mu.Unlock()
	_ = c.WriteString(`{"t":"ready"}`)
}

func (s *bareServer) publish(first, n int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range n {
		c := s.source.conversation(first + i)
		// The same text as the hub's; one frame for each message.
		frame := s.frames.Messages(&c.row, []*heliograph.Message{c.next(text)}, true)
		conns := s.conns[first+i]
		if len(conns) == 1 {
			conns[0].WriteAsync(gws.OpcodeText, frame.Text, nil)
			continue
		}
		b := gws.NewBroadcaster(gws.OpcodeText, frame.Text)
		for _, conn := range conns {
			_ = b.Broadcast(conn)
		}
		_ = b.Close()
	}
}

// startLiveServer starts this program as such a server.
func startLiveServer(ctx context.Context, kind string) (*program, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &program{cmd: exec.CommandContext(ctx, self, liveServerFlag, kind), done: make(chan struct{})}
	p.cmd.Env = append(cleanEnv(), "GOMAXPROCS="+strconv.Itoa(runtimeProcs()))
	p.cmd.Stderr = &p.log
	p.cmd.SysProcAttr = dieWithUs()
	if _, err := p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if p.addr = strings.TrimSpace(line); err != nil {
		err = fmt.Errorf("the server of live connections did not start: %w\n%s", err, p.log.String())
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p, err
}
