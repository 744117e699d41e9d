// Package profile knows the sites that a person can name and what to ask of
// each by default. A value comes from the first of these that gives it: the
// request itself (the caller merges it with [Request.Over]), the environment
// (SUNPYTER_CPUS and the like), the editor's settings, the user's configuration
// file, the built-in profile.
//
// It is a leaf: it knows nothing of SSH, Slurm or JSON-RPC. Whether a value
// makes sense to Slurm is not its business; that a value has the right type and
// a size or a time can be read is.
package profile
