// Bench measures Sunpyter on a real Slurm site in namespaces of this machine,
// side by side with OpenSSH and with the way of the first, shell Sunpyter, and
// prints a table with a limit for each figure. With -update it writes the
// table into docs/benchmarks.md, the only way that file changes.
//
// A figure that misses its limit is said to, and is no error: machines differ,
// and a benchmark that fails on a busy one teaches people to ignore it.
package main
