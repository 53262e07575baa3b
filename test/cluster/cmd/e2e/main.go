// Command e2e is upstream's own end-to-end suite, less what cannot have to do
// with Deployments: the specs of sig-apps, sig-cli and sig-api-machinery. It
// takes the flags of upstream's e2e.test, and exits 1 if a spec failed.
package main

import (
	"flag"
	"os"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	"k8s.io/component-base/logs"
	"k8s.io/klog/v2"
	_ "k8s.io/kubernetes/test/e2e" // what runs before and after the specs
	_ "k8s.io/kubernetes/test/e2e/apimachinery"
	_ "k8s.io/kubernetes/test/e2e/apps"
	"k8s.io/kubernetes/test/e2e/framework"
	"k8s.io/kubernetes/test/e2e/framework/config"
	_ "k8s.io/kubernetes/test/e2e/framework/debug/init" // shows the namespace of a spec that failed
	_ "k8s.io/kubernetes/test/e2e/framework/node/init"  // waits for the nodes after each spec
	"k8s.io/kubernetes/test/e2e/framework/testfiles"
	_ "k8s.io/kubernetes/test/e2e/kubectl"
	manifests "k8s.io/kubernetes/test/e2e/testing-manifests"
)

// verdict is what ginkgo tells a failure to where go test does not run it.
type verdict struct{ failed bool }

func (v *verdict) Fail() { v.failed = true }

func main() {
	config.CopyFlags(config.Flags, flag.CommandLine)
	framework.RegisterCommonFlags(flag.CommandLine)
	framework.RegisterClusterFlags(flag.CommandLine)
	flag.Parse()
	testfiles.AddFileSource(manifests.GetE2ETestingManifestsFS())
	framework.AfterReadingAllFlags(&framework.TestContext)

	logs.InitLogs()
	klog.EnableContextualLogging(true)
	gomega.RegisterFailHandler(framework.Fail)
	suite, report := framework.CreateGinkgoConfig()
	var verdict verdict
	ginkgo.RunSpecs(&verdict, "Kubernetes e2e suite", suite, report)
	logs.FlushLogs()
	if verdict.failed {
		os.Exit(1)
	}
}
