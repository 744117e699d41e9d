package slurm

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/loginshell/shelltest"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

func planned(s Submission) func(Site) (Submission, error) {
	return func(Site) (Submission, error) { return s, nil }
}

// hello is a job whose script nearly every mistake in its transfer would change.
var hello = Submission{Options: []string{"--parsable", "--comment=a 'b' \"c\" $(id) é\n", ""}, Script: "#!/bin/bash\nécho '$x' \\ !\n\n\t.\n\n"}

func TestSubmit(t *testing.T) {
	f := newFakeSlurm(t)
	f.env = append(f.env, "SBATCH_PARTITION=evil", "SLURM_TIME_FORMAT=%s", "SLURM_JOB_ID=7", "SLURM_CONF=/etc/slurm.conf", "MINE=kept")
	var seen Site
	job, err := New(f).Submit(t.Context(), func(s Site) (Submission, error) { seen = s; return hello, nil })
	if err != nil {
		t.Fatal(err)
	}
	if job.ID != "4242" {
		t.Errorf("job %+v", job)
	}
	if p, ok := seen.partition(""); !ok || p.Name != "debug" || seen.Version != "22.05.8" || seen.Home != f.dir {
		t.Errorf("site %+v", seen)
	}
	if got := f.read("script"); got != hello.Script {
		t.Errorf("script arrives as %q", got)
	}
	if got, want := f.read("options"), strings.Join(hello.Options, "\x00")+"\x00"; got != want {
		t.Errorf("options arrive as %q, want %q", got, want)
	}
	env := "\n" + f.read("env")
	for _, absent := range []string{"\nSBATCH_", "\nSLURM_TIME", "\nSLURM_JOB", "\nSUNPYTER", "\nsp_"} {
		if strings.Contains(env, absent) {
			t.Errorf("sbatch's environment has %q", absent)
		}
	}
	for _, present := range []string{"\nSLURM_CONF=/etc/slurm.conf\n", "\nFROM_LOGIN=yes\n", "\nMINE=kept\n"} {
		if !strings.Contains(env, present) {
			t.Errorf("sbatch's environment lacks %q", present)
		}
	}
	f.waitForCall("sbatch")
	if calls := f.read("calls"); strings.Contains(calls, "scancel") || strings.Count(calls, "scontrol") != 1 || strings.Count(calls, "sbatch") != 1 {
		t.Errorf("calls %q", calls)
	}
}

// The conversation is the same behind every login shell.
func TestSubmitShells(t *testing.T) {
	for _, shell := range shelltest.Shells {
		t.Run(shell.Name, func(t *testing.T) {
			f := newFakeSlurm(t)
			f.shell = shelltest.Path(t, shell.Name)
			f.env = append(f.env, "SHELL="+f.shell)
			for _, name := range shell.Files {
				set := strings.Replace(strings.Replace(shell.Set, "%s", "PATH", 1), "%s", f.dir+"/bin:/usr/bin:/bin", 1)
				if shell.Name == "fish" {
					set = "set -gx PATH " + f.dir + "/bin /usr/bin /bin"
				}
				testprogram.Write(t, f.dir+"/"+name, set+"\necho 'Welcome'\n")
			}
			begin := time.Now()
			if job, err := New(f).Submit(t.Context(), planned(hello)); err != nil || job.ID != "4242" {
				t.Fatalf("%+v, %v", job, err)
			}
			t.Logf("took %v", time.Since(begin))
			if got, want := f.read("options"), strings.Join(hello.Options, "\x00")+"\x00"; got != want || f.read("script") != hello.Script {
				t.Errorf("options %q, script %q", got, f.read("script"))
			}
		})
	}
}

