package server

import (
	"sync"
	"time"
)

// memory keeps answers of clusters for a while, so that a user who asks again need not wait for
// them.
type memory[K comparable, V any] struct {
	lasts time.Duration // for how long an answer is kept
	most  int           // how many are kept

	mu    sync.Mutex // guards known
	known map[K]remembered[V]
}

// remembered is an answer, and when it was given.
type remembered[V any] struct {
	answer V
	at     time.Time
}

// find returns the answer to a question, if it is known and not too old.
func (m *memory[K, V]) find(question K) (remembered[V], bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.known[question]
	return known, ok && time.Since(known.at) < m.lasts
}

// put keeps an answer of now. If there are too many, the others are forgotten.
func (m *memory[K, V]) put(question K, answer V) remembered[V] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= m.most {
		m.known = map[K]remembered[V]{}
	}
	m.known[question] = remembered[V]{answer, time.Now()}
	return m.known[question]
}
