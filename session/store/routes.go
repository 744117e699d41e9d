package store

import (
	"path/filepath"
	"strings"
	"time"
)

// Routes stores which route into jobs worked at which site. A nil *Routes stores nothing.
type Routes struct{ store *Store }

// NewRoutes returns the routes in st's directory, or nil if st is nil.
func NewRoutes(st *Store) *Routes {
	if st == nil {
		return nil
	}
	return &Routes{st}
}

// A route expires after routeKept, because a site may open a quicker one.
const (
	routesFile = "routes"
	routeKept  = 7 * 24 * time.Hour
)

// rememberedRoute is one site's.
type rememberedRoute struct {
	Route Route     `json:"route"`
	Since time.Time `json:"since"`
}

// siteOf names the site of a place: the login node's name, as the user gave it.
func siteOf(p Place) string { return strings.TrimPrefix(p.User+"@"+p.Host, "@") }

// For returns the route that worked recently at the place's site, or "".
func (r *Routes) For(p Place) Route {
	if r == nil {
		return ""
	}
	known := readMap[rememberedRoute](r.store, routesFile)[siteOf(p)]
	if (known.Route != Jump && known.Route != Step) || time.Since(known.Since) > routeKept {
		return ""
	}
	return known.Route
}

// Save stores a route that worked. A known route keeps its date, so that it expires; a
// pinned one is not stored.
func (r *Routes) Save(p Place, route Route) error {
	if r == nil || p.Pinned != "" || r.For(p) == route {
		return nil
	}
	return r.store.locked(func() error {
		all := readMap[rememberedRoute](r.store, routesFile)
		for site, known := range all {
			if time.Since(known.Since) > routeKept {
				delete(all, site)
			}
		}
		all[siteOf(p)] = rememberedRoute{route, time.Now().UTC().Truncate(time.Second)}
		return r.store.writeFile(filepath.Join(r.store.dir, routesFile), all)
	})
}
