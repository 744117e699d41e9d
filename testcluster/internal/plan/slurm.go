package plan

import (
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// slurmConfHead is the part of slurm.conf that is the same for all sites, but for the
// controller's address and KillWait.
const slurmConfHead = `ClusterName=cdt
SlurmctldHost=ctl(%s)
SlurmUser=slurm
AuthType=auth/munge
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
SlurmctldLogFile=/var/log/slurm/slurmctld.log
SlurmdLogFile=/var/log/slurm/slurmd.log
SlurmctldDebug=info
SlurmdDebug=info
StateSaveLocation=/var/lib/slurmctld
SlurmdSpoolDir=/var/lib/slurmd
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=5
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
JobAcctGatherFrequency=task=5
JobCompType=jobcomp/filetxt
JobCompLoc=/var/log/slurm/jobcomp.log
MpiDefault=none
ReturnToService=2
SlurmctldTimeout=10
SlurmdTimeout=15
InactiveLimit=0
KillWait=%d
MinJobAge=60
DefMemPerCPU=1000
`

// slurmConf returns /etc/slurm/slurm.conf, see slurm.conf(5).
func (p *Plan) slurmConf() string {
	var b strings.Builder
	fmt.Fprintf(&b, slurmConfHead, addrCtl, int(p.KillWait/time.Second))
	b.WriteString(p.slurmTracking())
	b.WriteString(p.slurmAccounting())
	if p.PrivateTmp {
		fmt.Fprintln(&b, "JobContainerType=job_container/tmpfs")
	}
	gres := ""
	if p.GPUs > 0 {
		fmt.Fprintln(&b, "GresTypes=gpu")
		gres = fmt.Sprintf(" Gres=gpu:a100:%d", p.GPUs)
	}
	fmt.Fprintln(&b, p.ExtraConf)
	for _, n := range p.Nodes {
		fmt.Fprintf(&b, "NodeName=%s NodeAddr=%s CPUs=%d Sockets=1 CoresPerSocket=%d ThreadsPerCore=1 RealMemory=%d%s State=UNKNOWN\n",
			n, p.Addr(n), p.CPUs, p.CPUs, p.MemoryMiB, gres)
	}
	b.WriteString(`PartitionName=s_compute_cdt Nodes=ALL Default=YES DefaultTime=01:00:00 MaxTime=7-00:00:00 State=UP
PartitionName=s_highmem_cdt Nodes=ALL DefaultTime=01:00:00 MaxTime=3-00:00:00 State=UP
PartitionName=short Nodes=ALL DefaultTime=00:10:00 MaxTime=00:30:00 State=UP
`)
	fmt.Fprintln(&b, p.ExtraPart)
	return b.String()
}

// slurmTracking returns how jobs' processes are held together. Without cgroups of
// version 1 a job still gets its own CPUs, but nothing holds its memory, and
// pam_slurm_adopt cannot work.
func (p *Plan) slurmTracking() string {
	if !p.Cgroups {
		return "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/affinity\nJobAcctGatherType=jobacct_gather/linux\n"
	}
	return "ProctrackType=proctrack/cgroup\nTaskPlugin=task/cgroup,task/affinity\n" +
		"JobAcctGatherType=jobacct_gather/cgroup\nPrologFlags=Contain\n"
}

func (p *Plan) slurmAccounting() string {
	if !p.DBD {
		return "AccountingStorageType=accounting_storage/none\n"
	}
	return "AccountingStorageType=accounting_storage/slurmdbd\nAccountingStorageHost=ctl\n" +
		"AccountingStorageEnforce=associations,limits,qos\n"
}

// cgroupConf is /etc/slurm/cgroup.conf, see cgroup.conf(5).
func (p *Plan) cgroupConf() (string, error) {
	const constraints = "ConstrainCores=yes\nConstrainRAMSpace=yes\n"
	version, err := p.slurmVersion()
	if err != nil {
		return "", err
	}
	if version < "22.05" { // it has version 1 alone, and refuses an option that it does not know
		return "CgroupAutomount=no\n" + constraints, nil
	}
	return "CgroupPlugin=cgroup/v1\n" + constraints, nil
}

// slurmVersion returns the version of the root's Slurm, as "22.05.8".
func (p *Plan) slurmVersion() (string, error) {
	out, err := exec.Command("chroot", p.Root, "/usr/sbin/slurmd", "-V").CombinedOutput()
	words := strings.Fields(string(out)) // slurm-wlm 22.05.8
	if err != nil || len(words) != 2 {
		return "", fmt.Errorf("slurmd -V: %w: %s", err, out)
	}
	return words[1], nil
}

// gpuFiles is where the files of the GPUs are. /dev is the machine's own.
const gpuFiles = "/opt/gpus/nvidia"

// gresConf is /etc/slurm/gres.conf, see gres.conf(5).
func (p *Plan) gresConf() string {
	return fmt.Sprintf("Name=gpu Type=a100 File=%s[0-%d]\n", gpuFiles, p.GPUs-1)
}

// jobContainerConf is /etc/slurm/job_container.conf, see job_container.conf(5): each
// job has its own /tmp and /dev/shm.
const jobContainerConf = "AutoBasePath=true\nBasePath=/var/spool/jobs\n"

// dbdConf is /etc/slurm/slurmdbd.conf, see slurmdbd.conf(5).
const dbdConf = `AuthType=auth/munge
DbdHost=ctl
SlurmUser=slurm
LogFile=/var/log/slurm/slurmdbd.log
PidFile=/run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
`
