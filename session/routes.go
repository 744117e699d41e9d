package session

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Routes remembers on this computer's disk which route worked at which site. Nil
// remembers nothing.
type Routes struct{ store *Store }

// NewRoutes keeps what is remembered beside the records of st; nil: nothing is.
func NewRoutes(st *Store) *Routes {
	if st == nil {
		return nil
	}
	return &Routes{st}
}

// routesFile is the file's name in the state directory, routesAge how long a route is
// remembered: a site may open a quicker one.
const (
	routesFile = "routes"
	routesAge  = 7 * 24 * time.Hour
)

// rememberedRoute is one site's.
type rememberedRoute struct {
	Route Route     `json:"route"`
	Since time.Time `json:"since"`
}

// siteOf names the site of a place: the login node's name, as the person gave it.
func siteOf(p Place) string { return strings.TrimPrefix(p.User+"@"+p.Host, "@") }

// of is the route that worked at the place's site lately; empty: none is known.
func (r *Routes) of(p Place) Route {
	if r == nil {
		return ""
	}
	known := r.read()[siteOf(p)]
	if (known.Route != Jump && known.Route != Step) || time.Since(known.Since) > routesAge {
		return ""
	}
	return known.Route
}

// keep remembers a route that has worked. One that is known is not noted anew, so
// that it is forgotten in the end; one that was the only one to try says nothing of others.
func (r *Routes) keep(p Place, route Route) error {
	if r == nil || p.Pinned != "" || r.of(p) == route {
		return nil
	}
	return r.store.locked(func() error {
		all := r.read()
		for site, known := range all {
			if time.Since(known.Since) > routesAge {
				delete(all, site)
			}
		}
		all[siteOf(p)] = rememberedRoute{route, time.Now().UTC().Truncate(time.Second)}
		return r.store.writeFile(filepath.Join(r.store.dir, routesFile), all)
	})
}

// read gives what is remembered; a file that cannot be read is as none.
func (r *Routes) read() map[string]rememberedRoute {
	all := map[string]rememberedRoute{}
	text, err := os.ReadFile(filepath.Join(r.store.dir, routesFile))
	if err != nil || json.Unmarshal(text, &all) != nil {
		return map[string]rememberedRoute{}
	}
	return all
}
