package slurm

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// Change is what a shape has different from the request.
type Change string

// The changes.
const (
	unchanged        Change = "none"
	changedCPUs      Change = "fewer-cpus"
	changedTime      Change = "shorter-time"
	changedPartition Change = "partition"
	changedQOS       Change = "qos"
)

// Shape is a request to compare with the one that the user made.
type Shape struct {
	Change Change
	// Request is the user's, with the change. Partition, CPUs and TimeLimit are set if they are known.
	Request Request
	// resolved is Request with the site's defaults; refusal is why the site can never run it.
	resolved Request
	refusal  *fault.Error
}

// Rules are what the site itself says about kernels.
type Rules struct {
	// Show returns the partitions that may be proposed; nil: all.
	Show func([]Partition) []Partition
	// Limit applies the site's limits to a resolved request, or returns why it is refused; nil: none.
	Limit func(Request, Partition) (Request, error)
}

// maxShapes is how many shapes are compared, with the request itself.
const maxShapes = 4

// shapes returns the request, and at most three others that may start sooner: with fewer CPUs,
// for a shorter time, in the other partition that has the most free CPUs and with another of the
// account's QOS. The error is that of a request that names a partition which does not exist.
func (r Resources) shapes(req Request, rules Rules) ([]Shape, error) {
	site := r.Site
	if rules.Show != nil {
		r.Site.Partitions = rules.Show(r.Site.Partitions)
	}
	if len(r.all) > 0 {
		site.Partitions = r.all
	}
	asked, p, err := ResolveDefaults(req, site)
	if err != nil && p.Name == "" {
		return nil, err
	}
	shapes := []Shape{{Change: unchanged, Request: req}}
	add := func(change Change, apply func(*Request)) {
		changed := req
		apply(&changed)
		shapes = append(shapes, Shape{Change: change, Request: changed})
	}
	if n := fewerCPUs(asked.CPUs, r.MostOnANode(p).CPUs); n < asked.CPUs {
		add(changedCPUs, func(c *Request) { c.CPUs = n })
	}
	if d := shorterTime(asked.TimeLimit, p.MaxTime); d < asked.TimeLimit {
		add(changedTime, func(c *Request) { c.TimeLimit = d })
	}
	if other := r.otherPartition(asked, p); other != "" {
		add(changedPartition, func(c *Request) { c.Partition = other })
	}
	if other := r.otherQOS(asked); other != "" {
		add(changedQOS, func(c *Request) { c.QOS = other })
	}
	shapes = shapes[:min(len(shapes), maxShapes)]
	for i := range shapes {
		shapes[i].resolve(site, rules)
	}
	return shapes, nil
}

// resolve fills in the site's defaults.
func (s *Shape) resolve(site Site, rules Rules) {
	resolved, p, err := ResolveDefaults(s.Request, site)
	if err == nil && rules.Limit != nil {
		resolved, err = rules.Limit(resolved, p)
	}
	s.resolved, s.refusal = resolved, fault.As(err)
	s.Request.CPUs, s.Request.TimeLimit, s.Request.QOS = resolved.CPUs, resolved.TimeLimit, resolved.QOS
	s.Request.Partition = cmp.Or(s.Request.Partition, p.Name)
}

// fewerCPUs returns a quarter of n, at most as many as a node has: smaller steps seldom fit where
// the whole does not.
func fewerCPUs(n, most int) int { return least(max(n/4, 1), most) }

// shortest is the shortest time limit that is proposed.
const shortest = 15 * time.Minute

// shorterTime returns a quarter of a time limit, but an hour if half of it is more, since backfill
// starts short jobs sooner.
func shorterTime(limit, longest time.Duration) time.Duration {
	return least(max(limit/4, min(limit/2, time.Hour), shortest).Truncate(5*time.Minute), longest)
}

// otherPartition returns the partition with the most free CPUs, apart from those that the request
// names, that may run it; "" if there is none.
func (r Resources) otherPartition(asked Request, current Partition) string {
	named := strings.Split(asked.Partition, ",")
	allowed := r.account(asked).Partitions
	best, most := "", -1
	for _, p := range r.Site.Partitions {
		candidate := asked
		candidate.Partition = p.Name
		if !p.Up || p.Name == current.Name || slices.Contains(named, p.Name) ||
			len(allowed) > 0 && !slices.Contains(allowed, p.Name) || fits(candidate, p) != nil || !r.hasNode(p, candidate) {
			continue
		}
		if free, _ := r.Free(p); free.CPUs > most {
			best, most = p.Name, free.CPUs
		}
	}
	return best
}

// hasNode reports whether a node of p, as far as its nodes are known, has what the request asks for.
func (r Resources) hasNode(p Partition, req Request) bool {
	kind, n := gpus(req)
	enough := func(node NodeKind) bool {
		return node.CPUs >= req.CPUs && node.MemoryMiB >= req.MemoryMiB && countGPUs(node.GPUs, kind) >= n
	}
	return len(r.Nodes[p.Name]) == 0 || slices.ContainsFunc(r.Nodes[p.Name], enough)
}

// otherQOS returns a QOS of the account that the request does not name; "" if there is none. Jobs
// that name none usually get "normal".
func (r Resources) otherQOS(asked Request) string {
	for _, qos := range r.account(asked).QOS {
		if qos != asked.QOS && (asked.QOS != "" || qos != "normal") {
			return qos
		}
	}
	return ""
}

// account returns the account that the request is charged to, as far as it is known.
func (r Resources) account(req Request) Account {
	for _, a := range r.Accounts {
		if strings.EqualFold(a.Name, req.Account) || req.Account == "" && a.Default {
			return a
		}
	}
	return Account{}
}
