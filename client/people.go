package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
)

// People gives those who work here: roles, standing, when they last signed in.
func (c *Client) People(ctx context.Context) iter.Seq2[Person, error] {
	return pages[Person](ctx, c, "/v1/people", nil)
}

// Person gives somebody by their pseudonym.
func (c *Client) Person(ctx context.Context, id string) (*Person, error) {
	return get[*Person](ctx, c, personPath(id, ""), nil)
}

// PersonAdd adds somebody who may sign in, and gives the password that was made, once.
func (c *Client) PersonAdd(ctx context.Context, p PersonAdd) (*PersonMade, error) {
	return postOnce[*PersonMade](ctx, c, "/v1/people", p)
}

// PersonRoles gives somebody these roles and no others; their sessions end.
func (c *Client) PersonRoles(ctx context.Context, id string, r PersonRoles) (*Person, error) {
	return postJSON[*Person](ctx, c, personPath(id, "/roles"), r)
}

// PersonDisable shuts somebody out: their sessions end, and keys in their name are good no longer.
func (c *Client) PersonDisable(ctx context.Context, id string) (*Person, error) {
	return post[*Person](ctx, c, personPath(id, "/disable"), nil, "", nil)
}

// PersonEnable lets somebody in again who was shut out.
func (c *Client) PersonEnable(ctx context.Context, id string) (*Person, error) {
	return post[*Person](ctx, c, personPath(id, "/enable"), nil, "", nil)
}

// PersonReset makes another password for somebody, which is given once; their sessions end.
func (c *Client) PersonReset(ctx context.Context, id string) (*PersonMade, error) {
	return postOnce[*PersonMade](ctx, c, personPath(id, "/reset"), nil)
}

// PersonSessions says where somebody is signed in.
func (c *Client) PersonSessions(ctx context.Context, id string) ([]Session, error) {
	return get[[]Session](ctx, c, personPath(id, "/sessions"), nil)
}

// PersonSessionsEnd ends all sessions of somebody.
func (c *Client) PersonSessionsEnd(ctx context.Context, id string) (*Ended, error) {
	return post[*Ended](ctx, c, personPath(id, "/sessions/end"), nil, "", nil)
}

// PersonKeys gives the keys of programs in somebody's name.
func (c *Client) PersonKeys(ctx context.Context, id string) ([]Key, error) {
	return get[[]Key](ctx, c, personPath(id, "/keys"), nil)
}

// PersonKeyAdd makes a key in somebody's name, and gives its secret, once.
func (c *Client) PersonKeyAdd(ctx context.Context, id string, k PersonKey) (*Key, error) {
	return postOnce[*Key](ctx, c, personPath(id, "/keys"), k)
}

// PersonKeyRevoke ends a key in somebody's name for good.
func (c *Client) PersonKeyRevoke(ctx context.Context, id, key string) (*Key, error) {
	return post[*Key](ctx, c, personPath(id, "/keys/"+url.PathEscape(key)+"/revoke"), nil, "", nil)
}

// postOnce asks for what is given once: without an idempotency key, and never again by itself. Whoever gets no answer looks whether
// it was done.
func postOnce[T any](ctx context.Context, c *Client, path string, body any) (out T, err error) {
	r := request{method: http.MethodPost, path: path, once: true}
	if body != nil {
		r.contentType = jsonType
		if r.body, err = json.Marshal(body); err != nil {
			return out, fmt.Errorf("cordon: %w", err)
		}
	}
	err = c.ask(ctx, r, &out)
	return out, err
}

func personPath(id, what string) string { return "/v1/people/" + url.PathEscape(id) + what }
