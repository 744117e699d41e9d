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

// TestNamedEnvironmentOver: an environment that a request names replaces the profile's, however
// either is named.
func TestNamedEnvironmentOver(t *testing.T) {
	for _, row := range []struct{ own, base, want Environment }{
		{Environment{Name: "n"}, Environment{Conda: "c", Venv: "v", Modules: []string{"m"}}, Environment{Name: "n", Modules: []string{"m"}}},
		{Environment{Conda: "c"}, Environment{Name: "n"}, Environment{Conda: "c"}},
		{Environment{Venv: "v"}, Environment{Name: "n"}, Environment{Venv: "v"}},
		{Environment{}, Environment{Name: "n"}, Environment{Name: "n"}},
		{Environment{Container: "/i.sif"}, Environment{Name: "n", Conda: "c"}, Environment{Container: "/i.sif", Conda: "c"}}, // Jupyter is outside
		{Environment{Name: "n"}, Environment{Container: "/i.sif", ContainerBinds: []string{"/d"}}, Environment{Name: "n", ContainerBinds: []string{"/d"}}},
	} {
		if got := (Request{Environment: row.own}).WithDefaults(Request{Environment: row.base}).Environment; !reflect.DeepEqual(got, row.want) {
			t.Errorf("%+v over %+v: got %+v, want %+v", row.own, row.base, got, row.want)
		}
	}
}
