package control

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are chosen below the range from which the kernel takes those of outgoing
// connections (32768 up): one of these would now and then take a component's.
const (
	lowestPort  = 20000
	highestPort = 30000
)

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// ports holds the sockets of chosen ports until their component starts, so that
// two `up` at the same time do not choose the same.
type ports struct {
	next int // 0: random
	held map[int]net.Listener
}

func newPorts(base int) *ports { return &ports{next: base, held: map[int]net.Listener{}} }

func (p *ports) take() (int, error) {
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
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		if listener, err := net.Listen("tcp", address(port)); err == nil {
			p.held[port] = listener
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port between %d and %d", lowestPort, highestPort)
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
