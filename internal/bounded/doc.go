// Package bounded limits the size of foreign data: text that is shown to the user, files of
// other programs, and the output of programs.
//
// Any package may import it; it imports plain alone.
package bounded