func TestSubmitPlanRefuses(t *testing.T) {
	f := newFakeSlurm(t)
	refusal := errors.New("no")
	if _, err := New(f).Submit(t.Context(), func(Site) (Submission, error) { return Submission{}, refusal }); !errors.Is(err, refusal) {
		t.Errorf("err %v", err)
	}
	if strings.Contains(f.read("calls"), "sbatch") {
		t.Error("submitted all the same")
	}
}

func TestSubmitFaults(t *testing.T) {
	const id = `if [ "$1" = --version ]; then exit; fi; cat >/dev/null; `
	for _, test := range []struct {
		name, scontrol, sbatch string
		code                   fault.Code
		answer                 string
		unknown                bool
	}{
		{"rejected", "", id + "echo 'sbatch: error: invalid partition specified: x' >&2; echo 'sbatch: error: Batch job submission failed: Invalid partition name specified' >&2; exit 1",
			fault.SlurmRejected, "invalid partition specified: x; Invalid partition name specified", false},
		{"rejected without words", "", id + "exit 3", fault.SlurmRejected, "status 3", false},
		{"unreachable at once", "echo 'slurm_load_partitions: Unable to contact slurm controller (connect failure)' >&2; exit 1", "", fault.SlurmUnreachable, "Unable to contact slurm controller", false},
		{"unreachable at submit", "", id + "echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)' >&2; exit 1", fault.SlurmUnreachable, "connect failure", false},
		{"timed out at submit", "", id + "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1", fault.SlurmUnreachable, "timed out", true},
		{"no number", "", id + "echo welcome", fault.SlurmOutput, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFakeSlurm(t)
			for name, body := range map[string]string{"scontrol": test.scontrol, "sbatch": test.sbatch} {
				if body != "" {
					f.script(name, body)
				}
			}
			_, err := New(f).Submit(t.Context(), planned(hello))
			if !fault.Is(err, test.code) || !strings.Contains(err.Error(), test.answer) || errors.Is(err, ErrOutcomeUnknown) != test.unknown {
				t.Errorf("err %v (unknown: %v)", err, errors.Is(err, ErrOutcomeUnknown))
			}
		})
	}
}

func TestSubmitNoisyAnswers(t *testing.T) {
	f := newFakeSlurm(t)
	f.script("sbatch", `if [ "$1" = --version ]; then echo "slurm 20.11.9"; exit; fi; cat >/dev/null; echo ' --> Verifying... OK'; echo '4242;sun'; echo 'sbatch: warning: be kind' >&2`)
	f.script("scontrol", "echo 'scontrol: warning: old plugin' >&2; cat $LAB/partitions; echo bye >&2")
	job, err := New(f).Submit(t.Context(), planned(hello))
	if err != nil || job.ID != "4242" {
		t.Errorf("job %+v, %v", job, err)
	}
}

func TestSubmitSlurmMissing(t *testing.T) {
	f := newFakeSlurm(t)
	f.env = append(f.env[:0:0], "HOME="+f.dir, "SHELL=/bin/bash", "PATH="+f.dir+"/tools")
	for _, tool := range []string{"base64", "gzip", "id"} {
		testprogram.Write(t, f.dir+"/tools/"+tool, "#!/bin/bash\nexec /usr/bin/"+tool+" \"$@\"\n")
	}
	testprogram.Write(t, f.dir+"/.bash_profile", "export PATH="+f.dir+"/tools\n")
	for _, err := range []error{
		func() error { _, err := New(f).Submit(t.Context(), planned(hello)); return err }(),
		func() error { _, err := New(f).Mine(t.Context()); return err }(),
	} {
		if !fault.Is(err, fault.SlurmMissing) || !strings.Contains(err.Error(), f.dir+"/tools, without /usr/bin") || !strings.Contains(err.Error(), "export PATH=$HOME/bin:$PATH") {
			t.Errorf("err %v", err)
		}
	}
}

