package differential

import (
	"errors"
	"slices"
	"testing"

	"windlass.dev/test/cluster/internal/audit"
	"windlass.dev/test/cluster/internal/differential/play"
)

func of(writes, refused int) audit.Writes {
	return audit.Writes{Accepted: map[string]int{"replicasets": writes}, Refused: refused}
}

func TestWaitedInVain(t *testing.T) {
	got := waitedInVain([]played{
		{result: &play.Result{}},
		{result: &play.Result{InVain: true}},
		{err: errors.New("never began")},
		{result: &play.Result{InVain: true}},
	})
	if want := []int{1, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestKeepLeast(t *testing.T) {
	for _, row := range []struct {
		name         string
		first, again audit.Writes
		want         int
	}{
		{"fewer", of(9, 1), of(8, 1), 9},
		{"as many", of(8, 1), of(9, 0), 9},
		{"more", of(8, 0), of(9, 0), 8},
		{"refused ones count", of(8, 0), of(7, 2), 8},
	} {
		first := played{writes: row.first}
		keepLeast(&first, played{writes: row.again})
		if got := sent(first.writes); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
	}
	first := played{writes: of(9, 0)}
	keepLeast(&first, played{err: errors.New("gone"), writes: of(1, 0)})
	if first.err == nil || sent(first.writes) != 9 {
		t.Errorf("a play that failed: %v, %d", first.err, sent(first.writes))
	}
}
