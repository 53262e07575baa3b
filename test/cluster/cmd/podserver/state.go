package main

import "sync"

// state is which Pod has which version, and every change since the beginning.
// Versions count on: Pod i begins with firstVersion+i+1, each change is one more.
type state struct {
	mutex    sync.Mutex
	versions []int64 // by Pod
	changes  []int32 // which Pod changed, by number of the change
	expired  int     // how often everybody was told to begin anew
	grown    chan struct{}
	counts   counts
}

type counts struct {
	Pods        int `json:"pods"`
	Changes     int `json:"changes"`
	Lists       int `json:"lists"`       // complete ones
	WatchLists  int `json:"watchLists"`  // whose initial events were all sent
	Watches     int `json:"watches"`     // begun
	OpenWatches int `json:"openWatches"` // now
}

func newState(count int) *state {
	s := &state{versions: make([]int64, count), grown: make(chan struct{})}
	for i := range s.versions {
		s.versions[i] = firstVersion + int64(i) + 1
	}
	return s
}

func (s *state) versionOf(changes int) int64 {
	return firstVersion + int64(len(s.versions)) + int64(changes)
}

// announce wakes everybody who waits; the mutex is held.
func (s *state) announce() {
	close(s.grown)
	s.grown = make(chan struct{})
}

// change changes Pods, one after the other but far apart.
func (s *state) change(count int) {
	if count <= 0 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for ; count > 0; count-- {
		pod := len(s.changes) * 7919 % len(s.versions)
		s.changes = append(s.changes, int32(pod))
		s.versions[pod] = s.versionOf(len(s.changes))
	}
	s.announce()
}

// expire ends every watch that is open, as if what it would hear next were forgotten.
func (s *state) expire() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.expired++
	s.announce()
}

// snapshot is all Pods as they are now, and after how many changes that is.
func (s *state) snapshot() ([]int64, int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]int64(nil), s.versions...), len(s.changes)
}

// since is the changes after the first `seen` ones, and what to wait for when
// there are no more; and how often everybody was told to begin anew.
func (s *state) since(seen int) (changes []int32, more <-chan struct{}, expired int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.changes[min(seen, len(s.changes)):], s.grown, s.expired
}

func (s *state) count(add func(*counts)) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	add(&s.counts)
}

func (s *state) counted() counts {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c := s.counts
	c.Pods, c.Changes = len(s.versions), len(s.changes)
	return c
}
