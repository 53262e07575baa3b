package control

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// A component that is up within seconds on a machine of its own takes a minute and more on one that
// is busy; a component that dies is noticed at once.
const upWithin = 3 * time.Minute

// poll asks until the answer is yes or time is up.
func poll(within time.Duration, done func() bool) bool {
	deadline := time.Now().Add(within)
	for !done() {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(20 * time.Millisecond)
	}
	return true
}

// await polls a condition that the named component has to bring about, and
// gives up early when that component dies.
func (c *cluster) await(ctx context.Context, name, what string, within time.Duration, done func() bool) error {
	var died bool
	ok := poll(within, func() bool {
		if ctx.Err() != nil {
			return true
		}
		if done() {
			return true
		}
		p, found := c.processOf(name)
		died = !found || !p.running()
		return died
	})
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted")
	case died:
		return fmt.Errorf("%s exited while waiting for %s%s; log: %s", name, what, c.lastWords(name), c.logFile(name))
	case !ok:
		return fmt.Errorf("%s did not bring about %s within %v; log: %s", name, what, within, c.logFile(name))
	}
	return nil
}

// awaitServing waits until a component answers on its port; the apiserver has
// to be ready besides.
func (c *cluster) awaitServing(ctx context.Context, component component) error {
	if component.Boots {
		return nil // start has waited
	}
	return c.await(ctx, component.Name, "an answer on its port", upWithin, func() bool {
		if component.Name == "apiserver" {
			return apiserverReady(component.address())
		}
		if component.isContainerd() {
			return c.socketAnswers(component.Node)
		}
		conn, err := net.DialTimeout("tcp", component.address(), time.Second)
		if err != nil {
			return false
		}
		conn.Close()
		return true
	})
}

// /readyz is open to anyone, and who answers on this port of the machine is not
// in doubt: no credentials, no certificate check.
func apiserverReady(address string) bool {
	client := http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
	}
	response, err := client.Get("https://" + address + "/readyz")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// lastWords is the last line of a log that looks like a cause.
func (c *cluster) lastWords(name string) string {
	content, _ := os.ReadFile(c.logFile(name))
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		line := lines[i]
		if strings.HasPrefix(line, "E") || strings.HasPrefix(line, "F") || strings.Contains(strings.ToLower(line), "error") || strings.HasPrefix(line, "panic") {
			return ": " + strings.TrimSpace(line)
		}
	}
	return ""
}
