// Package console is the terminal that the user sits at: permanent lines with a live line below
// them, prompts, raw mode and its size. Only package terminal and its sub-packages import it.
package console
