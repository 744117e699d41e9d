// Package store stores what this computer knows of sessions: a record of each with its
// owner, how sessions ended, and which route into jobs works at which site.
//
// It is a directory of small JSON files, shared by all processes of the user and
// changed under one file lock. It has no secrets and knows nothing of SSH, Slurm or
// Jupyter: it imports only fault. Packages session, session/remote and server use it.
package store
