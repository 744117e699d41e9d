package terminal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
)

// topInterval is the pause between two updates. Tests shorten it.
var topInterval = 5 * time.Second

func (p *program) topCommand() *cobra.Command {
	return p.clientCommand(&cobra.Command{
		Use:        "top [ID]",
		SuggestFor: []string{"usage", "use", "stat", "sstat", "seff", "htop"},
		Short:      "Show what a kernel uses: CPUs, memory and GPUs",
		Long: `Top shows how many CPUs and how much memory a kernel's job uses, of what it has, and
the most so far; and how busy its NVIDIA GPUs are. On a terminal it is updated every
5 s until you press Ctrl+C; otherwise, and with --json, it is printed once.`,
		Example: `  sunpyter top                   # of the only kernel
  sunpyter top k3v9q2 --json`,
		Args: maxArgs(1),
	}, func(ctx context.Context, a *oneShot, args []string) error { return a.top(ctx, firstArg(args)) })
}

func (a *oneShot) top(ctx context.Context, named string) error {
	id, err := a.oneSession(ctx, named, "top")
	if err != nil {
		return err
	}
	known, err := a.localSessions(ctx)
	if err != nil {
		return err
	}
	s := protocol.Session{ID: id}
	if i := slices.IndexFunc(known.Sessions, func(k protocol.Session) bool { return k.ID == id }); i >= 0 {
		s = known.Sessions[i]
	}
	a.screen.SetStatus("Waiting for the cluster…", false)
	for {
		var result protocol.KernelUseResult
		if err := a.client.Call(ctx, protocol.MethodKernelUse, protocol.KernelUseParams{SessionID: id}, &result); err != nil {
			return err
		}
		s.Use = &result.Use
		a.emitter.emit(event{Event: "use", Session: &s})
		text := dash(s.Node) + ": " + useText(s)
		if !a.screen.Live() {
			a.screen.Line("%s", text)
			return nil
		}
		a.screen.SetStatus(text, false)
		select {
		case <-time.After(topInterval):
		case <-ctx.Done(): // Ctrl+C
			a.screen.Close()
			a.screen.Line("%s", text)
			return nil
		}
	}
}

// useText returns what a session's job uses: "0.4 of 8 CPUs, 3.1 of 16 GB (at most 2.0 CPUs, 4.2 GB)".
func useText(s protocol.Session) string {
	u := s.Use
	if u.Unknown != "" {
		return u.Unknown
	}
	cpus, memory := "CPUs not known", "memory not known"
	if u.CPUPercent >= 0 {
		cpus = cpusText(u.CPUPercent, s.CPUs)
	}
	if u.MemoryMiB > 0 {
		memory = memoryText(u.MemoryMiB, u.MemoryLimitMiB)
	}
	text := cpus + ", " + memory
	switch {
	case u.MostCPUPercent >= 0 && u.MostMemoryMiB > 0:
		text += fmt.Sprintf(" (at most %s, %s)", cpusText(u.MostCPUPercent, 0), units.Memory(u.MostMemoryMiB))
	case u.MostMemoryMiB > 0:
		text += fmt.Sprintf(" (at most %s)", units.Memory(u.MostMemoryMiB))
	}
	for i, g := range u.GPUs {
		text += "; " + gpuText(g, i, len(u.GPUs))
	}
	return text
}

// enoughText returns what to ask for next time, if a kernel that has ended used much less than it
// had; else "".
func enoughText(s protocol.Session) string {
	u := s.Use
	if u == nil || u.EnoughCPUs == 0 && u.EnoughMemoryMiB == 0 {
		return ""
	}
	var used, enough, flags []string
	if u.EnoughCPUs > 0 {
		if u.MostCPUPercent >= 0 {
			used = append(used, cpusText(u.MostCPUPercent, s.CPUs))
		}
		enough, flags = append(enough, units.Count(u.EnoughCPUs, "CPU")), append(flags, fmt.Sprintf("--cpus %d", u.EnoughCPUs))
	}
	if u.EnoughMemoryMiB > 0 {
		if u.MostMemoryMiB > 0 {
			used = append(used, memoryText(u.MostMemoryMiB, u.MemoryLimitMiB))
		}
		enough, flags = append(enough, units.Memory(u.EnoughMemoryMiB)), append(flags, "--mem "+memoryFlag(u.EnoughMemoryMiB))
	}
	return fmt.Sprintf("Used %s at most: %s would start sooner (%s).", strings.Join(used, " and "), strings.Join(enough, " and "), strings.Join(flags, " "))
}

// memoryFlag returns an amount in MiB for --mem: "4G".
func memoryFlag(mebibytes int) string {
	if mebibytes%1024 == 0 {
		return fmt.Sprintf("%dG", mebibytes/1024)
	}
	return fmt.Sprintf("%dM", mebibytes)
}

// gpuText returns what the GPU with an index does: "GPU 0: 35 %, 1.2 of 40 GB".
func gpuText(g protocol.GPUUse, index, of int) string {
	name := "GPU"
	if of > 1 {
		name = fmt.Sprintf("GPU %d", index)
	}
	var parts []string
	if g.Percent >= 0 {
		parts = append(parts, fmt.Sprintf("%d %%", g.Percent))
	}
	if g.MemoryMiB >= 0 && g.TotalMiB > 0 {
		parts = append(parts, memoryText(g.MemoryMiB, g.TotalMiB))
	}
	if len(parts) == 0 {
		return name + " not known"
	}
	return name + ": " + strings.Join(parts, ", ")
}

// cpusText returns how many CPUs are busy: "0.4 of 8 CPUs", or "0.4 CPUs" if of is not known.
func cpusText(percent, of int) string {
	if of == 0 {
		return fmt.Sprintf("%.1f CPUs", float64(percent)/100)
	}
	return fmt.Sprintf("%.1f of %s", float64(percent)/100, units.Count(of, "CPU"))
}

// memoryText returns "3.1 of 16 GB", or "3.1 GB" if there is no limit.
func memoryText(used, of int) string {
	switch {
	case of == 0:
		return units.Memory(used)
	case of < 1024:
		return fmt.Sprintf("%d of %s", used, units.Memory(of))
	}
	return fmt.Sprintf("%.1f of %s", float64(used)/1024, units.Memory(of))
}
