package slurm

import "strings"

// Comment returns a job's comment, by which sites and users recognize it:
// "sunpyter/1.2.3 session=4f1c". Neither part may contain spaces.
func Comment(version, sessionID string) string {
	return JobName + "/" + version + " session=" + sessionID
}

// ParseComment reads what [Comment] wrote; ok is false for any other comment.
func ParseComment(s string) (version, sessionID string, ok bool) {
	rest, ok := strings.CutPrefix(s, JobName+"/")
	if !ok {
		return "", "", false
	}
	version, sessionID, ok = strings.Cut(rest, " session=")
	if !ok || version == "" || sessionID == "" || strings.ContainsAny(version+sessionID, " \t\n") {
		return "", "", false
	}
	return version, sessionID, true
}
