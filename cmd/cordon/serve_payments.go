package main

import (
	"bufio"
	"cmp"
	"context"
	"io"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/payment"
	"github.com/cordon-engine/cordon/internal/report"
)

// payments is the port of the API for messages of payments: all of one is answered
// from the lists of one moment.
func (s *screener) payments(d *decide.Desk) httpapi.Payments {
	return func(ctx context.Context, message io.Reader, w io.Writer) (httpapi.Count, error) {
		held := s.live.Take()
		defer held.Release()
		desk := paymentDesk(d, held.Desk, s.places, s.m.today())
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
