// Package sshkey describes and compares public keys, with or without a certificate.
//
// It is for the packages below tunnel; it imports none of ours.
package sshkey
