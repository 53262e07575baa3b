// Package differential plays scripts to two controllers, one after the other, and
// compares what they leave behind. The second may play them with Rollouts.
package differential

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"windlass.dev/test/cluster/internal/audit"
	"windlass.dev/test/cluster/internal/differential/play"
	"windlass.dev/test/cluster/internal/differential/script"
)

// Options say what is compared, and where.
type Options struct {
	Data     string        // folder of a cluster that is up
	Logs     string        // folder for the controllers' logs
	Stock    string        // path of the stock controller; empty: what Expected holds
	Windlass string        // path of Windlass; empty: the stock controller again
	Kind     play.Kind     // of the objects that Windlass gets; the stock controller gets Deployments
	Expected string        // folder with what the stock controller left once
	Parallel int           // scripts at the same time
	Limit    time.Duration // for one step to become quiet
	Record   string        // folder to write what the stock controller left; empty: none
	Verbose  bool          // print states and times
}

// countsWrites says whether more writes are held against Windlass. A Rollout has more to write than
// a Deployment: a rollback is recorded first, for example.
func (o Options) countsWrites() bool {
	return o.Stock != "" && o.Windlass != "" && o.Kind != play.Rollouts
}

func (o Options) adminKubeconfig() string { return filepath.Join(o.Data, "admin.kubeconfig") }

// written are the resources whose writes are compared.
var written = []string{"deployments", "deployments/status", "rollouts", "rollouts/status",
	"replicasets", "replicasets/status"}

// played is what one controller made of one script.
type played struct {
	result *play.Result
	err    error
	writes audit.Writes
}

// Run prints a verdict for each script and returns whether nothing differs.
func Run(ctx context.Context, scripts []*script.Script, options Options) (bool, error) {
	config, err := clientcmd.BuildConfigFromFlags("", options.adminKubeconfig())
	if err != nil {
		return false, err
	}
	config.QPS, config.Burst = 2000, 4000
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return false, err
	}
	anything, err := dynamic.NewForConfig(config)
	if err != nil {
		return false, err
	}
	cluster := play.Cluster{Client: client, Dynamic: anything}
	stock := Controller{Name: "expected", Kind: play.Deployments}
	if options.Stock != "" {
		if stock, err = Stock(ctx, client, options); err != nil {
			return false, err
		}
	}
	second := stock
	second.Name = "again"
	if options.Windlass != "" {
		second = Windlass(options)
	}
	controllers := [2]Controller{stock, second}
	id := strconv.FormatInt(time.Now().Unix(), 36) // a cluster may serve several runs
	var all [2][]played
	for i, controller := range controllers {
		if controller.args == nil {
			all[i] = expected(options.Expected, scripts)
			continue
		}
		began := time.Now()
		if all[i], err = playAll(ctx, cluster, scripts, controller, id, options); err != nil {
			return false, err
		}
		fmt.Printf("%s has played %d scripts in %.0f s\n", controller.Name, len(scripts), time.Since(began).Seconds())
		if i == 0 {
			if err := waitAgain(ctx, cluster, scripts, controller, all[0], id, options); err != nil {
				return false, err
			}
		}
	}
	if options.countsWrites() {
		if err := countAgain(ctx, cluster, scripts, controllers, &all, id, options); err != nil {
			return false, err
		}
	}
	ok := report(scripts, controllers, all, options)
	if options.Record != "" {
		err = record(options.Record, scripts, all[0])
	}
	return ok, err
}

// awaitedPlays is how often a script is played to the stock controller until
// no wait of it ends in vain.
const awaitedPlays = 3

// waitAgain plays those scripts again to the stock controller in which a wait
// ended in vain. On a busy machine it has been seen never to write a condition
// that it writes in every other play (quota-unready, after three minutes). That
// says nothing about Windlass, which has one try.
func waitAgain(ctx context.Context, cluster play.Cluster, scripts []*script.Script, stock Controller,
	results []played, id string, options Options) error {
	for play := 2; play <= awaitedPlays; play++ {
		indexes := waitedInVain(results)
		if len(indexes) == 0 {
			return nil
		}
		var again []*script.Script
		for _, i := range indexes {
			again = append(again, scripts[i])
		}
		played, err := playAll(ctx, cluster, again, stock, fmt.Sprintf("%s-wait-%d", id, play), options)
		if err != nil {
			return err
		}
		for j, i := range indexes {
			results[i] = played[j]
		}
		fmt.Printf("%s has played %d scripts again, in which a wait ended in vain\n", stock.Name, len(again))
	}
	return nil
}

