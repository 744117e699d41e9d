package remote

import "testing"

func TestEnough(t *testing.T) {
	const gb = 1024
	for _, row := range []struct {
		name         string
		use          Use
		cpus, memory int
		want         Enough
	}{
		{"much less of both", Use{MostCPUPercent: 37, MostMemoryMiB: 3174}, 8, 16 * gb, Enough{1, 4 * gb}},
		{"one busy CPU", Use{MostCPUPercent: 104, MostMemoryMiB: 3174}, 8, 16 * gb, Enough{1, 4 * gb}},
		{"more than one", Use{MostCPUPercent: 112, MostMemoryMiB: 3174}, 8, 16 * gb, Enough{2, 4 * gb}},
		{"CPUs alone", Use{MostCPUPercent: 210, MostMemoryMiB: 14 * gb}, 8, 16 * gb, Enough{2, 16 * gb}},
		{"memory alone", Use{MostCPUPercent: 790, MostMemoryMiB: 5 * gb}, 8, 16 * gb, Enough{8, 8 * gb}},
		{"all was used", Use{MostCPUPercent: 790, MostMemoryMiB: 10 * gb}, 8, 16 * gb, Enough{}},
		{"nothing is smaller", Use{MostCPUPercent: 3, MostMemoryMiB: 100}, 1, gb, Enough{}},
		{"CPUs not known", Use{MostCPUPercent: -1, MostMemoryMiB: 3174}, 8, 16 * gb, Enough{8, 4 * gb}},
		{"memory not known", Use{MostCPUPercent: 37}, 8, 0, Enough{1, 0}},
		{"nothing known", Use{MostCPUPercent: -1}, 8, 16 * gb, Enough{}},
		{"nothing known of the job", Use{MostCPUPercent: 37, MostMemoryMiB: 3174}, 0, 0, Enough{}},
		{"one CPU, memory not known", Use{MostCPUPercent: 37}, 1, 0, Enough{}},
		{"huge", Use{MostCPUPercent: 37, MostMemoryMiB: 1 << 31}, 1, 1 << 30, Enough{}},
	} {
		if got := row.use.Enough(row.cpus, row.memory); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.name, got, row.want)
		}
	}
	for mebibytes, want := range map[int]int{1: gb, gb: gb, gb + 1: 2 * gb, 2*gb + 1: 3 * gb, 3*gb + 1: 4 * gb, 5 * gb: 6 * gb, 9 * gb: 12 * gb, 13 * gb: 16 * gb} {
		if got := memoryStep(mebibytes); got != want {
			t.Errorf("%d MiB: %d, want %d", mebibytes, got, want)
		}
	}
}