func TestSubmitCancelled(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		f := newFakeSlurm(t)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := New(f).Submit(ctx, func(Site) (Submission, error) { cancel(); return hello, nil })
		if !fault.Is(err, fault.Cancelled) || strings.Contains(f.read("calls"), "sbatch") {
			t.Errorf("err %v, calls %q", err, f.read("calls"))
		}
	})
	t.Run("while sbatch runs", func(t *testing.T) {
		f := newFakeSlurm(t)
		f.script("sbatch", `if [ "$1" = --version ]; then exit; fi; cat >/dev/null; echo begun >>"$LAB/calls"; sleep 0.3; echo 4242`)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { f.waitForCall("begun"); cancel() }()
		_, err := New(f).Submit(ctx, planned(hello))
		if !fault.Is(err, fault.Cancelled) || errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("err %v", err)
		}
		if calls := f.read("calls"); !strings.Contains(calls, "scancel 4242\n") {
			t.Errorf("calls %q", calls)
		}
	})
	t.Run("and refused", func(t *testing.T) {
		f := newFakeSlurm(t)
		f.script("sbatch", `if [ "$1" = --version ]; then exit; fi; cat >/dev/null; echo begun >>"$LAB/calls"; sleep 0.3; echo "sbatch: error: no" >&2; exit 1`)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { f.waitForCall("begun"); cancel() }()
		_, err := New(f).Submit(ctx, planned(hello))
		if !fault.Is(err, fault.Cancelled) || errors.Is(err, ErrOutcomeUnknown) || strings.Contains(f.read("calls"), "scancel") {
			t.Errorf("err %v, calls %q", err, f.read("calls"))
		}
	})
	t.Run("and scancel fails", func(t *testing.T) {
		f := newFakeSlurm(t)
		f.script("sbatch", `if [ "$1" = --version ]; then exit; fi; cat >/dev/null; echo begun >>"$LAB/calls"; sleep 0.3; echo 4242`)
		f.script("scancel", "[ -e $LAB/once ] && exit 0; touch $LAB/once; exit 8")
		f.script("sleep", "/usr/bin/sleep 0.3") // The script's pause between its tries.
		ctx, cancel := context.WithCancel(t.Context())
		go func() { f.waitForCall("begun"); cancel() }()
		_, err := New(f).Submit(ctx, planned(hello))
		if !fault.Is(err, fault.Cancelled) || strings.Count(f.read("calls"), "scancel 4242") != 2 {
			t.Errorf("err %v, calls %q", err, f.read("calls"))
		}
	})
}

// lossy is a host whose link breaks after so many bytes of its output.
type lossy struct {
	*fakeSlurm
	// until is the answer after which no more data is transferred.
	until string
	// silent: nothing is closed either, as when a laptop sleeps.
	silent bool
	// hangs: no more data is transferred, but the link is not lost.
	hangs bool
	conn  *lostLink
}

type lostLink struct {
	io.ReadWriteCloser
	until  string
	silent bool
	hangs  bool
	seen   string
	lost   chan struct{}
	closed chan struct{}
}

func (h *lossy) Start(ctx context.Context, command string) (io.ReadWriteCloser, error) {
	rw, err := h.fakeSlurm.Start(ctx, command)
	h.conn = &lostLink{rw, h.until, h.silent, h.hangs, "", make(chan struct{}), make(chan struct{})}
	return h.conn, err
}

