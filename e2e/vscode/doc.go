// Package vscode tests the extension in a real VS Code: code-server, shown by
// a headless Chromium, with the real server against a real Slurm site.
//
// The tests are the files tests/*.test.ts, which use driver/; the other files of
// tests/ are parts of them. The Go part builds what they need, starts the site, and
// runs each file in a process namespace of its own on the site's laptop: whatever a
// test starts ends with it.
//
// Environment: SUNPYTER_FAULTS=1 runs the long tests too; SUNPYTER_SCREENSHOTS
// is a folder for the pictures of each step; SUNPYTER_PICTURES is one for those
// that the README shows; SUNPYTER_JUPYTER_VSIX is a Jupyter extension to use in
// place of the test's own; SUNPYTER_REPEAT=50 SUNPYTER_BUSY=10 is how often
// repeat.long.test.ts starts a kernel, and how many processes are busy meanwhile.
package vscode
