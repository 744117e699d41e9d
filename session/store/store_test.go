package store

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

func openTestStore(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	store, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store, dir
}

func TestStoreKeepsRecordsClosedToOthers(t *testing.T) {
	store, dir := openTestStore(t)
	rec := Record{ID: NewID(), Owner: "a", Generation: 1, Job: Job{JobID: "42"}}
	if err := store.Write(rec); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, rec.ID+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	found, ok := store.Find(rec.ID)
	if !ok || found.JobID != "42" {
		t.Errorf("found %+v, %v", found, ok)
	}
}

func TestTakeOverRaisesTheGeneration(t *testing.T) {
	store, _ := openTestStore(t)
	rec := Record{ID: NewID(), Owner: "a", Generation: 1}
	if err := store.Write(rec); err != nil {
		t.Fatal(err)
	}
	taken, err := store.TakeOver(rec.ID, "b", false)
	if err != nil || taken.Generation != 2 || taken.Owner != "b" {
		t.Fatalf("took %+v, %v", taken, err)
	}
	if err := store.CheckOwner(rec.ID, "b", 2); err != nil {
		t.Errorf("the new owner: %v", err)
	}
	if err := store.CheckOwner(rec.ID, "a", 1); !errors.Is(err, ErrTaken) {
		t.Errorf("the old owner: %v, want ErrTaken", err)
	}
	if err := store.Update(rec.ID, "a", 1, func(r *Record) { r.Port = 1 }); !errors.Is(err, ErrTaken) {
		t.Errorf("the old owner's update: %v, want ErrTaken", err)
	}
	if err := store.Remove(rec.ID, "a", 1); !errors.Is(err, ErrTaken) {
		t.Errorf("the old owner's removal: %v, want ErrTaken", err)
	}
	if err := store.Remove(rec.ID, "b", 2); err != nil {
		t.Errorf("the new owner's removal: %v", err)
	}
	if err := store.CheckOwner(rec.ID, "b", 2); !errors.Is(err, ErrNoRecord) {
		t.Errorf("after it was removed: %v, want ErrNoRecord", err)
	}
}

// TestOwnerNoticesAStoppedSession, also if the job had ended before it checked.
func TestOwnerNoticesAStoppedSession(t *testing.T) {
	store, dir := openTestStore(t)
	rec := Record{ID: NewID(), Owner: "a", Generation: 1}
	must(t, store.Write(rec))
	_, err := store.TakeOver(rec.ID, "b", true)
	must(t, err)
	if err := store.CheckOwner(rec.ID, "a", 1); !errors.Is(err, ErrStopped) {
		t.Errorf("while it is stopped: %v, want ErrStopped", err)
	}
	store.MarkStopped(rec.ID)
	if err := store.CheckOwner(rec.ID, "a", 1); !errors.Is(err, ErrStopped) {
		t.Errorf("after it was stopped: %v, want ErrStopped", err)
	}
	if _, found := store.Find(rec.ID); found {
		t.Error("a session that has ended is found")
	}
	if _, err := store.TakeOver(rec.ID, "c", false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a session that has ended is taken over: %v", err)
	}
	if records, problems := store.List(); len(records)+len(problems) != 0 {
		t.Errorf("listed %v, %v", records, problems)
	}
	path := filepath.Join(dir, rec.ID+".json")
	old := time.Now().Add(-2 * stoppedKept)
	must(t, os.Chtimes(path, old, old))
	store.List()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its record is kept for ever: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConcurrentTakeOversHaveDifferentGenerations(t *testing.T) {
	store, _ := openTestStore(t)
	id := NewID()
	if err := store.Write(Record{ID: id, Owner: "a", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	const takers = 8
	var mu sync.Mutex
	seen := map[int]bool{}
	var group sync.WaitGroup
	for range takers {
		group.Go(func() {
			rec, err := store.TakeOver(id, NewID(), false)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || seen[rec.Generation] {
				t.Errorf("generation %d: %v", rec.Generation, err)
			}
			seen[rec.Generation] = true
		})
	}
	group.Wait()
	if rec, _ := store.Find(id); rec.Generation != 1+takers {
		t.Errorf("generation %d after %d takers", rec.Generation, takers)
	}
}

func TestStoreQuarantinesDamagedRecords(t *testing.T) {
	store, dir := openTestStore(t)
	good := Record{ID: NewID(), Owner: "a", Generation: 1}
	must(t, store.Write(good))
	for _, content := range []string{"{", `{"version":99}`, `{"version":99,"owner":7}`, `{"version":2,"id":"k00000000000"}`, "[]", "\x00\xff", ""} {
		id := NewID()
		path := filepath.Join(dir, id+".json")
		must(t, os.WriteFile(path, []byte(content), 0o600))
		if _, err := store.TakeOver(id, "b", false); err == nil {
			t.Errorf("%q was taken", content)
		}
		records, problems := store.List()
		if len(records) != 1 || records[0].ID != good.ID || len(problems) != 1 || !fault.Is(problems[0], fault.LocalState) {
			t.Errorf("%q: records %+v, problems %v", content, records, problems)
		}
		aside, _ := filepath.Glob(path + ".damaged-*")
		if len(aside) != 1 {
			t.Errorf("%q: set aside: %v", content, aside)
		}
		if _, problems := store.List(); len(problems) != 0 {
			t.Errorf("%q was reported twice: %v", content, problems)
		}
	}
}

// TestStoreLeavesRecordsOfANewerVersion: its process runs, and can read them.
func TestStoreLeavesRecordsOfANewerVersion(t *testing.T) {
	store, dir := openTestStore(t)
	newer := register(t, store)
	id := NewID()
	path := filepath.Join(dir, id+".json")
	must(t, os.WriteFile(path, []byte(`{"version":99,"id":"`+id+`","owner":"`+newer.ID+`"}`), 0o600))
	if err := store.CheckOwner(id, "a", 1); !errors.Is(err, ErrTaken) {
		t.Errorf("held by a newer program: %v, want ErrTaken", err)
	}
	if _, problems := store.List(); len(problems) != 1 {
		t.Errorf("problems %v", problems)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("what a newer program holds was set aside: %v", err)
	}
	must(t, newer.Close())
	store.List()
	if _, err := os.Stat(path); err == nil {
		t.Error("what a newer program left is not set aside")
	}
}

func TestStoreRefusesNamesThatAreNoIDs(t *testing.T) {
	store, _ := openTestStore(t)
	for _, id := range []string{"", "../../etc/passwd", "k1", "K00000000000", "123456789012"} {
		if _, ok := store.Find(id); ok {
			t.Errorf("found %q", id)
		}
		if _, err := store.TakeOver(id, "b", false); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("took %q: %v", id, err)
		}
	}
}
