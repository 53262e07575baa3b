package conditions

// verdict is what tools are to make of a row.
type verdict struct {
	kstatus string
	argocd  string // "": Argo CD asks no script about an object that is being deleted
	actions string // those that Argo CD offers and does not disable, in order
}

var verdicts = map[string]verdict{
	// Without the CRD's default kstatus would take an object without a status for current.
	"not seen yet": {"InProgress", "Progressing", "pause restart"},
	"a new Rollout, without an available Pod": {
		"InProgress", "Progressing", "pause restart"},
	"a change that Windlass has not seen": {"InProgress", "Progressing", "pause restart"},
	"progressing":                         {"InProgress", "Progressing", "abort pause restart"},
	"healthy":                             {"Current", "Healthy", "pause restart"},
	"healthy, after all steps":            {"Current", "Healthy", "pause restart"},
	"healthy, without replicas":           {"Current", "Healthy", "pause restart"},
	"healthy, and paused":                 {"Current", "Healthy", "restart resume"},
	"a Rollout that never replaces Pods":  {"Current", "Healthy", "pause"},
	"rolled back":                         {"Current", "Healthy", "pause restart"},
	"a rollback that was refused":         {"Current", "Healthy", "pause restart"},
	"being deleted":                       {"Terminating", "", ""},

	"a Pod lost after the rollout, and enough are left": {"Current", "Healthy", "pause restart"},
	"too many Pods lost after the rollout": {
		"InProgress", "Progressing", "abort pause restart"},
	"the only Pod lost after the rollout, which maxUnavailable allows": {
		"InProgress", "Progressing", "abort pause restart"},
	"the only Pod lost while paused": {"InProgress", "Progressing", "abort restart resume"},

	"paused by its spec":              {"InProgress", "Suspended", "abort restart resume"},
	"paused, and a rollback waits":    {"InProgress", "Suspended", "abort restart resume"},
	"paused at a step until promoted": {"InProgress", "Suspended", "abort pause promote restart"},
	"promoted, which Windlass has not seen": {
		"InProgress", "Suspended", "abort pause restart"},
	"paused at a step, and an earlier rollout was promoted": {
		"InProgress", "Suspended", "abort pause promote restart"},
	"paused at a step for ten minutes": {
		"InProgress", "Suspended", "abort pause promote restart"},
	"at its partition": {"InProgress", "Suspended", "abort pause restart"},

	"no progress in time":             {"Failed", "Degraded", "abort pause restart"},
	"a template that no Pod can have": {"Failed", "Degraded", "abort pause restart"},
	"a change that is not possible in place, and no progress deadline": {
		"Failed", "Degraded", "abort pause"},
	"a strategy that cannot be carried out": {"Failed", "Degraded", "abort pause restart"},
	// The new spec is not carried out, so the status is about the one before.
	"the API server refuses the ReplicaSet": {"InProgress", "Progressing", "abort pause restart"},
	"aborted":                               {"Failed", "Degraded", "pause restart retry"},
	"aborted, and nothing to go back to":    {"Failed", "Degraded", "pause restart retry"},
}
