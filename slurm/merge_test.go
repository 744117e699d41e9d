package slurm

import (
	"reflect"
	"testing"
)

func TestRequestOver(t *testing.T) {
	base := Request{CPUs: 1, Partition: "p", Environment: Environment{
		Modules: []string{"a"}, Variables: map[string]string{"A": "1", "B": "2"},
	}}
	own := Request{CPUs: 2, Account: "acc", Environment: Environment{
		Modules: []string{"b"}, Variables: map[string]string{"B": "3"},
	}}
	want := Request{CPUs: 2, Partition: "p", Account: "acc", Environment: Environment{
		Modules: []string{"b"}, Variables: map[string]string{"A": "1", "B": "3"},
	}}
	if got := own.WithDefaults(base); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if base.Environment.Variables["B"] != "2" {
		t.Error("the base was changed")
	}
	if got := (Request{}).WithDefaults(want); !reflect.DeepEqual(got, want) {
		t.Errorf("nothing set: %+v", got)
	}
}
