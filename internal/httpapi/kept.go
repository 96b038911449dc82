package httpapi

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/once"
)

// asked is what stands in the context of a request that has an idempotency key.
type asked struct{ key, question string }

func askedOf(r *http.Request, key string) asked {
	return asked{key, r.URL.RequestURI() + "\n" + r.Header.Get("Content-Type")}
}

// onlyOnce answers a question under its idempotency key once, and then with the same bytes and the same id. An answer that
// cannot be kept under its key is not given: who asks again must not get another.
func onlyOnce[I any](ctx context.Context, a *API, in *I, f func(context.Context, *I) ([]byte, error)) (answer []byte, err error) {
	q, ok := ctx.Value(askedKey).(asked)
	if !ok {
		return f(ctx, in)
	}
	h := sha256.New()
	_, _ = io.WriteString(h, q.question+"\n")
	if b := reflect.ValueOf(in).Elem().FieldByName("RawBody"); b.IsValid() {
		_, _ = h.Write(b.Bytes())
	}
	c := once.NewClaim(access.By(ctx).ID, q.key, [sha256.Size]byte(h.Sum(nil)), time.Now())
	had, err := a.Once.BeginOnce(ctx, c)
	if err != nil {
		return nil, err
	}
	if had != nil {
		leave(ctx, had.ID)
		return had.Body, nil
	}
	end := context.WithoutCancel(ctx)
	given := false
	defer func() {
		if !given {
			_ = a.Once.EndOnce(end, c, nil) // the key is free after its lease in any case
		}
	}()
	if answer, err = f(ctx, in); err != nil {
		return nil, err
	}
	given = true
	if err := a.Once.EndOnce(end, c, &once.Answer{Body: answer, ID: left(ctx)}); err != nil {
		return nil, err
	}
	return answer, nil
}
