//go:build !windows

package tunnel

import "context"

// dialSystem logs in with an ssh program, and again where the host closes the
// connection before the login. The keys are for hosts behind this one.
func dialSystem(ctx context.Context, t *Target, opts *Options, keys *keyring) (*Conn, error) {
	d := newDialling(t, opts, keys)
	for {
		conn, l, err := d.system(ctx)
		if err == nil {
			return conn, nil
		}
		if !d.again(ctx, l, err) {
			keys.close()
			return nil, err
		}
	}
}
