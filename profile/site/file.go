package site

import (
	"slices"
	"time"

	"github.com/sa2c/sunpyter/internal/tomlfile"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/slurm"
)

// DefaultPath is where the file is on the login node, unless PathVariable names another.
const DefaultPath = "/etc/sunpyter/site.toml"

// PathVariable is a variable of the login environment that names the file.
const PathVariable = "SUNPYTER_SITE"

// MaxSize bounds the file, in bytes.
const MaxSize = 64 << 10

// File is the content of a site's file. The zero value is that of a site without one.
type File struct {
	// Title is the site's name, "Sunbird".
	Title string `json:"title,omitempty"`
	// Support is the address that helps users: of mail, or of a page.
	Support string `json:"support,omitempty"`
	// Message is the message of the day, which may have several lines.
	Message string `json:"message,omitempty"`
	// Places are folders to offer where files are chosen; ~, $HOME and $USER are the cluster's.
	Places []string `json:"places,omitempty"`
	// Routes are the routes into a job that the site allows, "ssh" and "srun"; empty: both.
	Routes []string `json:"routes,omitempty"`
	// Shown are the partitions to show, in this order; empty: all that Slurm lists.
	Shown []string `json:"partitions,omitempty"`
	// Partitions are the site's descriptions of its partitions, by name.
	Partitions map[string]Partition `json:"partition,omitempty"`
	// Modules are names of modules to offer.
	Modules []string `json:"modules,omitempty"`
	// Environments are environments to offer.
	Environments []Environment `json:"environment,omitempty"`
	// Defaults are values of profiles, for users who have not set them.
	Defaults []profile.Value `json:"-"`
	// Caps are the limits.
	Caps Caps `json:"-"`
}

// Partition describes a partition to users.
type Partition struct {
	// Title is its name for users.
	Title string `json:"title,omitempty"`
	// Description says in one line what it is for.
	Description string `json:"description,omitempty"`
	// Hidden: it is not shown in lists. It can be used by its name.
	Hidden bool `json:"hidden,omitempty"`
}

// Environment is an environment that a site offers.
type Environment struct {
	// Title is its name for users.
	Title string `json:"title"`
	// Modules are loaded, in this order.
	Modules []string `json:"modules,omitempty"`
	// Container is the path of a container image, in which kernels run.
	Container string `json:"container,omitempty"`
	// Conda is the name or the path of a conda environment to activate.
	Conda string `json:"conda,omitempty"`
	// Venv is the path of a Python virtual environment to activate.
	Venv string `json:"venv,omitempty"`
}

// Caps are limits for each kernel, and for how often Slurm is asked. Zero is no limit.
type Caps struct {
	// CPUs and MemoryMiB are the most that a kernel may have.
	CPUs      int
	MemoryMiB int
	// GPUs is the most GPUs that a kernel may have; nil: no limit.
	GPUs *int
	// Time is the longest time limit.
	Time time.Duration
	// Kernels is how many kernels a user may have at a time.
	Kernels int
	// Idle is after how long without use a kernel is stopped at the latest.
	Idle time.Duration
	// Grace is how long a kernel may keep running while the user's computer is offline.
	Grace time.Duration
	// Poll is the shortest pause between two questions to Slurm about a pending job.
	Poll time.Duration
}

// Apply returns a profile with the site's values where the user has set none. The site's
// places come before the user's.
func (f File) Apply(p profile.Profile) profile.Profile {
	values := f.Defaults
	if f.Title != "" {
		values = append(slices.Clip(values), profile.Value{Key: "title", Value: f.Title})
	}
	p = p.WithSite(values)
	for i, place := range f.Places {
		if !slices.Contains(p.Folders, place) {
			p.Folders = slices.Insert(slices.Clone(p.Folders), min(i, len(p.Folders)), place)
		}
	}
	return p
}

// Show returns the partitions that the site wants lists to have, in its order.
func (f File) Show(partitions []slurm.Partition) []slurm.Partition {
	shown := slices.DeleteFunc(slices.Clone(partitions), func(p slurm.Partition) bool {
		return f.Partitions[p.Name].Hidden || (len(f.Shown) > 0 && !slices.Contains(f.Shown, p.Name))
	})
	slices.SortStableFunc(shown, func(a, b slurm.Partition) int {
		return slices.Index(f.Shown, a.Name) - slices.Index(f.Shown, b.Name)
	})
	return shown
}

// Result is what Parse found.
type Result struct {
	// File is the file's content; with Mistakes, only Support, if that could be read.
	File File
	// Mistakes are why the file is ignored.
	Mistakes []tomlfile.Mistake
	// Warnings are the keys that are not known, and so have no effect.
	Warnings []tomlfile.Mistake
}

// Parse reads the text of a file. A file with a mistake is ignored as a whole, so that no
// user starts a kernel with a part of what the site meant.
func Parse(text []byte) Result {
	if len(text) > MaxSize {
		return Result{Mistakes: []tomlfile.Mistake{{Line: 1, Message: "the file is larger than 64 KiB"}}}
	}
	var r reader
	r.document(string(text))
	result := Result{File: r.file, Mistakes: r.Mistakes(), Warnings: r.unknown.Mistakes()}
	if len(result.Mistakes) > 0 {
		result.File = File{Support: r.file.Support}
	}
	return result
}
