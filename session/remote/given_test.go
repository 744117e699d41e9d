package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

// What the programs of the GPUs' makers print, as people have posted it.
const (
	// github.com/influxdata/telegraf/issues/5812
	fourGPUs = `GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-513536b6-7d19-9063-b049-1e69664bb298)
  MIG 1g.20gb     Device  0: (UUID: MIG-ce861fb0-a248-58ce-a9a8-f9adbc22a66a)
  MIG 1g.20gb     Device  1: (UUID: MIG-a45882f0-9215-5733-a0c1-49286ab31cb5)
  MIG 1g.20gb     Device  2: (UUID: MIG-f00d722c-f4e1-52c9-aa31-750441ae1bfe)
  MIG 1g.20gb     Device  3: (UUID: MIG-930574a9-d43a-5d2b-95da-3e68384c8d6b)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-d8594bd4-0fc3-8595-e355-7c98138f3b95)
GPU 2: NVIDIA A100-SXM4-80GB (UUID: GPU-5e375e7e-b41f-155b-dcdc-534524c356fc)
GPU 3: NVIDIA A100-SXM4-80GB (UUID: GPU-69ec2344-ebac-b028-f88f-452abb3d7f11)
`
	// github.com/NVIDIA/go-dcgm/issues/30
	onePart = `GPU 0: NVIDIA A100 80GB PCIe (UUID: GPU-41255406-c9af-f94b-4ebf-9d57ad1853da)
  MIG 2g.20gb     Device  0: (UUID: MIG-a65afc88-50b5-5ccf-b0a8-f93b3247ae9e)
`
	oneGPU = "GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-5e375e7e-b41f-155b-dcdc-534524c356fc)\n" // one line of the first
	// github.com/tinygrad/open-gpu-kernel-modules/issues/47
	mismatch = "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.124\n"
	// github.com/ROCm/legacy-rocm-build/issues/1151
	twoOfAMD = `

========================ROCm System Management Interface========================
================================================================================
GPU[1] 		: Unique ID: 592c190172fd5d40
GPU[2] 		: Unique ID: c6f220c172dc76bb
================================================================================
==============================End of ROCm SMI Log ==============================

`
	// The program's own texts, as in many reports.
	noDriver  = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n"
	noDevices = "No devices were found\n"
)

// judge returns the codes and texts of what differs. given is the line's values.
func judge(listing, given string, asked Asked) (codes []fault.Code, text string) {
	var lines []string
	for line := range strings.Lines(listing) {
		lines = append(lines, strings.TrimSpace(line)) // as the scripts pass it on
	}
	for _, f := range GivenFaults(lines, given, asked, "scs0151") {
		codes = append(codes, f.Code)
		text += f.Answer + ". " + f.Advice + "\n"
	}
	return codes, text
}

