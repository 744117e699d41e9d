// Package detached keeps a child process away from the terminal of its parent. Any package may
// import it.
package detached
