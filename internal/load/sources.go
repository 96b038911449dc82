package load

import (
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/source/un"
)

// Sources gives every publication that can be loaded, in the order in which
// they are shown.
func Sources() []publication.Source {
	return []publication.Source{un.Source()}
}
