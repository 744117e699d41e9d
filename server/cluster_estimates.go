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
	if known := s.estimates.find(key, time.Now()); known != nil {
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
	file, _ := s.sites.known(p.Place)
	estimates, err := slurm.New(login).On(req.Clusters).Estimates(ctx, req, slurm.Rules{Show: file.Show, Limit: func(resolved slurm.Request, partition slurm.Partition) (slurm.Request, error) {
		return file.Limit(req, resolved, partition)
	}})
	if err != nil {
		return nil, s.sites.explain(p.Place, err)
	}
	timed := datedEstimates{at: time.Now(), estimates: estimates}
	s.estimates.put(key, timed)
	return wireEstimates(params.Request, &timed), nil
}

// estimateKey returns what two questions with the same answer have in common.
func estimateKey(host, user string, req slurm.Request) string {
	req.Environment = slurm.Environment{} // Slurm does not get it
	text, _ := json.Marshal([]any{host, user, req})
	return string(text)
}

// estimatesKept is how long Slurm's estimates are kept, and maxEstimates how many.
const (
	estimatesKept = time.Minute
	maxEstimates  = 20
)

// estimateCache has Slurm's last estimates, so that a user who asks again does not ask Slurm.
type estimateCache struct {
	mu    sync.Mutex
	known map[string]datedEstimates
}

// datedEstimates are estimates, and when they were made.
type datedEstimates struct {
	at        time.Time
	estimates []slurm.Estimate
}

// find returns nil if the estimates are not known or too old.
func (c *estimateCache) find(key string, now time.Time) *datedEstimates {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.known[key]
	if !ok || now.Sub(known.at) >= estimatesKept {
		return nil
	}
	return &known
}

func (c *estimateCache) put(key string, e datedEstimates) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxEstimates {
		c.known = map[string]datedEstimates{}
	}
	c.known[key] = e
}

// wireEstimates returns estimates as they are sent, for the request that the client made.
func wireEstimates(asked protocol.KernelRequest, dated *datedEstimates) *protocol.ClusterEstimatesResult {
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
