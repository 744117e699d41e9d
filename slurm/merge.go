package slurm

import (
	"cmp"
	"maps"
)

// Over returns base with those values of r that are set. A list that r has replaces
// the whole list; variables are merged by name.
func (r Request) Over(base Request) Request {
	return Request{
		CPUs:             cmp.Or(r.CPUs, base.CPUs),
		MemoryMiB:        cmp.Or(r.MemoryMiB, base.MemoryMiB),
		MemoryPerCPU:     r.MemoryPerCPU || base.MemoryPerCPU,
		TimeLimit:        cmp.Or(r.TimeLimit, base.TimeLimit),
		GPUs:             cmp.Or(r.GPUs, base.GPUs),
		Gres:             cmp.Or(r.Gres, base.Gres),
		Partition:        cmp.Or(r.Partition, base.Partition),
		Account:          cmp.Or(r.Account, base.Account),
		QOS:              cmp.Or(r.QOS, base.QOS),
		Reservation:      cmp.Or(r.Reservation, base.Reservation),
		Clusters:         cmp.Or(r.Clusters, base.Clusters),
		Constraint:       cmp.Or(r.Constraint, base.Constraint),
		WorkingDirectory: cmp.Or(r.WorkingDirectory, base.WorkingDirectory),
		KernelTransport:  cmp.Or(r.KernelTransport, base.KernelTransport),
		Environment:      r.Environment.over(base.Environment),
		SbatchOptions:    listOr(r.SbatchOptions, base.SbatchOptions),
	}
}

func (e Environment) over(base Environment) Environment {
	variables := maps.Clone(base.Variables)
	if variables == nil && len(e.Variables) > 0 {
		variables = map[string]string{}
	}
	maps.Copy(variables, e.Variables)
	return Environment{
		Modules:   listOr(e.Modules, base.Modules),
		Conda:     cmp.Or(e.Conda, base.Conda),
		Venv:      cmp.Or(e.Venv, base.Venv),
		Setup:     listOr(e.Setup, base.Setup),
		Variables: variables,
	}
}

func listOr(own, base []string) []string {
	if len(own) > 0 {
		return own
	}
	return base
}
