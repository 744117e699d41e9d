// Package profile has the clusters that a user can name and the defaults for requests to
// each. A value comes from the first of these that has it: the request itself (the caller
// merges it with [slurm.Request.WithDefaults]), the environment (SUNPYTER_CPUS and the
// like), the editor's settings, the user's configuration file, the built-in profile.
//
// It imports package slurm for the type of a request, and knows no SSH and no JSON-RPC.
// It checks that a value has the right type and that sizes and times can be read;
// whether Slurm accepts a value is checked by package slurm.
package profile
