package store

import (
	"cmp"
	"path/filepath"
	"strings"
	"time"
)

const sitesFile = "sites"

// Site is what one site says about itself, by its login node, and what of it was shown to the user.
type Site struct {
	// Hash identifies Text.
	Hash string `json:"hash,omitempty"`
	// Text is the site's file, as it is.
	Text []byte `json:"text,omitempty"`
	// Message and Problem are the last ones that the user was shown.
	Message string `json:"message,omitempty"`
	Problem string `json:"problem,omitempty"`
	// JupyterInJobs is true if a job found a Jupyter although the login node has none.
	JupyterInJobs bool `json:"jupyterInJobs,omitempty"`
}

// siteKey names the login node of a place: its file is the same for all users.
func siteKey(p Place) string { return cmp.Or(p.SSHConfig, "-") + " " + p.Host }

// Site returns what the place's site says, as far as it is known.
func (st *Store) Site(p Place) Site {
	if st == nil {
		return Site{}
	}
	return readMap[Site](st, sitesFile)[siteKey(p)]
}

// UpdateSite changes what is stored of the place's site.
func (st *Store) UpdateSite(p Place, change func(*Site)) error {
	if st == nil {
		return nil
	}
	return st.locked(func() error {
		all := readMap[Site](st, sitesFile)
		site := all[siteKey(p)]
		change(&site)
		if site.Hash == "" && site.Message == "" && site.Problem == "" && !site.JupyterInJobs {
			delete(all, siteKey(p))
		} else {
			all[siteKey(p)] = site
		}
		return st.writeFile(filepath.Join(st.dir, sitesFile), all)
	})
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
