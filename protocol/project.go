package protocol

import "time"

// ProjectCopy is a folder of this computer of which a copy is kept on a cluster.
type ProjectCopy struct {
	// Folder is its absolute path on this computer.
	Folder string `json:"folder"`
	// Path is where the copy is on the cluster, which is remembered for the folder and the
	// cluster. Default: what is remembered, else the folder's name in the working directory.
	Path string `json:"path,omitzero"`
	// Adopt is the user's yes to the use of a folder there that is not a copy of this one.
	// Without it, such a folder is the error project.not-ours. Its files are kept in any case.
	Adopt bool `json:"adopt,omitzero"`
	// Include are names of files and folders that are copied though they are large, look like
	// secrets, or git ignores them. They do not count towards the limits.
	Include []string `json:"include,omitzero"`
	// Mine are names whose conflict is resolved by the file on this computer.
	Mine []string `json:"mine,omitzero"`
	// Theirs are names whose conflict is resolved by the file on the cluster, which replaces
	// the one on this computer.
	Theirs []string `json:"theirs,omitzero"`
	// MaxTotalMB is the most that is copied in all, in MB (1,000,000 bytes). Default: 100.
	MaxTotalMB int `json:"maxTotalMB,omitzero"`
	// MaxFileMB is the size in MB above which a file is left out. Default: 20.
	MaxFileMB int `json:"maxFileMB,omitzero"`
}

// ProjectScanParams names a folder of this computer.
type ProjectScanParams struct {
	// Project is the folder; Path, Adopt, Mine and Theirs have no effect.
	Project ProjectCopy `json:"project"`
}

// ProjectScanResult is what would be copied if nothing were on the cluster.
type ProjectScanResult struct {
	// Files is the number of files.
	Files int `json:"files"`
	// Bytes is their size.
	Bytes int `json:"bytes"`
	// LeftOut are files that are not copied.
	LeftOut []ProjectLeftOut `json:"leftOut"`
}

// ProjectLeftOut is a file that is not copied.
type ProjectLeftOut struct {
	// Name is its path in the folder, with slashes.
	Name string `json:"name"`
	// Bytes is its size.
	Bytes int `json:"bytes,omitzero"`
	// Reason is why.
	Reason ProjectReason `json:"reason"`
}

// ProjectReason is why a file is not copied.
type ProjectReason string

// The reasons.
const (
	// ProjectReasonSecret: its name is that of a file with passwords or keys.
	ProjectReasonSecret ProjectReason = "secret"
	// ProjectReasonLarge: it is larger than a file may be.
	ProjectReasonLarge ProjectReason = "too-large"
	// ProjectReasonLink: it is a symbolic link that leads out of the folder.
	ProjectReasonLink ProjectReason = "link"
	// ProjectReasonSpecial: it is a device, pipe or socket, or a repository of its own.
	ProjectReasonSpecial ProjectReason = "special"
	// ProjectReasonUnreadable: it cannot be read.
	ProjectReasonUnreadable ProjectReason = "unreadable"
)

// ProjectPushParams asks to make a copy like its folder.
type ProjectPushParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Project is the folder and its copy.
	Project ProjectCopy `json:"project"`
	// Only names the files and folders to look at, such as those that were just saved,
	// renamed or deleted. Default: all.
	Only []string `json:"only,omitzero"`
	// DryRun changes nothing: the result is what would be done.
	DryRun bool `json:"dryRun,omitzero"`
	// ProgressToken, if set, has $/progress report the bytes.
	ProgressToken string `json:"progressToken,omitzero"`
}

// ProjectPushResult is what was done. Names are paths in the folder, with slashes.
type ProjectPushResult struct {
	// Path is the copy's absolute path on the cluster.
	Path string `json:"path"`
	// Sent are the files that were new or had changed.
	Sent []string `json:"sent"`
	// SentBytes is their size.
	SentBytes int `json:"sentBytes"`
	// Removed are files that were deleted on the cluster, because they are no longer here.
	Removed []string `json:"removed,omitzero"`
	// Fetched are the files of Theirs.
	Fetched []string `json:"fetched,omitzero"`
	// Unchanged is how many files were there already.
	Unchanged int `json:"unchanged"`
	// Busy are files that could not be read, or changed each time they were read. The next
	// push tries again.
	Busy []string `json:"busy,omitzero"`
	// Conflicts are files that were changed on the cluster. They are as they were there.
	Conflicts []ProjectConflict `json:"conflicts,omitzero"`
	// LeftOut are files that are not copied.
	LeftOut []ProjectLeftOut `json:"leftOut,omitzero"`
}

// ProjectConflict is a file that was changed on the cluster since it was put there.
type ProjectConflict struct {
	// Name is its path in the folder.
	Name string `json:"name"`
	// Path is its absolute path on the cluster.
	Path string `json:"path"`
	// Deleted is true if the file was deleted on this computer.
	Deleted bool `json:"deleted,omitzero"`
	// Reported is true if an earlier push has reported this conflict already.
	Reported bool `json:"reported,omitzero"`
}

// ProjectChangesParams names a folder that was copied.
type ProjectChangesParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Project is the folder and its copy; only Folder, Path and Adopt count.
	Project ProjectCopy `json:"project"`
}

// ProjectChangesResult has the files that were made or changed on the cluster.
type ProjectChangesResult struct {
	// Path is the copy's absolute path on the cluster.
	Path string `json:"path"`
	// Files are the files, the newest first.
	Files []ProjectChange `json:"files"`
}

// ProjectChange is a file that was made or changed on the cluster.
type ProjectChange struct {
	// Name is its path in the folder, with slashes.
	Name string `json:"name"`
	// Bytes is its size.
	Bytes int `json:"bytes"`
	// ModifiedAt is when it was modified, by the cluster's clock.
	ModifiedAt time.Time `json:"modifiedAt"`
	// Here is true if this computer has a file of that name, which is another one.
	Here bool `json:"here,omitzero"`
}

// ProjectPullParams names the files to fetch.
type ProjectPullParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Project is the folder and its copy; only Folder and Path count.
	Project ProjectCopy `json:"project"`
	// Names are the paths of the files in the folder.
	Names []string `json:"names"`
	// Overwrite replaces files that are here already. Without it they are skipped.
	Overwrite bool `json:"overwrite,omitzero"`
	// ProgressToken, if set, has $/progress report the bytes.
	ProgressToken string `json:"progressToken,omitzero"`
}
