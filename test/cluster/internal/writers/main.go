package writers

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Main judges one cluster's log.
func Main(args []string) int {
	flags := pflag.NewFlagSet("writers", pflag.ContinueOnError)
	data := flags.String("data", os.Getenv("CLUSTER_DATA"), "data folder of the cluster (default: $CLUSTER_DATA)")
	lease := flags.String("lease", "windlass", "name of the Lease")
	users := flags.StringSlice("users", nil, "user names of the replicas")
	losses := flags.String("losses", "", "file with a line \"TIME KIND USER\" for each leader that was ended (TIME: RFC 3339)")
	if err := flags.Parse(args); err != nil {
		fmt.Fprintln(os.Stderr, "cluster writers:", err)
		return 2
	}
	good, err := run(*data, *lease, *users, *losses)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster writers:", err)
		return 2
	}
	if !good {
		return 1
	}
	return 0
}

func run(data, lease string, users []string, lossesFile string) (bool, error) {
	if data == "" || len(users) < 2 {
		return false, fmt.Errorf("say --data DIR (or source DIR/env), and --users A,B")
	}
	log, err := os.Open(filepath.Join(data, "audit.log"))
	if err != nil {
		return false, err
	}
	defer log.Close()
	known := map[string]bool{}
	for _, user := range users {
		known[user] = true
	}
	calls, err := Read(log, known, lease)
	if err != nil {
		return false, fmt.Errorf("%s: %w", log.Name(), err)
	}
	if lossesFile != "" {
		losses, err := readLosses(lossesFile)
		if err != nil {
			return false, err
		}
		times, err := FirstWrites(calls, losses)
		if err != nil {
			return false, err
		}
		print(times)
	}
	return judge(calls), nil
}

func judge(calls []Call) bool {
	writes, terms, holder := 0, 0, ""
	for _, call := range calls {
		if !call.Lease {
			writes++
		} else if call.User != holder {
			holder = call.User
			terms++
		}
	}
	violations := Violations(calls)
	for _, violation := range violations {
		fmt.Println("VIOLATION", violation)
	}
	fmt.Printf("%d writes in %d terms: %d not by the holder of the Lease alone\n", writes, terms, len(violations))
	return len(violations) == 0 && writes > 0
}

func print(times map[string][]time.Duration) {
	kinds := make([]string, 0, len(times))
	for kind := range times {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	for _, kind := range kinds {
		sorted := times[kind]
		slices.Sort(sorted)
		fmt.Printf("%-4s %d runs, until the first write of the other: min %.2f s, median %.2f s, p99 %.2f s, max %.2f s\n",
			kind, len(sorted), sorted[0].Seconds(), Percentile(sorted, 50).Seconds(),
			Percentile(sorted, 99).Seconds(), sorted[len(sorted)-1].Seconds())
	}
}

func readLosses(name string) ([]Loss, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var losses []Loss
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s: %q is not TIME KIND USER", name, lines.Text())
		}
		at, err := time.Parse(time.RFC3339Nano, fields[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		losses = append(losses, Loss{at, fields[1], fields[2]})
	}
	return losses, nil
}