func waitedInVain(results []played) (indexes []int) {
	for i, p := range results {
		if p.result != nil && p.result.InVain {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// countedPlays is how often a script is played, to both, before more writes
// are held against Windlass: how many syncs see what happens is chance, and
// the least of several counts tells what a controller has to send.
const countedPlays = 3

func countAgain(ctx context.Context, cluster play.Cluster, scripts []*script.Script,
	controllers [2]Controller, all *[2][]played, id string, options Options) error {
	for play := 2; play <= countedPlays; play++ {
		var indexes []int
		var again []*script.Script
		for i, s := range scripts {
			if s.WritesMore == "" && moreWrites(all[0][i].writes, all[1][i].writes) {
				indexes, again = append(indexes, i), append(again, s)
			}
		}
		if len(again) == 0 {
			return nil
		}
		for c, controller := range controllers {
			results, err := playAll(ctx, cluster, again, controller, fmt.Sprintf("%s-%d", id, play), options)
			if err != nil {
				return err
			}
			for j, i := range indexes {
				keepLeast(&all[c][i], results[j])
			}
		}
		fmt.Printf("played %d scripts again, of which %s sent more writes\n", len(again), controllers[1].Name)
	}
	return nil
}

func keepLeast(first *played, again played) {
	first.err = errors.Join(first.err, again.err)
	if again.err == nil && sent(again.writes) < sent(first.writes) {
		first.writes = again.writes
	}
}

// playAll plays every script to one controller, several at the same time.
func playAll(ctx context.Context, cluster play.Cluster, scripts []*script.Script, controller Controller,
	id string, options Options) (results []played, err error) {
	stop, err := controller.run(filepath.Join(options.Logs, controller.Name+"-"+id+".log"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cluster.Kind = controller.Kind
	sentinels, err := play.Sentinels(ctx, cluster, "sentinels")
	if err != nil {
		return nil, err
	}
	results = make([]played, len(scripts))
	next := make(chan int)
	var players sync.WaitGroup
	for range options.Parallel {
		players.Go(func() {
			for i := range next {
				sentinel := sentinels(scripts[i].Name + "-" + controller.Name + "-" + id)
				began := time.Now()
				result, err := playOne(ctx, cluster, scripts[i], controller.Name+"-"+id, sentinel, options)
				results[i] = played{result: result, err: err}
				if options.Verbose {
					fmt.Printf("%s has played %s in %.1f s: %v\n", controller.Name, scripts[i].Name, time.Since(began).Seconds(), err)
				}
			}
		})
	}
	for i := range scripts {
		next <- i
	}
	close(next)
	players.Wait()
	return results, countWrites(results, controller, options)
}

func playOne(ctx context.Context, cluster play.Cluster, s *script.Script, suffix string, sentinel *play.Sentinel,
	options Options) (*play.Result, error) {
	if err := sentinel.Start(ctx, options.Limit); err != nil {
		return nil, err
	}
	result, err := play.Play(ctx, cluster, s, s.Name+"-"+suffix, sentinel, options.Limit)
	return result, errors.Join(err, sentinel.Stop(ctx))
}

func countWrites(results []played, controller Controller, options Options) error {
	until := map[string]time.Time{}
	for _, p := range results {
		if p.result != nil && !p.result.Ended.IsZero() {
			until[p.result.Namespace] = p.result.Ended
		}
	}
	log, err := os.Open(filepath.Join(options.Data, "audit.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	writes, err := audit.WritesByNamespace(log, controller.User, written, until)
	if err != nil {
		return err
	}
	for i, p := range results {
		if p.result != nil {
			results[i].writes = writes[p.result.Namespace]
		}
	}
	return nil
}
