package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/protocol"
)

// The limits of a project's copy.
const (
	firstCopyLimit      = 2 * time.Second
	unchangedLimit      = 300 * time.Millisecond
	unchangedRoundTrips = 3
	projectStartLimit   = 300 * time.Millisecond
	savedLimit          = 500 * time.Millisecond
	savedRoundTrips     = 2
)

// savePause is how long the editor waits after a save for further ones: pause in
// editor-extension/src/project/sync.ts.
const savePause = 200 * time.Millisecond

// The folders that are copied.
const (
	firstCopyFiles, firstCopyBytes = 300, 5_000_000
	unchangedFiles                 = 1000
)

// measureProjects measures copies of folders, and starts with and without one.
func measureProjects(ctx context.Context, l *lab, r *report) error {
	few, err := l.projectFolder("few", firstCopyFiles)
	if err != nil {
		return err
	}
	many, err := l.projectFolder("many", unchangedFiles)
	if err != nil {
		return err
	}
	defer func() { _, _ = l.site.Exec(context.WithoutCancel(ctx), "login", "alice", "rm", "-rf", "bench") }()
	return l.atDelays(func(delay time.Duration) error {
		if err := l.firstCopies(ctx, r, delay, few); err != nil {
			return err
		}
		if err := l.unchangedCopies(ctx, r, delay, many); err != nil {
			return err
		}
		if err := l.savedFile(ctx, r, delay, few); err != nil {
			return err
		}
		return l.projectStarts(ctx, r, delay, few)
	})
}

