package control

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"windlass.dev/test/cluster/internal/images"
	"windlass.dev/test/cluster/internal/realnode"
)

// notRun is the exit code of what cannot be done on this machine.
const notRun = 77

// realNodes is what a cluster with real containers has besides processes. Down takes it away.
type realNodes struct {
	Count       int                  `json:"count"`
	Network     realnode.Network     `json:"network"`
	Group       string               `json:"group"` // the control group above those of the nodes
	Hierarchies []realnode.Hierarchy `json:"hierarchies"`
	OOMScores   bool                 `json:"oomScores"` // the machine allows low ones
	Runtime     string               `json:"runtime"`   // the folder that `build --runtime` printed
}

// errMissing says that the machine lacks something; its text names each thing in a line.
type errMissing struct{ what []string }

func (e errMissing) Error() string {
	return "not run: " + strings.Join(e.what, "\nnot run: ")
}

// Inspect prints what the machine has of what real nodes need, and exits 77 if something is missing.
func Inspect(args []string) int {
	flags, data := newFlags("machine")
	if code, done := parse(flags, args); done {
		return code
	}
	folder := *data
	if folder == "" {
		folder = os.TempDir()
	}
	machine := realnode.Inspect(folder)
	fmt.Println(machine.CgroupVersion())
	if !machine.OOMScores {
		fmt.Println("no CAP_SYS_RESOURCE: OOM scores stay as they are")
	}
	if len(machine.Missing) > 0 {
		fmt.Println(errMissing{machine.Missing})
		return notRun
	}
	return 0
}

// planReal decides on what real nodes need of the machine, keeps it, and makes the bridge.
func (c *cluster) planReal(count int) error {
	machine := realnode.Inspect(c.Dir)
	if len(machine.Missing) > 0 {
		return errMissing{machine.Missing}
	}
	runtime := os.Getenv("CLUSTER_RUNTIME")
	if runtime == "" {
		return errors.New("CLUSTER_RUNTIME is not set; test/cluster/up sets it to what build --runtime prints")
	}
	lock, err := c.lockMachine() // two clusters would choose the same addresses
	if err != nil {
		return err
	}
	defer lock.Close()
	second, err := realnode.ChooseSecond()
	if err != nil {
		return err
	}
	// Names that no other folder's cluster has; those of interfaces have 15 characters at most.
	name := fmt.Sprintf("wl%x", sha256.Sum256([]byte(c.Dir)))[:10]
	c.Real = &realNodes{
		Count:       count,
		Network:     realnode.Network{Bridge: name, Second: second},
		Group:       "windlass-" + name[2:],
		Hierarchies: machine.Hierarchies,
		OOMScores:   machine.OOMScores,
		Runtime:     runtime,
	}
	if err := c.save(); err != nil { // before there is anything to take away
		return err
	}
	return c.Real.Network.Make()
}

// composeReal adds the components of the real nodes.
func (c *cluster) composeReal() {
	for i := range c.Real.Count {
		name, address := nodeName(i), c.Real.Network.Node(i)
		c.Components = append(c.Components,
			component{Name: name, Args: []string{c.nodeinit(), "boot", c.nodeFolder(name)}, Index: i, Boots: true},
			component{Name: fmt.Sprintf("containerd-%d", i), Args: realnode.Containerd(), Index: i, Node: name},
			component{Name: fmt.Sprintf("kubelet-%d", i), Args: realnode.Kubelet(name, address), Index: i, Node: name,
				Host: address, Ports: []int{realnode.KubeletPort}})
	}
}

func (c *cluster) nodeFolder(name string) string { return c.path("nodes", name) }

func (c *cluster) nodeinit() string { return filepath.Join(c.Real.Runtime, "nodeinit") }

// writeNodes writes every node's folder.
func (c *cluster) writeNodes() error {
	ca, err := c.writeKubeletPKI()
	if err != nil {
		return err
	}
	for i := range c.Real.Count {
		if err := c.writeNode(i, ca); err != nil {
			return fmt.Errorf("%s: %w", nodeName(i), err)
		}
	}
	return nil
}

func (c *cluster) writeNode(index int, ca *authority) error {
	name, address := nodeName(index), c.Real.Network.Node(index)
	node := realnode.Node{
		Name:        name,
		Folder:      c.nodeFolder(name),
		Group:       c.Real.Group + "/" + name,
		Runtime:     c.Real.Runtime,
		Cluster:     c.Bin,
		Hierarchies: c.Real.Hierarchies,
	}
	config := node.Path("config")
	err := realnode.WriteConfig(config, realnode.Settings{
		Name:      name,
		Address:   address,
		Pods:      c.Real.Network.Pods(index),
		Sandbox:   images.Pause,
		OOMScores: c.Real.OOMScores,
	})
	if err != nil {
		return err
	}
	kubeconfig, err := os.ReadFile(c.path("kubeconfigs", name+".kubeconfig"))
	if err != nil {
		return err
	}
	serving := certificate("system:node:" + name)
	serving.DNSNames, serving.IPAddresses = []string{name}, []net.IP{net.ParseIP(address)}
	return errors.Join(
		os.MkdirAll(node.Path("var"), 0o755),
		os.WriteFile(filepath.Join(config, realnode.KubeconfigFile), kubeconfig, 0o600),
		os.WriteFile(filepath.Join(config, realnode.ClientCAFile), ca.pem, 0o644),
		ca.issueForKubelets(serving, filepath.Join(config, realnode.CertificateFile), filepath.Join(config, realnode.KeyFile)),
		writeJSON(realnode.Record(node.Folder), node),
	)
}

// removeReal takes away what real nodes leave on the machine when their processes are gone: control
// groups, cables and the bridge. Mounts and namespaces went with the processes.
func (c *cluster) removeReal() error {
	if c.Real == nil {
		return nil
	}
	return errors.Join(
		realnode.RemoveGroup(c.Real.Hierarchies, c.Real.Group, killWithin),
		c.Real.Network.Remove(c.Real.Count))
}

// lockMachine keeps other clusters from choosing addresses until the result is closed.
func (c *cluster) lockMachine() (io.Closer, error) {
	lock, err := os.OpenFile(c.portsFile()+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		lock.Close()
		return nil, fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
	return lock, nil
}

// importImages gives a node its images. containerd takes them a moment after it listens.
func (c *cluster) importImages(node string) error {
	var err error
	var output []byte
	ok := poll(30*time.Second, func() bool {
		output, err = c.inNode(node, realnode.Import()...).CombinedOutput()
		return err == nil
	})
	if !ok {
		return fmt.Errorf("images of %s: %w: %s", node, err, strings.TrimSpace(string(output)))
	}
	return nil
}
