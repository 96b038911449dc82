package postgres

import (
	"context"
	"errors"
	"io"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
)

// Raw gives the bytes of a raw file, row by row, and holds no connection meanwhile.
func (s *Store) Raw(ctx context.Context, sum string) (io.ReadCloser, error) {
	return rawFrom(ctx, s.pool, sum)
}

func rawFrom(ctx context.Context, from source, sum string) (io.ReadCloser, error) {
	if err := kept.CheckSum(sum); err != nil {
		return nil, err
	}
	var pieces int
	if err := from.QueryRow(ctx, "SELECT pieces FROM cordon.raw WHERE sum = decode($1, 'hex')", sum).Scan(&pieces); err != nil {
		return nil, missing(err, sum)
	}
	return kept.Unpack(&pieceReader{pieces: pieces, next: func(piece int) (b []byte, err error) {
		err = from.QueryRow(ctx, "SELECT data FROM cordon.raw_piece WHERE sum = decode($1, 'hex') AND piece = $2", sum, piece).Scan(&b)
		return b, err
	}}, sum), nil
}

// missing says of an error of a look-up that there is no such file, where it does.
func missing(err error, sum string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "the raw file %s is not there", sum)
	}
	return unavailable(err, "the raw file cannot be read")
}

// pieceSize is how many bytes of a compressed file stand in a row.
const pieceSize = 512 << 10

// pieceWriter cuts a compressed file into rows.
type pieceWriter struct {
	pieces int
	left   []byte
	put    func(piece int, b []byte) error
}

func (w *pieceWriter) Write(b []byte) (int, error) {
	w.left = append(w.left, b...)
	for len(w.left) >= pieceSize {
		if err := w.send(w.left[:pieceSize]); err != nil {
			return 0, err
		}
		w.left = append(w.left[:0], w.left[pieceSize:]...)
	}
	return len(b), nil
}

func (w *pieceWriter) send(b []byte) error {
	w.pieces++
	return w.put(w.pieces-1, b)
}

// end puts what is left.
func (w *pieceWriter) end() error { return w.send(w.left) }

// pieceReader puts the rows of a file together.
type pieceReader struct {
	pieces, at int
	next       func(piece int) ([]byte, error)
	left       []byte
}

func (r *pieceReader) Read(b []byte) (int, error) {
	for len(r.left) == 0 {
		if r.at == r.pieces {
			return 0, io.EOF
		}
		var err error
		if r.left, err = r.next(r.at); errors.Is(err, pgx.ErrNoRows) {
			return 0, fault.New(fault.Unavailable, "piece %d of the file is not there", r.at+1).WithFix("restore a backup")
		} else if err != nil {
			return 0, unavailable(err, "the raw file cannot be read")
		}
		r.at++
	}
	n := copy(b, r.left)
	r.left = r.left[n:]
	return n, nil
}

// Close does nothing: no row is held open.
func (r *pieceReader) Close() error { return nil }