func TestGivenFaults(t *testing.T) {
	const quiet = "cpus=3 online=0-39 allocated=1 limit=4294967296 "
	for _, row := range []struct {
		name, listing, given string
		asked                Asked
		code                 fault.Code // "": nothing differs
		words                string
	}{
		{"nothing asked, nothing there", "", quiet + "visible=unset devices=0", Asked{1, 4096, 0}, "", ""},
		{"asked and not there: no device", "", quiet + "visible=unset devices=0", Asked{1, 0, 2}, fault.GPUMissing, "you asked for 2 GPUs, but the job on scs0151 sees none"},
		{"asked and not there: no device works", noDevices, quiet + "gpus=1 visible=0 devices=4 listed=1", Asked{1, 0, 1}, fault.GPUMissing, "1 GPU, but"},
		{"asked and not there: hidden", fourGPUs, quiet + "gpus=1 visible=NoDevFiles devices=4 listed=1", Asked{1, 0, 1}, fault.GPUMissing, "sees none"},
		{"asked and not there: by Slurm's count", "", quiet + "gpus=2 visible=unset devices=0", Asked{}, fault.GPUMissing, "you asked for 2 GPUs"},
		{"fewer", oneGPU, quiet + "gpus=2 visible=0,1 devices=4 listed=1", Asked{1, 0, 2}, fault.GPUMissing, "sees 1"},
		{"mismatch", mismatch, quiet + "gpus=1 visible=0 devices=4 listed=1", Asked{1, 0, 1}, fault.GPUDriver, "Driver/library version mismatch; NVML library version: 570.124. Tell"},
		{"no driver", noDriver, quiet + "gpus=1 visible=0 devices=4 listed=1", Asked{1, 0, 1}, fault.GPUDriver, "communicate with the NVIDIA driver"},
		{"a mismatch that nobody needs to know", mismatch, quiet + "visible=unset devices=4 listed=1", Asked{1, 0, 0}, "", ""},
		{"the program hangs", "", quiet + "gpus=1 visible=0 devices=4 listed=silent", Asked{1, 0, 1}, fault.GPUDriver, "do not respond"},
		{"it hangs after some", fourGPUs, quiet + "gpus=1 visible=0 devices=4 listed=silent", Asked{1, 0, 1}, fault.GPUDriver, "do not respond"},
		{"it hangs and nobody needs it", oneGPU, quiet + "visible=unset devices=4 listed=silent", Asked{1, 0, 0}, "", ""},
		{"right", oneGPU, quiet + "gpus=1 visible=0 devices=1 listed=1", Asked{1, 0, 1}, "", ""},
		{"right, and not confined", fourGPUs, quiet + "gpus=2 ids=1,2 visible=1,2 devices=4 listed=1", Asked{1, 0, 2}, "", ""},
		{"right, by its name", fourGPUs, quiet + "gpus=1 visible=GPU-69ec2344-ebac-b028-f88f-452abb3d7f11 devices=4 listed=1", Asked{1, 0, 1}, "", ""},
		{"a part (MIG)", onePart, quiet + "gpus=1 visible=MIG-a65afc88-50b5-5ccf-b0a8-f93b3247ae9e devices=1 listed=1", Asked{1, 0, 1}, "", ""},
		{"the whole node, with parts", fourGPUs, quiet + "gpus=1 ids=2 visible=unset devices=4 listed=1", Asked{1, 0, 1}, fault.NotConfined, "sees 7 GPUs, but only 1 is yours. Others may use the rest. Choose yours in the first cell: import os; os.environ['CUDA_VISIBLE_DEVICES'] = '2'"},
		{"GPUs that nobody asked for", oneGPU, quiet + "visible=unset devices=1 listed=1", Asked{1, 0, 0}, fault.NotConfined, "sees 1 GPU, which are not yours"},
		{"hidden GPUs that nobody asked for", fourGPUs, quiet + "visible= devices=4 listed=1", Asked{1, 0, 0}, "", ""},
		{"AMD", twoOfAMD, quiet + "gpus=2 visible=0,1 devices=2 listed=1", Asked{1, 0, 2}, "", ""},
		{"AMD, one hidden", twoOfAMD, quiet + "gpus=2 visible=0 devices=2 listed=1", Asked{1, 0, 2}, fault.GPUMissing, "sees 1"},
		{"no program", "", quiet + "gpus=2 visible=0,1 devices=2", Asked{1, 0, 2}, "", ""},

		{"fewer CPUs", "", "cpus=3 online=0-39 allocated=4 limit=1 visible=unset", Asked{4, 0, 0}, fault.FewerResources, "you asked for 4 CPUs, but the job on scs0151 may use only 1"},
		{"fewer than Slurm gave", "", "cpus=0-1,8 online=0-39 allocated=4 limit=1 visible=unset", Asked{}, fault.FewerResources, "only 3"},
		{"a node that is smaller than Slurm thinks", "", "cpus=0-1 online=0-1 allocated=4 limit=1 visible=unset", Asked{4, 0, 0}, "", ""},
		{"the whole node", "", "cpus=0-39 online=0-39 allocated=4 limit=1 visible=unset", Asked{4, 0, 0}, fault.NotConfined, "all 40 CPUs of scs0151, but only 4 are yours. Libraries may start too many threads. Set their number in the first cell: import os; os.environ['OMP_NUM_THREADS'] = '4'"},
		{"the whole node, as given", "", "cpus=0-39 online=0-39 allocated=40 limit=1 visible=unset", Asked{1, 0, 0}, "", ""},
		{"both threads of a core", "", "cpus=0,1 online=0,1 allocated=1 limit=1 visible=unset", Asked{1, 0, 0}, "", ""},
		{"CPUs not known", "", "cpus= online= allocated= limit=1 visible=unset", Asked{4, 0, 0}, "", ""},

		{"no memory limit", "", "cpus=3 online=0-39 allocated=1 limit= visible=unset", Asked{1, 16384, 0}, fault.NotConfined, "nothing keeps the job on scs0151 to the 16 GB of memory"},
		{"no memory limit, none asked", "", "cpus=3 online=0-39 allocated=1 limit= visible=unset", Asked{1, 0, 0}, "", ""},
		{"less memory", "", quiet + "visible=unset", Asked{1, 8192, 0}, fault.FewerResources, "you asked for 8 GB of memory, but the job on scs0151 has 4 GB"},
		{"more memory", "", quiet + "visible=unset", Asked{1, 4000, 0}, "", ""},
	} {
		codes, text := judge(row.listing, row.given, row.asked)
		switch {
		case row.code == "" && len(codes) > 0:
			t.Errorf("%s: %q", row.name, text)
		case row.code != "" && (len(codes) != 1 || codes[0] != row.code || !strings.Contains(text, row.words)):
			t.Errorf("%s: %v %q, want %s %q", row.name, codes, text, row.code, row.words)
		}
	}
	codes, _ := judge(mismatch, "cpus=3 online=0-39 allocated=4 limit= gpus=1 visible=0 devices=1 listed=1", Asked{4, 1024, 1})
	if len(codes) != 3 || codes[0] != fault.GPUDriver {
		t.Errorf("all at once: %v", codes)
	}
}

