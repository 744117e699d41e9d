package store

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func register(t *testing.T, store *Store) *Owner {
	t.Helper()
	o, err := store.Register()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func locks(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "owner-*.lock"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestSessionIsOrphanedWhenItsOwnerLeaves(t *testing.T) {
	store, dir := openTestStore(t)
	first, second := register(t, store), register(t, store)
	defer func() { _ = second.Close() }()
	rec := Record{ID: NewID(), Owner: first.ID, Generation: 1}
	if err := store.Write(rec); err != nil {
		t.Fatal(err)
	}
	if store.IsOrphaned(rec) {
		t.Error("left, although its owner lives")
	}
	if err := store.Update(rec.ID, first.ID, 1, func(r *Record) { r.Leaving = true }); err != nil {
		t.Fatal(err)
	}
	if rec, _ = store.Find(rec.ID); !store.IsOrphaned(rec) {
		t.Error("held, although its owner goes")
	}
	rec, err := store.TakeOver(rec.ID, second.ID, false)
	if err != nil || store.IsOrphaned(rec) {
		t.Errorf("left, although it was taken over: %+v, %v", rec, err)
	}
	if err := first.Close(); err != nil || store.IsOrphaned(rec) {
		t.Errorf("the end of the owner before matters: %v", err)
	}
	if n := len(locks(t, dir)); n != 1 {
		t.Errorf("%d locks for one owner", n)
	}
	if !store.IsOrphaned(Record{Owner: first.ID}) {
		t.Error("held by an owner that has gone")
	}
}

// A check must neither make the lock nor keep another one from succeeding.
func TestIsOrphanedChangesNothing(t *testing.T) {
	store, dir := openTestStore(t)
	if !store.IsOrphaned(Record{Owner: NewID()}) {
		t.Error("held by an owner that never was")
	}
	if found := locks(t, dir); len(found) != 0 {
		t.Errorf("locks %v", found)
	}
}

// TestKilledOwner: the operating system releases the lock, and the next owner removes its
// file.
func TestKilledOwner(t *testing.T) {
	store, dir := openTestStore(t)
	child := exec.Command(os.Args[0], "-test.run=^TestOwnerChild$")
	child.Env = append(os.Environ(), "SUNPYTER_TEST_OWNER="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := child.StdinPipe(); err != nil { // ends the child with this process
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill() }()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the child said nothing")
	}
	rec := Record{Owner: lines.Text()}
	if store.IsOrphaned(rec) {
		t.Error("left, although its owner lives")
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if !store.IsOrphaned(rec) {
		t.Error("held by a process that was killed")
	}
	if found := locks(t, dir); len(found) != 1 {
		t.Errorf("locks %v", found)
	}
	o := register(t, store)
	if found := locks(t, dir); len(found) != 1 || found[0] != o.lock.Path() {
		t.Errorf("after the next owner came: locks %v", found)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

// TestOwnerChild is the process that TestKilledOwner kills.
func TestOwnerChild(t *testing.T) {
	dir := os.Getenv("SUNPYTER_TEST_OWNER")
	if dir == "" {
		t.Skip("only as a child")
	}
	store, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	o := register(t, store)
	_, _ = os.Stdout.WriteString(o.ID + "\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
}
