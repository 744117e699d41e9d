//go:build linux

// Package link is the line between laptop and login: a TUN device in each
// network namespace and, between the two, a delay line whose delay, rate and
// state are set while it runs. Some kernels have no netem queue, so this does
// without.
package link

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxPacket is the longest packet with its header: with segmentation offload
// the kernel hands over up to 64 KiB of a stream at once, which is what makes
// the line fast.
const maxPacket = 65535 + vnetHeader

// vnetHeader is the size of the struct virtio_net_hdr before each packet.
const vnetHeader = 10

// Open makes the TUN device name in the network namespace of the calling
// thread. It fails with EBUSY if there is one of that name in use.
func Open(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	if err := setUp(fd, name); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("TUN device %s: %w", name, err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

func setUp(fd int, name string) error {
	req, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI | unix.IFF_VNET_HDR)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
		return err
	}
	size := int32(vnetHeader)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TUNSETVNETHDRSZ, uintptr(unsafe.Pointer(&size))); errno != 0 {
		return errno
	}
	return unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, unix.TUN_F_CSUM|unix.TUN_F_TSO4|unix.TUN_F_TSO6)
}
