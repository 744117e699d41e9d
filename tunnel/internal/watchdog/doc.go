// Package watchdog ends a login on which nothing is received for too long, except while the user
// is being asked.
//
// It is for the packages below tunnel that log in.
package watchdog
