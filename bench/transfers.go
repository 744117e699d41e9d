package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/sa2c/sunpyter/protocol"
)

const (
	// transferBytes is the size of the file that is sent and fetched. The site keeps its files in memory,
	// so there is one copy at a time.
	transferBytes = 1_000_000_000
	// transfers and slowTransfers are how often we and scp copy it, without and with delay. The others
	// do once.
	transfers, slowTransfers = 5, 2
	// transferShare is the least share of scp's rate, and transferMemory what the server may use.
	transferShare  = 1.0
	transferMemory = 60.0 // MiB
	// notebookBytes is the size of the notebook that is opened.
	notebookBytes      = 1_000_000
	notebookLimit      = 300 * time.Millisecond
	notebookRoundTrips = 4
)

// measureTransfers measures a large file in both directions, and the opening of a notebook.
func measureTransfers(ctx context.Context, l *lab, r *report) error {
	local := filepath.Join(l.dir, "large")
	if _, err := timed(ctx, "", "sh", "-c", fmt.Sprintf("head -c %d /dev/urandom >%s", transferBytes, local)); err != nil {
		return err
	}
	defer os.Remove(local)
	defer func() { _, _ = l.site.Exec(context.WithoutCancel(ctx), "login", "alice", "rm", "-rf", "bench") }()
	return l.atDelays(func(delay time.Duration) error {
		if err := l.transfersOnce(ctx, r, delay, local); err != nil {
			return err
		}
		return l.notebooks(ctx, r, delay)
	})
}

// transfersOnce measures at one delay, all programs in turns.
func (l *lab) transfersOnce(ctx context.Context, r *report, delay time.Duration, local string) error {
	return l.sideBySide(ctx, func(s *server, p *peers) error {
		const there = "/cdt_storage/alice/bench/large"
		back := filepath.Join(l.dir, "back")
		if _, err := l.site.Exec(ctx, "login", "alice", "mkdir", "-p", path.Dir(there)); err != nil {
			return err
		}
		for _, of := range []struct {
			direction string
			programs  []transfer
		}{{"upload", uploads(ctx, s, p, local, there)}, {"download", fetches(ctx, s, p, there, back)}} {
			remove := func() error { return os.RemoveAll(back) }
			if of.direction == "upload" { // a copy that exists might not be sent again
				remove = func() error {
					_, err := l.site.Exec(ctx, "login", "alice", "rm", "-f", there)
					return err
				}
			}
			times := transfers
			if delay > 0 {
				times = slowTransfers
			}
			rates, err := rates(of.programs, times, remove)
			if err != nil {
				return err
			}
			r.share(fmt.Sprintf("%s of %d MB, median of %d", of.direction, transferBytes/1_000_000, times), delay, rates[0],
				fmt.Sprintf("`sftp` %.0f; `rsync -az` %.0f; `scp`", rates[2], rates[3]), rates[1], transferShare)
		}
		_, peak, err := memory(s.cmd.Process.Pid)
		if err != nil {
			return err
		}
		r.add(row{what: "memory of the server at most, during these", roundTrip: roundTrip(delay),
			figure: peak, limit: transferMemory, format: "%.1f MiB"})
		return nil
	})
}

// transfer copies the file with one program and returns how long that took.
type transfer func() (time.Duration, error)

// uploads are ours, and those of scp, sftp and rsync.
func uploads(ctx context.Context, s *server, p *peers, local, there string) []transfer {
	return []transfer{
		func() (time.Duration, error) {
			return s.transfer(ctx, protocol.MethodFileUpload, protocol.FileUploadParams{Cluster: cluster, LocalPath: local, Path: there})
		},
		func() (time.Duration, error) { return p.scp(ctx, local, "alice@login:"+there) },
		func() (time.Duration, error) { return p.sftp(ctx, "put "+local+" "+there) },
		func() (time.Duration, error) { return p.rsync(ctx, local, "alice@login:"+there) },
	}
}

