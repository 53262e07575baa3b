package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

const (
	jsonType  = "application/json"
	protoType = "application/vnd.kubernetes.protobuf"
	// What the watch cache sends, and how often.
	initialEventsEnd = "k8s.io/initial-events-end"
	bookmarkInterval = time.Minute
)

// pods is the collection: a list, or a watch.
func (h *handler) pods(w http.ResponseWriter, r *http.Request) {
	accept := r.Header.Get("Accept")
	kind := whole
	if strings.Contains(accept, "as=PartialObjectMetadata") {
		kind = metadata
	}
	answer := &answer{state: h.state, kind: kind, w: w, r: r,
		proto: h.protobuf && strings.Contains(accept, protoType)}
	initial := r.FormValue("sendInitialEvents") == "true"
	switch {
	case r.FormValue("watch") != "1" && r.FormValue("watch") != "true":
		answer.list()
	case initial && h.listsOnly:
		answer.refuse(http.StatusUnprocessableEntity, "Invalid",
			"sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch")
	default:
		answer.watch(initial)
	}
}

type answer struct {
	state *state
	kind  *typed
	proto bool
	w     http.ResponseWriter
	r     *http.Request
}

func status(code int32, reason, message string) *metav1.Status {
	return &metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status: metav1.StatusFailure, Message: message, Reason: metav1.StatusReason(reason), Code: code}
}

func (a *answer) refuse(code int, reason, message string) {
	a.w.Header().Set("Content-Type", jsonType)
	a.w.WriteHeader(code)
	_ = json.NewEncoder(a.w).Encode(status(int32(code), reason, message))
}

// list is one page; the token to go on says where, and as of which version.
func (a *answer) list() {
	versions, changes := a.state.snapshot()
	from, version := 0, a.state.versionOf(changes)
	if token := a.r.FormValue("continue"); token != "" {
		if _, err := fmt.Sscanf(token, "%d.%d", &from, &version); err != nil {
			a.refuse(http.StatusBadRequest, "BadRequest", "continue key is not valid")
			return
		}
	}
	until := len(versions)
	if limit := number(a.r, "limit"); limit > 0 {
		until = min(until, from+limit)
	}
	meta := metav1.ListMeta{ResourceVersion: strconv.FormatInt(version, 10)}
	if until < len(versions) {
		rest := int64(len(versions) - until)
		meta.Continue, meta.RemainingItemCount = fmt.Sprintf("%d.%d", until, version), &rest
	} else {
		a.state.count(func(c *counts) { c.Lists++ })
	}
	if a.proto {
		a.protoList(meta, versions, from, until)
	} else {
		a.jsonList(meta, versions, from, until)
	}
}

func (a *answer) jsonList(meta metav1.ListMeta, versions []int64, from, until int) {
	a.w.Header().Set("Content-Type", jsonType)
	out := bufio.NewWriterSize(a.w, 1<<16)
	defer out.Flush()
	fmt.Fprintf(out, `{"kind":"%sList","apiVersion":%q,"metadata":%s,"items":[`, a.kind.kind,
		a.kind.apiVersion, must(json.Marshal(meta)))
	var object []byte
	for pod := from; pod < until; pod++ {
		if pod > from {
			_ = out.WriteByte(',')
		}
		object = a.kind.json.appendTo(object[:0], pod, versions[pod])
		_, _ = out.Write(object)
	}
	_, _ = out.WriteString("]}")
}

// protoList writes field 1, the metadata, and field 2, the items.
func (a *answer) protoList(meta metav1.ListMeta, versions []int64, from, until int) {
	field := func(out []byte, tag byte, value []byte) []byte {
		return append(binary.AppendUvarint(append(out, tag), uint64(len(value))), value...)
	}
	list := field(nil, 0x0a, must(meta.Marshal()))
	var object []byte
	for pod := from; pod < until; pod++ {
		object = a.kind.proto.appendTo(object[:0], pod, versions[pod])
		list = field(list, 0x12, object)
	}
	a.w.Header().Set("Content-Type", protoType)
	_, _ = a.w.Write(envelope(runtime.TypeMeta{APIVersion: a.kind.apiVersion, Kind: a.kind.kind + "List"}, list))
}

// watch sends all Pods first, if asked to, and then what changes until the
// client goes, its time is over, or what it would hear next is forgotten.
func (a *answer) watch(initial bool) {
	contentType, templates := jsonType, a.kind.frames
	if a.proto {
		contentType, templates = protoType+";stream=watch", a.kind.protos
	}
	a.w.Header().Set("Content-Type", contentType)
	a.state.count(func(c *counts) { c.Watches++; c.OpenWatches++ })
	defer a.state.count(func(c *counts) { c.OpenWatches-- })
	out := bufio.NewWriterSize(a.w, 1<<16)
	flush := func() { _ = out.Flush(); a.w.(http.Flusher).Flush() }

	var frame []byte
	seen := 0
	_, _, begun := a.state.since(0)
	if initial {
		var versions []int64
		versions, seen = a.state.snapshot()
		for pod, version := range versions {
			frame = templates["ADDED"].appendTo(frame[:0], pod, version)
			if _, err := out.Write(frame); err != nil {
				return
			}
		}
		_, _ = out.Write(a.bookmark(seen, map[string]string{initialEventsEnd: "true"}))
		a.state.count(func(c *counts) { c.WatchLists++ })
	} else {
		version, _ := strconv.ParseInt(a.r.FormValue("resourceVersion"), 10, 64)
		seen = max(0, int(version-a.state.versionOf(0)))
	}
	flush()

	bookmarks := time.NewTicker(bookmarkInterval)
	defer bookmarks.Stop()
	timeout := max(1, number(a.r, "timeoutSeconds"))
	end := time.After(time.Duration(timeout) * time.Second)
	for {
		changes, more, expired := a.state.since(seen)
		if expired != begun {
			_, _ = out.Write(a.frame("ERROR", status(http.StatusGone, "Expired", "too old resource version"), nil))
			flush()
			return
		}
		for _, pod := range changes {
			seen++
			frame = templates["MODIFIED"].appendTo(frame[:0], int(pod), a.state.versionOf(seen))
			if _, err := out.Write(frame); err != nil {
				return
			}
		}
		flush()
		select {
		case <-more:
		case <-bookmarks.C:
			_, _ = out.Write(a.bookmark(seen, nil))
			flush()
		case <-end:
			return
		case <-a.r.Context().Done():
			return
		}
	}
}

// bookmark is an object of the kind that is being watched, with nothing but a version.
func (a *answer) bookmark(seen int, annotations map[string]string) []byte {
	empty := &metav1.PartialObjectMetadata{
		TypeMeta: metav1.TypeMeta{APIVersion: a.kind.apiVersion, Kind: a.kind.kind},
		ObjectMeta: metav1.ObjectMeta{ResourceVersion: strconv.FormatInt(a.state.versionOf(seen), 10),
			Annotations: annotations}}
	return a.frame("BOOKMARK", empty, a.kind)
}

// frame is one event in the form of this watch; a nil kind is a Status.
func (a *answer) frame(event string, object marshaler, kind *typed) []byte {
	if !a.proto {
		return jsonFrame(event, must(json.Marshal(object)))
	}
	meta := runtime.TypeMeta{APIVersion: "v1", Kind: "Status"}
	if kind != nil { // every kind has its metadata as field 1
		meta = runtime.TypeMeta{APIVersion: kind.apiVersion, Kind: kind.kind}
	}
	return protoFrame(event, envelope(meta, must(object.Marshal())))
}
