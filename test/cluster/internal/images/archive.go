// Package images writes the container images that real nodes run, from programs of this machine.
// Nothing is pulled. The same programs give the same bytes: all times are fixed.
package images

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"time"
)

// Image is one image of a single layer.
type Image struct {
	Name       string   // with its tag
	Layer      []Entry  // images that have the same entries share the layer
	Env        []string // NAME=VALUE
	Entrypoint []string
	Cmd        []string
}

// Entry is a file or a link of a layer.
type Entry struct {
	Path string // without a leading slash
	File string // of the machine
	Link string // or the target of a symbolic link
}

const (
	layerType    = "application/vnd.oci.image.layer.v1.tar"
	configType   = "application/vnd.oci.image.config.v1+json"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	indexType    = "application/vnd.oci.image.index.v1+json"
	nameKey      = "io.containerd.image.name" // containerd takes an image's name from this
)

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
}

type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

// archive is an OCI image layout as a tar file.
type archive struct {
	out     *tar.Writer
	written map[string]bool // digests
}

// Write writes an archive with all images, which `ctr images import` reads.
func Write(out io.Writer, images []Image) error {
	a := archive{tar.NewWriter(out), map[string]bool{}}
	all := index{SchemaVersion: 2, MediaType: indexType}
	for _, image := range images {
		described, err := a.image(image)
		if err != nil {
			return fmt.Errorf("image %s: %w", image.Name, err)
		}
		all.Manifests = append(all.Manifests, described)
	}
	if err := a.file("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)); err != nil {
		return err
	}
	content, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := a.file("index.json", content); err != nil {
		return err
	}
	return a.out.Close()
}

func (a archive) image(image Image) (descriptor, error) {
	layer, err := packLayer(image.Layer)
	if err != nil {
		return descriptor{}, err
	}
	describedLayer, err := a.blob(layerType, layer)
	if err != nil {
		return descriptor{}, err
	}
	config, err := a.json(configType, map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config": map[string]any{
			"Env":        append([]string{"PATH=/usr/local/bin:/bin"}, image.Env...),
			"Entrypoint": image.Entrypoint,
			"Cmd":        image.Cmd,
		},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{describedLayer.Digest}},
	})
	if err != nil {
		return descriptor{}, err
	}
	described, err := a.json(manifestType, manifest{2, manifestType, config, []descriptor{describedLayer}})
	described.Annotations = map[string]string{nameKey: image.Name}
	return described, err
}

func (a archive) json(mediaType string, value any) (descriptor, error) {
	content, err := json.Marshal(value)
	if err != nil {
		return descriptor{}, err
	}
	return a.blob(mediaType, content)
}

// blob writes content under its digest, once.
func (a archive) blob(mediaType string, content []byte) (descriptor, error) {
	sum := fmt.Sprintf("%x", sha256.Sum256(content))
	described := descriptor{MediaType: mediaType, Digest: "sha256:" + sum, Size: len(content)}
	if a.written[sum] {
		return described, nil
	}
	a.written[sum] = true
	return described, a.file("blobs/sha256/"+sum, content)
}

func (a archive) file(name string, content []byte) error {
	return writeFile(a.out, name, content, 0o644)
}

// packLayer makes a tar file of the entries, the folders they need, and /tmp.
func packLayer(entries []Entry) ([]byte, error) {
	var content bytes.Buffer
	out := tar.NewWriter(&content)
	folders := map[string]bool{".": true}
	if err := writeFolder(out, folders, "tmp", 0o1777); err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if err := writeFolder(out, folders, path.Dir(entry.Path), 0o755); err != nil {
			return nil, err
		}
		if entry.Link != "" {
			header := tar.Header{Typeflag: tar.TypeSymlink, Name: entry.Path, Linkname: entry.Link, Mode: 0o777, ModTime: fixedTime}
			if err := out.WriteHeader(&header); err != nil {
				return nil, err
			}
			continue
		}
		file, err := os.ReadFile(entry.File)
		if err != nil {
			return nil, err
		}
		if err := writeFile(out, entry.Path, file, 0o755); err != nil {
			return nil, err
		}
	}
	err := out.Close()
	return content.Bytes(), err
}

var fixedTime = time.Unix(0, 0)

func writeFolder(out *tar.Writer, known map[string]bool, name string, mode int64) error {
	if known[name] {
		return nil
	}
	if err := writeFolder(out, known, path.Dir(name), 0o755); err != nil {
		return err
	}
	known[name] = true
	return out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode, ModTime: fixedTime})
}

func writeFile(out *tar.Writer, name string, content []byte, mode int64) error {
	header := tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: mode, ModTime: fixedTime}
	if err := out.WriteHeader(&header); err != nil {
		return err
	}
	_, err := out.Write(content)
	return err
}
