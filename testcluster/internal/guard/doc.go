// Package guard is the guardian of a site: the one process outside the hosts
// that makes them, holds all that would otherwise have to be tidied up (mount
// and network namespaces, control groups, the lab folder), obeys commands on a
// socket, and takes everything away when its owner ends, however it ends.
package guard
