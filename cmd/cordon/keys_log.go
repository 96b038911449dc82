package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/logkey"
)

// loggedKeys are keys whose making and end stand in the log. The making is entered before the key is there, so that no key is good
// which the log does not know; the end is entered after it, so that a log that fails keeps no key alive.
type loggedKeys struct {
	access.Store
	log   answer.Log
	actor string
	now   func() time.Time
	close func() error
}

// openKeys opens the keys of a data folder and the log beside them.
func (m *Main) openKeys(ctx context.Context, data string) (*loggedKeys, error) {
	log, actor, err := m.openAs(ctx, data)
	if err != nil {
		return nil, err
	}
	keys := keysIn(log)
	if err := m.takeOverKeys(ctx, data, keys); err != nil {
		log.Close()
		return nil, err
	}
	return &loggedKeys{keys, log, actor, m.now, log.Close}, nil
}

// Close ends the use of keys and log.
func (k *loggedKeys) Close() error { return k.close() }

// AddKey is part of access.Store.
func (k *loggedKeys) AddKey(ctx context.Context, key access.Key) error {
	if err := k.enter(ctx, key, "made"); err != nil {
		return err
	}
	return k.Store.AddKey(ctx, key)
}

// RevokeKey is part of access.Store. A key that was revoked before is entered once more.
func (k *loggedKeys) RevokeKey(ctx context.Context, id string, at time.Time) (access.Key, error) {
	key, err := k.Store.RevokeKey(ctx, id, at)
	if err != nil {
		return key, err
	}
	if err := k.enter(ctx, key, "revoked"); err != nil {
		return key, fault.Wrap(fault.Unavailable, err, "%s is revoked, but the log does not say so", id).WithFix("revoke it once more")
	}
	return key, nil
}

func (k *loggedKeys) enter(ctx context.Context, key access.Key, what string) error {
	return k.log.Enter(ctx, ledger.Entry{
		Time: k.now().UTC().Truncate(time.Millisecond), Kind: ledger.Setting, Actor: k.actor, About: "key:" + what + ":" + key.ID, Data: key.Digest(),
	})
}

// What is entered of who comes: each key once a day, each address with keys that are not good once an hour.
const (
	cameSpan    = 24 * time.Hour
	refusedSpan = time.Hour
)

// signIns enters who comes with a key in the log of a server that keeps answers.
func (c *serveCmd) signIns(m *Main) func(r *http.Request, key string) error {
	came, refused := access.NewComings(cameSpan, callersKnown, m.now), access.NewComings(refusedSpan, callersKnown, m.now)
	return func(r *http.Request, key string) error {
		if c.keeping == nil {
			return nil
		}
		of, name, who, about := came, key, key, "good"
		if key == "" {
			name = access.Caller(r.RemoteAddr)
			address, err := logkey.Pseudonym(m.folderOf(c.Data), name)
			if err != nil {
				return err
			}
			of, who, about = refused, access.Anonymous, "refused:"+address
		}
		if !of.First(name) {
			return nil
		}
		err := c.keeping.store.Enter(context.WithoutCancel(r.Context()), ledger.Entry{
			Time: m.now().UTC().Truncate(time.Millisecond), Kind: ledger.SignIn, Actor: who, About: about,
			Data: sha256.Sum256(fmt.Appendf(nil, "sign-in %s %s", who, about)),
		})
		if err != nil {
			of.Forget(name)
		}
		return err
	}
}
