// Command cluster is a whole Kubernetes control plane in one file. Each
// component is upstream's own command, run as its own process; the remaining
// subcommands start, stop, break and observe those processes.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register" // --logging-format=json
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	"windlass.dev/test/cluster/internal/audit"
	"windlass.dev/test/cluster/internal/check"
	"windlass.dev/test/cluster/internal/control"
	"windlass.dev/test/cluster/internal/node"
	"windlass.dev/test/cluster/internal/poddriver"
	"windlass.dev/test/cluster/internal/rolled"
	"windlass.dev/test/cluster/internal/surge"
	"windlass.dev/test/cluster/internal/traffic"
	"windlass.dev/test/cluster/internal/witness"
	"windlass.dev/test/cluster/internal/writers"
)

// Every subcommand gets its arguments without its own name and returns an exit
// code. os.Args already reads "NAME ARGS…", which is what cobra looks at.
var subcommands = map[string]func(args []string) int{
	"etcd":      func([]string) int { etcdmain.Main(os.Args); return 0 },
	"apiserver": func([]string) int { return cli.Run(apiserver.NewAPIServerCommand()) },
	"kcm":       func([]string) int { return cli.Run(kcm.NewControllerManagerCommand()) },
	"scheduler": func([]string) int { return cli.Run(scheduler.NewSchedulerCommand()) },
	"kubectl":   runKubectl,
	"node":      node.Main,
	"up":        control.Up,
	"kubelet":   node.KubeletMain,
	"down":      control.Down,
	"status":    control.Status,
	"start":     control.Start,
	"stop":      control.Stop,
	"kill":      control.Kill,
	"restart":   control.Restart,
	"enter":     control.Enter,
	"machine":   control.Inspect,
	"audit":     audit.Main,
	"witness":   witness.Main,
	"check":     check.Main,
	"writers":   writers.Main,
	"pods":      poddriver.Main,
	"flap":      poddriver.FlapMain,
	"rolled":    rolled.Main,
	"surge":     surge.Main,
	"traffic":   traffic.Main,
}

func runKubectl([]string) int {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err) // prints as kubectl does, and exits
	}
	return 0
}

func main() {
	// As a symlink named kubectl the binary is kubectl.
	if filepath.Base(os.Args[0]) != "kubectl" {
		if len(os.Args) < 2 {
			usage()
		}
		os.Args = os.Args[1:]
	}
	name := filepath.Base(os.Args[0])
	run, ok := subcommands[name]
	if !ok {
		usage()
	}
	os.Exit(run(os.Args[1:]))
}

func usage() {
	names := make([]string, 0, len(subcommands))
	for name := range subcommands {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "usage: cluster COMMAND [options]; COMMAND is one of %v\n", names)
	os.Exit(2)
}
