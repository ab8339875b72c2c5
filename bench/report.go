package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"time"
)

// result is one line of the report.
type result struct {
	Job   string  `json:"job"`
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	// Low and High are the 95 % interval of a ratio of pairs.
	Low   float64 `json:"low,omitempty"`
	High  float64 `json:"high,omitempty"`
	Floor float64 `json:"floor,omitempty"` // what it must reach, or must not exceed
	Aim   float64 `json:"aim,omitempty"`
	Most  bool    `json:"atMost,omitempty"` // smaller is better
	OK    *bool   `json:"ok,omitempty"`
	Note  string  `json:"note,omitempty"`
}

// report collects the results and prints them as they come.
type report struct {
	Machine string   `json:"machine"`
	Began   string   `json:"began"`
	Took    string   `json:"took"`
	Results []result `json:"results"`

	job string
}

func (r *report) machine() {
	r.Began = time.Now().UTC().Format(time.RFC3339)
	r.Machine = fmt.Sprintf("%d × %s, %s/%s, %s", runtime.NumCPU(), cpuModel(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Println(r.Machine)
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, " \t:"))
		}
	}
	return "CPU"
}

func (r *report) begin(j job) {
	r.job = j.name
	fmt.Printf("\n%s: %s\n", j.name, j.what)
}

// plain adds a figure that has no floor.
func (r *report) plain(name string, value float64, unit, note string) {
	r.add(result{Name: name, Value: value, Unit: unit, Note: note})
}

// atMost adds a figure that must not exceed a bound.
func (r *report) atMost(name string, value float64, unit string, floor, aim float64, note string) {
	ok := value <= floor
	r.add(result{Name: name, Value: value, Unit: unit, Floor: floor, Aim: aim, Most: true, OK: &ok, Note: note})
}

// ratio adds a ratio of pairs whose middle must reach a floor.
func (r *report) ratio(name string, i interval, floor, aim float64, note string) {
	ok := i.mid >= floor
	r.add(result{Name: name, Value: i.mid, Low: i.low, High: i.high, Floor: floor, Aim: aim, OK: &ok, Note: note})
}

// pairs adds a ratio of pairs whose whole interval must lie above a floor; or,
// where strict is false, whose middle must.
func (r *report) pairs(name string, i interval, floor float64, strict bool, note string) {
	judged := i.mid
	if strict {
		judged = i.low
	}
	ok := judged >= floor
	r.add(result{Name: name, Value: i.mid, Low: i.low, High: i.high, Floor: floor, OK: &ok, Note: note})
}

func (r *report) add(x result) {
	x.Job = r.job
	r.Results = append(r.Results, x)
	fmt.Println("  " + x.line())
}

func (x *result) line() string {
	value := number(x.Value)
	if x.Unit != "" {
		value += " " + x.Unit
	}
	if x.High != 0 && !math.IsInf(x.High, 1) {
		value += fmt.Sprintf(" (%s to %s)", number(x.Low), number(x.High))
	}
	verdict := ""
	if x.OK != nil {
		sign := "≥"
		if x.Most {
			sign = "≤"
		}
		verdict = fmt.Sprintf("%s %s", sign, number(x.Floor))
		if x.Aim != 0 {
			verdict += ", aim " + number(x.Aim)
		}
		if *x.OK {
			verdict = "PASS  " + verdict
		} else {
			verdict = "below " + verdict
		}
	}
	return strings.TrimRight(fmt.Sprintf("%-52s %-26s %-26s %s", x.Name, value, verdict, x.Note), " ")
}

// number writes a figure with the digits that mean something.
func number(v float64) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f", v)
	case v >= 100:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// summary prints what was missed.
func (r *report) summary(took time.Duration) {
	r.Took = took.Round(time.Second).String()
	passed, missed := 0, []string{}
	for _, x := range r.Results {
		switch {
		case x.OK == nil:
		case *x.OK:
			passed++
		default:
			missed = append(missed, "  "+x.Job+": "+x.line())
		}
	}
	fmt.Printf("\n%d floors reached, %d missed, in %s\n", passed, len(missed), r.Took)
	if len(missed) > 0 {
		fmt.Println(strings.Join(missed, "\n"))
	}
}

func (r *report) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
