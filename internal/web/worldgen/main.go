// Command worldgen makes internal/web/world.tsv, the outlines on the map of states, from the files countries-110m.json and
// countries-50m.json of world-atlas 2.0.2 (Natural Earth, public domain):
//
//	go run ./internal/web/worldgen countries-110m.json countries-50m.json > internal/web/world.tsv
//
// Each line has the code of a state (or "-" where the source gives none), the area that it has on the map, the place of its middle, and
// the path of its outline in the units of an SVG that is 2,000 wide; no path for those that are too small to draw, which the map shows as dots.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"log"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/place"
)

// topology is what is read of TopoJSON.
type topology struct {
	Arcs      [][][2]float64
	Transform struct{ Scale, Translate [2]float64 }
	Objects   struct {
		Countries struct {
			Geometries []struct {
				Type, ID string
				Arcs     json.RawMessage
			}
		}
	}
}

type point struct{ x, y float64 }

// outline is a state on the map.
type outline struct {
	code   string
	area   float64
	middle point
	path   string
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: worldgen countries-110m.json countries-50m.json")
	}
	dir, err := fs.Sub(data.FS, "place")
	if err != nil {
		log.Fatal(err)
	}
	places, err := place.Load(dir)
	if err != nil {
		log.Fatal(err)
	}
	codes := map[string]string{}
	for _, s := range places.States() {
		codes[places.Numeric(s)] = s.String()
	}
	coarse, fine := read(os.Args[1], codes), read(os.Args[2], codes)
	for _, o := range fine { // what the coarse file leaves out is a dot
		if o.code != "-" && !slices.ContainsFunc(coarse, func(c outline) bool { return c.code == o.code }) {
			o.path = ""
			coarse = append(coarse, o)
		}
	}
	slices.SortStableFunc(coarse, func(a, b outline) int { return cmp.Compare(a.code, b.code) })
	fmt.Println("# code\tarea\tx\ty\tpath; made by worldgen from world-atlas 2.0.2 (Natural Earth, public domain)")
	for _, o := range coarse {
		if o.code != "AQ" {
			fmt.Printf("%s\t%.0f\t%.0f\t%.0f\t%s\n", o.code, o.area, o.middle.x, o.middle.y, o.path)
		}
	}
}

func read(name string, codes map[string]string) []outline {
	b, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	var t topology
	if err := json.Unmarshal(b, &t); err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	arcs := t.decoded()
	var out []outline
	for _, g := range t.Objects.Countries.Geometries {
		var polygons [][][]int
		if g.Type == "Polygon" {
			var one [][]int
			err = json.Unmarshal(g.Arcs, &one)
			polygons = [][][]int{one}
		} else {
			err = json.Unmarshal(g.Arcs, &polygons)
		}
		if err != nil {
			log.Fatalf("%s: %s: %v", name, g.ID, err)
		}
		o := outline{code: cmp.Or(codes[g.ID], "-")}
		largest := 0.0
		for _, rings := range polygons {
			for i, ring := range rings {
				for _, points := range split(walk(ring, arcs)) {
					area, middle := centre(points)
					if i == 0 {
						o.area += area
						if area > largest {
							largest, o.middle = area, middle
						}
					}
					o.path += draw(points)
				}
			}
		}
		out = append(out, o)
	}
	return out
}

// decoded gives the arcs as longitudes and latitudes.
func (t *topology) decoded() [][]point {
	out := make([][]point, len(t.Arcs))
	for i, a := range t.Arcs {
		x, y := 0.0, 0.0
		for _, d := range a {
			x, y = x+d[0], y+d[1]
			out[i] = append(out[i], point{x*t.Transform.Scale[0] + t.Transform.Translate[0], y*t.Transform.Scale[1] + t.Transform.Translate[1]})
		}
	}
	return out
}

// walk joins arcs to a ring; ^i is arc i backwards.
func walk(ring []int, arcs [][]point) []point {
	var out []point
	for _, i := range ring {
		a := arcs[max(i, ^i)]
		if i < 0 {
			a = slices.Clone(a)
			slices.Reverse(a)
		}
		if len(out) > 0 {
			a = a[1:]
		}
		out = append(out, a...)
	}
	return out
}

// split projects a ring; one that crosses the meridian of 180 degrees gives the parts on both sides of it.
func split(ring []point) [][]point {
	turn, west, east := 0.0, false, false
	for i := range ring {
		if i > 0 {
			switch d := ring[i].x + turn - ring[i-1].x; {
			case d > 180:
				turn -= 360
			case d < -180:
				turn += 360
			}
		}
		ring[i].x += turn
		west, east = west || ring[i].x < -180, east || ring[i].x > 180
	}
	side := func(shift float64) []point {
		out := make([]point, 0, len(ring))
		for _, p := range ring {
			out = append(out, point{p.x + shift, p.y})
		}
		out = clip(clip(out, -180, 1), 180, -1)
		for i, p := range out {
			out[i] = project(p.x, p.y)
		}
		return out
	}
	out := [][]point{side(0)}
	if west {
		out = append(out, side(360))
	}
	if east {
		out = append(out, side(-360))
	}
	return out
}

// clip gives the part of a ring that lies on one side of a meridian: east of it for sign 1, west of it for -1.
func clip(ring []point, at, sign float64) []point {
	var out []point
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		in, next := (p.x-at)*sign >= 0, (q.x-at)*sign >= 0
		if in {
			out = append(out, p)
		}
		if in != next {
			out = append(out, point{at, p.y + (q.y-p.y)*(at-p.x)/(q.x-p.x)})
		}
	}
	return out
}

// width is that of the map, in the units of its paths.
const width = 2000

// project gives the place of a longitude and latitude in the Equal Earth projection (Šavrič, Patterson and Jenny, 2018), which
// keeps areas.
func project(lon, lat float64) point {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	const scale = width / 2 / 2.7066299836960748 // half the width of the projection
	theta := math.Asin(math.Sqrt(3) / 2 * math.Sin(lat*math.Pi/180))
	t2 := theta * theta
	t6 := t2 * t2 * t2
	x := 2 * math.Sqrt(3) * lon * math.Pi / 180 * math.Cos(theta) / (3 * (9*a4*t6*t2 + 7*a3*t6 + 3*a2*t2 + a1))
	y := theta * (a4*t6*t2 + a3*t6 + a2*t2 + a1)
	const top = 1.3173627591574
	return point{width/2 + scale*x, scale * (top - y)}
}

// centre gives the area of a ring and its centre of mass.
func centre(ring []point) (float64, point) {
	if len(ring) == 0 {
		return 0, point{}
	}
	var sum, x, y float64
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		cross := a.x*b.y - b.x*a.y
		sum += cross
		x += (a.x + b.x) * cross
		y += (a.y + b.y) * cross
	}
	if sum == 0 {
		return 0, ring[0]
	}
	return math.Abs(sum) / 2, point{x / (3 * sum), y / (3 * sum)}
}

// draw writes a ring as a path in whole numbers, each point relative to the one before.
func draw(ring []point) string {
	var b strings.Builder
	lastX, lastY, n := 0, 0, 0
	for _, p := range ring {
		x, y := int(math.Round(p.x)), int(math.Round(p.y))
		switch {
		case n == 0:
			fmt.Fprintf(&b, "M%d %dl", x, y)
		case x == lastX && y == lastY:
			continue
		default:
			if n > 1 && y-lastY >= 0 || n > 1 && x-lastX >= 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%d %d", x-lastX, y-lastY)
		}
		lastX, lastY, n = x, y, n+1
	}
	if n < 4 {
		return ""
	}
	return b.String() + "z"
}
