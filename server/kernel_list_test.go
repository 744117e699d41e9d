package server

import (
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

func TestListHasWhatCanBeUsed(t *testing.T) {
	lab := store.Place{Cluster: "lab", Host: "login"}
	known := []protocol.Session{{ID: "k1", JobID: "1", Cluster: "lab"}, {ID: "k2", JobID: "2", Cluster: "other"}}
	list := merge(known, lab, []slurm.Job{
		{ID: "1", State: "COMPLETING"}, {ID: "2", State: "RUNNING"}, {ID: "3", State: "PENDING"},
		{ID: "4", State: "COMPLETING"}, {ID: "5", State: "STAGE_OUT"}, {ID: "6", State: "CANCELLED"},
	})
	var got []string
	for _, s := range list {
		row := s.JobID + " " + s.Cluster + " " + string(s.State)
		if s.Remote {
			row += " remote"
		}
		got = append(got, row)
	}
	want := []string{"1 lab ending", "2 other ", "2 lab ready remote", "3 lab pending remote"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
