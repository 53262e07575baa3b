package images

import "path/filepath"

// Pause is the image of every Pod's sandbox.
const Pause = "example.test/pause:v1"

// Commands of busybox that images have under their own names. None asks for an address: busybox is
// linked with a C library that fails there if no file of the machine is at hand.
var commands = []string{"sh", "cat", "chmod", "chroot", "cp", "date", "echo", "false", "grep", "hostname", "id", "kill",
	"ln", "ls", "mkdir", "mv", "nsenter", "ps", "rm", "sleep", "sync", "test", "touch", "true"}

// Versions of the test server, by tag, and what the environment of each says besides. README.md has
// the variables.
var versions = []struct {
	tag string
	env []string
}{
	{"v1", nil},
	{"v2", nil},
	{"v3", nil},
	{"v2-slow-start-5s", []string{"START_FOR=5s"}},
	{"v2-slow-stop-5s", []string{"STOP_FOR=5s"}},
	{"v2-crash-1s", []string{"EXIT_AFTER=1s"}},
}

// All are the images that a real node has from its start. `programs` is the folder with the programs
// pause and testserver, `busybox` a static busybox.
func All(programs, busybox string) []Image {
	shell := []Entry{{Path: "bin/busybox", File: busybox}}
	for _, command := range commands {
		shell = append(shell, Entry{Path: "bin/" + command, Link: "busybox"})
	}
	server := append([]Entry{{Path: "usr/local/bin/testserver", File: filepath.Join(programs, "testserver")}}, shell...)
	all := []Image{
		{
			Name:       Pause,
			Layer:      []Entry{{Path: "pause", File: filepath.Join(programs, "pause")}},
			Entrypoint: []string{"/pause"},
		},
		{Name: "example.test/busybox:v1", Layer: shell, Cmd: []string{"sh"}},
	}
	for _, version := range versions {
		all = append(all, Image{
			Name:       "example.test/server:" + version.tag,
			Layer:      server,
			Env:        append([]string{"VERSION=" + version.tag}, version.env...),
			Entrypoint: []string{"/usr/local/bin/testserver"},
		})
	}
	return all
}
