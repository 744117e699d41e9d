package testcluster

import _ "embed"

// SiteFile is the example of docs/for-site-admins.md: what a site like this one says about itself
// to Sunpyter's users, in /etc/sunpyter/site.toml on its login node.
//
//go:embed site.toml
var SiteFile string
