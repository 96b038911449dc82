package httpapi

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/report"
)

const paymentsPath = "/v1/payments"

// PaymentsEnd is the last line of the answer to a message of payments.
type PaymentsEnd struct {
	// Summary is about the message.
	Summary report.PaymentsJSON `json:"summary"`
}

// Payments answers the transactions of a message of ISO 20022, a line each, and a
// line for the message at the end. A message of which nothing can be read is a fault
// before anything is written; one that breaks off later is one after a last line that
// says so.
type Payments func(ctx context.Context, message io.Reader, w io.Writer) (Count, error)

func registerPayments(r *registrar) {
	a := r.a
	stream(r, operation{
		method: http.MethodPost, path: paymentsPath, id: "payments", tag: "screen", summary: "Screen and rule on a message of payments",
		in:      &huma.Schema{Type: huma.TypeString, Description: "A message of ISO 20022: pacs.008 or pain.001, bare or in a business envelope."},
		inTypes: []string{"application/xml", "text/xml"},
		out:     lines(&huma.Schema{AnyOf: []*huma.Schema{r.of(report.PaymentJSON{}), r.of(PaymentsEnd{})}, Description: "The answer to one transaction; the last line has the member summary and is about the message."}), outTypes: []string{jsonLines},
		about: "Every party and the text of each transaction is screened by itself, and the transaction is ruled on. The outcome is the worst of its parts; " +
			"what was not screened is never clear. Where answers are kept, a message has at most 16 MiB, and its answer is kept as one under the id in " +
			"Cordon-Answer-Id before the first line is given. A transaction that cannot be read is answered as refused; counts and sums that the message states are checked in the summary.",
	}, func(ctx context.Context, _ *none, src io.Reader, w io.Writer) (Count, error) {
		if a.Payments == nil {
			return Count{}, errNoScreening
		}
		return a.Payments(ctx, src, w)
	})
}
