// Package fetch fetches files over HTTP for the loading of lists: with a bound
// on size and time, asking first whether anything is new, and trying again what
// may pass.
//
// What it gives is a whole file or an error; a body that breaks off, is larger
// than the bound or shorter than announced is never a file. It reads nothing of
// what it fetches.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/load"
)

// Client fetches files. The zero values of its fields stand for the defaults.
type Client struct {
	// HTTP does the requests; http.DefaultClient unless given.
	HTTP *http.Client
	// Agent names us to the server.
	Agent string
	// MaxSize bounds a file (2 GiB), Timeout one try (10 minutes), Tries their
	// number (4); Wait is the pause after the first failed try (2 s), doubled
	// after each other one.
	MaxSize int64
	Timeout time.Duration
	Tries   int
	Wait    time.Duration
	// Dir takes the files while they are read; the system's folder for
	// temporary files unless given.
	Dir string
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Fetch fetches one file; see [load.Fetcher].
func (c *Client) Fetch(ctx context.Context, address string, have load.Validators, progress func(done, total int64)) (load.Fetched, error) {
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return load.Fetched{}, fault.New(fault.Invalid, "%q is not an address to fetch", address).
			WithFix("it must begin with https://")
	}
	wait := or(c.Wait, 2*time.Second)
	var last error
	for try := range or(c.Tries, 4) {
		if try > 0 {
			select {
			case <-ctx.Done():
				return load.Fetched{}, failed(address, ctx.Err())
			case <-time.After(wait):
			}
			wait *= 2
		}
		got, err := c.once(ctx, address, have, progress)
		if err == nil {
			return got, nil
		}
		last = err
		var p *passing
		if !errors.As(err, &p) || ctx.Err() != nil {
			break
		}
		if p.after > wait {
			wait = min(p.after, 2*time.Minute)
		}
	}
	return load.Fetched{}, failed(address, last)
}

func failed(address string, err error) error {
	return fault.New(fault.Unavailable, "%s could not be fetched: %v", address, err).
		WithFix("the snapshot before stays in force; try again later, or load the file by hand")
}

// passing is a failure that may not happen again.
type passing struct {
	err   error
	after time.Duration // what the server asked us to wait
}

func (p *passing) Error() string { return p.err.Error() }

func (c *Client) once(ctx context.Context, address string, have load.Validators, progress func(done, total int64)) (load.Fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, or(c.Timeout, 10*time.Minute))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return load.Fetched{}, err
	}
	req.Header.Set("User-Agent", or(c.Agent, "cordon"))
	if have.ETag != "" {
		req.Header.Set("If-None-Match", have.ETag)
	}
	if have.Modified != "" {
		req.Header.Set("If-Modified-Since", have.Modified)
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return load.Fetched{}, &passing{err: err}
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && have != (load.Validators{}):
		return load.Fetched{Validators: have, Unchanged: true, Drop: func() {}}, nil
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		after, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return load.Fetched{}, &passing{fmt.Errorf("the server answered %s", resp.Status), time.Duration(after) * time.Second}
	case resp.StatusCode != http.StatusOK:
		return load.Fetched{}, fmt.Errorf("the server answered %s", resp.Status)
	}
	return c.save(resp, progress)
}

// save writes the body to a file of its own.
func (c *Client) save(resp *http.Response, progress func(done, total int64)) (load.Fetched, error) {
	limit := or(c.MaxSize, 2<<30)
	if resp.ContentLength > limit {
		return load.Fetched{}, fmt.Errorf("the file has %d bytes, more than %d are not taken", resp.ContentLength, limit)
	}
	f, err := os.CreateTemp(c.Dir, "cordon-fetch-")
	if err != nil {
		return load.Fetched{}, err
	}
	name := f.Name()
	drop := func() { os.Remove(name) }
	n, err := io.Copy(&counted{f, progress, 0, resp.ContentLength}, io.LimitReader(resp.Body, limit+1))
	if closed := f.Close(); err == nil && closed != nil {
		err = closed
	} else if err != nil {
		err = &passing{err: err}
	}
	switch {
	case err != nil:
	case n > limit:
		err = fmt.Errorf("the file has more than %d bytes", limit)
	case resp.ContentLength >= 0 && n != resp.ContentLength:
		err = &passing{err: fmt.Errorf("%d of %d bytes came", n, resp.ContentLength)}
	}
	if err != nil {
		drop()
		return load.Fetched{}, err
	}
	return load.Fetched{
		Validators: load.Validators{ETag: resp.Header.Get("ETag"), Modified: resp.Header.Get("Last-Modified")},
		Open:       func() (io.ReadCloser, error) { return os.Open(name) },
		Drop:       drop,
	}, nil
}

// counted tells how far it is.
type counted struct {
	w           io.Writer
	progress    func(done, total int64)
	done, total int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.done += int64(n)
	if c.progress != nil {
		c.progress(c.done, c.total)
	}
	return n, err
}
