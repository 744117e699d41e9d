package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestGeneratedFilesAreFresh fails when a generated file is not up to date.
func TestGeneratedFilesAreFresh(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Errorf("%v; run: go generate ./protocol", err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale; run: go generate ./protocol", path)
		}
	}
}

// TestEveryMethodHasGoldens fails when a method has no example of each of its messages.
func TestEveryMethodHasGoldens(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	m, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	goldens, err := loadGoldens(root, m)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, g := range goldens {
		have[g.Method.Name+" "+g.Kind] = true
	}
	for _, i := range m.Interfaces {
		for _, method := range i.Methods {
			kinds := []string{kindNotification}
			if method.Result != "" {
				kinds = []string{kindRequest, kindResult}
			}
			for _, kind := range kinds {
				if !have[method.Name+" "+kind] {
					t.Errorf("%s has no golden %s in protocol/testdata/golden", method.Name, kind)
				}
			}
		}
	}
}
