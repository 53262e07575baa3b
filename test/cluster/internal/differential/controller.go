package differential

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"windlass.dev/test/cluster/internal/differential/play"
)

// Controller is one of the two that are compared.
type Controller struct {
	Name string // "stock" or "windlass", for the reader
	User string // as the API server knows it
	Kind play.Kind
	args []string
}

// Stock is Kubernetes' own controller, with the ServiceAccount and the rights it
// has inside kube-controller-manager.
func Stock(ctx context.Context, client kubernetes.Interface, options Options) (Controller, error) {
	const namespace, account = "kube-system", "deployment-controller"
	accounts := client.CoreV1().ServiceAccounts(namespace)
	object := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: account}}
	if _, err := accounts.Create(ctx, object, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return Controller{}, err
	}
	token, err := accounts.CreateToken(ctx, account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return Controller{}, err
	}
	config, err := clientcmd.LoadFromFile(options.adminKubeconfig())
	if err != nil {
		return Controller{}, err
	}
	for _, user := range config.AuthInfos {
		user.Token = token.Status.Token
	}
	kubeconfig := filepath.Join(options.Logs, "stock.kubeconfig")
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		return Controller{}, err
	}
	return Controller{Name: "stock", User: "system:serviceaccount:" + namespace + ":" + account,
		Kind: play.Deployments,
		args: []string{options.Stock, "--kubeconfig=" + kubeconfig, "--kube-api-qps=1000", "--kube-api-burst=2000", "-v=4"}}, nil
}

// Windlass has the rights its manifest grants.
func Windlass(options Options) Controller {
	kind := options.Kind
	if kind == "" {
		kind = play.Deployments
	}
	return Controller{Name: "windlass", User: "system:serviceaccount:windlass-system:windlass", Kind: kind,
		args: []string{options.Windlass, "--controllers=" + strings.ToLower(string(kind)),
			"--kubeconfig=" + filepath.Join(options.Data, "windlass.kubeconfig"),
			"--leader-elect=false", "--metrics-bind-address=0", "--kube-api-qps=1000", "--kube-api-burst=2000"}}
}

// run starts the controller, and returns what stops it again.
func (c Controller) run(log string) (stop func() error, err error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	command := exec.Command(c.args[0], c.args[1:]...)
	command.Stdout, command.Stderr = file, file
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		file.Close()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		command.Wait() //nolint:errcheck // killed by a signal is as good as any other end
		close(ended)
	}()
	return func() error {
		defer file.Close()
		select {
		case <-ended:
			return fmt.Errorf("%s ended by itself; its log is %s", c.Name, log)
		default:
		}
		command.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may end at this moment
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			command.Process.Kill() //nolint:errcheck // the same
			<-ended
		}
		return nil
	}, nil
}
