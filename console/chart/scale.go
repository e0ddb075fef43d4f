package chart

import (
	"math"
	"strconv"
	"time"
)

// roundStep returns the smallest of 1, 2, 5, 10, 20, 50, ... of which at most parts are needed to reach highest.
func roundStep(highest float64, parts int) float64 {
	for step := 1.0; ; step *= 10 {
		for _, m := range [...]float64{1, 2, 5} {
			if highest <= step*m*float64(parts) {
				return step * m
			}
		}
	}
}

// short writes a round value for an axis: 500, 2k, 1.5M.
func short(n float64) string {
	units := [...]string{"", "k", "M", "G", "T", "P", "E"}
	i := 0
	for ; n >= 1000 && i < len(units)-1; i++ {
		n /= 1000
	}
	return strconv.FormatFloat(n, 'f', -1, 64) + units[i]
}

// tick is a mark of the time axis.
type tick struct {
	at    time.Time
	label string
}

const day = 24 * time.Hour

// ticks returns at most most round times in [from, to): steps of seconds to weeks, then months and years. All in UTC.
func ticks(from, to time.Time, most int) []tick {
	from, to = from.UTC(), to.UTC()
	span := to.Sub(from)
	if span <= 0 {
		return nil
	}
	steps := [...]time.Duration{time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute,
		30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 7 * day, 14 * day}
	for _, step := range steps {
		at := from.Truncate(step) // weeks begin on Monday, as the zero time does
		if at.Before(from) {
			at = at.Add(step)
		}
		if (to.Sub(at)-1)/step >= time.Duration(most) {
			continue
		}
		var list []tick
		for ; at.Before(to); at = at.Add(step) {
			list = append(list, tick{at, label(at, step)})
		}
		return list
	}
	return months(from, to, most)
}

// months returns the ticks of a span of more than some weeks.
func months(from, to time.Time, most int) []tick {
	count := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month()) + 1
	step := 1
	for _, s := range [...]int{1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 12000} {
		if step = s; count <= s*most {
			break
		}
	}
	month := (int(from.Month()) - 1) / step * step
	year := from.Year()
	if step > 12 {
		year -= year % (step / 12)
	}
	var list []tick
	for at := time.Date(year, time.Month(month+1), 1, 0, 0, 0, 0, time.UTC); at.Before(to); at = at.AddDate(0, step, 0) {
		if len(list) == most {
			break
		}
		if !at.Before(from) {
			list = append(list, tick{at, at.Format("Jan 2006")})
		}
	}
	return list
}

// label writes the time of a tick as exactly as the step needs; midnight is written as its day.
func label(at time.Time, step time.Duration) string {
	switch {
	case step >= day, at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0:
		return at.Format("Jan 2")
	case step < time.Minute:
		return at.Format("15:04:05")
	}
	return at.Format("15:04")
}

// add adds two counts and stays at the largest one instead of overflowing. Negative counts are zero.
func add(a, b int64) int64 {
	a, b = max(a, 0), max(b, 0)
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
