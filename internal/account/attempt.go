package account

import (
	"time"
)

// Attempt is one try to sign in. Name and From are pseudonyms: of the name that was typed, whether or not somebody has it, and
// of the address it came from; "" where addresses are not told apart, and then it is counted by name alone.
type Attempt struct {
	Name, From string
	At         time.Time
}

// Failures is how often in a row something was tried, and when last.
type Failures struct {
	Count int
	Last  time.Time
}

// How many attempts are free before each waits: of a name, and of an address, where many may sit; how long the longest wait is; and
// after how long without one all is forgotten.
const (
	freeByName    = 5
	freeByAddress = 20
	longestWait   = 15 * time.Minute
	// ForgetFailures is after how long attempts are forgotten.
	ForgetFailures = 24 * time.Hour
)

// wait is how long the next attempt must be away from the last one: nothing for those that are free, then a second, and twice as
// long with each.
func (f Failures) wait(free int) time.Duration {
	n := f.Count - free
	switch {
	case n < 0:
		return 0
	case n > 10:
		return longestWait
	}
	return min(longestWait, time.Second<<n)
}

// left is how long it is until the next attempt is taken.
func (f Failures) left(free int, now time.Time) time.Duration {
	if f.forgotten(now) {
		return 0
	}
	// A clock that was set back lets nobody in sooner, and nobody wait longer than the whole time.
	return min(f.wait(free), max(0, f.Last.Add(f.wait(free)).Sub(now)))
}

func (f Failures) forgotten(now time.Time) bool { return now.Sub(f.Last) >= ForgetFailures }

func (f Failures) next(now time.Time) Failures {
	if f.forgotten(now) {
		f.Count = 0
	}
	return Failures{f.Count + 1, now}
}

// Meet says for a store what an attempt comes to where there were failures of its name and of its address: how long to wait, or
// what to keep of them. An attempt that must wait is not counted. It is the same for a name that nobody has.
func (a Attempt) Meet(name, from Failures) (wait time.Duration, nextName, nextFrom Failures) {
	if wait = max(name.left(freeByName, a.At), from.left(freeByAddress, a.At)); wait > 0 {
		return wait, name, from
	}
	return 0, name.next(a.At), from.next(a.At)
}

// Keys are what an attempt is counted under: of its name, and of its address, which is "" for none.
func (a Attempt) Keys() (name, from string) {
	if a.From != "" {
		from = "from:" + a.From
	}
	return "name:" + a.Name, from
}
