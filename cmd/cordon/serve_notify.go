package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// keptMessages is how long messages that were taken are kept.
const keptMessages = 30 * 24 * time.Hour

// startTelling sends messages to endpoints until the returned function is called, which waits for what is being sent; nothing
// where there is no endpoint.
func (c *serveCmd) startTelling(ctx context.Context, m *Main, log *slog.Logger) (stop func(), err error) {
	list, err := m.endpoints(c.Notify, c.Data, log)
	if err != nil || len(list) == 0 {
		return func() {}, err
	}
	s, err := c.shared(m).open(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	failed := func(err error) {
		log.LogAttrs(ctx, slog.LevelWarn, "messages are not sent", slog.String("error", err.Error()))
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := messagesOf(s.database).Forget(ctx, m.now().Add(-keptMessages)); err != nil {
			failed(err)
		}
		m.dispatcher(s.database, list, log).Follow(ctx, c.Poll, failed)
	})
	return func() {
		cancel()
		wg.Wait()
	}, nil
}
