package images

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// programs makes a folder with stand-ins for the programs.
func programs(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"pause", "testserver", "busybox"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("program "+name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func write(t *testing.T, folder string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, All(folder, filepath.Join(folder, "busybox"))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func unpack(t *testing.T, content []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for in := tar.NewReader(bytes.NewReader(content)); ; {
		header, err := in.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, found := files[header.Name]; found {
			t.Errorf("%s is there twice", header.Name)
		}
		if files[header.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSameProgramsGiveTheSameArchive(t *testing.T) {
	folder := programs(t)
	first := write(t, folder)
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(folder, "pause"), later, later); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, write(t, folder)) {
		t.Error("the archive depends on when it is written, or on when its files were")
	}
}

func TestEveryDigestIsInTheArchive(t *testing.T) {
	files := unpack(t, write(t, programs(t)))
	blob := func(d descriptor) []byte {
		content, found := files["blobs/sha256/"+d.Digest[len("sha256:"):]]
		if !found || len(content) != d.Size {
			t.Fatalf("no blob for %+v", d)
		}
		return content
	}
	var all index
	if err := json.Unmarshal(files["index.json"], &all); err != nil {
		t.Fatal(err)
	}
	var names, layers []string
	for _, described := range all.Manifests {
		names = append(names, described.Annotations[nameKey])
		var m manifest
		if err := json.Unmarshal(blob(described), &m); err != nil {
			t.Fatal(err)
		}
		blob(m.Config)
		blob(m.Layers[0])
		layers = append(layers, m.Layers[0].Digest)
	}
	if !slices.Contains(names, Pause) || !slices.Contains(names, "example.test/server:v2") {
		t.Errorf("images: %v", names)
	}
	slices.Sort(layers)
	if got := len(slices.Compact(layers)); got != 3 {
		t.Errorf("%d layers; pause, the shell, and the server for all its versions make 3", got)
	}
}

func TestVersionsDiffer(t *testing.T) {
	files := unpack(t, write(t, programs(t)))
	var all index
	if err := json.Unmarshal(files["index.json"], &all); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, described := range all.Manifests {
		name := described.Annotations[nameKey]
		if other, found := seen[described.Digest]; found {
			t.Errorf("%s and %s are the same image", name, other)
		}
		seen[described.Digest] = name
	}
}
