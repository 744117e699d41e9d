// Bench measures Sunpyter on a real Slurm site in namespaces of this machine, in
// comparison with OpenSSH and with the first, shell-based Sunpyter, and prints a table
// with a limit for each figure. With -update it writes the table into
// docs/benchmarks.md; nothing else changes that file.
//
// A figure that misses its limit is marked, but is no error: machines differ, and a
// benchmark that fails on a busy one would soon be ignored.
package main
