package control

import (
	"os"
	"strconv"
)

// Patches of Deployments themselves are logged with their bodies: a test compares those of
// kubectl-windlass with kubectl's.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  verbs: [patch]
  resources: [{group: apps, resources: [deployments]}]
- level: Metadata
`

// compose decides every component's arguments: they are the whole difference
// between this and a cluster made by kubeadm.
func (c *cluster) compose(options upOptions, ports *ports) error {
	taken, err := ports.take(c.Dir, 5+options.nodes)
	if err != nil {
		return err
	}
	host := "127.0.0.1"
	if c.Real != nil {
		host = c.Real.Network.Machine() // which real nodes reach, and other machines do not
	}
	etcd, etcdPeer, apiserver, kcm, scheduler, kubelets := taken[0], taken[1], taken[2], taken[3], taken[4], taken[5:]

	add := func(name, subcommand string, ports []int, args ...string) {
		c.Components = append(c.Components, component{Name: name, Args: append([]string{subcommand}, args...), Ports: ports})
	}

	// Without fsync a killed etcd loses nothing; only a killed machine would.
	add("etcd", "etcd", []int{etcd, etcdPeer},
		"--data-dir="+c.path("etcd"),
		"--listen-client-urls=http://"+address(etcd),
		"--advertise-client-urls=http://"+address(etcd),
		"--listen-peer-urls=http://"+address(etcdPeer),
		"--initial-advertise-peer-urls=http://"+address(etcdPeer),
		"--initial-cluster=default=http://"+address(etcdPeer),
		"--unsafe-no-fsync",
		"--log-level=error")

	// blocking-strict: a request is answered only once its audit line is in the
	// file, and fails if it cannot be. maxsize 0: never rotated.
	add("apiserver", "apiserver", []int{apiserver}, append(c.kubeletClientArgs(),
		"--etcd-servers=http://"+address(etcd),
		"--bind-address="+host,
		"--secure-port="+strconv.Itoa(apiserver),
		"--tls-cert-file="+c.path("pki", "apiserver.crt"),
		"--tls-private-key-file="+c.path("pki", "apiserver.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+c.path("pki", "sa.pub"),
		"--service-account-signing-key-file="+c.path("pki", "sa.key"),
		"--token-auth-file="+c.path("pki", "tokens.csv"),
		"--authorization-mode=Node,RBAC",
		"--service-cluster-ip-range=10.0.0.0/16",
		"--endpoint-reconciler-type=none",
		"--allow-privileged",
		"--audit-policy-file="+c.path("audit-policy.yaml"),
		"--audit-log-path="+c.path("audit.log"),
		"--audit-log-mode=blocking-strict",
		"--audit-log-maxsize=0")...)
	if c.Real != nil {
		c.Components[len(c.Components)-1].Host = host
	}

	// One ServiceAccount per controller, as kubeadm has it: the audit log then
	// names the controller behind a request.
	add("kcm", "kcm", []int{kcm}, append(c.authArgs("kcm"),
		"--bind-address=127.0.0.1",
		"--secure-port="+strconv.Itoa(kcm),
		"--leader-elect=false",
		"--service-account-private-key-file="+c.path("pki", "sa.key"),
		"--root-ca-file="+c.path("pki", "ca.crt"),
		"--use-service-account-credentials=true",
		"--controllers="+options.controllers,
		"--concurrent-replicaset-syncs="+strconv.Itoa(options.workers),
		"--kube-api-qps=500",
		"--kube-api-burst=1000")...)

	if !options.noScheduler {
		add("scheduler", "scheduler", []int{scheduler}, append(c.authArgs("scheduler"),
			"--bind-address=127.0.0.1",
			"--secure-port="+strconv.Itoa(scheduler),
			"--leader-elect=false",
			"--kube-api-qps=500",
			"--kube-api-burst=1000")...)
	}

	for i, port := range kubelets {
		name := nodeName(i)
		add(name, "node", []int{port},
			"--name="+name,
			"--index="+strconv.Itoa(i),
			"--port="+strconv.Itoa(port),
			"--kubeconfig="+c.path("kubeconfigs", name+".kubeconfig"))
	}
	if c.Real != nil {
		c.composeReal()
	}
	return os.WriteFile(c.path("audit-policy.yaml"), []byte(auditPolicy), 0o600)
}

// kubeletClientArgs let the API server call real kubelets, for logs and exec.
func (c *cluster) kubeletClientArgs() []string {
	if c.Real == nil {
		return nil
	}
	return []string{
		"--kubelet-certificate-authority=" + c.path("pki", kubeletCA),
		"--kubelet-client-certificate=" + c.path("pki", kubeletClientCert),
		"--kubelet-client-key=" + c.path("pki", kubeletClientKey),
		"--kubelet-preferred-address-types=InternalIP",
	}
}

func (c *cluster) authArgs(user string) []string {
	kubeconfig := c.path("kubeconfigs", user+".kubeconfig")
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
	}
}
