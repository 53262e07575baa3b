package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Ports are chosen below the range from which the kernel takes those of outgoing
// connections (32768 up): one of these would now and then take a component's.
const (
	lowestPort  = 20000
	highestPort = 30000
)

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// ports holds the sockets of chosen ports until their component starts.
//
// A socket alone does not keep a port: it is closed before its component starts, and a component
// that was killed has none. So each data folder's ports stand in a file that all clusters of this
// user share, and no other folder gets them until the folder is gone.
type ports struct {
	next            int    // 0: random
	file            string // port to data folder, as JSON
	lowest, highest int
	held            map[int]net.Listener
}

func newPorts(base int, file string) *ports {
	return &ports{next: base, file: file, lowest: lowestPort, highest: highestPort, held: map[int]net.Listener{}}
}

// take chooses ports for a data folder, in place of those that it had.
func (p *ports) take(dir string, count int) ([]int, error) {
	lock, err := os.OpenFile(p.file+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer lock.Close() // which unlocks it
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return nil, fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
	folders, err := p.folders()
	if err != nil {
		return nil, err
	}
	var taken []int
	for port, owner := range folders {
		if _, err := os.Stat(owner); owner == dir || errors.Is(err, fs.ErrNotExist) {
			delete(folders, port)
		}
	}
	for range count {
		port, err := p.takeOne(folders)
		if err != nil {
			return nil, err
		}
		folders[port] = dir
		taken = append(taken, port)
	}
	return taken, writeJSON(p.file, folders)
}

// folders reads which data folder has which port.
func (p *ports) folders() (map[int]string, error) {
	folders := map[int]string{}
	content, err := os.ReadFile(p.file)
	if errors.Is(err, fs.ErrNotExist) {
		return folders, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &folders); err != nil {
		return nil, fmt.Errorf("%s: %w; remove it when no cluster is up", p.file, err)
	}
	return folders, nil
}

// takeOne holds the next port of --ports, or one that is free and belongs to no folder.
func (p *ports) takeOne(folders map[int]string) (int, error) {
	if p.next != 0 {
		port := p.next
		p.next++
		listener, err := net.Listen("tcp", address(port))
		if err != nil {
			return 0, fmt.Errorf("port %d is taken: %w", port, err)
		}
		p.held[port] = listener
		return port, nil
	}
	for range 1000 {
		port := p.lowest + rand.IntN(p.highest-p.lowest)
		if _, found := folders[port]; found {
			continue
		}
		if listener, err := net.Listen("tcp", address(port)); err == nil {
			p.held[port] = listener
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port between %d and %d", p.lowest, p.highest)
}

func (p *ports) release(taken ...int) {
	for _, port := range taken {
		if listener, ok := p.held[port]; ok {
			listener.Close()
			delete(p.held, port)
		}
	}
}

func (p *ports) releaseAll() {
	for port := range p.held {
		p.release(port)
	}
}

// portsFile is beside the program, which all clusters of a user start from one folder.
func (c *cluster) portsFile() string { return filepath.Join(filepath.Dir(c.Bin), "ports.json") }
