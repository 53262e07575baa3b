// Package node runs hollow kubelets: upstream's kubelet over a runtime that
// keeps containers in memory. How a container behaves is chosen by the name of
// its image, so that any manifest can ask for trouble without a side channel.
package node

import (
	"regexp"
	"strings"
	"time"
)

// behaviour is what the words in an image's name ask for. The zero value is an
// image that pulls, starts, becomes ready and stops at once. The table in
// README.md says the same in prose.
type behaviour struct {
	missing    bool          // no registry has it
	neverReady bool          // its exec probes fail
	pull       time.Duration // PullImage takes this long
	start      time.Duration // StartContainer takes this long
	ready      time.Duration // exec probes fail until this long after the start
	stop       time.Duration // time from TERM to exit
	crash      time.Duration // exits 1 this long after the start
	exit       time.Duration // exits 0 this long after the start
	crashes    bool
	exits      bool
	content    string // what its tag stands for: images of one content share a digest
}

var (
	words    = regexp.MustCompile(`[a-z0-9]+`)
	timed    = regexp.MustCompile(`(?:^|[^a-z0-9])(slow-pull|slow-start|slow-ready|slow-stop|crash|exits)-([0-9]+(?:\.[0-9]+)?(?:ms|s|m))\b`)
	notReady = regexp.MustCompile(`(?:^|[^a-z0-9])never-ready\b`)
	content  = regexp.MustCompile(`(?:^|[^a-z0-9])digest-([a-z0-9]+)\b`)
)

// behaviourOf reads an image reference. The registry's host and the digest are
// not part of the name: neither is chosen by whoever writes a manifest.
func behaviourOf(image string) behaviour {
	name, _, _ := strings.Cut(image, "@")
	if host, rest, found := strings.Cut(name, "/"); found && strings.ContainsAny(host, ".:") {
		name = rest
	}

	var b behaviour
	for _, word := range words.FindAllString(name, -1) {
		b.missing = b.missing || word == "missing" || word == "404" || word == "nonexistent"
	}
	b.neverReady = notReady.MatchString(name)
	if match := content.FindStringSubmatch(name); match != nil {
		b.content = match[1]
	}
	for _, match := range timed.FindAllStringSubmatch(name, -1) {
		duration, err := time.ParseDuration(match[2])
		if err != nil {
			continue // out of range: not a duration, so not a behaviour
		}
		switch match[1] {
		case "slow-pull":
			b.pull = duration
		case "slow-start":
			b.start = duration
		case "slow-ready":
			b.ready = duration
		case "slow-stop":
			b.stop = duration
		case "crash":
			b.crash, b.crashes = duration, true
		case "exits":
			b.exit, b.exits = duration, true
		}
	}
	return b
}
