//go:build unix

package e2e

import (
	"bufio"
	"bytes"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestWindowsBuildUnderWine: the Windows program, as far as wine is Windows.
func TestWindowsBuildUnderWine(t *testing.T) {
	t.Parallel()
	requireFaults(t, "it needs wine")
	p := startWindowsPC(t, testcluster.Shared(t))
	for _, test := range []struct {
		name string
		run  func(*testing.T, *windowsPC)
	}{{"a cell", checkWineCell}, {"a report", checkWineReport}, {"ssh of Git", checkWineGit}, {"Ctrl+C", checkWineInterrupt}} {
		t.Run(test.name, func(t *testing.T) {
			mine := *p
			mine.t = t
			test.run(t, &mine)
			nothingLeft(t, p.site)
		})
	}
}

// checkWineCell runs a cell, with all the questions before it; then stdin ends.
func checkWineCell(t *testing.T, p *windowsPC) {
	asked := map[protocol.PromptPurpose]int{}
	w := p.window()
	w.prompt = promptAnswers(asked, true, map[protocol.PromptPurpose]string{protocol.PurposePassphrase: "open sesame"})
	var clusters protocol.ClusterListResult
	must(t, w.call(protocol.MethodClusterList, protocol.ClusterListParams{}, &clusters))
	if !slices.Contains(clusters.SSHHosts, "login") || clusters.Default != "lab" || len(clusters.Problems) > 0 {
		t.Errorf("clusters: %+v", clusters)
	}
	ready := w.start(protocol.KernelRequest{})
	if asked[protocol.PurposeHostKey] != 1 || asked[protocol.PurposePassphrase] != 1 || len(asked) != 2 {
		t.Errorf("asked %v", asked)
	}
	if known := p.read(".ssh/known_hosts"); !strings.HasPrefix(known, "# hosts\r\nelsewhere ") || strings.Count(known, "\n") != 3 {
		t.Errorf("known_hosts: %q", known)
	}
	if out := execute(t, ready, "import socket\nprint(socket.gethostname())"); strings.TrimSpace(out) != ready.Session.Node {
		t.Errorf("the kernel printed %q", out)
	}
	p.read(`AppData/Local/sunpyter/sessions/` + ready.Session.ID + ".json")
	second := p.window()
	var list protocol.KernelListResult
	must(t, second.call(protocol.MethodKernelList, protocol.KernelListParams{}, &list))
	if len(list.Sessions) != 1 || list.Sessions[0].Owned || list.Sessions[0].Orphaned {
		t.Errorf("the other window has %+v", list.Sessions)
	}
	if len(w.messages) > 0 {
		t.Errorf("shown %+v", w.messages) // nothing of a login that cannot be shared, either
	}
	second.close()
	w.close()
}

// checkWineReport: a check finds what is wrong, and its report has no name of the user.
func checkWineReport(t *testing.T, p *windowsPC) {
	w := p.window()
	brokenSetup{step: "port", code: fault.ConnectRefused, answer: "refuses connections on port 2", advice: "Check the port"}.compare(t, w.check("closed", false))
	result := w.check("open", false)
	if s := findStep(t, result, "login"); s.Outcome != protocol.CheckOK || !strings.Contains(s.Detail, pcUser+`\.ssh\open`) {
		t.Errorf("%+v", s)
	}
	logReport(t, result)
	for _, name := range []string{"Zoë", "Müller"} {
		if strings.Contains(result.Report, name) {
			t.Errorf("the report has the name %q:\n%s", name, result.Report)
		}
	}
	w.close()
}

// checkWineGit: the only ssh in PATH is that of Git, whose paths begin with /c/.
func checkWineGit(t *testing.T, p *windowsPC) {
	folder := "/" + strings.ToLower(pcUser[:1]) + strings.ReplaceAll(pcUser[2:], `\`, "/") + "/.ssh/"
	p.ssh(folder+"open", folder+"open")
	defer p.ssh(`~/.ssh/the key`, `~/.ssh/open`)
	asked := map[protocol.PromptPurpose]int{}
	w := p.window()
	w.prompt = promptAnswers(asked, false, nil)
	if s := findStep(t, w.check("login", false), "login"); s.Outcome != protocol.CheckOK || !strings.Contains(s.Detail, `\.ssh\open`) || len(asked) > 0 {
		t.Errorf("%+v; asked %v", s, asked)
	}
	if len(w.messages) > 0 {
		t.Errorf("shown %+v", w.messages)
	}
	w.close()
}

// checkWineInterrupt: Ctrl+C ends the terminal's kernel.
func checkWineInterrupt(t *testing.T, p *windowsPC) {
	cmd := p.command("start", "open", "--json", "--no-browser")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), `"event":"ready"`) {
	}
	if len(activeJobs(t, p.site)) != 1 {
		t.Errorf("no kernel: %s%s", lines.Text(), &stderr)
	}
	must(t, syscall.Kill(p.process("start"), syscall.SIGINT)) // wine makes it the console's Ctrl+C
	for lines.Scan() {
		t.Log(lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, &stderr)
	}
	if len(activeJobs(t, p.site)) != 0 {
		t.Error("the job is still there")
	}
}
