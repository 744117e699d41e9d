package main

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"fmt"
	"strings"
)

// A platform is one that we make packages for, by VS Code's name.
type platform struct {
	name    string
	program string
	archive string // its ending
	machine string // as machineOf tells it
}

var platforms = []platform{
	{"linux-x64", "sunpyter", ".tar.gz", "ELF EM_X86_64"},
	{"linux-arm64", "sunpyter", ".tar.gz", "ELF EM_AARCH64"},
	{"darwin-x64", "sunpyter", ".tar.gz", "Mach-O CpuAmd64"},
	{"darwin-arm64", "sunpyter", ".tar.gz", "Mach-O CpuArm64 signed"},
	{"win32-x64", "sunpyter.exe", ".zip", "PE 0x8664"},
	{"win32-arm64", "sunpyter.exe", ".zip", "PE 0xaa64"},
}

// machineOf says which system and processor a program is for, from its header.
func machineOf(program []byte) string {
	reader := bytes.NewReader(program)
	if file, err := elf.NewFile(reader); err == nil {
		return "ELF " + file.Machine.String() + dynamic(file)
	}
	if file, err := macho.NewFile(reader); err == nil {
		return "Mach-O " + strings.TrimPrefix(file.Cpu.String(), "macho.") + signed(file)
	}
	if file, err := pe.NewFile(reader); err == nil {
		return fmt.Sprintf("PE %#x", file.Machine)
	}
	return "no program"
}

// dynamic says so of a program that needs a loader: it would not start where the libc is another.
func dynamic(file *elf.File) string {
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return " dynamic"
		}
	}
	return ""
}

// signed says so of a program with a signature, be it the linker's own: Apple's processors run no other.
func signed(file *macho.File) string {
	const codeSignature = 0x1d // LC_CODE_SIGNATURE
	for _, load := range file.Loads {
		if file.ByteOrder.Uint32(load.Raw()) == codeSignature {
			return " signed"
		}
	}
	return ""
}
