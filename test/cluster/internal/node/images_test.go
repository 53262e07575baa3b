package node

import (
	"strings"
	"testing"
)

func TestImageRef(t *testing.T) {
	for _, test := range []struct {
		one, other string
		same       bool
	}{
		{"app:v1", "app:v1", true},
		{"app:v1", "app:v2", false},
		{"app:v1-digest-abc", "app:v2-digest-abc", true},
		{"app:v1-digest-abc", "app:v2-digest-abd", false},
		{"app:v1-digest-abc", "other:v1-digest-abc", false},
		{"app:v1@sha256:404", "app@sha256:404", true},
	} {
		if got := imageRef(test.one) == imageRef(test.other); got != test.same {
			t.Errorf("%s and %s are one image: %v", test.one, test.other, got)
		}
	}
	for image, want := range map[string]string{
		"app:v1":                       "app@sha256:",
		"registry.example:5000/app":    "registry.example:5000/app@sha256:",
		"registry.example:5000/app:v1": "registry.example:5000/app@sha256:",
		"app:v1@sha256:404":            "app@sha256:404",
	} {
		if got := imageRef(image); !strings.HasPrefix(got, want) {
			t.Errorf("imageRef(%q) = %q, want %q…", image, got, want)
		}
	}
}
