package control

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fewPorts are so few that a port which is not kept is soon chosen again.
func fewPorts(file string) *ports {
	p := newPorts(0, file)
	p.lowest, p.highest = 19000, 19100
	return p
}

func TestClustersThatStartTogetherHaveDifferentPorts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ports.json")
	var mutex sync.Mutex
	var starts sync.WaitGroup
	owner := map[int]string{}
	for i := range 6 {
		dir := t.TempDir()
		starts.Go(func() {
			p := fewPorts(file)
			taken, err := p.take(dir, 5)
			p.releaseAll() // as before a component starts, or while it is down
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil || len(taken) != 5 {
				t.Errorf("cluster %d got %v, %v", i, taken, err)
			}
			for _, port := range taken {
				if other, found := owner[port]; found {
					t.Errorf("port %d belongs to %s and %s", port, other, dir)
				}
				owner[port] = dir
			}
		})
	}
	starts.Wait()
}

func TestPortsAreFreeAgainWhenTheFolderIsGone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ports.json")
	for round := range 40 { // 200 of 100 ports
		dir := filepath.Join(t.TempDir(), fmt.Sprint(round))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		p := fewPorts(file)
		if _, err := p.take(dir, 5); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		p.releaseAll()
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFolderThatComesUpAgainGivesItsPortsBack(t *testing.T) {
	file, dir := filepath.Join(t.TempDir(), "ports.json"), t.TempDir()
	for round := range 40 {
		p := fewPorts(file)
		if _, err := p.take(dir, 5); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		p.releaseAll()
	}
}

func TestPortsAreHeldUntilReleased(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ports.json")
	first := newPorts(0, file)
	defer first.releaseAll()
	taken, err := first.take(t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	port := taken[0]
	if port < lowestPort || port >= highestPort {
		t.Errorf("port %d is out of range", port)
	}
	second := newPorts(port, file)
	defer second.releaseAll()
	if _, err := second.take(t.TempDir(), 1); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("port %d was given out twice: %v", port, err)
	}
	first.release(port)
	if _, err := newPorts(port, file).take(t.TempDir(), 1); err != nil {
		t.Errorf("port %d was released: %v", port, err)
	}
}
