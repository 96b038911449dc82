package logkey

import (
	"errors"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// Log opens the log of a store once it is written to, with the key in a folder.
type Log struct {
	mu  sync.Mutex
	log *ledger.Log
}

// Open gives the log. The key is made when the log was not begun yet; one that was is
// not gone on with under another. A store whose key is missing is fault.Unavailable.
func (l *Log) Open(dir string, begun bool) (*ledger.Log, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.log != nil {
		return l.log, nil
	}
	open := Open
	if begun {
		open = Read
	}
	key, err := open(dir)
	var f *fault.Error
	if errors.As(err, &f) && f.Code == fault.NotFound {
		c := *f
		c.Code = fault.Unavailable // nothing can be written without it
		return nil, &c
	}
	if err != nil {
		return nil, err
	}
	l.log = ledger.New(key)
	return l.log, nil
}
