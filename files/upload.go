package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/pkg/sftp"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/each"
)

// Upload sends a file, or a folder with all in it, to the path name on the cluster. A file
// there is replaced as Write does it. An interrupted upload of a large file continues where it
// was, if the file did not change meanwhile.
func (c *Client) Upload(ctx context.Context, local, name string, o TransferOptions) (Transferred, error) {
	tried := "copying " + local + " to " + shown(name) + " on " + c.opts.Where
	plan, err := planUpload(local)
	if err != nil {
		return Transferred{}, localError(tried, err)
	}
	return do(ctx, c, tried, func(ch *channel) (Transferred, error) {
		u := &upload{c, transfer{ctx: ctx, ch: ch, tried: tried, o: o, single: !plan.folder,
			meter: &Meter{Total: plan.bytes, Progress: o.Progress}, done: Transferred{Skipped: plan.skipped}}}
		defer collectRarely()()
		err := u.run(plan, ch.absolute(name))
		return u.done, err
	})
}

// uploadPlan is what is to be sent.
type uploadPlan struct {
	local   string
	folder  bool
	folders []string // relative paths, with slashes, each after the one that it is in
	files   []string
	bytes   int64
	skipped []Skipped
}

func planUpload(local string) (*uploadPlan, error) {
	info, err := os.Stat(local)
	if err != nil {
		return nil, err
	}
	plan := &uploadPlan{local: local, folder: info.IsDir(), bytes: info.Size()}
	if !plan.folder {
		if !info.Mode().IsRegular() {
			return nil, errors.New(reasonSpecial)
		}
		plan.files = []string{"."}
		return plan, nil
	}
	plan.bytes = 0
	root, err := filepath.EvalSymlinks(local)
	if err != nil {
		return nil, err
	}
	plan.local = root
	return plan, filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = plan.add(file, entry)
		}
		if reason := reasonUnread(err); reason != "" && file != root {
			plan.skipped = append(plan.skipped, Skipped{file, reason})
			return nil
		}
		return err
	})
}

// add adds what the walk has found.
func (plan *uploadPlan) add(file string, entry fs.DirEntry) error {
	relative, err := filepath.Rel(plan.local, file)
	if err != nil {
		return err
	}
	switch {
	case entry.IsDir():
		plan.folders = append(plan.folders, filepath.ToSlash(relative))
	case entry.Type()&fs.ModeSymlink != 0:
		plan.skipped = append(plan.skipped, Skipped{file, reasonLink})
	case !entry.Type().IsRegular():
		plan.skipped = append(plan.skipped, Skipped{file, reasonSpecial})
	default:
		info, err := entry.Info()
		if err != nil {
			return err
		}
		plan.files = append(plan.files, filepath.ToSlash(relative))
		plan.bytes += info.Size()
	}
	return nil
}

// upload is an upload that is under way.
type upload struct {
	client *Client
	transfer
}

func (u *upload) run(plan *uploadPlan, to string) error {
	for _, folder := range plan.folders {
		if u.ctx.Err() != nil {
			return u.ctx.Err()
		}
		if err := u.ch.mkdirAll(u.tried, path.Join(to, folder)); err != nil {
			return err
		}
	}
	return each.Do(u.ctx, parallel, len(plan.files), func(_ context.Context, i int) error {
		from, to := filepath.Join(plan.local, filepath.FromSlash(plan.files[i])), path.Join(to, plan.files[i])
		err := u.file(from, to)
		if err != nil && !u.single {
			err = u.client.explain(u.ctx, "copying "+from+" to "+Escape(to)+" on "+u.client.opts.Where, err)
		}
		return err
	})
}

// file sends one file.
func (u *upload) file(local, to string) error {
	source, err := os.Open(local)
	if u.leaveOut(local, err) {
		return nil
	}
	if err != nil {
		return localError(u.tried, err)
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return localError(u.tried, err)
	}
	if info.Size() >= resumable {
		u.large.Lock()
		defer u.large.Unlock()
	}
	want := u.o.Want
	want.New = want.New || !u.o.Overwrite && want.Version == ""
	t, err := u.ch.newTarget(u.tried, to, want)
	if err != nil {
		if !u.single && (fault.Is(err, fault.FileExists) || fault.Is(err, fault.FileIsDirectory)) {
			u.skip(local, reasonExists)
			return nil
		}
		return err
	}
	if err := u.send(t, source, info); err != nil {
		return u.ch.explainWrite(u.tried, t.name, info.Size(), err)
	}
	now, err := os.Stat(local)
	u.add(local, info.Size(), err == nil && (now.Size() != info.Size() || !now.ModTime().Equal(info.ModTime())))
	return nil
}

// send lets the content of source replace the target.
func (u *upload) send(t *target, source *os.File, info fs.FileInfo) error {
	c := content{temp: tempName(t.name), part: info.Size() >= resumable, size: info.Size()}
	if c.part {
		c.temp = path.Join(path.Dir(t.name), partName(source.Name(), info, t.name))
	}
	c.write = func(file *sftp.File, resume bool) error {
		offset := int64(0)
		if resume {
			there, err := file.Stat()
			if err != nil {
				return err
			}
			offset = max(0, min(there.Size(), info.Size())-unsure)
		}
		return u.copy(file, source, info, offset)
	}
	return u.ch.put(t, c)
}

// copy sends the content from offset on.
func (u *upload) copy(file *sftp.File, source *os.File, info fs.FileInfo, offset int64) error {
	if _, err := source.Seek(offset, io.SeekStart); err != nil {
		return localError(u.tried, err)
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	u.meter.add(offset)
	_, err := file.ReadFromWithConcurrency(u.meter.Reader(u.ctx, io.LimitReader(source, info.Size()-offset)), 0)
	return err
}
