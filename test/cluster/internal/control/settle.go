package control

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Windlass runs with the rights its manifest grants, as its own ServiceAccount,
// so that a missing right shows in every test.
const (
	windlassNamespace = "windlass-system"
	windlassAccount   = "windlass"
	windlassTokenLife = 30 * 24 * time.Hour
)

// settle brings a started cluster to where a user would find it.
func (c *cluster) settle(ctx context.Context, options upOptions, server string) error {
	client, err := c.adminClient()
	if err != nil {
		return err
	}
	if options.rbac != "" {
		if err := c.apply(ctx, options.rbac); err != nil {
			return err
		}
		if err := c.writeWindlassKubeconfig(ctx, client, server); err != nil {
			return err
		}
	} else {
		fmt.Println("no --rbac manifest: windlass.kubeconfig is not written")
	}

	err = c.await(ctx, "kcm", "the ServiceAccount default/default", upWithin, func() bool {
		_, err := client.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	})
	if err != nil {
		return err
	}
	for i := range options.nodes + options.realNodes {
		kubelet := nodeName(i)
		if options.realNodes > 0 {
			kubelet = fmt.Sprintf("kubelet-%d", i)
		}
		err := c.await(ctx, kubelet, "a Ready node", upWithin, func() bool {
			return schedulable(ctx, client, nodeName(i))
		})
		if err != nil {
			return err
		}
	}
	for _, component := range c.Components {
		if err := c.awaitServing(ctx, component); err != nil {
			return err
		}
	}
	return nil
}

// schedulable says whether a Pod can be placed on a node: the not-ready taint
// goes a moment after the condition turns.
func schedulable(ctx context.Context, client kubernetes.Interface, name string) bool {
	node, err := client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
	if err != nil || len(node.Spec.Taints) > 0 {
		return false
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func (c *cluster) apply(ctx context.Context, manifest string) error {
	output, err := exec.CommandContext(ctx, c.path("bin", "kubectl"),
		"--kubeconfig="+c.adminKubeconfig(), "apply", "-f", manifest).CombinedOutput()
	if err != nil {
		return fmt.Errorf("apply %s: %s", manifest, strings.ReplaceAll(strings.TrimSpace(string(output)), "\n", "; "))
	}
	return nil
}

func (c *cluster) writeWindlassKubeconfig(ctx context.Context, client kubernetes.Interface, server string) error {
	seconds := int64(windlassTokenLife.Seconds())
	request, err := client.CoreV1().ServiceAccounts(windlassNamespace).CreateToken(ctx, windlassAccount,
		&authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("token of ServiceAccount %s/%s: %w", windlassNamespace, windlassAccount, err)
	}
	return c.writeKubeconfig(c.windlassKubeconfig(), windlassAccount, request.Status.Token, server)
}

func (c *cluster) windlassKubeconfig() string { return c.path("windlass.kubeconfig") }

// writeEnv is for `. DIR/env`. Values are quoted: a folder's name may hold anything.
func (c *cluster) writeEnv() error {
	var env strings.Builder
	set := func(name, value string) {
		fmt.Fprintf(&env, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	set("KUBECONFIG", c.adminKubeconfig())
	set("CLUSTER_DATA", c.Dir)
	set("CLUSTER_BIN", c.Bin)
	set("CLUSTER_AUDIT_LOG", c.path("audit.log"))
	if _, err := os.Stat(c.windlassKubeconfig()); err == nil {
		set("WINDLASS_KUBECONFIG", c.windlassKubeconfig())
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, component := range c.Components {
		variable := "CLUSTER_" + strings.ToUpper(strings.ReplaceAll(component.Name, "-", "_"))
		var ports []string
		for _, port := range component.Ports {
			ports = append(ports, fmt.Sprint(port))
		}
		if len(ports) == 0 {
			continue // of a real node
		}
		set(variable+"_PORT", ports[0])
		if len(ports) > 1 {
			set(variable+"_PORTS", strings.Join(ports, " "))
		}
	}
	env.WriteString("case \":$PATH:\" in *\":$CLUSTER_DATA/bin:\"*) ;; *) export PATH=\"$CLUSTER_DATA/bin:$PATH\" ;; esac\n")
	return os.WriteFile(c.path("env"), []byte(env.String()), 0o600)
}
