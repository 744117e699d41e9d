// Package site reads what a site says about itself to Sunpyter's users: the file
// /etc/sunpyter/site.toml on its login node. The file has a title, words for the partitions,
// defaults, environments to offer, and limits. A value comes from the first of these that has
// it: the user's request and profile, the site's file, the built-in profile; the limits apply
// to all of them, so the file can only make them smaller.
//
// The file is not trusted more than the login node is: it is bounded in size, its texts have
// no control characters, and no value of it runs on the user's computer.
package site
