package main

import (
	"math"
	"testing"
	"time"
)

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(tt.in); got != tt.want {
			t.Errorf("median(%v) = %v, want %v", tt.in, got, tt.want)
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("median of nothing = %v", got)
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 50, 0.99: 99, 1: 100} {
		if got := quantile(hundred, q); got != want {
			t.Errorf("quantile(%v) = %v, want %v", q, got, want)
		}
	}
	if quantile(nil, 0.5) != 0 {
		t.Error("a quantile of nothing")
	}
}

// The interval is that of the mean of the logarithms, worked out by hand.
func TestRatio(t *testing.T) {
	t.Parallel()
	got := ratio([]pair{{100, 80}, {100, 90}, {200, 200}})
	logs := []float64{math.Log(0.8), math.Log(0.9), 0}
	mean := (logs[0] + logs[1] + logs[2]) / 3
	var v float64
	for _, l := range logs {
		v += (l - mean) * (l - mean)
	}
	half := 4.303 * math.Sqrt(v/2) / math.Sqrt(3)
	if !near(got.mid, math.Exp(mean), 1e-9) || !near(got.low, math.Exp(mean-half), 1e-9) || !near(got.high, math.Exp(mean+half), 1e-9) {
		t.Errorf("%+v", got)
	}
	if same := ratio([]pair{{5, 5}, {7, 7}}); same != (interval{1, 1, 1}) {
		t.Errorf("equal pairs: %+v", same)
	}
	if one := ratio([]pair{{2, 1}}); one.mid != 0.5 || one.low != 0 || !math.IsInf(one.high, 1) {
		t.Errorf("one pair proves nothing: %+v", one)
	}
}

func TestStudent(t *testing.T) {
	t.Parallel()
	for df, want := range map[int]float64{1: 12.706, 6: 2.447, 10: 2.228, 11: 2.201, 20: 2.086, 30: 2.042, 120: 1.980} {
		if got := student(df); !near(got, want, 0.001) {
			t.Errorf("student(%d) = %v, want %v", df, got, want)
		}
	}
}