// TestGivenScript: the job reports what it sees, and remembers the GPUs to watch.
func TestGivenScript(t *testing.T) {
	for _, row := range []struct {
		name, listing, env, want, watched string
	}{
		{"none", fourGPUs, ":", "visible=unset devices=0 listed=", ""},
		{"Slurm gave one", oneGPU, "SLURM_GPUS_ON_NODE=1 CUDA_VISIBLE_DEVICES=0", "gpus=1 ids= visible=0 devices=0 listed=1", "GPU-5e375e7e-b41f-155b-dcdc-534524c356fc\n"},
		{"there", strings.Join(strings.SplitAfter(fourGPUs, "\n")[5:], ""), "DEVICES=1 CUDA_VISIBLE_DEVICES=1,3", "visible=1,3 devices=2 listed=1",
			"GPU-d8594bd4-0fc3-8595-e355-7c98138f3b95,GPU-69ec2344-ebac-b028-f88f-452abb3d7f11\n"},
		{"a time limit", oneGPU, "DEVICES=1 SLURM_JOB_START_TIME=1700000000 SLURM_JOB_END_TIME=1700000300", "time=300 gpus= ids= visible=unset devices=2 listed=1", "GPU-5e375e7e-b41f-155b-dcdc-534524c356fc\n"},
		{"with parts", fourGPUs, "DEVICES=1", "visible=unset devices=2 listed=1", ""},
		{"hidden as AMD's only", oneGPU, "DEVICES=1 ROCR_VISIBLE_DEVICES=0", "visible=unset devices=2 listed=1", "GPU-5e375e7e-b41f-155b-dcdc-534524c356fc\n"},
		{"mismatch", mismatch, "DEVICES=1", "visible=unset devices=2 listed=1", ""},
	} {
		dir := t.TempDir()
		testprogram.Write(t, filepath.Join(dir, "nvidia-smi"), "#!/bin/sh\ncat <<'END'\n"+row.listing+"END\n")
		must(t, os.Mkdir(filepath.Join(dir, "dev"), 0o700))
		if strings.Contains(row.env, "DEVICES=1 ") || row.env == "DEVICES=1" {
			for _, device := range []string{"nvidia0", "nvidia1", "nvidiactl"} {
				must(t, os.WriteFile(filepath.Join(dir, "dev", device), nil, 0o600))
			}
		}
		got := bash(t, dir, "\nIFS=' '; unset CUDA_VISIBLE_DEVICES; "+row.env+"; PATH=.:$PATH private=. group=\ngiven dev\ncat gpus 2>/dev/null; :")
		reported, watched, _ := strings.Cut(got, "given ")
		values, watched, _ := strings.Cut(watched, "\n")
		lines := strings.Count(reported, "gpu ")
		if want := strings.Count(row.listing, "\n"); !strings.HasSuffix(values, row.want) || watched != row.watched || (row.want != "visible=unset devices=0 listed=" && lines != want) {
			t.Errorf("%s: %d lines, %q, watched %q", row.name, lines, values, watched)
		}
		if !strings.HasPrefix(values, "cpus=") || strings.HasPrefix(values, "cpus= ") || strings.Contains(values, "online= ") {
			t.Errorf("%s: %q", row.name, values)
		}
	}
}

