package httpapi

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

type (
	goodsInput struct {
		Q string `query:"q" required:"true" minLength:"1" doc:"an HS code, or words"`
	}
	schemaInput struct {
		Name string `path:"name" doc:"activity or instrument"`
	}
)

func registerGoods(r *registrar) {
	a := r.a
	add(r, operation{
		method: http.MethodGet, path: "/v1/goods", id: "goods", tag: "goods", summary: "What goods are, and the law that names them",
		out: r.of(report.GoodsJSON{}), version: a.programVersion,
	}, func(_ context.Context, in *goodsInput) ([]byte, error) { return a.goods(in.Q) })
	add(r, operation{
		method: http.MethodGet, path: "/v1/schemas", id: "schemas", tag: "versions", summary: "The JSON Schemas that are published",
		out: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}, version: a.programVersion,
	}, func(context.Context, *none) ([]byte, error) {
		names, err := a.schemaNames()
		if err != nil {
			return nil, err
		}
		return report.JSON(names)
	})
	add(r, operation{
		method: http.MethodGet, path: "/v1/schemas/{name}", id: "schema", tag: "versions", summary: "The JSON Schema of an input",
		out: &huma.Schema{Type: huma.TypeObject, Description: "a JSON Schema"}, outTypes: []string{schemaType}, faults: []int{404},
		version: a.programVersion,
	}, func(_ context.Context, in *schemaInput) ([]byte, error) { return a.schema(in.Name) })
	add(r, operation{
		method: http.MethodGet, path: "/v1/version", id: "version", tag: "versions", summary: "Versions of program, law and data",
		out: r.of(Versions{}), version: a.programVersion,
	}, func(context.Context, *none) ([]byte, error) {
		return report.JSON(map[string]string{"cordon": a.Versions.Program, "law": a.Desk.Law.Version, "data": a.Desk.DataVersion})
	})
}

func (a *API) goods(q string) ([]byte, error) {
	g, err := a.Desk.LookUp(q)
	if err != nil {
		return nil, fault.In(fault.Place{Field: "q"}, err)
	}
	return report.JSON(report.GoodsForPrograms(g))
}

// schemaNames gives the names of the published schemas, sorted.
func (a *API) schemaNames() ([]string, error) {
	files, err := fs.Glob(a.Schemas, "*.schema.json")
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".schema.json")
	}
	slices.Sort(files)
	return files, err
}

func (a *API) schema(name string) ([]byte, error) {
	none := fault.New(fault.NotFound, "there is no schema %q", name).WithFix("/v1/schemas lists them")
	if !fs.ValidPath(name) || strings.Contains(name, "/") {
		return nil, none
	}
	b, err := fs.ReadFile(a.Schemas, name+".schema.json")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, none
	}
	return b, err
}
