package main

import (
	"bufio"
	"cmp"
	"context"
	"io"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/payment"
	"github.com/cordon-engine/cordon/internal/report"
)

// payments is the port of the API for messages of payments: all of one is answered
// from the lists of one moment.
func (s *screener) payments(d *decide.Desk, k *keeping, holdings httpapi.Holdings) httpapi.Payments {
	if k != nil {
		return s.paymentsKept(d, k, holdings)
	}
	return func(ctx context.Context, message io.Reader, w io.Writer) (httpapi.Count, error) {
		held := s.live.Take()
		defer held.Release()
		desk := paymentDesk(d, held.Desk, s.quiet.take(ctx), holdings(ctx), s.places, s.m.today())
		enc, out := paymentEncoder(d, held.Desk), bufio.NewWriterSize(w, 1<<16)
		sum, err := desk.Run(ctx, iso20022.NewReader(message, httpapi.DefaultLimits().Batch), func(r *payment.Result) error {
			err := jsonLine(out, enc.Payment(r))
			if err == nil && r.Payment.Number%together == 0 {
				err = out.Flush()
			}
			return err
		})
		n := httpapi.Count{Read: sum.Read, Answered: sum.Handled, Refused: sum.Refused}
		if err != nil && sum.Read == 0 {
			return n, err
		}
		end := jsonLine(out, map[string]any{"summary": report.Payments(sum, desk.AsOf.String(), err)})
		return n, cmp.Or(err, end, out.Flush())
	}
}

// paymentsKept is the same where answers are kept: a message is answered whole, and nothing of the answer is given before it
// is kept.
func (s *screener) paymentsKept(d *decide.Desk, k *keeping, holdings httpapi.Holdings) httpapi.Payments {
	return func(ctx context.Context, r io.Reader, w io.Writer) (httpapi.Count, error) {
		message, err := wholeMessage(r, mostKeptMessage)
		if err != nil {
			return httpapi.Count{}, err
		}
		held := s.live.Take()
		defer held.Release()
		desk := paymentDesk(d, held.Desk, s.quiet.take(ctx), holdings(ctx), s.places, s.m.today())
		p, err := payWhole(ctx, desk, paymentEncoder(d, held.Desk), message)
		if err != nil {
			return httpapi.Count{}, err
		}
		q := paymentAsked{AsOf: desk.AsOf.String()}
		q.put(message)
		q.quietAsked = p.quiet()
		if q.Licences, err = keptLicences(desk.held); err != nil {
			return httpapi.Count{}, err
		}
		kept, err := k.payment(ctx, held.Desk, q, access.By(ctx).ID, p.text)
		if err != nil {
			return httpapi.Count{}, err
		}
		httpapi.NameAnswer(w, kept.ID)
		_, err = w.Write(p.text)
		return httpapi.Count{Read: p.Read, Answered: p.Handled, Refused: p.Refused}, cmp.Or(err, p.broken)
	}
}