// projectFolder makes a folder with source files in ten folders.
func (l *lab) projectFolder(name string, n int) (string, error) {
	folder := filepath.Join(l.dir, name)
	content := make([]byte, firstCopyBytes/n)
	for i := range n {
		for j := range content { // text compresses; this compresses by a half
			content[j] = byte('a' + j%7)
		}
		_, _ = rand.Read(content[len(content)/2:])
		file := filepath.Join(folder, fmt.Sprintf("d%d", i%10), fmt.Sprintf("f%d.py", i))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// push copies a folder, or only some names in it, and returns how long it took.
func (s *server) push(ctx context.Context, folder, to string, only ...string) (r protocol.ProjectPushResult, took time.Duration, err error) {
	begun := time.Now()
	err = s.call(ctx, protocol.MethodProjectPush, protocol.ProjectPushParams{Cluster: cluster, Project: protocol.ProjectCopy{Folder: folder, Path: to}, Only: only}, &r)
	return r, time.Since(begun), err
}

// firstCopies copies a folder to new places.
func (l *lab) firstCopies(ctx context.Context, r *report, delay time.Duration, folder string) error {
	var ours, rsync, scp, sftp sample
	return l.sideBySide(ctx, func(s *server, p *peers) error {
		for i := range l.runs {
			to := fmt.Sprintf("bench/first-%d-%d", delay.Milliseconds(), i)
			done, took, err := s.push(ctx, folder, "/home/alice/"+to)
			if err != nil || len(done.Sent) != firstCopyFiles {
				return fmt.Errorf("%d files were sent: %w", len(done.Sent), err)
			}
			ours = append(ours, took)
			took, err = p.rsync(ctx, folder+"/", "alice@login:"+to+"-rsync")
			if err != nil {
				return err
			}
			rsync = append(rsync, took)
			if i > 0 {
				continue // they take many times as long
			}
			if took, err = p.scp(ctx, "-r", folder, "alice@login:"+to+"-scp"); err != nil {
				return err
			}
			scp = append(scp, took)
			if took, err = p.sftp(ctx, "mkdir "+to+"-sftp", "put -r "+folder+" "+to+"-sftp"); err != nil {
				return err
			}
			sftp = append(sftp, took)
		}
		what := fmt.Sprintf("first copy of a folder of %d files, %d MB", firstCopyFiles, firstCopyBytes/1_000_000)
		r.seconds(what, delay, ours, firstCopyLimit,
			fmt.Sprintf("`rsync -az` %s; `scp -r` %s; `sftp` %s", rsync, scp, sftp))
		return nil
	})
}

// unchangedCopies copies a folder in which nothing has changed.
func (l *lab) unchangedCopies(ctx context.Context, r *report, delay time.Duration, folder string) error {
	var ours, rsync sample
	return l.sideBySide(ctx, func(s *server, p *peers) error {
		const to = "bench/unchanged"
		if _, _, err := s.push(ctx, folder, "/home/alice/"+to); err != nil {
			return err
		}
		if _, err := p.rsync(ctx, folder+"/", "alice@login:"+to+"-rsync"); err != nil {
			return err
		}
		for range l.runs {
			done, took, err := s.push(ctx, folder, "/home/alice/"+to)
			if err != nil || done.Unchanged != unchangedFiles {
				return fmt.Errorf("%d files are unchanged: %w", done.Unchanged, err)
			}
			ours = append(ours, took)
			if took, err = p.rsync(ctx, folder+"/", "alice@login:"+to+"-rsync"); err != nil {
				return err
			}
			rsync = append(rsync, took)
		}
		r.seconds(fmt.Sprintf("copy of a folder of %d files that have not changed", unchangedFiles), delay, ours,
			unchangedLimit+unchangedRoundTrips*2*delay, "`rsync -az` "+rsync.String())
		return nil
	})
}

// savedFile measures how long after a save the file is on the cluster, where a kernel can import it.
func (l *lab) savedFile(ctx context.Context, r *report, delay time.Duration, folder string) error {
	const to, name = "bench/saved", "d0/f0.py"
	var ours, whole, rsync sample
	return l.sideBySide(ctx, func(s *server, p *peers) error {
		if _, _, err := s.push(ctx, folder, "/home/alice/"+to); err != nil {
			return err
		}
		for range l.runs {
			there, all, err := l.saveOnce(ctx, s, folder, "/home/alice/"+to, name)
			if err != nil {
				return err
			}
			took, err := p.rsync(ctx, filepath.Join(folder, name), "alice@login:"+to+"-rsync.py")
			if err != nil {
				return err
			}
			ours, whole, rsync = append(ours, there), append(whole, all), append(rsync, took)
		}
		const what = "save of a file in a copied folder, until it can be imported there; %d ms of it the editor waits for more"
		r.seconds(fmt.Sprintf(what, savePause.Milliseconds()), delay, ours, savedLimit+savedRoundTrips*2*delay,
			fmt.Sprintf("until it is also recorded there %s; `rsync -az` without the wait %s", whole, rsync))
		return nil
	})
}

// saveOnce saves a file, and copies it after the editor's pause. It returns how long after the save the file
// was there, and how long after it the push ended.
func (l *lab) saveOnce(ctx context.Context, s *server, folder, to, name string) (there, all time.Duration, err error) {
	text := fmt.Sprintf("saved = True  # at %s\n", time.Now())
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	seen := make(chan time.Duration, 1)
	waiting, stop := context.WithCancel(ctx)
	go func() { seen <- l.awaitText(waiting, to+"/"+name, text).Sub(begun) }()
	err = pause(ctx, savePause)
	if err == nil {
		var done protocol.ProjectPushResult
		if done, _, err = s.push(ctx, folder, to, name); err == nil && len(done.Sent) != 1 {
			err = fmt.Errorf("%d files were sent after one was saved", len(done.Sent))
		}
	}
	all = time.Since(begun)
	stop()
	return min(<-seen, all), all, err
}

// awaitText waits until a file on the login node has a text, or for ctx, and returns the time. It reads
// the node's disk directly, not through the connection.
func (l *lab) awaitText(ctx context.Context, file, text string) time.Time {
	for ctx.Err() == nil {
		if data, err := l.site.ReadFile("login", file); err == nil && string(data) == text {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return time.Now()
}

// sideBySide runs measure with a server and with the peers.
func (l *lab) sideBySide(ctx context.Context, measure func(*server, *peers) error) error {
	p, err := l.peers(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	return l.withServer(ctx, func(s *server) error { return measure(s, p) })
}

// projectStarts measures the time to the first cell with a project and without one, in turns.
func (l *lab) projectStarts(ctx context.Context, r *report, delay time.Duration, folder string) error {
	if _, err := l.firstCell(ctx, nil); err != nil { // the first one warms the machine's caches
		return err
	}
	var with, without sample
	for i := range l.runs {
		for _, project := range []*protocol.ProjectCopy{nil, {Folder: folder, Path: fmt.Sprintf("/home/alice/bench/start-%d-%d", delay.Milliseconds(), i)}} {
			took, err := l.firstCell(ctx, project)
			if err != nil {
				return err
			}
			if project == nil {
				without = append(without, took)
			} else {
				with = append(with, took)
			}
		}
	}
	r.seconds(fmt.Sprintf("start to the first cell's output: what a project of %d files adds", firstCopyFiles), delay,
		sample{with.median() - without.median()}, projectStartLimit, fmt.Sprintf("with it %s; without %s", with, without))
	return nil
}

// firstCell starts a kernel, runs a cell, and releases the kernel.
func (l *lab) firstCell(ctx context.Context, project *protocol.ProjectCopy) (time.Duration, error) {
	if err := l.site.AwaitIdle(time.Minute); err != nil {
		return 0, err
	}
	s, err := l.serve(ctx)
	if err != nil {
		return 0, err
	}
	defer l.endLogins()
	defer s.stop()
	begun := time.Now()
	var ready protocol.KernelStartResult
	if err := s.call(ctx, protocol.MethodKernelStart, protocol.KernelStartParams{Cluster: cluster, Project: project}, &ready); err != nil {
		return 0, err
	}
	if ready.ProjectProblem != nil {
		return 0, fmt.Errorf("the copy failed: %+v", *ready.ProjectProblem)
	}
	k, err := (&jupyter.Client{URL: ready.URL, Token: ready.Token}).StartKernel(ctx)
	if err != nil {
		return 0, err
	}
	defer k.Disconnect()
	if out, err := k.Execute(ctx, "print(6 * 7)"); err != nil || out != "42\n" {
		return 0, fmt.Errorf("the kernel printed %q, %w", out, err)
	}
	return time.Since(begun), nil
}
