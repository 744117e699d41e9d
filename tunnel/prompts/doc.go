// Package prompts defines what a login asks the user and reports to them: the questions, the
// interface that answers them, and the notices that need no answer.
//
// Packages that log in, and those that show questions, may import it; it imports fault alone.
package prompts
