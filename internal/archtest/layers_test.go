package archtest

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// A layer is a set of packages with the same rights.
type layer struct {
	name    string
	pattern string // of folders, as path.Match knows them
	may     string // names of the layers it may import; what it lacks it may not
}

// layers is the architecture. The first pattern that matches a folder wins; a
// folder that none matches has no place, and fails the test.
var layers = []layer{
	{"vocabulary", ".", ""},
	{"contract", "channel", "vocabulary"},
	{"pure", "channel/sms", "vocabulary contract pure"},
	{"pure", "channel/plain", "vocabulary contract"},
	{"pure", "channel/mime", "vocabulary contract pure"},
	{"pure", "internal/content", "vocabulary"},
	{"pure", "internal/fifo", "vocabulary"},
	// How a push is put for a device, and the services that take pushes.
	{"push", "channel/push", "vocabulary contract pure"},
	{"push", "channel/push/*", "vocabulary contract pure push"},
	{"contract-test", "channel/channeltest", "vocabulary contract pure"},
	// The simulator plays the providers, so it shares no code with the channels
	// that it checks.
	{"simulator", "channel/simulator", "vocabulary simulator client"},
	{"simulator", "channel/simulator/*", "vocabulary simulator client"},
	{"plugin", "channel/*", "vocabulary contract pure push"},
	{"plugin", "channel/channeltest/internal/*", "vocabulary contract pure"}, // the recipe's example

	{"platform", "internal/fresh", "vocabulary"},
	{"platform", "internal/netguard", "vocabulary"},
	{"platform", "internal/outbound", "vocabulary"},
	{"platform", "internal/secret", "vocabulary"},
	{"platform", "internal/metrics", "vocabulary"},
	{"platform", "internal/geoip", "vocabulary"},
	{"config", "internal/config", "vocabulary"},

	// Engines meet only in app: what one needs of another is a port in its own
	// ports.go.
	{"engine", "internal/auth", "vocabulary contract pure platform"},
	{"engine", "internal/tenant", "vocabulary contract pure platform"},
	{"engine", "internal/profile", "vocabulary contract pure platform"},
	{"engine", "internal/conversation", "vocabulary contract pure platform"},
	{"engine", "internal/notify", "vocabulary contract pure platform"},
	{"engine", "internal/delivery", "vocabulary contract pure platform"},
	{"engine", "internal/webhook", "vocabulary contract pure platform"},
	{"engine", "internal/template", "vocabulary contract pure platform"},
	{"engine", "internal/media", "vocabulary contract pure platform"},

	{"engine", "internal/device", "vocabulary contract pure platform"},
	{"engine", "internal/realtime", "vocabulary contract pure platform"},

	// The store satisfies the ports of engines, and some of them speak the
	// contract of channels.
	{"store", "internal/store", "vocabulary contract pure engine platform"},
	{"store-test", "internal/store/storetest", "vocabulary contract pure engine platform store testkit"},

	{"http", "internal/api/httpx", "vocabulary platform"},
	{"http", "internal/api/openapi", "vocabulary"},
	// How users, messages and conversations look on the wire, in the v1.1 API and the SDK's.
	{"http", "internal/api/sunco", "vocabulary http"},
	// The messenger's built files.
	{"http", "web/widget", "vocabulary"},
	{"surface", "internal/api/*", "vocabulary contract pure engine platform http"},

	// Conformance is a client of any server: it must not know how ours does it.
	{"conformance", "internal/conformance", ""},

	// The library that apps are built with: it knows the protocol and nothing of the server.
	{"client", "client", "client"},
	{"client", "client/*", "client"},

	{"app", "internal/app", "vocabulary contract pure push client plugin simulator platform config engine store http surface"},
	{"cmd", "cmd/*", "vocabulary app config conformance"},

	{"testkit", "internal/testkit", "vocabulary"},
	{"testkit", "internal/testkit/*", "vocabulary store testkit"},
	{"crashtest", "internal/crashtest", "vocabulary simulator testkit"},
	{"archtest", "internal/archtest", ""},
	{"archtest", "internal/docstest", "testkit"},
	{"bench", "bench", "vocabulary contract client engine http surface plugin simulator platform config store app bench"},
	{"bench", "bench/*", "vocabulary contract client engine http surface plugin simulator platform config store app bench"},
}

// forTests are the layers that only tests, and each other, may import.
var forTests = []string{"contract-test", "store-test", "testkit", "crashtest", "archtest"}

func layerOf(dir string) *layer {
	for i, l := range layers {
		if ok, _ := path.Match(l.pattern, dir); ok {
			return &layers[i]
		}
	}
	return nil
}

func (l *layer) mayImport(to *layer) bool {
	return slices.Contains(strings.Fields(l.may), to.name)
}

func TestImportDirections(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		from := layerOf(f.dir)
		if from == nil {
			t.Errorf("%s belongs to no layer: give it its place in layers_test.go, or put the code where it is used", f.dir)
			continue
		}
		if f.test {
			continue // a test may use any real part
		}
		for _, imp := range f.imports() {
			dir, ours := folder(imp)
			if !ours {
				if l := from.name; l == "vocabulary" && strings.Contains(imp, ".") {
					t.Errorf("%s imports %s: the vocabulary imports only the standard library", f.path, imp)
				}
				continue
			}
			switch to := layerOf(dir); {
			case to == nil:
				t.Errorf("%s imports %s, which belongs to no layer", f.path, dir)
			case !from.mayImport(to):
				t.Errorf("%s (%s) must not import %s (%s)", f.path, from.name, dir, to.name)
			}
		}
	}
}

// TestLayerNames guards the table itself: a misspelt right would forbid
// silently, and a right to a test layer would allow too much.
func TestLayerNames(t *testing.T) {
	t.Parallel()
	for _, l := range layers {
		for _, name := range strings.Fields(l.may) {
			if !slices.ContainsFunc(layers, func(o layer) bool { return o.name == name }) {
				t.Errorf("%s may import %q, which is no layer", l.pattern, name)
			}
			if slices.Contains(forTests, name) && !slices.Contains(forTests, l.name) {
				t.Errorf("%s may import %q, which is for tests only", l.pattern, name)
			}
		}
	}
}

// folder returns the folder of an import path of this module.
func folder(imp string) (dir string, ours bool) {
	if imp == module {
		return ".", true
	}
	return strings.CutPrefix(imp, module+"/")
}
