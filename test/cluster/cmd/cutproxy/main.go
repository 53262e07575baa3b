// Command cutproxy passes TCP through untouched and cuts each connection after
// a random number of bytes, by RST or by FIN, in the middle of whatever is
// being said: a TLS handshake, a header, a watch event.
//
//	cutproxy --to 127.0.0.1:6443 --seed 7 --for 20s
//
// The first line it prints is the address it listens on. When the time is over
// it cuts no more, and prints how often it did; it goes on passing through
// until TERM. The same seed draws the same numbers of bytes, in the order in
// which connections come.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

type proxy struct {
	to  string
	max int64

	mutex  sync.Mutex
	random *rand.Rand

	over        atomic.Bool
	connections atomic.Int64
	cuts        atomic.Int64
}

// draw says after how many bytes a connection ends, and whether by RST.
func (p *proxy) draw() (bytes int64, reset bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return 1 + p.random.Int63n(p.max), p.random.Intn(2) == 0
}

func (p *proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		client.Close()
		return
	}
	p.connections.Add(1)
	left, reset := p.draw()
	var budget atomic.Int64
	budget.Store(left)
	var once sync.Once
	end := func(cut bool) {
		once.Do(func() {
			if cut {
				p.cuts.Add(1)
				if reset {
					client.(*net.TCPConn).SetLinger(0)
				}
			}
			client.Close()
			server.Close()
		})
	}
	var both sync.WaitGroup
	both.Go(func() { p.pass(client, server, &budget, end) })
	both.Go(func() { p.pass(server, client, &budget, end) })
	both.Wait()
	end(false)
}

// pass copies one direction. What goes beyond the budget of both together is
// not delivered any more.
func (p *proxy) pass(from, to net.Conn, budget *atomic.Int64, end func(cut bool)) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			left := budget.Add(-int64(n))
			if left <= 0 && !p.over.Load() {
				if whole := int64(n) + left; whole > 0 {
					to.Write(buffer[:whole])
				}
				end(true)
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				end(false)
				return
			}
		}
		if err != nil {
			if err != io.EOF {
				end(false)
				return
			}
			// The other direction may still have something to say.
			to.(*net.TCPConn).CloseWrite()
			return
		}
	}
}

func main() {
	to := flag.String("to", "", "address to pass on to")
	seed := flag.Int64("seed", 1, "seed of the numbers of bytes")
	most := flag.Int64("bytes-max", 30000, "a connection ends after 1 to so many bytes, of both directions")
	lasting := flag.Duration("for", 20*time.Second, "how long to cut")
	flag.Parse()
	if *to == "" {
		log.Fatal("cutproxy: --to is missing")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatalf("cutproxy: %v", err)
	}
	p := &proxy{to: *to, max: *most, random: rand.New(rand.NewSource(*seed))}
	fmt.Println(listener.Addr())
	time.AfterFunc(*lasting, func() {
		p.over.Store(true)
		fmt.Printf("over: seed %d, %d connections, %d cut\n", *seed, p.connections.Load(), p.cuts.Load())
	})
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatalf("cutproxy: %v", err)
		}
		go p.serve(client)
	}
}
