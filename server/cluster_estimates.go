package server

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/slurm"
)

// ClusterEstimates returns when a request, and others like it, would start.
func (s *server) ClusterEstimates(ctx context.Context, params *protocol.ClusterEstimatesParams) (*protocol.ClusterEstimatesResult, error) {
	base, err := s.clusters.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	p := s.sites.apply(base)
	req := slurmRequest(params.Request).WithDefaults(p.Request)
	if err := req.Validate(); err != nil {
		return nil, err
	}
	key := estimateKey(p.Host, p.User, req)
	if known, ok := s.estimates.find(key); ok {
		return wireEstimates(params.Request, known), nil
	}
	defer s.pool.Acquire(p.Place)()
	report := progress.Begin(s.client, params.ProgressToken, "Asking "+p.Title+" when a kernel would start")
	defer report.End()
	report.Step("Connecting to " + p.Host)
	login, err := s.pool.Connect(ctx, p.Place, true)
	if err != nil {
		return nil, err
	}
	report.Step("Connected; asking Slurm")
	estimates, err := slurm.New(login).On(req.Clusters).KnowsFile(s.sites.hash(p.Place)).Estimates(ctx, func(reported slurm.Site) (slurm.Request, slurm.Rules) {
		file, _ := s.sites.learn(p.Place, reported.File)
		req := slurmRequest(params.Request).WithDefaults(file.Apply(base).Request)
		return req, slurm.Rules{Show: file.Show, Limit: func(resolved slurm.Request, partition slurm.Partition) (slurm.Request, error) {
			return file.Limit(req, resolved, partition)
		}}
	})
	if err != nil {
		return nil, err
	}
	return wireEstimates(params.Request, s.estimates.put(key, estimates)), nil
}

// estimateKey returns what two questions with the same answer have in common.
func estimateKey(host, user string, req slurm.Request) string {
	req.Environment = slurm.Environment{} // Slurm does not get it
	text, _ := json.Marshal([]any{host, user, req})
	return string(text)
}

// wireEstimates returns estimates as they are sent, for the request that the client made.
func wireEstimates(asked protocol.KernelRequest, dated datedEstimates) *protocol.ClusterEstimatesResult {
	result := &protocol.ClusterEstimatesResult{Estimates: []protocol.Estimate{}}
	for _, e := range dated.estimates {
		request := asked
		request.CPUs, request.TimeLimitSeconds = e.Request.CPUs, int(e.Request.TimeLimit.Seconds())
		request.Partition, request.QOS = e.Request.Partition, e.Request.QOS
		w := protocol.Estimate{
			Change: protocol.EstimateChange(e.Change), Request: request, Outcome: protocol.EstimateOutcome(e.Outcome), Reason: e.Reason,
		}
		if e.Outcome == slurm.StartsLater {
			w.StartsAt = wireTime(dated.at.Add(e.In))
		}
		result.Estimates = append(result.Estimates, w)
	}
	return result
}

// estimates are remembered for a minute, so that a user who asks again need not wait for them.
type estimates struct {
	mu    sync.Mutex // guards known
	known map[string]datedEstimates
}

// datedEstimates are Slurm's estimates, and when it gave them.
type datedEstimates struct {
	estimates []slurm.Estimate
	at        time.Time
}

// find returns the estimates with a key, if they are known and not too old.
func (m *estimates) find(key string) (datedEstimates, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.known[key]
	return known, ok && time.Since(known.at) < time.Minute
}

// put keeps estimates of now. If there are too many, the others are forgotten.
func (m *estimates) put(key string, list []slurm.Estimate) datedEstimates {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= 20 {
		m.known = map[string]datedEstimates{}
	}
	m.known[key] = datedEstimates{list, time.Now()}
	return m.known[key]
}
