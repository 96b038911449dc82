package report

import (
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/account"
)

// PersonJSON is a person for programs. Whether there is a password is told, and never its hash.
type PersonJSON struct {
	// ID is the pseudonym that the log has.
	ID string `json:"id"`
	// Name is what they sign in with, Display what others read.
	Name    string   `json:"name"`
	Display string   `json:"display"`
	Roles   []string `json:"roles"`
	// Password is true where they have one here, Outside where they sign in with a provider of identities.
	Password bool   `json:"password"`
	Outside  bool   `json:"outside"`
	Created  string `json:"created"`
	By       string `json:"by"`
	// SignedIn is empty for never, Disabled while they may sign in.
	SignedIn string `json:"signed_in"`
	Disabled string `json:"disabled"`
}

// Person gives a person for programs.
func Person(p *account.Person) PersonJSON {
	return PersonJSON{
		p.ID, p.Name, p.Display, strings.Fields(account.RolesText(p.Roles)), p.Hash != "", p.Outside != "", Moment(p.Created), p.By, Moment(p.SignedIn), Moment(p.Disabled),
	}
}

// PersonMadeJSON is a person with the password that was made for them, which is given once.
type PersonMadeJSON struct {
	Person PersonJSON `json:"person"`
	// Password is empty for who gets none here.
	Password string `json:"password"`
}

// SessionJSON is somebody who is signed in; the token that shows it is nowhere.
type SessionJSON struct {
	Began string `json:"began"`
	Seen  string `json:"seen"`
	// Ends is when it ends at the latest.
	Ends string `json:"ends"`
}

// Sessions gives sessions for programs.
func Sessions(list []account.Session) []SessionJSON {
	out := []SessionJSON{}
	for _, s := range list {
		out = append(out, SessionJSON{Moment(s.Began), Moment(s.Seen), Moment(s.Ends)})
	}
	return out
}

// EndedJSON is how many sessions ended.
type EndedJSON struct {
	Ended int `json:"ended"`
}

// KeyJSON is a key for programs.
type KeyJSON struct {
	ID string `json:"id"`
	// Name says whose it is.
	Name    string   `json:"name"`
	Scopes  []string `json:"scopes"`
	Created string   `json:"created"`
	// Expires is empty for never, Revoked while it is not.
	Expires string `json:"expires"`
	Revoked string `json:"revoked"`
	// State is good, expired or revoked.
	State string `json:"state"`
	// Secret is given once, when the key is made.
	Secret string `json:"secret,omitempty"`
}

// Key gives a key for programs, as it stands at a moment.
func Key(k *access.Key, now time.Time) KeyJSON {
	out := KeyJSON{ID: k.ID, Name: k.Owner, Created: Moment(k.Created), Expires: Moment(k.Expires), Revoked: Moment(k.Revoked), State: k.Ended(now)}
	if out.State == "" {
		out.State = "good"
	}
	for _, s := range k.Scopes {
		out.Scopes = append(out.Scopes, string(s))
	}
	return out
}

// Moment writes a moment as in 2026-11-27T09:00:00Z, and none as nothing.
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
