package remote

// Enough is what would have been enough for a job. The zero value: what it had, or that is not
// known.
type Enough struct{ CPUs, MemoryMiB int }

// Enough returns what would have been enough for a job with so many CPUs and so much memory, if
// that is at most half of one of them: then a smaller request is worth a try, also if the next
// one needs more. Smaller requests start sooner.
func (u Use) Enough(cpus, memoryMiB int) Enough {
	enough := Enough{cpus, memoryMiB}
	if u.MostCPUPercent >= 0 {
		enough.CPUs = min(cpus, max(1, (u.MostCPUPercent-jupyterPercent+99)/100))
	}
	if u.MostMemoryMiB > 0 {
		enough.MemoryMiB = min(memoryMiB, memoryStep(u.MostMemoryMiB+u.MostMemoryMiB/4))
	}
	if cpus > 0 && 2*enough.CPUs <= cpus || memoryMiB > 0 && 2*enough.MemoryMiB <= memoryMiB {
		return enough
	}
	return Enough{}
}

// jupyterPercent is what Jupyter and shells may use next to a kernel that keeps whole CPUs busy.
const jupyterPercent = 10

// memoryStep rounds up to 1, 2, 3, 4, 6, 8, 12, 16, ... GB, as users ask for it.
func memoryStep(mebibytes int) int {
	for step := 1024; ; step *= 2 {
		switch {
		case mebibytes <= step:
			return step
		case step >= 2048 && mebibytes <= step+step/2:
			return step + step/2
		case step > 1<<30:
			return mebibytes
		}
	}
}
