//go:build linux

package hostinit

import (
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
)

const (
	dbData   = "/var/lib/slurmdb"
	dbSocket = "/run/mysqld/mysqld.sock"
)

// startDBD starts a private MariaDB, on a unix socket only, and slurmdbd, and
// adds the accounts cdt (for both users) and capped (2 CPUs, for alice).
func startDBD() error {
	options := []string{"--no-defaults", "--datadir=" + dbData, "--innodb-log-file-size=8M",
		"--innodb-buffer-pool-size=32M", "--innodb-lock-wait-timeout=900", "--user=mysql"}
	if err := runAll([][]string{
		{"install", "-d", "-o", "mysql", "-g", "mysql", dbData, "/run/mysqld"},
		{"ln", "-sfn", "mysqld", "/run/mariadbd"}, // where the client library of MariaDB 11.9 looks
		append([]string{"mariadb-install-db", "--auth-root-authentication-method=normal", "--skip-test-db"}, options...),
	}); err != nil {
		return err
	}
	db := exec.Command("mariadbd", append(options, "--socket="+dbSocket, "--skip-networking", "--performance-schema=OFF")...)
	if err := db.Start(); err != nil { // reaped with all other processes
		return err
	}
	sql := []string{"mariadb", "--no-defaults", "-S", dbSocket, "-uroot", "-e"}
	if err := retryUntilSuccess(append(sql, "select 1")...); err != nil {
		return err
	}
	if err := runAll([][]string{
		append(sql, "create database slurm_acct_db; grant all on slurm_acct_db.* to slurm@localhost identified by 'slurm'"),
		{"slurmdbd"},
	}); err != nil {
		return err
	}
	return addAccounts()
}

func addAccounts() error {
	if err := retryUntilSuccess("sacctmgr", "-n", "list", "cluster"); err != nil {
		return err
	}
	add := []string{"sacctmgr", "-i", "-Q", "add"}
	var commands [][]string
	for _, args := range [][]string{
		{"cluster", "cdt"},
		{"account", "cdt", "Description=cdt", "Organization=cdt"},
		{"account", "capped", "Description=capped", "Organization=cdt", "GrpTRES=cpu=2"},
		{"user", "alice", "account=cdt"},
		{"user", "alice", "account=capped"},
		{"user", "bob", "account=cdt"},
	} {
		commands = append(commands, slices.Concat(add, args))
	}
	return runAll(commands)
}

// runAll runs commands one after the other until one fails.
func runAll(commands [][]string) error {
	for _, command := range commands {
		if err := run(command[0], command[1:]...); err != nil {
			return err
		}
	}
	return nil
}

// retryUntilSuccess repeats a command until it succeeds, for at most 45 s on an idle machine.
func retryUntilSuccess(command ...string) error {
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
		if err == nil {
			return nil
		}
		if pace.Over(begun, pace.Limit(45*time.Second)) {
			return fmt.Errorf("%s: %w: %s", command[0], err, out)
		}
	}
}
