package main

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"fmt"
	"strings"
)

// platform is one for which packages are made, by VS Code's name.
type platform struct {
	name    string
	program string
	archive string // its ending
	machine string // as machineOf returns it
}

var platforms = []platform{
	{"linux-x64", "sunpyter", ".tar.gz", "ELF EM_X86_64"},
	{"linux-arm64", "sunpyter", ".tar.gz", "ELF EM_AARCH64"},
	{"darwin-x64", "sunpyter", ".tar.gz", "Mach-O CpuAmd64"},
	{"darwin-arm64", "sunpyter", ".tar.gz", "Mach-O CpuArm64 signed"},
	{"win32-x64", "sunpyter.exe", ".zip", "PE 0x8664"},
	{"win32-arm64", "sunpyter.exe", ".zip", "PE 0xaa64"},
}

// machineOf returns for which system and processor a program is, from its header.
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

// dynamic reports whether a program needs a loader: it would not start with another libc.
func dynamic(file *elf.File) string {
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return " dynamic"
		}
	}
	return ""
}

// signed reports whether a program has a signature, also one of the linker: Apple's processors run
// no others.
func signed(file *macho.File) string {
	const codeSignature = 0x1d // LC_CODE_SIGNATURE
	for _, load := range file.Loads {
		if file.ByteOrder.Uint32(load.Raw()) == codeSignature {
			return " signed"
		}
	}
	return ""
}