func (l *lostLink) Read(p []byte) (int, error) {
	select {
	case <-l.lost:
		return 0, io.ErrUnexpectedEOF
	default:
	}
	if l.hangs && strings.HasSuffix(l.seen, l.until) {
		<-l.closed
		return 0, io.EOF
	}
	n, err := l.ReadWriteCloser.Read(p[:1])
	if l.hangs {
		l.seen += string(p[:n])
		return n, err
	}
	if l.seen += string(p[:n]); strings.HasSuffix(l.seen, l.until) {
		close(l.lost)
		if !l.silent {
			l.ReadWriteCloser.Close()
		}
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

func (l *lostLink) Write(p []byte) (int, error) {
	select {
	case <-l.lost:
		return 0, io.ErrClosedPipe
	default:
		return l.ReadWriteCloser.Write(p)
	}
}

func (l *lostLink) Close() error {
	if l.hangs {
		close(l.closed)
	}
	select {
	case <-l.lost:
		return nil // nothing arrives over a dead link
	default:
		return l.ReadWriteCloser.Close()
	}
}

// A link that breaks between sbatch's answer and our acknowledgement leaves no job.
func TestSubmitLinkLost(t *testing.T) {
	for name, silent := range map[string]bool{"closed": false, "silent": true} {
		t.Run(name, func(t *testing.T) {
			f := newFakeSlurm(t)
			h := &lossy{fakeSlurm: f, until: "\nsbatch 0 4\n42", silent: silent}
			begin := time.Now()
			_, err := New(h).Submit(t.Context(), planned(hello))
			if !fault.Is(err, fault.LinkLost) || !errors.Is(err, ErrOutcomeUnknown) {
				t.Errorf("err %v", err)
			}
			f.waitForCall("scancel 4242")
			if took := time.Since(begin); took > pace.Limit(25*time.Second) {
				t.Errorf("the job was cancelled after %v", took)
			}
			h.conn.ReadWriteCloser.Close()
		})
	}
}

func TestSubmitLinkLostBeforeTheRequest(t *testing.T) {
	f := newFakeSlurm(t)
	h := &lossy{fakeSlurm: f, until: "\npartitions 0"}
	_, err := New(h).Submit(t.Context(), planned(hello))
	if !fault.Is(err, fault.LinkLost) || errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("err %v", err)
	}
}

// The script must not submit an incomplete request.
func TestSubmitTruncatedRequest(t *testing.T) {
	message := submitMessage(Submission{Options: []string{"--a", "--b"}, Script: "#!/bin/bash\nlong script.\n"})
	for _, length := range []int{0, 5, 11, 15, 19, 22, 40, len(message) - 9, len(message) - 1} {
		f := newFakeSlurm(t)
		stdout, _, _, err := f.Run(t.Context(), loginshell.Command(commonScript+New(nil).submitCommand(loginshell.MaxSilence)), []byte(message[:length]))
		if err != nil || strings.Contains(string(stdout), "\nsbatch ") || strings.Contains(f.read("calls"), "sbatch") {
			t.Errorf("%d bytes: %v, calls %q", length, err, f.read("calls"))
		}
	}
}

// TestSubmitScriptEndsWithoutInput: a lost link may close no connection, so the script on the
// login node must end by itself, whatever part of the request it has.
func TestSubmitScriptEndsWithoutInput(t *testing.T) {
	message := submitMessage(Submission{Options: []string{"--a", "--b"}, Script: "#!/bin/bash\nlong script.\n"})
	for name, sent := range map[string]string{
		"nothing": "", "heartbeats": "\n\n\n", "half a line": message[:5], "a line": message[:12],
		"an option": message[:16], "half of the script": message[:40],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeSlurm(t)
			conn, err := f.Start(t.Context(), loginshell.Command(commonScript+New(nil).submitCommand(time.Second)))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, sent); err != nil {
				t.Fatal(err)
			}
			select {
			case <-conn.(*process).gone:
			case <-time.After(pace.Limit(30 * time.Second)):
				t.Error("it still waits")
			}
			if calls := f.read("calls"); strings.Contains(calls, "sbatch") {
				t.Errorf("calls %q", calls)
			}
		})
	}
}

