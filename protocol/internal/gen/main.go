// Command gen generates files from the protocol's Go types: names, dispatcher and stubs in Go,
// the TypeScript types, the check of the golden messages against them, and the reference for
// developers of clients.
//
// It is run by "go generate ./protocol"; its test fails when a file is stale.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	// go generate runs in the folder of the file with the directive: protocol.
	files, err := generate("..")
	if err != nil {
		log.Fatal(err)
	}
	for path, content := range files {
		if err := os.WriteFile(filepath.Join("..", path), content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// generate returns every generated file of the repository at root, by path.
func generate(root string) (map[string][]byte, error) {
	m, err := load(root)
	if err != nil {
		return nil, err
	}
	goldens, err := loadGoldens(root, m)
	if err != nil {
		return nil, err
	}
	goSource, err := goFile(m)
	if err != nil {
		return nil, fmt.Errorf("formatting the Go source: %w", err)
	}
	tests, err := goTestFile(m, "protocol_test", false)
	if err != nil {
		return nil, fmt.Errorf("formatting the source for tests: %w", err)
	}
	serverTests, err := goTestFile(m, "rpc", true)
	if err != nil {
		return nil, fmt.Errorf("formatting the source for tests: %w", err)
	}
	reference, err := markdownFile(m, goldens)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"protocol/methods_gen.go":                 goSource,
		"protocol/methods_gen_test.go":            tests,
		"server/rpc/methods_gen_test.go":          serverTests,
		"editor-extension/src/protocol.ts":        typescriptFile(m),
		"editor-extension/src/protocol.golden.ts": typescriptGoldens(goldens),
		"docs/protocol.md":                        reference,
	}, nil
}
