// Package fileapi answers file/* and project/* for one client: it finds the cluster that a
// request names, and translates between the wire and packages files and project.
//
// Only package server imports it. The channels to the login nodes that it opens are its
// own; the connections are those of server/connpool.
package fileapi
