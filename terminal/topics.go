package terminal

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/profile"
)

// topics returns the help pages that do not belong to a command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		topic("naming", "How to name a cluster and a user", func() string { return namingHelp }),
		topic("configuration", "The configuration file", configurationHelp),
		topic("environment", "The environment variables", environmentHelp),
		topic("exit-codes", "What the exit codes mean", func() string { return exitCodesHelp }),
		topic("json", "What --json writes", func() string { return jsonHelp }),
	}
}

// topic returns a help page whose text is made only on request: cobra treats a command without a
// Run function as one.
func topic(name, short string, text func() string) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short}
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSpace(text()))
	})
	return cmd
}

const namingHelp = `
CLUSTER can be any of these; the first match is used:

  (nothing)        the default cluster: default in the configuration file, or sunbird
  sunbird          a cluster's name; sunpyter clusters lists them
  alice@sunbird    that cluster, as user alice
  alice@HOST       any host that ssh can reach, as user alice
  @HOST            any host, with the user from your ssh configuration
  HOST             a host of your ssh configuration, or the host of a cluster above
  your.scw.name    any other word is your user name on the default cluster

User names can contain dots, as host names do: write @HOST or alice@HOST for a host
that is in no configuration. A word that differs from a cluster's name by one letter
is refused, because logging in with a wrong user name may block your address.
`

func configurationHelp() string {
	var b strings.Builder
	file := "sunpyter/config.toml in your configuration directory"
	if set, _ := profile.Load(os.Getenv); set.File() != "" {
		file = set.File()
	}
	fmt.Fprintf(&b, "The file is %s;\nset SUNPYTER_CONFIG to use another. It is TOML:\n\n", file)
	b.WriteString("  default = \"sunbird\"\n\n  [cluster.sunbird]            # changes the built-in cluster\n  user = \"your.scw.username\"\n  cpus = 2\n\n")
	b.WriteString("  [cluster.mylab]              # a cluster of your own; without host, ssh's host mylab\n  host = \"login.mylab.example.org\"\n  modules = [\"python/3.12\"]\n\n")
	b.WriteString("The command line takes precedence over the environment, the environment over the\nfile, and the file over the built-in values. A [cluster.NAME] table can contain:\n\n")
	for _, s := range profile.Settings() {
		fmt.Fprintf(&b, "  %s = %s\n        %s\n", s.Key, s.Example, s.Help)
	}
	return b.String()
}

func environmentHelp() string {
	var b strings.Builder
	b.WriteString("These variables take precedence over the configuration file, for every cluster:\n\n")
	fmt.Fprintf(&b, "  %-24s  %s\n", profile.ConfigVariable, "the configuration file to read")
	fmt.Fprintf(&b, "  %-24s  %s\n", profile.ClusterVariable, "the default cluster")
	for _, s := range profile.Settings() {
		fmt.Fprintf(&b, "  %-24s  %s\n", s.Variable, s.Help)
	}
	b.WriteString("\nLists are separated by spaces; set-up lines and variables by line breaks.\nNO_COLOR turns colours off.\n")
	return b.String()
}

const exitCodesHelp = `
  0    success; for start: you stopped the kernel, and Slurm confirmed it
  1    failure, or the kernel ended unexpectedly
  2    the command line or the configuration is wrong; nothing was started
  3    Slurm did not confirm that a job was cancelled; it stops by itself soon
  130  interrupted; a kernel that was starting is not left on the cluster

shell and exec exit with the status of the shell or command, and with 255 if Sunpyter
failed.
`

const jsonHelp = `
With --json each line of stdout is one JSON object, and nothing else is written
there. Its member event says what it is; the types are those of docs/protocol.md.

  {"event":"session","session":{...}}                    start: at each change; list: one each
  {"event":"ready","session":{...},"url":..,"token":..,"link":..}   the kernel can be used
  {"event":"released","released":[{...}]}                the outcome for each job
  {"event":"error","error":{"code":..,"message":..}}     what went wrong; the last line (clusters: one per mistake)
  {"event":"check","check":{...}}
  {"event":"estimate","estimate":{...}}                  when: one for each shape, the first as asked for
  {"event":"cluster","cluster":{...}}
  {"event":"environments","environments":{...}}
  {"event":"environment","environment":{...}}            environments create, install-kernel, remove
  {"event":"file","file":{...}}                          ls: one each
  {"event":"pushed","project":{...}}                     push, and start with a project
  {"event":"changes","changes":{...}}                    pull --dry-run
  {"event":"pulled","transfer":{...}}                    pull: one for each FILE
  {"event":"use","session":{...}}                        top: its member use
  {"event":"log","text":..}
  {"event":"site","site":{"ok":..,"mistakes":[..],"file":{..}}}     site check
  {"event":"version","version":..,"protocolVersion":..}

The token of ready is a key to your account on the cluster: keep it out of logs.
`
