package play

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"k8s.io/client-go/util/retry"

	"windlass.dev/test/cluster/internal/differential/script"
	"windlass.dev/test/cluster/internal/differential/state"
)

// errRefused is a refusal that is not the API server's: kubectl's, or that of a
// script that finds nothing to act upon.
var errRefused = errors.New("refused")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errRefused, fmt.Sprintf(format, args...))
}

func isRefusal(err error) bool {
	return errors.Is(err, errRefused) || apierrors.IsInvalid(err) || apierrors.IsForbidden(err) ||
		apierrors.IsBadRequest(err) || apierrors.IsNotFound(err) || apierrors.IsAlreadyExists(err)
}

// send does what a command says.
func (p *Player) send(ctx context.Context, step int, c script.Command) error {
	switch c.Verb {
	case "apply":
		return p.apply(ctx, c.Name, c.Setting)
	case "scale":
		return p.owners.scale(ctx, c.Name, int32(count(c)))
	case "pause":
		return p.apply(ctx, c.Name, []script.Setting{{Key: "paused", Value: "true"}})
	case "resume":
		return p.apply(ctx, c.Name, []script.Setting{{Key: "paused", Value: "false"}})
	case "restart":
		return p.apply(ctx, c.Name, []script.Setting{
			{Key: "template.annotation.kubectl.kubernetes.io/restartedAt", Value: fmt.Sprintf("step-%d", step)}})
	case "undo":
		return p.undo(ctx, c)
	case "rollback":
		return p.rollBack(ctx, c.Name, c.Args[0])
	case "ready", "unready", "fail", "delete-pod":
		return p.sendPods(ctx, c)
	case "stop-slowly":
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.slow[c.Name] = c.Args[0] == "on"
		return nil
	case "create-replicaset", "scale-replicaset", "delete-replicaset", "label-replicaset", "annotate-replicaset", "orphan":
		return p.sendReplicaSet(ctx, c)
	case "delete":
		return p.remove(ctx, c)
	case "condition":
		return p.setCondition(ctx, c)
	case "quota":
		return p.quota(ctx, c)
	case "wait-condition":
		return p.waitCondition(ctx, c.Name, c.Setting[0])
	case "wait-deadline":
		return p.waitCondition(ctx, c.Name, script.Setting{Key: "Progressing", Value: "ProgressDeadlineExceeded"})
	}
	return fmt.Errorf("no such step: %s", c.Verb)
}

// count is the number among the words of a command; the parser has checked it.
func count(c script.Command) int {
	n, _ := strconv.Atoi(c.Args[0])
	return n
}

func (p *Player) rollBack(ctx context.Context, name, revision string) error {
	return retry.OnError(retry.DefaultBackoff, apierrors.IsConflict, func() error {
		return p.owners.rollBack(ctx, name, revision)
	})
}

func (p *Player) remove(ctx context.Context, c script.Command) error {
	policy := metav1.DeletePropagationBackground
	switch cascade, _ := c.Get("cascade"); cascade {
	case "", "background":
	case "foreground":
		policy = metav1.DeletePropagationForeground
	case "orphan":
		policy = metav1.DeletePropagationOrphan
	default:
		return fmt.Errorf("cascade=%s is none of background, foreground, orphan", cascade)
	}
	return p.owners.remove(ctx, c.Name, policy)
}

// quota returns when admission knows of the quota.
func (p *Player) quota(ctx context.Context, c script.Command) error {
	const name = "script"
	quotas := p.client.CoreV1().ResourceQuotas(p.namespace)
	if err := quotas.Delete(ctx, name, metav1.DeleteOptions{}); ignoreNotFound(err) != nil {
		return err
	}
	if c.Args[0] == "none" {
		return nil
	}
	limit := corev1.ResourceList{"count/replicasets.apps": resource.MustParse(c.Args[0])}
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.ResourceQuotaSpec{Hard: limit}}
	if _, err := quotas.Create(ctx, quota, metav1.CreateOptions{}); err != nil {
		return err
	}
	return p.await(ctx, "the quota in force", func() (bool, error) {
		quota, err := quotas.Get(ctx, name, metav1.GetOptions{})
		return err == nil && len(quota.Status.Hard) == 1 && len(quota.Status.Used) == 1, err
	})
}

func (p *Player) waitCondition(ctx context.Context, name string, want script.Setting) error {
	// What comes of a retry may take long: Kubernetes' controller has one rate limit for the
	// retries of all Deployments, and other scripts may use it up.
	what := fmt.Sprintf("condition %s=%s of %s", want.Key, want.Value, name)
	return p.awaitWithin(ctx, 3*p.limit, what, func() (bool, error) {
		d, err := p.owners.get(ctx, name)
		if err != nil {
			return false, err
		}
		for _, condition := range d.Status.Conditions {
			if string(condition.Type) == want.Key && state.Reason(d, condition) == want.Value {
				return true, nil
			}
		}
		return false, nil
	})
}