// TestSubmitPlansForLong: while the job is being planned, as with a slow home directory, the
// script gets heartbeats, and then accepts the request.
func TestSubmitPlansForLong(t *testing.T) {
	f := newFakeSlurm(t)
	conn, err := f.Start(t.Context(), loginshell.Command(commonScript+New(nil).submitCommand(loginshell.MaxSilence)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "\n\n\n"+submitMessage(hello)+"keep\n"); err != nil {
		t.Fatal(err)
	}
	f.waitForCall("sbatch")
	if got := f.read("script"); got != hello.Script {
		t.Errorf("script arrives as %q", got)
	}
	<-conn.(*process).gone
}

// withSiteFile gives the fake a site's file, so that the user's sessions are listed.
func (f *fakeSlurm) withSiteFile(t *testing.T) {
	t.Helper()
	if err := errors.Join(os.WriteFile(f.dir+"/site.toml", nil, 0o644), os.MkdirAll(f.dir+"/.sunpyter/sessions/k1", 0o700)); err != nil {
		t.Fatal(err)
	}
	f.env = append(f.env, "SUNPYTER_SITE="+f.dir+"/site.toml")
}

// TestSubmitReportsTheJobFirst: a home directory that hangs after the submission delays neither the report of the job nor
// its cancellation.
func TestSubmitReportsTheJobFirst(t *testing.T) {
	t.Run("script", func(t *testing.T) {
		f := newFakeSlurm(t)
		f.withSiteFile(t)
		stdout, _, _, err := f.Run(t.Context(), loginshell.Command(commonScript+New(nil).submitCommand(loginshell.MaxSilence)), []byte(submitMessage(hello)+"cancel\n"))
		_, after, submitted := strings.Cut(string(stdout), "\nsbatch 0 4\n4242\n")
		if err != nil || !submitted || !strings.Contains("\n"+after, "\nsessions 0 2\nk1\n") || !strings.Contains(f.read("calls"), "scancel 4242") {
			t.Errorf("%v, calls %q, output %q", err, f.read("calls"), stdout)
		}
	})
	t.Run("list that does not come", func(t *testing.T) {
		f := newFakeSlurm(t)
		f.withSiteFile(t)
		h := &lossy{fakeSlurm: f, until: "\nsbatch 0 4\n4242\n", hangs: true}
		client := New(h)
		client.patience = time.Millisecond
		if job, err := client.Submit(t.Context(), planned(hello)); err != nil || job.ID != "4242" || job.Sessions != nil {
			t.Errorf("%+v, %v", job, err)
		}
		if calls := f.read("calls"); strings.Contains(calls, "scancel") {
			t.Errorf("calls %q", calls)
		}
	})
}

// TestSubmitToANamedCluster: the job's ID has its cluster, where it is cancelled.
func TestSubmitToANamedCluster(t *testing.T) {
	job := Submission{Options: []string{"--parsable", "--clusters=gpu,cdt"}, Script: "#!/bin/bash\n"}
	t.Run("accepted", func(t *testing.T) {
		f := newFakeSlurm(t)
		f.script("sbatch", `if [ "$1" = --version ]; then exit; fi; cat >/dev/null; echo '4242;gpu'`)
		got, err := New(f).Submit(t.Context(), planned(job))
		if err != nil || got.ID != "4242@gpu" {
			t.Errorf("job %+v, %v", got, err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		f := newFakeSlurm(t)
		f.script("sbatch", `if [ "$1" = --version ]; then exit; fi; cat >/dev/null; echo begun >>"$LAB/calls"; sleep 0.3; echo '4242;gpu'`)
		f.script("scancel", `echo "scancel $*" >>"$LAB/calls"`)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { f.waitForCall("begun"); cancel() }()
		if _, err := New(f).Submit(ctx, planned(job)); !fault.Is(err, fault.Cancelled) {
			t.Errorf("err %v", err)
		}
		if calls := f.read("calls"); !strings.Contains(calls, "scancel --clusters=gpu 4242") {
			t.Errorf("calls %q", calls)
		}
	})
	if got := fault.Editor.Render(CancelCommand("4242@gpu")); got != `"scancel --clusters='gpu' 4242"` {
		t.Errorf("the advice is %s", got)
	}
}
