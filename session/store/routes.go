package store

import (
	"path/filepath"
	"strings"
	"time"
)

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

// Route returns the route into jobs that worked recently at the place's site, or "".
func (st *Store) Route(p Place) Route {
	if st == nil {
		return ""
	}
	known := readMap[rememberedRoute](st, routesFile)[siteOf(p)]
	if (known.Route != Jump && known.Route != Step) || time.Since(known.Since) > routeKept {
		return ""
	}
	return known.Route
}

// SaveRoute stores a route that worked. A known route keeps its date, so that it expires; a
// pinned one is not stored.
func (st *Store) SaveRoute(p Place, route Route) error {
	if st == nil || p.Pinned != "" || st.Route(p) == route {
		return nil
	}
	return st.locked(func() error {
		all := readMap[rememberedRoute](st, routesFile)
		for site, known := range all {
			if time.Since(known.Since) > routeKept {
				delete(all, site)
			}
		}
		all[siteOf(p)] = rememberedRoute{route, time.Now().UTC().Truncate(time.Second)}
		return st.writeFile(filepath.Join(st.dir, routesFile), all)
	})
}
