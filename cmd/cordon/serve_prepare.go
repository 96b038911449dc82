package main

import (
	"context"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/web"
)

// sitePreparer has the pages work out, once the server listens, what does not change with who asks.
type sitePreparer struct{ site *web.Site }

// prepareAfter is left to those who ask at once, so that they share the processor with nothing.
const prepareAfter = time.Second

// start begins, and gives what ends it and waits for that.
func (p *sitePreparer) start(ctx context.Context) func() {
	ctx, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		select {
		case <-ctx.Done():
		case <-time.After(prepareAfter):
			p.site.Prepare(ctx)
		}
	})
	return func() { stop(); done.Wait() }
}
