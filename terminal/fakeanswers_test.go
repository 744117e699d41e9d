package terminal

import (
	"encoding/json"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
)

// fakePush is what a push did.
var fakePush = protocol.ProjectPushResult{
	Path: "/scratch/alice/thesis", Sent: []string{"a.ipynb"}, SentBytes: 2500, Removed: []string{"old.py"}, Unchanged: 40,
	Conflicts: []protocol.ProjectConflict{{Name: "notes.md"}}, LeftOut: []protocol.ProjectLeftOut{{Name: ".env", Reason: protocol.ProjectReasonSecret}},
}

// fakeListing returns a folder on two pages.
func fakeListing(r *jsonrpc2.Request) (any, error) {
	var p protocol.FileListParams
	if err := json.Unmarshal(*r.Params, &p); err != nil {
		return nil, err
	}
	if p.After == "" {
		return protocol.FileListResult{Entries: []protocol.FileEntry{{Name: "a.csv", Type: protocol.FileTypeFile, Size: 1234, Mode: "644"}}, Total: 2, More: true}, nil
	}
	return protocol.FileListResult{Entries: []protocol.FileEntry{{Name: "d%0A", Type: protocol.FileTypeDirectory, Mode: "755"}}, Total: 2}, nil
}

// fakeChanges are two new files of a copy, one of which has another version on this computer.
var fakeChanges = protocol.ProjectChangesResult{Path: "/scratch/alice/thesis", Files: []protocol.ProjectChange{
	{Name: "results/fig.png", Bytes: 20_000, ModifiedAt: time.Date(2026, 11, 28, 15, 4, 5, 0, time.UTC)},
	{Name: "notes.md", Bytes: 300, ModifiedAt: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), Here: true},
}}

// fakeEnvironments are what a cluster has.
var fakeEnvironments = protocol.ClusterEnvironmentsResult{Cluster: "sunbird", Title: "Sunbird", Incomplete: true, Environments: []protocol.EnvironmentInfo{
	{Kind: "conda", Name: "ml", Manager: "pixi", Path: "/home/alice/ml/.pixi/envs/default", PythonVersion: "3.12.1", Kernel: "yes", Jupyter: "no"},
	{Kind: "venv", Name: "old", Path: "/home/alice/old", PythonVersion: "3.9", Kernel: "no", Jupyter: "no", Problem: "its Python /usr/bin/python3.9 is gone"},
}}

// fakeEstimates has every outcome.
var fakeEstimates = protocol.ClusterEstimatesResult{Estimates: []protocol.Estimate{
	{Change: protocol.ChangeNone, Request: protocol.KernelRequest{CPUs: 400, MemoryMiB: 8192, TimeLimitSeconds: 14400, Partition: "compute", GPUs: "a100:1"}, Outcome: protocol.EstimateNever, Reason: "more than any node has"},
	{Change: protocol.ChangeFewerCPUs, Request: protocol.KernelRequest{CPUs: 1, TimeLimitSeconds: 14400, Partition: "compute"}, Outcome: protocol.EstimateNow},
	{Change: protocol.ChangePartition, Request: protocol.KernelRequest{CPUs: 400, Partition: "big"}, Outcome: protocol.EstimateLater, StartsAt: &fakeStart},
	{Change: protocol.ChangeQOS, Request: protocol.KernelRequest{CPUs: 400, QOS: "express"}, Outcome: protocol.EstimateUnknown, Reason: "its nodes are busy"},
}}

var fakeStart = time.Date(2040, 7, 29, 14, 20, 0, 0, time.UTC)
