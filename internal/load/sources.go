package load

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/source/au"
	"github.com/cordon-engine/cordon/internal/source/ca"
	"github.com/cordon-engine/cordon/internal/source/ch"
	"github.com/cordon-engine/cordon/internal/source/csl"
	"github.com/cordon-engine/cordon/internal/source/eu"
	"github.com/cordon-engine/cordon/internal/source/eujournal"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/source/jp"
	"github.com/cordon-engine/cordon/internal/source/ofac"
	"github.com/cordon-engine/cordon/internal/source/own"
	"github.com/cordon-engine/cordon/internal/source/uk"
	"github.com/cordon-engine/cordon/internal/source/un"
)

// Sources gives every publication that can be loaded, in the order in which
// they are shown.
func Sources() []publication.Source {
	return slices.Concat([]publication.Source{un.Source()}, ofac.Sources(), []publication.Source{
		uk.Source(), eu.Source(), eujournal.Source(), csl.Source(), ch.Source(), ca.Source(), au.Source(), jp.Source(),
		ftm.Source(), own.Source(),
	})
}
