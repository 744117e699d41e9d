package protocol

import "time"

// FileType is what a path on the cluster leads to.
type FileType string

// The types.
const (
	// FileTypeFile: a regular file.
	FileTypeFile FileType = "file"
	// FileTypeDirectory: a folder.
	FileTypeDirectory FileType = "directory"
	// FileTypeOther: a device, pipe or socket, or a link that leads nowhere.
	FileTypeOther FileType = "other"
)

// FileEntry is a file or folder on a cluster. In names and paths, bytes that are not UTF-8,
// control characters and others that cannot be seen are written as %XX, with capital letters,
// and so is a % that is followed by two such digits. Paths in requests are read in the same way.
type FileEntry struct {
	// Name is its name in its folder.
	Name string `json:"name"`
	// Path is its absolute path; not in a listing.
	Path string `json:"path,omitzero"`
	// Type is what it is; of a symbolic link, what the link leads to.
	Type FileType `json:"type"`
	// Link is true for a symbolic link.
	Link bool `json:"link,omitzero"`
	// Size is its size in bytes.
	Size int `json:"size"`
	// ModifiedAt is when it was modified, by the cluster's clock, to the second.
	ModifiedAt time.Time `json:"modifiedAt"`
	// Mode is its permissions in octal: "644".
	Mode string `json:"mode"`
	// Version changes when the content does. It is made of the time and the size.
	Version string `json:"version,omitzero"`
}

// FilePlacesParams names the cluster.
type FilePlacesParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
}

// FilePlacesResult has folders to begin with.
type FilePlacesResult struct {
	// Home is the user's home directory.
	Home string `json:"home"`
	// WorkingDirectory is where kernels of this cluster start, if it is another folder.
	WorkingDirectory string `json:"workingDirectory,omitzero"`
	// Places are the profile's other folders, as absolute paths. They may not exist.
	Places []string `json:"places,omitzero"`
}

// FileListParams names a folder.
type FileListParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Path is the folder's absolute path, or one relative to the home directory; empty, or
	// "~": the home directory.
	Path string `json:"path,omitzero"`
	// After is the name after which the page begins; empty: the first page.
	After string `json:"after,omitzero"`
	// Limit is how many entries to return at most: 5000, the default, or fewer.
	Limit int `json:"limit,omitzero"`
}

// FileListResult is a page of a listing, sorted by the bytes of the names.
type FileListResult struct {
	// Path is the folder's absolute path.
	Path string `json:"path"`
	// Entries are what it holds.
	Entries []FileEntry `json:"entries"`
	// Total is how many entries the folder has.
	Total int `json:"total"`
	// More is true if there are entries after the last one.
	More bool `json:"more,omitzero"`
}

// FileStatParams names a path.
type FileStatParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Path is absolute, or relative to the home directory.
	Path string `json:"path"`
}

// FileStatResult describes a path.
type FileStatResult struct {
	// Entry is what is there.
	Entry FileEntry `json:"entry"`
}

// FileReadParams names a part of a file.
type FileReadParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Path is absolute, or relative to the home directory.
	Path string `json:"path"`
	// Offset is where to begin, in bytes.
	Offset int `json:"offset,omitzero"`
	// Limit is how many bytes to return at most: 2097152 (2 MiB), the default, or fewer.
	Limit int `json:"limit,omitzero"`
}

// FileReadResult is a part of a file.
type FileReadResult struct {
	// Content is the bytes in base64.
	Content string `json:"content"`
	// Entry is the file as it was when it was read. If its version differs between two
	// parts, the file was changed in between.
	Entry FileEntry `json:"entry"`
	// End is true if the content reaches the end of the file.
	End bool `json:"end"`
}

// FileWriteParams is the new content of a file.
type FileWriteParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Path is absolute, or relative to the home directory.
	Path string `json:"path"`
	// Content is the bytes in base64, at most 2097152 (2 MiB). file/upload sends larger files.
	Content string `json:"content"`
	// Version is the version that the file must still have: otherwise the error is
	// file.changed, and nothing is written. Empty: any, or no file.
	Version string `json:"version,omitzero"`
	// New is true if there must be no such file: otherwise the error is file.exists.
	New bool `json:"new,omitzero"`
}

// FileWriteResult describes the file as it was written.
type FileWriteResult struct {
	// Entry is the file.
	Entry FileEntry `json:"entry"`
}

// FileMkdirParams names a new folder.
type FileMkdirParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Path is absolute, or relative to the home directory.
	Path string `json:"path"`
	// Parents creates the folders above it too. Then it is no error if it exists.
	Parents bool `json:"parents,omitzero"`
}

// FileMkdirResult describes the new folder.
type FileMkdirResult struct {
	// Entry is the folder.
	Entry FileEntry `json:"entry"`
}

// FileRenameParams renames or moves a file or folder.
type FileRenameParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Path is the path as it is.
	Path string `json:"path"`
	// NewPath is the path as it shall be.
	NewPath string `json:"newPath"`
	// Overwrite replaces a file of the new name. Without it, one is the error file.exists.
	Overwrite bool `json:"overwrite,omitzero"`
}

// FileRenameResult describes what was renamed.
type FileRenameResult struct {
	// Entry is the file or folder in its new place.
	Entry FileEntry `json:"entry"`
}

// FileDeleteParams names what to delete.
type FileDeleteParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Path is absolute, or relative to the home directory. Of a link, the link is deleted.
	Path string `json:"path"`
	// Recursive deletes a folder with all that is in it. Without it, a folder that is not
	// empty is the error file.not-empty.
	Recursive bool `json:"recursive,omitzero"`
}

// FileDeleteResult has no members yet.
type FileDeleteResult struct{}

// FileUploadParams names what to send to the cluster.
type FileUploadParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// LocalPath is the absolute path of a file or folder on this computer.
	LocalPath string `json:"localPath"`
	// Path is the path that it shall have on the cluster: its own, not that of the folder
	// it shall be in.
	Path string `json:"path"`
	// Overwrite replaces files that are there. Without it they are skipped in a folder, and a
	// single one is the error file.exists.
	Overwrite bool `json:"overwrite,omitzero"`
	// Version is the version that a single file must still have; see file/write.
	Version string `json:"version,omitzero"`
	// ProgressToken, if set, has $/progress report the bytes.
	ProgressToken string `json:"progressToken,omitzero"`
}

// FileDownloadParams names what to fetch from the cluster.
type FileDownloadParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Path is a file or folder on the cluster.
	Path string `json:"path"`
	// LocalPath is the absolute path that it shall have on this computer: its own, not that
	// of the folder it shall be in.
	LocalPath string `json:"localPath"`
	// Overwrite replaces files that are there. Without it they are skipped in a folder, and a
	// single one is the error file.exists.
	Overwrite bool `json:"overwrite,omitzero"`
	// ProgressToken, if set, has $/progress report the bytes.
	ProgressToken string `json:"progressToken,omitzero"`
}

// FileTransferResult is what an upload or a download did.
type FileTransferResult struct {
	// Files is how many were transferred.
	Files int `json:"files"`
	// Bytes is their size.
	Bytes int `json:"bytes"`
	// Skipped are those that were left out.
	Skipped []FileSkipped `json:"skipped"`
	// Changed are paths of files that changed while they were read: the copies may mix old
	// and new content.
	Changed []string `json:"changed,omitzero"`
}

// FileSkipped is a file that was not transferred.
type FileSkipped struct {
	// Path is the path on the side that it was to be read from.
	Path string `json:"path"`
	// Reason is why.
	Reason string `json:"reason"`
}
