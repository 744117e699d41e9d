// Package testcluster is a real Slurm site on this machine, for tests, the
// demo, benchmarks and by hand.
//
// A site is a login node, a controller and compute nodes, each with its own
// network, mounts, processes, name and root, under real Slurm, munge, sshd and
// Jupyter; and a laptop, which reaches login alone, over a link whose delay,
// rate and state are set while it runs. It needs root on Debian, and the
// packages of scripts/setup.sh.
//
// The laptop is a network and nothing else: the toolchain, the files and the
// processes on it are the machine's own. A test binary whose TestMain calls
// [Main] is on the laptop as a whole, with all its goroutines and children; a
// program that does not can put a child there with [Site.LaptopCommand].
//
//	func TestMain(m *testing.M) { testcluster.Main(m) }
//
//	func TestSubmit(t *testing.T) {
//		site := testcluster.Shared(t)
//		out := site.MustExec(t, "login", "alice", "squeue", "--me")
//		...
//	}
//
// Nothing of a site outlives it: a guardian process holds its namespaces, and
// removes everything when the site is stopped or its owner dies.
package testcluster
