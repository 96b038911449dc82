package main

import (
	"context"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/web"
)

// libraryForPages is the port of the pages to what is known besides law and lists.
type libraryForPages struct{ *library }

// Facts is part of the port.
func (l libraryForPages) Facts(ctx context.Context) (*web.Facts, error) {
	f, err := l.library.Facts(ctx)
	if err != nil {
		return nil, err
	}
	return &web.Facts{Version: f.Version, States: f.States, Matrices: f.Matrices, Commitments: f.Commitments, Events: f.Events}, nil
}

// Draft is part of the port.
func (l libraryForPages) Draft(ctx context.Context, text []byte) (*web.Draft, error) {
	d, err := l.library.Draft(ctx, text)
	if err != nil {
		return nil, err
	}
	return &web.Draft{Desk: d.Desk, Case: d.Case}, nil
}

// Backtests is part of the port.
func (l libraryForPages) Backtests(ctx context.Context, in draft.Inputs) ([]*draft.Backtest, *draft.Forecasts, error) {
	f, err := l.library.Facts(ctx)
	if err != nil {
		return nil, nil, err
	}
	d, err := draftDeskOf(f.States)
	if err != nil {
		return nil, nil, err
	}
	return d.backtests(backtested, in)
}

// forPages puts what the pages show besides law and lists into their configuration.
func forPages(pages *web.Config, l *library) (err error) {
	pages.Library = libraryForPages{l}
	pages.Story, err = web.ReadStory(pages.Desk, data.FS)
	return err
}
