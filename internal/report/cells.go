package report

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/matrix"
)

// CellRows gives cells as a table, one a row, the first row the names of the columns: the same for command line and pages.
// Evidence, rule and response are words of the matrix; items are ids, with spaces between.
func CellRows(cells []matrix.Cell) [][]string {
	rows := [][]string{{"obligation", "title", "state", "period", "evidence", "rule", "response", "origins", "complied", "items"}}
	for i := range cells {
		c := &cells[i]
		ids := make([]string, len(c.Items))
		for n, it := range c.Items {
			ids[n] = it.ID()
		}
		rows = append(rows, []string{
			c.Obligation.ID, c.Obligation.Title, c.State.String(), c.Period.String(), c.Evidence.String(), c.By.ID, c.Response.String(),
			strconv.Itoa(c.Origins), strconv.Itoa(c.Complied), strings.Join(ids, " "),
		})
	}
	return rows
}
