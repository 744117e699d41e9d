// Package store is what this computer remembers of sessions: one record for each,
// who owns it, how sessions ended, and which route into jobs works at which site.
//
// It is a directory of small JSON files, shared by all processes of the user and
// changed under one file lock. It holds no secret and knows nothing of SSH, Slurm
// or Jupyter: it imports only fault. Packages session, session/remote and server
// use it.
package store
