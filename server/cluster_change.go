package server

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
)

// ClusterDidChange replaces the editor's profiles. Running kernels stay as they were
// started.
func (s *server) ClusterDidChange(_ context.Context, params *protocol.ClusterDidChangeParams) error {
	s.clusters.set(params.Clusters, false)
	return nil
}

// profileOf converts a profile of the editor's. Members that are not set are left out.
func profileOf(c protocol.ClusterProfile) profile.EditorProfile {
	values := []profile.Value{
		{Key: "title", Label: "title", Value: c.Title},
		{Key: "host", Label: "host", Value: c.Host},
		{Key: "user", Label: "user", Value: c.User},
		{Key: "ssh_config", Label: "sshConfig", Value: c.SSHConfig},
		{Key: "ssh", Label: "ssh", Value: c.SSH},
		{Key: "keys_only", Label: "keysOnly", Value: c.KeysOnly},
		{Key: "share_login", Label: "shareLogin", Value: c.ShareLogin},
		{Key: "route", Label: "route", Value: c.Route},
		{Key: "node_port", Label: "nodePort", Value: c.NodePort},
		{Key: "start_timeout", Label: "how long a kernel may take to start", Value: seconds(c.StartTimeoutSeconds)},
		{Key: "session_dir", Label: "sessionDirectory", Value: c.SessionDirectory},
		{Key: "places", Label: "places", Value: c.Places},
	}
	values = append(values, requestValues(c.Request)...)
	return profile.EditorProfile{Name: c.Name, Values: slices.DeleteFunc(values, isUnset)}
}

// requestValues returns the part of a profile that is about its requests.
func requestValues(r protocol.KernelRequest) []profile.Value {
	env := protocol.Environment{}
	if r.Environment != nil {
		env = *r.Environment
	}
	return []profile.Value{
		{Key: "grace", Label: "how long a kernel is kept", Value: seconds(r.GraceSeconds)},
		{Key: "idle", Label: "after how long an unused kernel ends", Value: idleText(r.IdleSeconds)},
		{Key: "cpus", Label: "cpus", Value: int64(r.CPUs)},
		{Key: "memory", Label: "memory", Value: int64(r.MemoryMiB)},
		{Key: "memory_per_cpu", Label: "memoryPerCpu", Value: r.MemoryPerCPU},
		{Key: "time", Label: "timeLimit", Value: seconds(r.TimeLimitSeconds)},
		{Key: "gpus", Label: "gpus", Value: r.GPUs},
		{Key: "gres", Label: "gres", Value: r.Gres},
		{Key: "partition", Label: "partition", Value: r.Partition},
		{Key: "account", Label: "account", Value: r.Account},
		{Key: "qos", Label: "qos", Value: r.QOS},
		{Key: "reservation", Label: "reservation", Value: r.Reservation},
		{Key: "clusters", Label: "slurmClusters", Value: r.Clusters},
		{Key: "constraint", Label: "constraint", Value: r.Constraint},
		{Key: "workdir", Label: "workingDirectory", Value: r.WorkingDirectory},
		{Key: "kernel_transport", Label: "kernelTransport", Value: r.KernelTransport},
		{Key: "modules", Label: "modules", Value: env.Modules},
		{Key: "environment", Label: "environment", Value: env.Name},
		{Key: "container", Label: "container", Value: env.Container},
		{Key: "container_binds", Label: "containerBinds", Value: env.ContainerBinds},
		{Key: "conda", Label: "conda", Value: env.Conda},
		{Key: "venv", Label: "venv", Value: env.Venv},
		{Key: "setup", Label: "setup", Value: env.Setup},
		{Key: "variables", Label: "variables", Value: anyMap(env.Variables)},
		{Key: "sbatch_options", Label: "sbatchOptions", Value: r.SbatchOptions},
	}
}

// isUnset reports whether a value is that of an absent member.
func isUnset(v profile.Value) bool {
	value := reflect.ValueOf(v.Value)
	return value.IsZero() || (value.Kind() == reflect.Slice || value.Kind() == reflect.Map) && value.Len() == 0
}

func seconds(n int) string {
	if n == 0 {
		return ""
	}
	return (time.Duration(n) * time.Second).String()
}

// idleText returns idleSeconds as the configuration file has it.
func idleText(n int) string {
	if n == -1 {
		return "off"
	}
	return seconds(n)
}

func anyMap(items map[string]string) map[string]any {
	all := make(map[string]any, len(items))
	for name, value := range items {
		all[name] = value
	}
	return all
}