// hangs is an nvidia-smi that prints what was printed first and then hangs; SIGTERM does not end it.
func hangs(printed string) string {
	return "#!/bin/bash\ntrap '' TERM\necho \"$$\" >>hanging\nprintf '%s' '" + printed + "'\nexec sleep 1000\n"
}

// TestGivenOfAProgramThatHangs: it is reported as such after a while, whatever it printed before, and its GPUs are not
// watched.
func TestGivenOfAProgramThatHangs(t *testing.T) {
	for _, printed := range []string{"", oneGPU} {
		dir := t.TempDir()
		testprogram.Write(t, filepath.Join(dir, "nvidia-smi"), hangs(printed))
		got := bash(t, dir, `
IFS=' '; SLURM_GPUS_ON_NODE=1 CUDA_VISIBLE_DEVICES=0; PATH=.:$PATH private=. group= gpu_patience=1
given dev
cat gpus 2>/dev/null
kill -KILL "$(cat hanging)"`)
		if !strings.HasSuffix(got, "visible=0 devices=0 listed=silent\n") || strings.Count(got, "gpu GPU") != strings.Count(printed, "\n") {
			t.Errorf("%q: %q", printed, got)
		}
	}
}

// TestGPUWatchOfAProgramThatHangs: it is ended when nobody looks any more, and after a while in which it prints nothing;
// then it is not started again.
func TestGPUWatchOfAProgramThatHangs(t *testing.T) {
	const ended = `
wait "$gpu_pid" 2>/dev/null
while kill -0 "$(cat hanging)" 2>/dev/null; do sleep 0.05; done
echo ended`
	for name, row := range map[string]struct{ lines, want string }{
		"nobody looks": {`gpu_watch
until [ -s gpu ]; do sleep 0.05; done
for i in 1 2 3 4 5 6 7 8; do gpu_watch; done` + ended, "ended\n"},
		"it prints nothing": {`gpu_patience=1
gpu_watch` + ended + `
echo 2 >|looked
gpu_watch; gpu_watch
wc -l <hanging`, "ended\n1\n"},
	} {
		dir := t.TempDir()
		testprogram.Write(t, filepath.Join(dir, "nvidia-smi"), hangs("0, 35, 1234, 40960\n"))
		if got := bash(t, dir, "\nPATH=.:$PATH private=.\necho GPU-a >gpus\necho 1 >looked\n"+row.lines); got != row.want {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}

// TestAMD: of the GPUs that rocm-smi lists, those that the job may open and that are not hidden are watched by the
// driver's files, whose format is that of Linux (Documentation/gpu/amdgpu/driver-misc.rst).
func TestAMD(t *testing.T) {
	// The lines of the GPUs are those of twoOfAMD, and of github.com/ROCm/legacy-rocm-build/issues/1715.
	const listing = twoOfAMD + "GPU[0]\t\t: PCI Bus: 0000:2F:00.0\nGPU[1]\t\t: PCI Bus: 0000:83:00.0\nGPU[2]\t\t: PCI Bus: 0000:c1:00.0\n"
	for visible, want := range map[string]string{
		"":                       "0000:83:00.0,0000:c1:00.0\n;0,35,1234,65520;1,-1,-1,-1",
		"ROCR_VISIBLE_DEVICES=1": "0000:c1:00.0\n;0,-1,-1,-1",
		"ROCR_VISIBLE_DEVICES=0": "0000:83:00.0\n;0,35,1234,65520",
		"ROCR_VISIBLE_DEVICES=7": "",
	} {
		dir := t.TempDir()
		testprogram.Write(t, filepath.Join(dir, "rocm-smi"), "#!/bin/sh\n[ \"$*\" = '--showuniqueid --showbus' ] && cat <<'END'\n"+listing+"END\n")
		for name, content := range map[string]string{
			"dev/kfd": "", "dev/dri/renderD129": "", "dev/dri/renderD130": "", // 128 is another job's: Linux refuses to open it
			"pci/0000:2f:00.0/drm/renderD128/dev": "", "pci/0000:83:00.0/drm/renderD129/dev": "", "pci/0000:c1:00.0/drm/renderD130/dev": "",
			"pci/0000:83:00.0/gpu_busy_percent": "35\n", "pci/0000:83:00.0/mem_info_vram_used": "1293942784\n", "pci/0000:83:00.0/mem_info_vram_total": "68702699520\n",
		} {
			must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
			must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
		}
		got := bash(t, dir, "\nIFS=' '; unset CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES; "+visible+`
PATH=.:$PATH private=. group= gpu_sys=pci
given dev >/dev/null
cat gpus 2>/dev/null
gpu_watch # nobody looks
ls gpu 2>/dev/null
echo 1 >looked
gpu_watch; gpu_watch
if [ -e gpu ]; then read -r text <gpu; printf '%s' ";${text#*;}"; fi
rm -f gpu
for i in 1 2 3 4 5 6; do gpu_watch; done # the last look was long ago
rm -f gpu
gpu_watch
ls gpu 2>/dev/null; :`)
		if got != want {
			t.Errorf("%s: got %q, want %q", visible, got, want)
		}
	}
}

// TestGPUWatch: nvidia-smi is started once while somebody looks, and ended when nobody does.
func TestGPUWatch(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(`#!/bin/sh
echo "$@" >>started
while :; do echo "0, 35, 1234, 40960"; echo "1, [N/A], 3, 40960"; sleep 0.05; done
`), 0o700))
	got := bash(t, dir, `
PATH=.:$PATH private=.
gpu_watch; ls started 2>&1 | tail -c 10 # no GPUs
echo GPU-a,GPU-b >gpus
gpu_watch
echo 1 >looked
gpu_watch; gpu_watch
until grep -qs ';.*;' gpu; do sleep 0.05; done
echo 2 >|looked
gpu_watch; gpu_watch
kill -0 "$gpu_pid" && cut -d';' -f2- gpu
pid=$gpu_pid
for i in 1 2 3 4 5 6 7 8; do gpu_watch; done
wait "$pid" 2>/dev/null
echo "ended $?"; cat started`)
	want := "directory\n0,35,1234,40960;1,[N/A],3,40960"
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "ended 143\n--id=GPU-a,GPU-b --query-gpu=index,utilization.gpu,memory.used,memory.total --format=csv,noheader,nounits --loop=5\n") {
		t.Errorf("%q", got)
	}
}

