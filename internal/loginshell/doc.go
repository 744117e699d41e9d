// Package loginshell runs scripts on a host whatever the user's login shell is and prints:
// how words and paths are quoted for it, how a script gets the variables that it exports and
// nothing else of it, and how what it prints is told from the script's own output.
//
// Any package may import it; it imports plain and fault.
package loginshell