// fetches are those of what was uploaded.
func fetches(ctx context.Context, s *server, p *peers, there, back string) []transfer {
	return []transfer{
		func() (time.Duration, error) {
			return s.transfer(ctx, protocol.MethodFileDownload, protocol.FileDownloadParams{Cluster: cluster, Path: there, LocalPath: back})
		},
		func() (time.Duration, error) { return p.scp(ctx, "alice@login:"+there, back) },
		func() (time.Duration, error) { return p.sftp(ctx, "get "+there+" "+back) },
		func() (time.Duration, error) { return p.rsync(ctx, "alice@login:"+there, back) },
	}
}

// rates returns the median rate of each program in MB/s. The first two run that many times and take
// turns to be first; the others run once. remove deletes the previous copy. The first copy does not
// count: a machine that was idle is slow at first.
func rates(programs []transfer, times int, remove func() error) ([]float64, error) {
	all := make([][]float64, len(programs))
	run := func(program int) error {
		if err := remove(); err != nil {
			return err
		}
		took, err := programs[program]()
		all[program] = append(all[program], transferBytes/1e6/took.Seconds())
		return err
	}
	if err := run(0); err != nil {
		return nil, err
	}
	all[0] = nil
	for n := range 2 * times {
		if err := run((n + n/2) % 2); err != nil {
			return nil, err
		}
	}
	medians := make([]float64, len(programs))
	for program := range programs {
		if program > 1 {
			if err := run(program); err != nil {
				return nil, err
			}
		}
		medians[program] = middle(all[program])
	}
	return medians, nil
}

// transfer sends or fetches a file.
func (s *server) transfer(ctx context.Context, method string, params any) (time.Duration, error) {
	begun := time.Now()
	var done protocol.FileTransferResult
	if err := s.call(ctx, method, params, &done); err != nil {
		return 0, err
	}
	if done.Bytes != transferBytes {
		return 0, fmt.Errorf("%s: %d bytes were copied", method, done.Bytes)
	}
	return time.Since(begun), nil
}

// notebooks opens a notebook, as an editor does: it asks for its size and time, then for its
// content. Each time a new server opens its SFTP channel; the login is shared.
func (l *lab) notebooks(ctx context.Context, r *report, delay time.Duration) error {
	const there = "/home/alice/bench/notebook.ipynb" // editors have absolute paths
	if _, err := l.site.Exec(ctx, "login", "alice", "sh", "-c", fmt.Sprintf("mkdir -p bench; head -c %d /dev/urandom >%s", notebookBytes, there)); err != nil {
		return err
	}
	return l.sideBySide(ctx, func(_ *server, p *peers) error { // it keeps the login
		var ours, scp sample
		for range l.runs {
			took, err := l.openNotebook(ctx, there)
			if err != nil {
				return err
			}
			ours = append(ours, took)
			if took, err = p.scp(ctx, "alice@login:"+there, filepath.Join(l.dir, "notebook.ipynb")); err != nil {
				return err
			}
			scp = append(scp, took)
		}
		r.seconds(fmt.Sprintf("opening a notebook of %d MB on the cluster", notebookBytes/1_000_000), delay, ours,
			notebookLimit+notebookRoundTrips*2*delay, "`scp` "+scp.String())
		return nil
	})
}

func (l *lab) openNotebook(ctx context.Context, there string) (time.Duration, error) {
	s, err := l.serve(ctx)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	begun := time.Now()
	if err := s.call(ctx, protocol.MethodFileStat, protocol.FileStatParams{Cluster: cluster, Path: there}, &protocol.FileStatResult{}); err != nil {
		return 0, err
	}
	var read protocol.FileReadResult
	if err := s.call(ctx, protocol.MethodFileRead, protocol.FileReadParams{Cluster: cluster, Path: there}, &read); err != nil {
		return 0, err
	}
	took := time.Since(begun)
	if !read.End || read.Entry.Size != notebookBytes {
		return 0, fmt.Errorf("read %+v", read.Entry)
	}
	return took, nil
}
