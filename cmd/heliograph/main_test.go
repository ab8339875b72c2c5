package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// invoke runs one command line.
func invoke(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args string
		code int
		want string // on either stream
	}{
		{"version", exitOK, "heliograph dev (go"},
		{"", exitOK, "keys create"},
		{"--help", exitOK, "doctor"},
		{"serve --help", exitOK, "default 127.0.0.1:8080;"},
		{"config doc", exitOK, "| `--public-url URL` | `HELIOGRAPH_PUBLIC_URL` |"},
		{"sreve", exitUsage, "sreve"},
		{"serve --lisen :80", exitUsage, "--lisen"},
		{"serve --listen 80", exitUsage, "host:port"},
		{"serve --log-format xml", exitUsage, "log-format"},
		{"keys create", exitUsage, "--scope"},
		{"keys create --scope everything", exitUsage, "scope"},
		{"keys create --scope app", exitError, "needs --app ID"},
		{"held release", exitUsage, "--all"},
		{"held cancel --all some", exitUsage, "--all"},
		{"held cancel some", exitError, "not a notification's id"},
		{"held list --app some", exitError, "not an app's id"},
	}
	for _, tt := range tests {
		code, stdout, stderr := invoke(t, strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(stdout+stderr, tt.want) {
			t.Errorf("heliograph %s: exit code %d, want %d and %q in\n%s%s", tt.args, code, tt.code, tt.want, stdout, stderr)
		}
		if code != exitOK && stdout != "" {
			t.Errorf("heliograph %s: a failure wrote to the standard output: %s", tt.args, stdout)
		}
	}
}

func TestMigrateAndKeys(t *testing.T) {
	t.Parallel()
	dir := "--data=" + filepath.Join(t.TempDir(), "data")
	if code, out, _ := invoke(t, "migrate", dir); code != exitOK || !strings.Contains(out, "from schema version 0") {
		t.Fatalf("%d %s", code, out)
	}
	if code, out, _ := invoke(t, "migrate", dir); code != exitOK || !strings.Contains(out, "up to date") {
		t.Errorf("%d %s", code, out)
	}
	code, out, stderr := invoke(t, "keys", "create", "--scope=account", "--json", dir)
	var made map[string]string
	if err := json.Unmarshal([]byte(out), &made); code != exitOK || err != nil {
		t.Fatalf("%d %v %s %s", code, err, out, stderr)
	}
	if !strings.HasPrefix(made["keyId"], "act_") || len(made["secret"]) < 40 || made["scope"] != "account" || made["appId"] != "" {
		t.Errorf("%v", made)
	}
	if code, out, _ = invoke(t, "keys", "create", "--scope=account", "--name=second", dir); code != exitOK || !strings.Contains(out, "secret: ") {
		t.Errorf("%d %s", code, out)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	data := "--data=" + dir
	code, out, _ := invoke(t, "doctor", data, "--listen=127.0.0.1:1")
	if code != exitOK || !strings.Contains(out, "does not exist yet") || !strings.Contains(out, "heliograph migrate") {
		t.Errorf("before the first start: %d\n%s", code, out)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the doctor made the data folder")
	}
	invoke(t, "keys", "create", "--scope=account", data)
	code, out, _ = invoke(t, "doctor", data, "--listen=127.0.0.1:1", "--json")
	var findings []struct{ Check, Level, Found, Advice string }
	if err := json.Unmarshal([]byte(out), &findings); err != nil || code != exitOK {
		t.Fatalf("%d %v\n%s", code, err, out)
	}
	levels := map[string]string{}
	for _, f := range findings {
		levels[f.Check] = f.Level
		if f.Level != "ok" && f.Advice == "" {
			t.Errorf("%s: %s, and no advice", f.Check, f.Found)
		}
	}
	for check, want := range map[string]string{"database": "ok", "writes": "ok", "master key": "ok", "queue": "ok", "public URL": "warn"} {
		if levels[check] != want {
			t.Errorf("%s is %q, want %q", check, levels[check], want)
		}
	}
	if err := os.Remove(filepath.Join(dir, "master.key")); err != nil {
		t.Fatal(err)
	}
	code, out, _ = invoke(t, "doctor", data, "--listen=127.0.0.1:1")
	if code != exitError || !strings.Contains(out, "fail  master key") {
		t.Errorf("without its key: %d\n%s", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "master.key")); err == nil {
		t.Error("the doctor made a new master key")
	}
}

// A folder that was mistyped is not taken for an empty system, and is not made.
func TestNoDatabaseThere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mistyped")
	for _, command := range [][]string{{"held", "list"}, {"held", "release", "--all"}, {"backup", filepath.Join(t.TempDir(), "copy.db")}} {
		code, _, stderr := invoke(t, append(command, "--data="+dir)...)
		if code != exitError || !strings.Contains(stderr, "there is no database") || !strings.Contains(stderr, "--data") {
			t.Errorf("heliograph %v: %d %s", command, code, stderr)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}
