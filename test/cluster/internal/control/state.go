// Package control starts, stops and breaks the processes of one control plane.
// Everything it knows about a cluster is in the cluster's data folder, so any
// shell can act on a cluster that another one started.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// cluster is what `up` decided, kept as DIR/cluster.json. A component restarted
// later gets exactly these arguments.
type cluster struct {
	Dir        string      `json:"-"`
	Bin        string      `json:"bin"`
	Components []component `json:"components"`
	Real       *realNodes  `json:"real,omitempty"`
}

type component struct {
	Name  string   `json:"name"`
	Args  []string `json:"args"`           // the subcommand first; of a real node, the program
	Ports []int    `json:"ports"`          // it serves as soon as the first one answers
	Host  string   `json:"host,omitempty"` // of its ports, if that is not 127.0.0.1

	Index int    `json:"index,omitempty"` // of its real node
	Boots bool   `json:"boots,omitempty"` // it is the first process of a real node
	Node  string `json:"node,omitempty"`  // it runs in this real node
}

// isContainerd says whether it is the container runtime of a real node.
func (c component) isContainerd() bool { return c.Node != "" && len(c.Ports) == 0 }

// address is where the component serves.
func (c component) address() string {
	if c.Host == "" {
		return address(c.Ports[0])
	}
	return net.JoinHostPort(c.Host, strconv.Itoa(c.Ports[0]))
}

func (c *cluster) path(parts ...string) string {
	return filepath.Join(append([]string{c.Dir}, parts...)...)
}

func (c *cluster) logFile(name string) string { return c.path("log", name+".log") }

func (c *cluster) find(name string) (component, error) {
	for _, component := range c.Components {
		if component.Name == name {
			return component, nil
		}
	}
	return component{}, fmt.Errorf("no component %q in %s", name, c.Dir)
}

func (c *cluster) save() error { return writeJSON(c.path("cluster.json"), c) }

func load(dir string) (*cluster, error) {
	if dir == "" {
		return nil, errors.New("which cluster? say --data DIR, or source DIR/env")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(dir, "cluster.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no cluster in %s (no cluster.json)", dir)
	}
	if err != nil {
		return nil, err
	}
	c := &cluster{Dir: dir}
	if err := json.Unmarshal(content, c); err != nil {
		return nil, fmt.Errorf("%s/cluster.json: %w", dir, err)
	}
	return c, nil
}

// writeJSON replaces a file in one step: a reader never sees half of it.
func writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
