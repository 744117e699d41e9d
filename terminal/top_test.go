package terminal

import (
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

func TestEnoughText(t *testing.T) {
	for want, s := range map[string]protocol.Session{
		"": {CPUs: 8, Use: &protocol.Use{MostCPUPercent: 37, MostMemoryMiB: 3174, MemoryLimitMiB: 16384}},
		"Used 0.4 of 8 CPUs and 3.1 of 16 GB at most: 1 CPU and 4 GB would start sooner (--cpus 1 --mem 4G).": {CPUs: 8, Use: &protocol.Use{MostCPUPercent: 37, MostMemoryMiB: 3174, MemoryLimitMiB: 16384, EnoughCPUs: 1, EnoughMemoryMiB: 4096}},
		"Used 0.4 of 8 CPUs at most: 1 CPU would start sooner (--cpus 1).":                                    {CPUs: 8, Use: &protocol.Use{MostCPUPercent: 37, EnoughCPUs: 1}},
		"Used 3.1 of 16 GB at most: 8 CPUs and 4 GB would start sooner (--cpus 8 --mem 4G).":                  {CPUs: 8, Use: &protocol.Use{MostCPUPercent: -1, MostMemoryMiB: 3174, MemoryLimitMiB: 16384, EnoughCPUs: 8, EnoughMemoryMiB: 4096}},
	} {
		if got := enoughText(s); got != want {
			t.Errorf("%+v: %q, want %q", s.Use, got, want)
		}
	}
	if got := enoughText(protocol.Session{CPUs: 8}); got != "" {
		t.Errorf("without a look: %q", got)
	}
}

func TestUseText(t *testing.T) {
	for want, s := range map[string]protocol.Session{
		"0.4 of 8 CPUs, 3.1 of 16 GB (at most 4.1 CPUs, 4.2 GB)":                      {CPUs: 8, Use: &protocol.Use{CPUPercent: 37, MostCPUPercent: 412, MemoryMiB: 3174, MostMemoryMiB: 4301, MemoryLimitMiB: 16384}},
		"1.0 of 1 CPU, 310 of 400 MB (at most 1.0 CPUs, 350 MB)":                      {CPUs: 1, Use: &protocol.Use{CPUPercent: 100, MostCPUPercent: 100, MemoryMiB: 310, MostMemoryMiB: 350, MemoryLimitMiB: 400}},
		"CPUs not known, 3.1 GB (at most 4.2 GB)":                                     {CPUs: 8, Use: &protocol.Use{CPUPercent: -1, MostCPUPercent: -1, MemoryMiB: 3174, MostMemoryMiB: 4301}},
		"0.0 CPUs, memory not known":                                                  {Use: &protocol.Use{MostCPUPercent: 3}},
		"0.4 of 2 CPUs, memory not known; GPU 0: 35 %, 1.2 of 40 GB; GPU 1 not known": {CPUs: 2, Use: &protocol.Use{CPUPercent: 40, GPUs: []protocol.GPUUse{{Percent: 35, MemoryMiB: 1234, TotalMiB: 40960}, {Percent: -1, MemoryMiB: -1, TotalMiB: -1}}}},
		"0.4 of 2 CPUs, memory not known; GPU: 1.2 of 40 GB":                          {CPUs: 2, Use: &protocol.Use{CPUPercent: 40, GPUs: []protocol.GPUUse{{Percent: -1, MemoryMiB: 1234, TotalMiB: 40960}}}},
		"no one knows": {CPUs: 8, Use: &protocol.Use{CPUPercent: -1, MostCPUPercent: -1, Unknown: "no one knows"}},
	} {
		if got := useText(s); got != want {
			t.Errorf("%+v: %q, want %q", s.Use, got, want)
		}
	}
}
