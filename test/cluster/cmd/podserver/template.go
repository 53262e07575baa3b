package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// firstVersion is the resourceVersion before all others. Versions, like all
// that differs from Pod to Pod, have one length, so that objects have, too.
const firstVersion = 1000000000

// A part of the template that differs from Pod to Pod, and what it is for one.
type part struct {
	placeholder string
	value       func(pod int, version int64) string
}

const perReplicaSet = 10

var parts = []part{
	{"@name-of-the-pod-0123456@", func(pod int, _ int64) string {
		return fmt.Sprintf("web-%05d-7d9c5b8f-%06x", pod/perReplicaSet%100000, pod)
	}},
	{"@owner-of-the-pod@", func(pod int, _ int64) string {
		return fmt.Sprintf("web-%05d-7d9c5b8f", pod/perReplicaSet%100000)
	}},
	{"@app-name@", func(pod int, _ int64) string {
		return fmt.Sprintf("web-%06d", pod/perReplicaSet)
	}},
	{"@namespace@", func(pod int, _ int64) string {
		return fmt.Sprintf("team-%06d", pod/perReplicaSet%100)
	}},
	{"@uid-of-the-pod-000000000000000000-@", func(pod int, _ int64) string {
		return fmt.Sprintf("5c0f0d5e-7b6d-4a0e-b1f8-%012x", pod)
	}},
	{"@uid-of-the-owner-0000000000000000-@", func(pod int, _ int64) string {
		return fmt.Sprintf("0b1f6a52-0c5b-4d0e-8a52-%012x", pod/perReplicaSet)
	}},
	{"@version-@", func(_ int, version int64) string { return fmt.Sprintf("%010d", version) }},
	{"@node-name@", func(pod int, _ int64) string { return fmt.Sprintf("node-%06d", pod%2000) }},
	{"@pod-ip-address", func(pod int, _ int64) string {
		return fmt.Sprintf("%d.%d.%d.%d", 100, 100+pod/10000%100, 100+pod/100%100, 100+pod%100)
	}},
}

// template is an encoded object with room for its parts.
type template struct {
	text  []byte
	spots []spot
}

type spot struct {
	at   int
	part *part
}

func newTemplate(text []byte) *template {
	t := &template{text: text}
	for i := range parts {
		for from := 0; ; {
			found := bytes.Index(text[from:], []byte(parts[i].placeholder))
			if found < 0 {
				break
			}
			t.spots = append(t.spots, spot{from + found, &parts[i]})
			from += found + len(parts[i].placeholder)
		}
	}
	return t
}

// appendTo appends the object of one Pod in one version.
func (t *template) appendTo(out []byte, pod int, version int64) []byte {
	begin := len(out)
	out = append(out, t.text...)
	var last *part
	var value string
	for _, s := range t.spots {
		if s.part != last {
			last, value = s.part, s.part.value(pod, version)
		}
		if len(value) != len(s.part.placeholder) {
			panic(s.part.placeholder + " has another length than " + value)
		}
		copy(out[begin+s.at:], value)
	}
	return out
}

func (t *template) at(pod int, version int64) []byte { return t.appendTo(nil, pod, version) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// typed is what is served for one kind of object.
type typed struct {
	object     runtime.Object
	apiVersion string
	kind       string
	json       *template
	frames     map[string]*template // of a watch in JSON, by type of event
	proto      *template            // without the envelope, as it stands in a list
	protos     map[string]*template // of a watch in protobuf
}

type marshaler interface{ Marshal() ([]byte, error) }

func newTyped(object runtime.Object, apiVersion, kind string) *typed {
	t := &typed{object: object, apiVersion: apiVersion, kind: kind,
		frames: map[string]*template{}, protos: map[string]*template{}}
	text := must(json.Marshal(object))
	raw := must(object.(marshaler).Marshal())
	t.json, t.proto = newTemplate(text), newTemplate(raw)
	for _, event := range []string{"ADDED", "MODIFIED"} {
		t.frames[event] = newTemplate(jsonFrame(event, text))
		t.protos[event] = newTemplate(protoFrame(event, t.envelope(raw)))
	}
	return t
}

// envelope is how an object of this kind travels in protobuf.
func (t *typed) envelope(raw []byte) []byte {
	return envelope(runtime.TypeMeta{APIVersion: t.apiVersion, Kind: t.kind}, raw)
}

func envelope(meta runtime.TypeMeta, raw []byte) []byte {
	unknown := runtime.Unknown{TypeMeta: meta, Raw: raw}
	return append([]byte("k8s\x00"), must(unknown.Marshal())...)
}

func jsonFrame(event string, object []byte) []byte {
	return fmt.Appendf(nil, "{\"type\":%q,\"object\":%s}\n", event, object)
}

func protoFrame(event string, object []byte) []byte {
	frame := must((&metav1.WatchEvent{Type: event, Object: runtime.RawExtension{Raw: object}}).Marshal())
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...)
}

var (
	whole    = newTyped(samplePod(), "v1", "Pod")
	metadata = newTyped(&metav1.PartialObjectMetadata{
		TypeMeta:   metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadata"},
		ObjectMeta: samplePod().ObjectMeta,
	}, "meta.k8s.io/v1", "PartialObjectMetadata")
	podJSON = whole.json
)

var _ marshaler = &corev1.Pod{}
