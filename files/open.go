package files

import (
	"cmp"
	"context"
	"errors"
	"io"
	"time"

	"github.com/pkg/sftp"
	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/internal/loginshell"
)

// openTimeout bounds the opening of the channel.
const openTimeout = time.Minute

// Sizes of transfers. Every server takes packets of 32 KiB; OpenSSH takes larger ones, which
// cost less processor time. What is in flight fills an SSH window of 2 MiB.
const (
	smallPacket, smallRequests = 32 << 10, 96
	largePacket, largeRequests = 255 << 10, 24
)

// open opens a channel to the login node or, if that has no SFTP, into a running job. early is
// as for acquire.
func (c *Client) open(ctx context.Context, early func(*sftp.Client)) (*channel, error) {
	host, release, err := c.opts.Connect(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	opened, err := c.openOn(ctx, host, early)
	if job := c.opts.ConnectJob(); job != nil && fault.Is(err, fault.NoSFTP) {
		c.opts.Log.Info("the login node has no SFTP; trying the job's node", zap.Error(err))
		var inJob error
		if opened, inJob = c.openOn(ctx, job, early); inJob == nil {
			host, err = job, nil
		} else if !fault.Is(inJob, fault.NoSFTP) {
			err = inJob
		}
	}
	if err != nil {
		release()
		return nil, err
	}
	opened.host, opened.release = host, release
	return opened, nil
}

// openOn opens a channel on a host: the subsystem, or else the program that OpenSSH installs.
func (c *Client) openOn(ctx context.Context, host Host, early func(*sftp.Client)) (*channel, error) {
	stream, err := host.Subsystem(ctx, "sftp")
	if err == nil {
		var opened *channel
		if opened, err = begin(ctx, stream, stream, early); err == nil {
			return opened, nil
		}
	}
	if stop := c.cannotRetry(ctx, host, err); stop != nil {
		return nil, stop
	}
	c.opts.Log.Info("the SFTP subsystem cannot be used; trying sftp-server", zap.Error(err))
	opened, byProgram := startProgram(ctx, host, early)
	if byProgram == nil {
		return opened, nil
	}
	if stop := c.cannotRetry(ctx, host, byProgram); stop != nil {
		return nil, stop
	}
	return nil, &fault.Error{
		Code: fault.NoSFTP, Tried: "opening files on " + c.opts.Where, Err: errors.Join(err, byProgram),
		Answer: "the host offers no SFTP: " + bounded.Text(err.Error(), 200) + "; " + bounded.Text(byProgram.Error(), 200),
		Advice: c.withoutSFTP(),
	}
}

// withoutSFTP returns what to do if a host has no SFTP.
func (c *Client) withoutSFTP() string {
	ask := "Ask the site to enable SFTP on its login node: the line “Subsystem sftp internal-sftp” in sshd_config."
	if c.opts.ConnectJob() != nil {
		return ask
	}
	return "Start a kernel and try again: Sunpyter then reaches your files through its job. " + ask
}

// cannotRetry returns the error that makes another attempt useless, if err is one.
func (c *Client) cannotRetry(ctx context.Context, host Host, err error) error {
	if ctx.Err() != nil {
		return fault.ContextError(ctx, "opening files on "+c.opts.Where)
	}
	if channels.IsClosed(host.Done()) {
		return c.errLost(err)
	}
	if fault.Is(err, fault.LinkLost) || fault.Is(err, fault.AuthRefused) {
		return err
	}
	return nil
}

// serverScript starts sftp-server from the places where systems have it.
const serverScript = `for place in /usr/libexec/openssh /usr/lib/openssh /usr/lib/ssh /usr/libexec /usr/lib64/ssh /usr/libexec/ssh \
  /usr/local/libexec /usr/local/lib/openssh; do
  [ -x "$place/sftp-server" ] && exec "$place/sftp-server"
done
exit 127
`

// startProgram starts sftp-server by its path. What login files print comes before it.
func startProgram(ctx context.Context, host Host, early func(*sftp.Client)) (*channel, error) {
	stream, err := host.Start(ctx, loginshell.PlainCommand(serverScript))
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = stream.Close() })
	defer stop()
	reader, err := loginshell.SkipNoise(stream)
	if err != nil {
		_ = stream.Close()
		return nil, err
	}
	opened, err := begin(ctx, reader, stream, early)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("no sftp-server is installed in the usual places")
	}
	return opened, err
}

// begin speaks SFTP over a stream, which it closes if that fails. The first requests, among
// them those of early, take one round trip together.
func begin(ctx context.Context, r io.Reader, stream io.ReadWriteCloser, early func(*sftp.Client)) (*channel, error) {
	stop := context.AfterFunc(ctx, func() { _ = stream.Close() })
	defer stop()
	replies := newReplies(r)
	version, requests := newVersionReader(replies), &packetWriter{WriteCloser: stream, replies: replies}
	client, err := sftp.NewClientPipe(version, requests,
		sftp.MaxPacketUnchecked(smallPacket), sftp.MaxConcurrentRequestsPerFile(smallRequests), sftp.UseFstat(true))
	if err != nil {
		_ = stream.Close()
		return nil, err
	}
	if early != nil {
		early(client)
	}
	home, homeErr := client.RealPath(".")
	answer := <-version.answer // the library reads until there is one
	if err := cmp.Or(answer.err, homeErr); err != nil {
		_ = client.Close()
		return nil, err
	}
	ch := &channel{Client: client, requests: requests, home: home, extensions: answer.extensions}
	if ch.has("limits@openssh.com") {
		_ = sftp.MaxPacketUnchecked(largePacket)(client)
		_ = sftp.MaxConcurrentRequestsPerFile(largeRequests)(client)
	}
	return ch, nil
}
