// Command differential is the differential test: scripts played to Kubernetes'
// own Deployment controller and to Windlass, in a cluster that runs neither. See
// test/differential/README.md.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"windlass.dev/test/cluster/internal/differential"
	"windlass.dev/test/cluster/internal/differential/play"
	"windlass.dev/test/cluster/internal/differential/script"
)

func main() {
	var options differential.Options
	folder := pflag.String("scripts", "", "folder of the scripts; arguments name some of them (default: all)")
	pflag.StringVar(&options.Data, "data", os.Getenv("CLUSTER_DATA"), "data folder of the cluster (default: $CLUSTER_DATA)")
	pflag.StringVar(&options.Logs, "logs", ".", "folder for the controllers' logs")
	pflag.StringVar(&options.Stock, "stock", "", "path of the stock controller; without it --expected is compared with")
	pflag.StringVar(&options.Windlass, "windlass", "", "path of Windlass; without it the stock controller is compared with itself")
	kind := pflag.String("kind", "deployment", "what Windlass gets: deployment, or rollout; the stock controller gets Deployments")
	pflag.StringVar(&options.Expected, "expected", "", "folder with what --record has written")
	pflag.IntVar(&options.Parallel, "parallel", 8, "scripts played at the same time")
	pflag.DurationVar(&options.Limit, "limit", time.Minute, "time for one step to become quiet")
	pflag.StringVar(&options.Record, "record", "", "folder to write the stock controller's states to")
	pflag.BoolVar(&options.Verbose, "verbose", false, "print every state")
	pflag.Parse()
	kinds := map[string]play.Kind{"deployment": play.Deployments, "rollout": play.Rollouts}
	var found bool
	if options.Kind, found = kinds[*kind]; !found {
		fmt.Fprintf(os.Stderr, "differential: --kind is deployment or rollout, not %q\n", *kind)
		os.Exit(2)
	}

	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	ok, err := run(ctx, *folder, pflag.Args(), options)
	if err != nil {
		fmt.Fprintln(os.Stderr, "differential:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(ctx context.Context, folder string, names []string, options differential.Options) (bool, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.script"))
	if err != nil {
		return false, err
	}
	if len(names) > 0 {
		paths = nil
		for _, name := range names {
			paths = append(paths, filepath.Join(folder, name+".script"))
		}
	}
	if len(paths) == 0 {
		return false, fmt.Errorf("no scripts in %q", folder)
	}
	var scripts []*script.Script
	for _, path := range paths {
		s, err := script.Load(path)
		if err != nil {
			return false, err
		}
		scripts = append(scripts, s)
	}
	return differential.Run(ctx, scripts, options)
}
