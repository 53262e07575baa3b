package witness

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// log is the output, shared by the three kinds. Every line is written at once:
// what was seen is in the file even if this process is killed.
type log struct {
	mu  sync.Mutex
	out io.Writer
	err error
}

func (l *log) write(record Record) {
	record.Seen = time.Now()
	line, err := json.Marshal(record)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		_, err = l.out.Write(append(line, '\n'))
	}
	if l.err == nil {
		l.err = err
	}
}

// source is one kind of objects.
type source struct {
	kind  string
	list  func(context.Context, metav1.ListOptions) (runtime.Object, error)
	watch func(context.Context, metav1.ListOptions) (watch.Interface, error)

	log   *log
	known map[string]Record // by uid: what a relist is compared with
	last  string            // resourceVersion to go on from; empty: none
}

// retryAfter keeps a dead apiserver from being asked in a tight loop.
const retryAfter = 100 * time.Millisecond

// run follows the kind until the context ends; it calls listed once.
func (s *source) run(ctx context.Context, listed func()) {
	s.known = map[string]Record{}
	relist := true
	for ctx.Err() == nil {
		var err error
		if relist {
			if err = s.relist(ctx); err == nil {
				relist = false
				listed()
				listed = func() {}
			}
		} else if err = s.follow(ctx); apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
			relist = true
			continue
		}
		if err != nil && ctx.Err() == nil {
			fmt.Fprintf(os.Stderr, "witness: %s: %v\n", s.kind, err)
			select {
			case <-ctx.Done():
			case <-time.After(retryAfter):
			}
		}
	}
}

// relist takes the whole list. At the first time that is the beginning; later it
// means that events were lost, and the difference is all that can be told.
func (s *source) relist(ctx context.Context) error {
	list, err := s.list(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	accessor, err := meta.ListAccessor(list)
	if err != nil {
		return err
	}
	now := accessor.GetResourceVersion()
	if s.last != "" {
		s.log.write(Record{Type: Gap, Kind: s.kind, From: s.last, ResourceVersion: now})
	}

	there := map[string]bool{}
	err = meta.EachListItem(list, func(item runtime.Object) error {
		object, err := meta.Accessor(item)
		if err != nil {
			return err
		}
		record := newRecord(s.kind, object)
		there[record.UID] = true
		known, seen := s.known[record.UID]
		switch {
		case !seen:
			record.Type = Added
		case known.ResourceVersion != record.ResourceVersion:
			record.Type = Modified
		default:
			return nil
		}
		s.take(record)
		return nil
	})
	if err != nil {
		return err
	}
	for uid, record := range s.known {
		if !there[uid] {
			record.Type, record.ResourceVersion = Deleted, now
			s.take(record)
		}
	}
	s.last = now
	s.log.write(Record{Type: Listed, Kind: s.kind, ResourceVersion: now})
	return nil
}

// follow takes events until the connection ends. It goes on from the last event
// or bookmark, so nothing is lost while the apiserver still remembers that point.
func (s *source) follow(ctx context.Context) error {
	events, err := s.watch(ctx, metav1.ListOptions{ResourceVersion: s.last, AllowWatchBookmarks: true})
	if err != nil {
		return err
	}
	defer events.Stop()
	for event := range events.ResultChan() {
		if event.Type == watch.Error {
			return apierrors.FromObject(event.Object)
		}
		object, err := meta.Accessor(event.Object)
		if err != nil {
			return err
		}
		s.last = object.GetResourceVersion()
		if event.Type != watch.Bookmark {
			record := newRecord(s.kind, object)
			record.Type = string(event.Type)
			s.take(record)
		}
	}
	return nil
}

func (s *source) take(record Record) {
	if record.Type == Deleted {
		delete(s.known, record.UID)
	} else {
		s.known[record.UID] = record
	}
	s.log.write(record)
}
