package realnode

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Network is what the nodes of one cluster share: a bridge with the addresses 10.SECOND.0.0/24, and
// a range of Pod addresses for each node. Nothing is translated and nothing leaves the machine: the
// machine and every node have a route to the Pods of every node.
type Network struct {
	Bridge string `json:"bridge"`
	Second int    `json:"second"` // of the four numbers of an address
}

// The second numbers to choose from. Services have 10.0.0.0/16, Pods of simulated nodes 10.100 up.
const (
	lowestSecond  = 208
	highestSecond = 247
	firstNode     = 10 // the last number of the address of node 0, and the third of its Pods'
)

// MachineAddresses are all that the machine itself can have on a bridge: the certificate of the API
// server names them.
func MachineAddresses() []net.IP {
	var all []net.IP
	for second := lowestSecond; second <= highestSecond; second++ {
		all = append(all, net.ParseIP(Network{Second: second}.Machine()))
	}
	return all
}

// Machine is the machine's own address on the bridge.
func (n Network) Machine() string { return fmt.Sprintf("10.%d.0.1", n.Second) }

// Node is the address of a node.
func (n Network) Node(index int) string { return fmt.Sprintf("10.%d.0.%d", n.Second, firstNode+index) }

// Pods is the range that the Pods of a node have.
func (n Network) Pods(index int) string {
	return fmt.Sprintf("10.%d.%d.0/24", n.Second, firstNode+index)
}

// link is the machine's end of the cable to a node.
func (n Network) link(index int) string { return fmt.Sprintf("%s-%d", n.Bridge, index) }

// ChooseSecond finds a range that no interface and no route of this machine uses. Two clusters that
// start at the same time may choose the same: call it with a lock, and keep it until Make.
func ChooseSecond() (int, error) {
	used, err := usedRanges()
	if err != nil {
		return 0, err
	}
	return chooseSecond(used)
}

func chooseSecond(used []*net.IPNet) (int, error) {
	for second := lowestSecond; second <= highestSecond; second++ {
		_, wanted, _ := net.ParseCIDR(fmt.Sprintf("10.%d.0.0/16", second))
		free := true
		for _, other := range used {
			free = free && !wanted.Contains(other.IP) && !other.Contains(wanted.IP)
		}
		if free {
			return second, nil
		}
	}
	return 0, fmt.Errorf("every range from 10.%d.0.0/16 to 10.%d.0.0/16 is in use", lowestSecond, highestSecond)
}

func usedRanges() ([]*net.IPNet, error) {
	var used []*net.IPNet
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok {
			used = append(used, network)
		}
	}
	content, err := os.ReadFile("/proc/net/route")
	if err != nil {
		return nil, err
	}
	return append(used, parseRoutes(string(content))...), nil
}

// parseRoutes reads /proc/net/route: addresses and masks in hexadecimal, the lowest byte first.
// Default routes are left out.
func parseRoutes(text string) []*net.IPNet {
	reverse := func(field string) (net.IP, bool) {
		value, err := strconv.ParseUint(field, 16, 32)
		return net.IPv4(byte(value), byte(value>>8), byte(value>>16), byte(value>>24)).To4(), err == nil
	}
	var routes []*net.IPNet
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 8 {
			continue
		}
		address, ok := reverse(fields[1])
		mask, ok2 := reverse(fields[7])
		if ok && ok2 && fields[7] != "00000000" {
			routes = append(routes, &net.IPNet{IP: address, Mask: net.IPMask(mask)})
		}
	}
	return routes
}

// Make creates the bridge, in place of one that a killed cluster left.
func (n Network) Make() error {
	n.Remove(0) //nolint:errcheck // most likely there is none
	return ip(fmt.Sprintf("link add %[1]s type bridge\naddr add %[2]s/24 dev %[1]s\nlink set %[1]s up\n",
		n.Bridge, n.Machine()))
}

// Attach lays a cable from the bridge into the network namespace of process pid, and leads the
// machine's traffic for the node's Pods there.
func (n Network) Attach(index, pid int) error {
	ip("link del " + n.link(index)) //nolint:errcheck // that of a node that was killed goes by itself, but late
	return ip(fmt.Sprintf("link add %[1]s type veth peer name eth0 netns %[2]d\nlink set %[1]s master %[3]s up\n"+
		"route replace %[4]s via %[5]s\n", n.link(index), pid, n.Bridge, n.Pods(index), n.Node(index)))
}

// Inside is what has to be done within node `index` of `nodes`: commands for `ip -batch`.
func (n Network) Inside(index, nodes int) string {
	var commands strings.Builder
	fmt.Fprintf(&commands, "link set lo up\naddr add %s/24 dev eth0\nlink set eth0 up\nroute add default via %s\n",
		n.Node(index), n.Machine())
	for other := range nodes {
		if other != index {
			fmt.Fprintf(&commands, "route add %s via %s\n", n.Pods(other), n.Node(other))
		}
	}
	return commands.String()
}

// Remove takes the bridge and the cables to nodes away; routes go with the bridge.
func (n Network) Remove(nodes int) error {
	for index := range nodes {
		if _, err := net.InterfaceByName(n.link(index)); err == nil {
			ip("link del " + n.link(index)) //nolint:errcheck // it may go by itself in between
		}
	}
	if _, err := net.InterfaceByName(n.Bridge); err != nil {
		return nil
	}
	return ip("link del " + n.Bridge)
}

func ip(commands string) error {
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(commands)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip: %w: %s", err, strings.ReplaceAll(strings.TrimSpace(string(output)), "\n", "; "))
	}
	return nil
}
