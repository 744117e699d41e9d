// Package environments finds the Python environments on a cluster in which kernels can run, by
// looking at files on the login node: no Python, conda or kernel is started for that. It also creates
// environments, and removes those that it created.
package environments
