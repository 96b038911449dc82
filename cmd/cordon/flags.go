package main

import (
	"errors"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// flagged turns the field that a use case names into the flag that said it.
func flagged(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f != err || f.Place.Field == "" {
		return err
	}
	c := *f
	c.Place.Field = "--" + strings.ReplaceAll(c.Place.Field, "_", "-")
	return &c
}

// flaggedAs is flagged for a flag of another name than the field.
func flaggedAs(err error, field, flag string) error {
	var f *fault.Error
	if errors.As(err, &f) && f == err && f.Place.Field == field {
		c := *f
		c.Place.Field = flag
		return &c
	}
	return flagged(err)
}
