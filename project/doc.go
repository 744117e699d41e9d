// Package project keeps a copy of a folder of this computer on a cluster: a mirror in one
// direction. It decides what goes, sends what has changed, and never overwrites or deletes a
// file that was changed on the cluster.
//
// It imports files, and knows nothing of kernels and JSON-RPC.
package project
