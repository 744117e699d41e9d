package store

import (
	"cmp"
	"path/filepath"
)

// Sites stores what sites say about themselves, by their login nodes, and what of it was shown
// to the user. A nil *Sites stores nothing.
type Sites struct{ store *Store }

// NewSites returns the sites in st's directory, or nil if st is nil.
func NewSites(st *Store) *Sites {
	if st == nil {
		return nil
	}
	return &Sites{st}
}

const sitesFile = "sites"

// Site is what one site says.
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

// For returns what the place's site says, as far as it is known.
func (s *Sites) For(p Place) Site {
	if s == nil {
		return Site{}
	}
	return readMap[Site](s.store, sitesFile)[siteKey(p)]
}

// Update changes what is stored of the place's site.
func (s *Sites) Update(p Place, change func(*Site)) error {
	if s == nil {
		return nil
	}
	return s.store.locked(func() error {
		all := readMap[Site](s.store, sitesFile)
		site := all[siteKey(p)]
		change(&site)
		if site.Hash == "" && site.Message == "" && site.Problem == "" && !site.JupyterInJobs {
			delete(all, siteKey(p))
		} else {
			all[siteKey(p)] = site
		}
		return s.store.writeFile(filepath.Join(s.store.dir, sitesFile), all)
	})
}
