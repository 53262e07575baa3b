package traffic

import (
	"net"
	"sort"
	"strconv"
	"sync"

	discoveryv1 "k8s.io/api/discovery/v1"
)

// addresses are the ready endpoints of one Service, as its EndpointSlices list them: what kube-proxy
// would send a connection to.
type addresses struct {
	mutex  sync.Mutex
	slices map[string][]string // by the name of the EndpointSlice
	all    []string            // of all slices, in order
	next   int
}

// put takes the state of an EndpointSlice.
func (a *addresses) put(slice *discoveryv1.EndpointSlice) {
	port := ""
	if len(slice.Ports) > 0 && slice.Ports[0].Port != nil {
		port = strconv.Itoa(int(*slice.Ports[0].Port))
	}
	var ready []string
	for _, endpoint := range slice.Endpoints {
		// Unset means ready.
		if (endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready) && len(endpoint.Addresses) > 0 && port != "" {
			ready = append(ready, net.JoinHostPort(endpoint.Addresses[0], port))
		}
	}
	a.set(slice.Name, ready)
}

// remove forgets an EndpointSlice.
func (a *addresses) remove(name string) { a.set(name, nil) }

func (a *addresses) set(name string, ready []string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.slices[name] = ready
	a.all = nil
	for _, some := range a.slices {
		a.all = append(a.all, some...)
	}
	sort.Strings(a.all)
}

// take returns the endpoint whose turn it is, and "" if there is none.
func (a *addresses) take() string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if len(a.all) == 0 {
		return ""
	}
	a.next++
	return a.all[a.next%len(a.all)]
}
