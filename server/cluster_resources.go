package server

import (
	"context"
	"strconv"
	"time"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/slurm"
)

// ClusterResources returns what this user can request of Slurm.
func (s *server) ClusterResources(ctx context.Context, params *protocol.ClusterResourcesParams) (*protocol.ClusterResourcesResult, error) {
	base, err := s.clusters.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	p := s.sites.apply(base)
	defer s.pool.Acquire(p.Place)()
	report := progress.Begin(s.client, params.ProgressToken, "Asking what "+p.Title+" has")
	defer report.End()
	report.Step("Connecting to " + p.Host)
	login, err := s.pool.Connect(ctx, p.Place, true)
	if err != nil {
		return nil, err
	}
	report.Step("Connected; asking Slurm for partitions and accounts")
	r, err := slurm.New(login).On(p.Request.Clusters).KnowsFile(s.sites.hash(p.Place)).Resources(ctx)
	if err != nil {
		return nil, err
	}
	file, _ := s.sites.learn(p.Place, r.Site.File)
	r.Site.Partitions = file.Show(r.Site.Partitions)
	p = file.Apply(base)
	result := wireResources(p, login.User(), r, file)
	if r.Site.File.Hash != "" {
		request := wireRequest(p)
		result.Request = &request
	}
	result.AskedAt = wireTime(time.Now())
	return result, nil
}

// wireResources returns a site's resources as they are sent.
func wireResources(p profile.Profile, user string, r slurm.Resources, file site.File) *protocol.ClusterResourcesResult {
	w := &protocol.ClusterResourcesResult{
		Cluster: p.Cluster, Title: p.Title, Host: p.Host, User: user, SlurmVersion: r.Site.Version,
		Partitions: []protocol.PartitionInfo{}, Accounts: []protocol.AccountInfo{},
	}
	for _, partition := range r.Site.Partitions {
		w.Partitions = append(w.Partitions, wirePartition(partition, r, file))
	}
	for _, a := range r.Accounts {
		w.Accounts = append(w.Accounts, protocol.AccountInfo(a))
	}
	return w
}

func wirePartition(p slurm.Partition, r slurm.Resources, file site.File) protocol.PartitionInfo {
	most := file.Caps.Node(r.MostOnANode(p))
	p.MaxTime = file.Caps.MaxTime(p.MaxTime)
	if p.DefaultTime > 0 {
		p.DefaultTime = file.Caps.MaxTime(p.DefaultTime)
	}
	words := file.Partitions[p.Name]
	w := protocol.PartitionInfo{
		Name: p.Name, Title: words.Title, Description: words.Description, Default: p.Default, Up: p.Up, State: p.State,
		MaxTimeSeconds: int(p.MaxTime.Seconds()), DefaultTimeSeconds: int(p.DefaultTime.Seconds()),
		MaxCPUs: most.CPUs, MemoryMiB: most.MemoryMiB,
		DefaultMemoryMiBPerCPU: p.DefMemPerCPUMiB, DefaultMemoryMiBPerNode: p.DefMemPerNodeMiB,
		GPUs: wireGPUs(most.GPUs),
	}
	if free, ok := r.Free(p); ok {
		w.Free = &protocol.PartitionFree{Nodes: free.Nodes, CPUs: free.CPUs, GPUs: wireGPUs(free.GPUs)}
	}
	return w
}

func wireGPUs(gpus []slurm.GPUs) (names []string) {
	for _, g := range gpus {
		name := strconv.Itoa(g.Count)
		if g.Kind != "" {
			name = g.Kind + ":" + name
		}
		names = append(names, name)
	}
	return names
}
