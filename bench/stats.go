package main

import (
	"math"
	"slices"
	"time"
)

// median returns the middle of values, which it does not change.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// quantile returns the value below which a share q of sorted lies.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

// pair is one turn of two things that are compared.
type pair struct{ base, with float64 }

// interval is a ratio and where it surely lies.
type interval struct{ mid, low, high float64 }

// ratio returns with/base over all pairs: the geometric mean, and the interval
// that holds it with 95 % confidence. Each pair ran side by side, so that what
// slows the machine for a while slows both.
func ratio(pairs []pair) interval {
	n := float64(len(pairs))
	var sum float64
	for _, p := range pairs {
		sum += math.Log(p.with / p.base)
	}
	mean := sum / n
	if len(pairs) < 2 {
		return interval{math.Exp(mean), 0, math.Inf(1)}
	}
	var squares float64
	for _, p := range pairs {
		d := math.Log(p.with/p.base) - mean
		squares += d * d
	}
	half := student(len(pairs)-1) * math.Sqrt(squares/(n-1)/n)
	return interval{math.Exp(mean), math.Exp(mean - half), math.Exp(mean + half)}
}

// student returns the 97.5 % point of Student's distribution with df degrees of
// freedom: from the table, and beyond it from the expansion around the normal
// distribution's.
func student(df int) float64 {
	table := [...]float64{0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228}
	if df < len(table) {
		return table[max(df, 1)]
	}
	const z = 1.959964
	n := float64(df)
	return z + (z*z*z+z)/(4*n) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*n*n) +
		(3*math.Pow(z, 7)+19*math.Pow(z, 5)+17*z*z*z-15*z)/(384*n*n*n)
}
