//go:build linux

package hostinit

import (
	"fmt"
	"os/exec"
	"time"
)

const (
	dbData   = "/var/lib/slurmdb"
	dbSocket = "/run/mysqld/mysqld.sock"
)

// startDBD starts a private MariaDB, on a unix socket alone, and slurmdbd, and
// makes the accounts cdt (for both users) and capped (2 CPUs, for alice).
func startDBD() error {
	options := []string{"--no-defaults", "--datadir=" + dbData, "--innodb-log-file-size=8M",
		"--innodb-buffer-pool-size=32M", "--innodb-lock-wait-timeout=900"}
	if err := run("install", "-d", "-o", "mysql", "-g", "mysql", dbData, "/run/mysqld"); err != nil {
		return err
	}
	if err := run("ln", "-sfn", "mysqld", "/run/mariadbd"); err != nil { // where the client library of MariaDB 11.9 looks
		return err
	}
	if err := run("mariadb-install-db", append(options, "--user=mysql",
		"--auth-root-authentication-method=normal", "--skip-test-db")...); err != nil {
		return err
	}
	db := exec.Command("mariadbd", append(options, "--user=mysql", "--socket="+dbSocket, "--skip-networking",
		"--performance-schema=OFF")...)
	if err := db.Start(); err != nil { // reaped with all else
		return err
	}
	sql := []string{"--no-defaults", "-S", dbSocket, "-uroot", "-e"}
	if err := retryUntilSuccess("mariadb", append(sql, "select 1")...); err != nil {
		return err
	}
	if err := run("mariadb", append(sql, "create database slurm_acct_db; "+
		"grant all on slurm_acct_db.* to slurm@localhost identified by 'slurm'")...); err != nil {
		return err
	}
	if err := run("slurmdbd"); err != nil {
		return err
	}
	if err := retryUntilSuccess("sacctmgr", "-n", "list", "cluster"); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"cluster", "cdt"},
		{"account", "cdt", "Description=cdt", "Organization=cdt"},
		{"account", "capped", "Description=capped", "Organization=cdt", "GrpTRES=cpu=2"},
		{"user", "alice", "account=cdt"},
		{"user", "alice", "account=capped"},
		{"user", "bob", "account=cdt"},
	} {
		if err := run("sacctmgr", append([]string{"-i", "-Q", "add"}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// retryUntilSuccess runs a command again and again until it succeeds, at most 45 s.
func retryUntilSuccess(name string, args ...string) error {
	deadline := time.Now().Add(45 * time.Second)
	for {
		out, err := exec.Command(name, args...).CombinedOutput()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: %w: %s", name, err, out)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
