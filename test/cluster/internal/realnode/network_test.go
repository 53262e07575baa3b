package realnode

import (
	"net"
	"strings"
	"testing"
)

func TestChosenAddressesAreNobodyElses(t *testing.T) {
	// 10.208.0.0/24 by one interface, and a default route, which is no reason.
	routes := parseRoutes("Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n" +
		"eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n" +
		"wl12345678\t0000D00A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n")
	if len(routes) != 1 || routes[0].String() != "10.208.0.0/24" {
		t.Fatalf("routes: %v", routes)
	}
	if second, err := chooseSecond(routes); err != nil || second != 209 {
		t.Errorf("%d, %v, want 209", second, err)
	}
	_, all, _ := net.ParseCIDR("10.0.0.0/8")
	if second, err := chooseSecond([]*net.IPNet{all}); err == nil {
		t.Errorf("10.%d.0.0/16 within a network that is in use", second)
	}
}

func TestAddresses(t *testing.T) {
	n := Network{Bridge: "wl12345678", Second: 210}
	if n.Machine() != "10.210.0.1" || n.Node(1) != "10.210.0.11" || n.Pods(1) != "10.210.11.0/24" {
		t.Errorf("%s, %s, %s", n.Machine(), n.Node(1), n.Pods(1))
	}
	if length := len(n.link(98)); length > 15 {
		t.Errorf("an interface's name of %d characters", length)
	}
	inside := n.Inside(0, 2)
	if !strings.Contains(inside, "route add 10.210.11.0/24 via 10.210.0.11") || strings.Contains(inside, "10.210.10.0/24") {
		t.Errorf("routes of node 0:\n%s", inside)
	}
	for _, address := range MachineAddresses() {
		if address == nil {
			t.Error("not an address")
		}
	}
}
