package check

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"text/tabwriter"

	"windlass.dev/test/cluster/internal/witness"
)

// identities is what Pods were when their containers were first seen, and what they are now; by
// uid. It knows Pods that are gone, too.
type identities map[string]*identity

type identity struct {
	name, uid, deployment string
	node, address         string
	containers            []*fate
}

// fate is a container's.
type fate struct {
	before, after witness.ContainerDetails
	changes       int // of its image
}

// see takes a Pod as it is now. What it says is wrong: a Pod that has moved is another Pod.
func (all identities) see(deployment string, pod witness.Record) string {
	it, known := all[pod.UID]
	if !known {
		it = &identity{name: pod.Name, uid: pod.UID, deployment: deployment}
		all[pod.UID] = it
	}
	for i, container := range pod.Pod.Containers {
		if i == len(it.containers) {
			it.containers = append(it.containers, &fate{before: container, after: container})
			continue
		}
		c := it.containers[i]
		if c.before.ID == "" {
			c.before = container // it had not been created yet
		}
		if c.after.Image != container.Image {
			c.changes++
		}
		c.after = container
	}
	if it.node == "" {
		it.node = pod.Pod.Node
	}
	if it.address == "" {
		it.address = pod.Pod.Address
	}
	if it.node != pod.Pod.Node || it.address != pod.Pod.Address && pod.Pod.Address != "" {
		return fmt.Sprintf("was on %s at %s, is on %s at %s", it.node, it.address, pod.Pod.Node, pod.Pod.Address)
	}
	return ""
}

// print makes a line for each container.
func (all identities) print(out io.Writer) {
	pods := make([]*identity, 0, len(all))
	for _, it := range all {
		pods = append(pods, it)
	}
	sort.Slice(pods, func(i, k int) bool { return pods[i].name < pods[k].name })
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "POD\tUID\tNODE\tADDRESS\tCONTAINER\tIMAGE\tCONTAINER ID\tRESTARTS")
	for _, it := range pods {
		for _, c := range it.containers {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", it.name, it.uid, it.node, it.address, c.before.Name,
				fromTo(c.before.Image, c.after.Image),
				fromTo(short(c.before.ID, it), short(c.after.ID, it)),
				fromTo(fmt.Sprint(c.before.Restarts), fmt.Sprint(c.after.Restarts)))
		}
	}
	table.Flush()
}

func fromTo(before, after string) string {
	if before == after {
		return before
	}
	return before + " -> " + after
}

// short leaves out what the line says already: a simulated container's id begins with its Pod.
func short(id string, it *identity) string {
	if _, rest, found := strings.Cut(id, it.uid+"_"); found {
		return "…" + rest
	}
	return id
}
