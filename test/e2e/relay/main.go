// Command relay stands between a client and a server: it passes connections on
// to one address (--to), or opens tunnels to wherever it is asked (--connect),
// as an HTTP proxy does; with both, every tunnel leads to that address. It
// prints "listening ADDRESS", and every tunnel asked for, a line each.
package main

import (
	"bufio"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "where to listen; port 0 takes a free one")
	to := flag.String("to", "", "pass everything on to this address")
	connect := flag.Bool("connect", false, "be an HTTP proxy that knows CONNECT")
	user := flag.String("user", "", "NAME:PASSWORD the proxy asks for")
	flag.Parse()
	if *to == "" && !*connect {
		fmt.Fprintln(os.Stderr, "relay: --to, --connect or both")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		fmt.Fprintln(os.Stderr, "relay:", err)
		os.Exit(1)
	}
	fmt.Println("listening", listener.Addr())
	for {
		client, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "relay:", err)
			os.Exit(1)
		}
		if *connect {
			go tunnel(client, *user, *to)
		} else {
			go pass(client, client, *to)
		}
	}
}

// tunnel answers one CONNECT. An empty to is where the client asks to go.
func tunnel(client net.Conn, user, to string) {
	defer client.Close()
	reader := bufio.NewReader(client)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect {
		fmt.Fprint(client, "HTTP/1.1 405 Method Not Allowed\r\n\r\n")
		return
	}
	fmt.Println("CONNECT", request.Host)
	wanted := "Basic " + base64.StdEncoding.EncodeToString([]byte(user))
	if user != "" && request.Header.Get("Proxy-Authorization") != wanted {
		fmt.Fprint(client, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
		return
	}
	fmt.Fprint(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	if to == "" {
		to = request.Host
	}
	pass(client, reader, to)
}

// pass copies both ways until either side has ended.
func pass(client net.Conn, from io.Reader, to string) {
	defer client.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		fmt.Fprintln(os.Stderr, "relay:", err)
		return
	}
	defer server.Close()
	done := make(chan struct{}, 2)
	copyAll := func(into io.Writer, from io.Reader) {
		io.Copy(into, from) //nolint:errcheck // the end of either side ends both
		done <- struct{}{}
	}
	go copyAll(server, from)
	go copyAll(client, server)
	<-done
}