// TestGPUWatchEndsNoOtherProcess: nvidia-smi ends early, and another process gets the number of what read it.
func TestGPUWatchEndsNoOtherProcess(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte("#!/bin/sh\n"), 0o700))
	got := bash(t, dir, `
PATH=.:$PATH private=.
echo GPU-a >gpus
echo 1 >looked
gpu_watch
wait "$gpu_pid"
gpu_watch
echo "left: ${gpu_pid:-none}"
for i in 1 2 3 4 5 6 7 8; do gpu_watch; done
echo 2 >|looked
gpu_watch
echo "restarted: ${gpu_pid:+yes}"`)
	if want := "left: none\nrestarted: yes\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestGPUReportEndsWithTheFolder: what is left of it when the job removes its private folder.
func TestGPUReportEndsWithTheFolder(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte("#!/bin/sh\nwhile echo 0, 35, 1234, 40960; do sleep 0.05; done\n"), 0o700))
	got := bash(t, dir, `
PATH=.:$PATH private=folder
mkdir folder
gpu_report GPU-a &
until [ -s folder/gpu ]; do sleep 0.05; done
rm -r folder
wait "$!"
echo ended`)
	if got != "ended\n" {
		t.Errorf("got %q", got)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzGiven(f *testing.F) {
	f.Add(fourGPUs, "cpus=0-3,8 online=0-39 allocated=4 limit=5 gpus=1 visible=0,GPU-1 devices=4 listed=1")
	f.Add(mismatch, "cpus=- online=9-1 visible=,,")
	f.Fuzz(func(t *testing.T, listing, given string) {
		if codes, text := judge(listing, given, Asked{2, 100, 1}); len(codes) > 0 && text == "" {
			t.Error(codes)
		}
	})
}
