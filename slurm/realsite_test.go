package slurm

import (
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell/shelltest"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/testcluster"
)

// loginNode returns a site's login node, reached by OpenSSH's own client.
func loginNode(site *testcluster.Site) *localHost {
	return &localHost{prefix: []string{"ssh", "-F", site.SSHConfig(), "login"}}
}

// waitFor asks again until the job is as wanted.
func waitFor(t *testing.T, c *Client, id string, want func(Job) bool) Job {
	t.Helper()
	var last []Job
	for begun := time.Now(); !pace.Over(begun, pace.Limit(time.Minute)); time.Sleep(300 * time.Millisecond) {
		jobs, err := c.Queue(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if last = jobs; len(jobs) == 1 && want(jobs[0]) {
			return jobs[0]
		}
	}
	t.Fatalf("job %s is %+v", id, last)
	return Job{}
}

// TestRealSite is Slurm's own behaviour, in the version that is installed here.
func TestRealSite(t *testing.T) {
	cluster := testcluster.Shared(t)
	c := New(loginNode(cluster))
	t.Run("hostile words arrive as data", func(t *testing.T) {
		comments := map[string]string{} // by job
		var ids []string
		for _, word := range append(shelltest.Hostile, "a|b\tc", "%k %i \x1f") {
			comment := "x" + plain.Line(word)
			request := Request{TimeLimit: time.Minute}
			job, err := c.Submit(t.Context(), planned(Submission{Options: append(request.Options(comment), "--hold"), Script: "#!/bin/bash\n"}))
			if err != nil {
				t.Errorf("%q: %v", word, err)
				continue
			}
			comments[job.ID] = comment
			ids = append(ids, job.ID)
		}
		mine, err := c.Mine(t.Context())
		if err != nil || len(mine) != len(ids) {
			t.Errorf("%d of %d jobs are found, %v", len(mine), len(ids), err)
		}
		for _, job := range mine {
			if job.Comment != comments[job.ID] || job.Name != JobName || job.Reason != "JobHeldUser" {
				t.Errorf("%q: found %+v", comments[job.ID], job)
			}
		}
		for _, id := range ids {
			if jobs, err := c.End(t.Context(), id); err != nil || len(jobs) != 1 || !jobs[0].State.Ended() {
				t.Errorf("%s: %+v, %v", id, jobs, err)
			}
		}
		if found, err := c.FindByComment(t.Context(), comments[ids[0]]); err != nil || len(found) != 0 {
			t.Errorf("after the cancel: %+v, %v", found, err)
		}
	})
	t.Run("a job from start to end", func(t *testing.T) {
		var site Site
		begin := time.Now()
		job, err := c.Submit(t.Context(), func(s Site) (Submission, error) {
			site = s
			request, p, err := ResolveDefaults(Request{Environment: Environment{
				Variables: map[string]string{"WORD": "$(id) 'q' !"}, Setup: []string{"[ \"$WORD\" = '' ]"}}}, s)
			if err != nil || p.DefaultMemoryMiB(1) == 0 {
				t.Errorf("partition %+v, %v", p, err)
			}
			return Submission{Options: request.Options(Comment("1.2.3", "abc")), Script: "#!/bin/bash\nsunpyter_dir=$(mktemp -d)\nsunpyter_fail() { exit 99; }\n" +
				request.Environment.Script() + "[ \"$WORD\" = \"\\$(id) 'q' !\" ] || exit 98\nuntil [ -e /home/alice/enough ]; do sleep 0.1; done; exit 3\n"}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("submitted in %v; site %+v", time.Since(begin), site)
		running := waitFor(t, c, job.ID, func(j Job) bool { return j.State == StateRunning })
		if version, id, ok := ParseComment(running.Comment); !ok || version != "1.2.3" || id != "abc" || running.Node == "" || running.TimeLimit != 4*time.Hour {
			t.Errorf("running %+v", running)
		}
		mine, err := c.Mine(t.Context())
		if err != nil || len(mine) != 1 || mine[0].ID != job.ID {
			t.Errorf("mine %+v, %v", mine, err)
		}
		cluster.MustExec(t, "login", "alice", "touch", "enough")
		waitFor(t, c, job.ID, func(j Job) bool { return j.State.Ended() })
		cluster.MustExec(t, "login", "alice", "rm", "enough")
		finished, err := c.Finished(t.Context(), job.ID)
		if err != nil || finished.State != StateFailed || finished.ExitCode != 3 || finished.MemoryMiB == 0 {
			t.Errorf("finished %+v, %v", finished, err)
		}
		if end := finished.End(); end.Code != fault.JobFailed {
			t.Errorf("end %v", end)
		}
	})
	t.Run("what the site refuses", func(t *testing.T) {
		for _, option := range []string{"--partition=nosuch", "--gres=gpu:1", "--constraint=nosuch", "--reservation=nosuch", "--mem=9000G", "--time=x", "--nosuch=option", "--exclude"} {
			_, err := c.Submit(t.Context(), planned(Submission{Options: append(Request{}.Options("c"), option), Script: "#!/bin/bash\n"}))
			if !fault.Is(err, fault.SlurmRejected) {
				t.Errorf("%s: %v", option, err)
			}
			t.Logf("%s: %v", option, err)
		}
		if _, err := c.Submit(t.Context(), func(s Site) (Submission, error) {
			_, _, err := ResolveDefaults(Request{CPUs: 5000}, s)
			return Submission{}, err
		}); !fault.Is(err, fault.SlurmRejected) {
			t.Errorf("5000 CPUs: %v", err)
		}
	})
	t.Run("unknown jobs", func(t *testing.T) {
		if jobs, err := c.Queue(t.Context(), "99999"); err != nil || len(jobs) != 0 {
			t.Errorf("%+v, %v", jobs, err)
		}
		if jobs, err := c.End(t.Context(), "99999"); err != nil || len(jobs) != 0 {
			t.Errorf("%+v, %v", jobs, err)
		}
		if _, err := c.Finished(t.Context(), "99999"); !fault.Is(err, fault.SlurmUnknownJob) {
			t.Error(err)
		}
	})
}

// TestRealSiteDown: while the controller is down, no job counts as ended.
func TestRealSiteDown(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{ExtraConf: "MessageTimeout=3\n"})
	c := New(loginNode(site))
	if err := site.StopService("ctl", "slurmctld"); err != nil {
		t.Fatal(err)
	}
	submit := func() error {
		_, err := c.Submit(t.Context(), planned(Submission{Options: Request{}.Options("c"), Script: "#!/bin/bash\n"}))
		return err
	}
	queue := func() error { _, err := c.Queue(t.Context(), "1"); return err }
	mine := func() error { _, err := c.Mine(t.Context()); return err }
	cancel := func() error { _, err := c.End(t.Context(), "1"); return err }
	finished := func() error { _, err := c.Finished(t.Context(), "1"); return err }
	for name, ask := range map[string]func() error{"submit": submit, "queue": queue, "mine": mine, "cancel": cancel, "finished": finished} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := ask()
			t.Log(err)
			if !fault.Is(err, fault.SlurmUnreachable) {
				t.Errorf("%v, want %s", err, fault.SlurmUnreachable)
			}
		})
	}
}
