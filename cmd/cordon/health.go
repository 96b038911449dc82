package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

type healthCmd struct {
	Address string        `arg:"" optional:"" default:"http://127.0.0.1:8080" help:"Where the server is."`
	Ready   bool          `help:"Ask whether it is ready, not only whether it lives."`
	Timeout time.Duration `help:"How long to wait." default:"4s"`
}

// Run is the command. It says what the server says, and ends with 1 unless all is well.
func (c *healthCmd) Run(m *Main) error {
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeout(m.ctx, c.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.Address, "/")+path, nil)
	if err != nil || r.URL.Host == "" {
		return fault.New(fault.Usage, "%q is no address of a server", c.Address).WithFix("write it as http://127.0.0.1:8080")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the server cannot be asked")
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the server does not say how it is")
	}
	fmt.Fprint(m.Out, string(b))
	if res.StatusCode != http.StatusOK {
		return exitStatus(1)
	}
	return nil
}
