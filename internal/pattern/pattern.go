// Package pattern has regular expressions that are compiled when they are first used. Those of a package cost every
// start of the program otherwise, and most commands use none of them.
//
// New takes expressions of the program alone, never those of a user: one that cannot be compiled is a panic.
package pattern

import (
	"regexp"
	"sync"
	"testing"
)

// Pattern is a regular expression; its methods are those of [regexp.Regexp], and it may be used by many at once.
type Pattern struct {
	source   string
	compiled func() *regexp.Regexp
}

// New gives the pattern of an expression. In tests it is compiled at once, so that none is wrong until it is needed.
func New(source string) *Pattern {
	p := &Pattern{source, sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })}
	if testing.Testing() {
		p.compiled()
	}
	return p
}

// Compile gives the pattern of an expression that stands in data, compiled.
func Compile(source string) (*Pattern, error) {
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	return &Pattern{source, func() *regexp.Regexp { return re }}, nil
}

// String gives the expression.
func (p *Pattern) String() string { return p.source }

// MatchString is that of regexp.
func (p *Pattern) MatchString(s string) bool { return p.compiled().MatchString(s) }

// FindString is that of regexp.
func (p *Pattern) FindString(s string) string { return p.compiled().FindString(s) }

// FindStringIndex is that of regexp.
func (p *Pattern) FindStringIndex(s string) []int { return p.compiled().FindStringIndex(s) }

// FindStringSubmatch is that of regexp.
func (p *Pattern) FindStringSubmatch(s string) []string { return p.compiled().FindStringSubmatch(s) }

// FindStringSubmatchIndex is that of regexp.
func (p *Pattern) FindStringSubmatchIndex(s string) []int {
	return p.compiled().FindStringSubmatchIndex(s)
}

// FindAllString is that of regexp.
func (p *Pattern) FindAllString(s string, n int) []string { return p.compiled().FindAllString(s, n) }

// FindAllStringIndex is that of regexp.
func (p *Pattern) FindAllStringIndex(s string, n int) [][]int {
	return p.compiled().FindAllStringIndex(s, n)
}

// FindAllStringSubmatch is that of regexp.
func (p *Pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.compiled().FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex is that of regexp.
func (p *Pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return p.compiled().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString is that of regexp.
func (p *Pattern) ReplaceAllString(s, with string) string {
	return p.compiled().ReplaceAllString(s, with)
}

// ReplaceAllStringFunc is that of regexp.
func (p *Pattern) ReplaceAllStringFunc(s string, with func(string) string) string {
	return p.compiled().ReplaceAllStringFunc(s, with)
}

// FindSubmatch is that of regexp.
func (p *Pattern) FindSubmatch(b []byte) [][]byte { return p.compiled().FindSubmatch(b) }

// Match is that of regexp.
func (p *Pattern) Match(b []byte) bool { return p.compiled().Match(b) }

// Split is that of regexp.
func (p *Pattern) Split(s string, n int) []string { return p.compiled().Split(s, n) }
