package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/licence"
)

// notedEvery is how often a server writes down what time has done to licences. Who looks meanwhile sees it all the same.
const notedEvery = 5 * time.Minute

// Book is part of httpapi.Licences.
func (p *casesForPrograms) Book(ctx context.Context, as httpapi.CaseAs, write bool) (*httpapi.LicenceBook, error) {
	by, err := p.person(ctx, as)
	if err != nil {
		return nil, err
	}
	s, err := p.open(ctx, write)
	if err != nil {
		return nil, err
	}
	b := p.m.licenceBook(s, s.machine())
	if access.By(ctx).Known() {
		b.Refused = p.c.people.refusedLicence
	}
	return &httpapi.LicenceBook{Book: b, By: by, Now: p.m.now(), Files: s}, nil
}

// refusedLicence is for licence.Book: it has the log name the licence that somebody was refused at.
func (p *servePeople) refusedLicence(ctx context.Context, by casework.Person, id string, _ licence.Kind) error {
	return p.enterRefusal(ctx, by.Name, id)
}

// machine is in whose name the server notes what time has done.
func (s *workStore) machine() casework.Person {
	return casework.Person{Name: s.account, Via: s.account}
}

// startNoting writes down what time has done to licences, now and every few minutes, until the returned function is called.
func (c *serveCmd) startNoting(ctx context.Context, m *Main, log *slog.Logger) (stop func()) {
	if c.cases == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		repeat(ctx, notedEvery, func() {
			if err := c.cases.note(ctx); err != nil && ctx.Err() == nil {
				log.LogAttrs(ctx, slog.LevelWarn, "what time did to licences is not written down", slog.String("error", err.Error()))
			}
		})
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

// note writes down what time has done. Where nothing was kept yet there is nothing to do.
func (p *casesForPrograms) note(ctx context.Context) error {
	s, err := p.store.there(ctx)
	if err != nil || s == nil {
		return err
	}
	_, err = p.m.licenceBook(s, s.machine()).Note(ctx, p.m.now())
	return err
}
