package session

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func openTestStore(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	store, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store, dir
}

func TestStoreKeepsRecordsClosedToOthers(t *testing.T) {
	store, dir := openTestStore(t)
	rec := Record{ID: NewID(), Owner: "a", Generation: 1, JobID: "42"}
	if err := store.Claim(rec); err != nil {
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

func TestStoreTakeRaisesTheGenerationAndEndsTheOwnersRights(t *testing.T) {
	store, _ := openTestStore(t)
	rec := Record{ID: NewID(), Owner: "a", Generation: 1}
	if err := store.Claim(rec); err != nil {
		t.Fatal(err)
	}
	taken, err := store.Take(rec.ID, "b", false)
	if err != nil || taken.Generation != 2 || taken.Owner != "b" {
		t.Fatalf("took %+v, %v", taken, err)
	}
	if err := store.Held(rec.ID, "b", 2); err != nil {
		t.Errorf("the new owner: %v", err)
	}
	if err := store.Held(rec.ID, "a", 1); !errors.Is(err, ErrTaken) {
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
	if err := store.Held(rec.ID, "b", 2); !errors.Is(err, ErrStopped) {
		t.Errorf("after it was removed: %v, want ErrStopped", err)
	}
}

func TestStoreTakersDoNotShareAGeneration(t *testing.T) {
	store, _ := openTestStore(t)
	id := NewID()
	if err := store.Claim(Record{ID: id, Owner: "a", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	const takers = 8
	var mu sync.Mutex
	seen := map[int]bool{}
	var group sync.WaitGroup
	for range takers {
		group.Go(func() {
			rec, err := store.Take(id, NewID(), false)
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

func TestStoreSetsDamagedRecordsAside(t *testing.T) {
	store, dir := openTestStore(t)
	good := Record{ID: NewID(), Owner: "a", Generation: 1}
	if err := store.Claim(good); err != nil {
		t.Fatal(err)
	}
	for id, content := range map[string]string{
		NewID(): "{", NewID(): `{"version":99}`, NewID(): "",
	} {
		if err := os.WriteFile(filepath.Join(dir, id+".json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	records, problems := store.List()
	if len(records) != 1 || records[0].ID != good.ID || len(problems) != 3 {
		t.Errorf("records %+v, problems %v", records, problems)
	}
	aside, _ := filepath.Glob(filepath.Join(dir, "*.damaged"))
	if len(aside) != 3 {
		t.Errorf("set aside: %v", aside)
	}
}

func TestStoreRefusesNamesThatAreNoIDs(t *testing.T) {
	store, _ := openTestStore(t)
	for _, id := range []string{"", "../../etc/passwd", "k1", "K00000000000", "123456789012"} {
		if _, ok := store.Find(id); ok {
			t.Errorf("found %q", id)
		}
		if _, err := store.Take(id, "b", false); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("took %q: %v", id, err)
		}
	}
}
