package main

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/mcp"
)

type mcpCmd struct {
	lawFlags
	dataFlag
	MaxAge time.Duration `name:"max-age" help:"Screen against no list that was last checked longer ago than this." placeholder:"48h"`
}

// Run is the command.
func (c *mcpCmd) Run(m *Main) error {
	log := slog.New(slog.NewJSONHandler(m.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	live, places, err := m.openLive(m.ctx, c.Data, c.MaxAge, log)
	if err != nil {
		return err
	}
	defer live.Close()
	s := serveCmd{lawFlags: c.lawFlags, dataFlag: c.dataFlag, MaxAge: c.MaxAge, Poll: 2 * time.Second, serveJobs: serveJobs{NoJobs: true}}
	sc := &screener{live: live, places: places, m: m, lists: lists{live, m, c.MaxAge}}
	api, _, err := s.programs(m, log, sc, s.library(m, sc))
	if err != nil {
		return err
	}
	server, err := mcp.New(api, version)
	if err != nil {
		return err
	}
	go live.Follow(m.ctx, s.Poll)
	return server.Run(m.ctx, io.NopCloser(m.In), m.Out)
}

// withMCP adds the protocol for models where it is wanted.
func (c *serveCmd) withMCP(mux *http.ServeMux, api *httpapi.API, log *slog.Logger) error {
	if !c.MCP {
		return nil
	}
	server, err := mcp.New(api, version)
	if err != nil {
		return err
	}
	mux.Handle("/mcp", server.Handler(log))
	return nil
}
