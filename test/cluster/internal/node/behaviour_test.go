package node

import (
	"testing"
	"time"
)

func TestBehaviourOf(t *testing.T) {
	for image, want := range map[string]behaviour{
		"app:v1":                            {},
		"nginx:1.27":                        {},
		"registry.example:5000/app:v404":    {},
		"missing.example/app:v1":            {},
		"app:missing":                       {missing: true},
		"app:v2-404":                        {missing: true},
		"app-404:v1":                        {missing: true},
		"app:nonexistent":                   {missing: true},
		"team/app:slow-pull-5s":             {pull: 5 * time.Second},
		"app:v2-slow-stop-5s":               {stop: 5 * time.Second},
		"app:slow-pull-1.5s-slow-stop-20ms": {pull: 1500 * time.Millisecond, stop: 20 * time.Millisecond},
		"app:slow-start-1m.crash-2s":        {start: time.Minute, crash: 2 * time.Second, crashes: true},
		"app:v3-never-ready":                {neverReady: true},
		"app:slow-ready-3s":                 {ready: 3 * time.Second},
		"app:exits-0s":                      {exits: true},
		"app:nocrash-2s":                    {},
		"app:crash-2sec":                    {},
		"app:v1@sha256:404":                 {},
		"app:v2-digest-abc":                 {content: "abc"},
		"app:v3-digest-abc-slow-stop-1s":    {content: "abc", stop: time.Second},
		"app:undigest-abc":                  {},
	} {
		if got := behaviourOf(image); got != want {
			t.Errorf("behaviourOf(%q) = %+v, want %+v", image, got, want)
		}
	}
}
