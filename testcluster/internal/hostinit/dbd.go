//go:build linux

package hostinit

// startDBD is a script that starts a private MariaDB, on a unix socket only, and slurmdbd, and
// adds the accounts cdt (for both users) and capped (2 CPUs, for alice). The guardian bounds how
// long that may take; waiting is not traced, so that the end of the log has the cause.
const startDBD = `
data=/var/lib/slurmdb socket=/run/mysqld/mysqld.sock
options="--no-defaults --datadir=$data --innodb-log-file-size=8M
  --innodb-buffer-pool-size=32M --innodb-lock-wait-timeout=900 --user=mysql"
install -d -o mysql -g mysql $data /run/mysqld
ln -sfn mysqld /run/mariadbd # where the client library of MariaDB 11.9 looks
mariadb-install-db --auth-root-authentication-method=normal --skip-test-db $options
mariadbd $options --socket=$socket --skip-networking --performance-schema=OFF &
sql() { mariadb --no-defaults -S $socket -uroot -e "$1"; }
await() { set +x; until "$@" >/dev/null 2>&1; do sleep 0.05; done; set -x; }
await sql 'select 1'
sql "create database slurm_acct_db; grant all on slurm_acct_db.* to slurm@localhost identified by 'slurm'"
slurmdbd
await sacctmgr -n list cluster
add() { sacctmgr -i -Q add "$@"; }
add cluster cdt
add account cdt Description=cdt Organization=cdt
add account capped Description=capped Organization=cdt GrpTRES=cpu=2
add user alice account=cdt
add user alice account=capped
add user bob account=cdt
`
