package main

import (
	"fmt"
	"strconv"
)

const (
	// Every object has a version below the first of a list.
	firstVersion = 1000000
	then         = `"2026-01-02T15:04:05Z"`
	uid          = `%08x-0000-4000-8000-%012x`
)

// The first eight digits of a uid say what it belongs to.
const (
	ofDeployment = iota + 1
	ofReplicaSet
	ofPod
	ofNode
)

func name(deployment int) string      { return fmt.Sprintf("web-%06d", deployment) }
func namespace(deployment int) string { return fmt.Sprintf("team-%04d", deployment%200) }
func hash(deployment, revision int) string {
	return fmt.Sprintf("%06d%04d", deployment, revision)
}

// settings returns what the user chose for a Deployment.
func (f *fleet) settings(deployment int) (strategy, inPlace string) {
	if deployment > 0 && !f.all {
		return "RollingUpdate", ""
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.strategy, f.inPlace
}

// annotations are those of a Deployment, in the members of a JSON object.
func (f *fleet) annotations(deployment int) string {
	text := `"deployment.kubernetes.io/revision":"` + strconv.Itoa(f.revisions) + `"`
	if f.annotationBytes > 0 {
		text += `,"example.com/notes":` + quoted(string(words(nil, deployment, f.annotationBytes)))
	}
	if _, inPlace := f.settings(deployment); inPlace != "" {
		text += `,"windlass.dev/in-place":` + quoted(inPlace)
	}
	return text
}

// words appends n bytes of text that differs from seed to seed, and compresses as settings do.
func words(out []byte, seed, n int) []byte {
	state := uint64(seed)*2654435761 + 12345
	for begin := len(out); len(out)-begin < n; {
		state = state*6364136223846793005 + 1442695040888963407
		out = append(out, strconv.FormatUint(state>>40, 36)...)
		out = append(out, " setting "...)
	}
	return out[:len(out)]
}

// podTemplate appends a template of about f.templateBytes bytes: one container with as many
// variables as that takes.
func (f *fleet) podTemplate(out []byte, deployment, revision int, withHash bool) []byte {
	begin := len(out)
	out = append(out, `{"metadata":{"creationTimestamp":null,"labels":{"app":"`...)
	out = append(out, name(deployment)...)
	out = append(out, '"')
	if withHash {
		out = append(out, `,"pod-template-hash":"`+hash(deployment, revision)+`"`...)
	}
	out = append(out, `}},"spec":{"containers":[{"name":"app","image":"registry.example.com/team/app:v`...)
	out = strconv.AppendInt(out, int64(revision), 10)
	out = append(out, `","env":[`...)
	const rest = 400
	for i := 0; len(out)-begin < f.templateBytes-rest; i++ {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"name":"SETTING_`...)
		out = strconv.AppendInt(out, int64(i), 10)
		out = append(out, `","value":"`...)
		out = words(out, deployment*1000+i, 40)
		out = append(out, `"}`...)
	}
	return append(out, `],"resources":{},"terminationMessagePath":"/dev/termination-log",`+
		`"terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],`+
		`"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",`+
		`"securityContext":{},"schedulerName":"default-scheduler"}}`...)
}

func kinded(out []byte, kind, apiVersion string, metadataOnly bool) []byte {
	if metadataOnly {
		kind, apiVersion = "PartialObjectMetadata", "meta.k8s.io/v1"
	}
	return fmt.Appendf(out, `{"kind":%q,"apiVersion":%q,"metadata":`, kind, apiVersion)
}

func (f *fleet) deployment(out []byte, i int, metadataOnly bool) []byte {
	version, generation := firstVersion+i, 1
	f.mutex.Lock()
	if i == 0 {
		version, generation = f.version, 1+f.version-firstVersion*20
	}
	f.mutex.Unlock()
	out = kinded(out, "Deployment", "apps/v1", metadataOnly)
	out = fmt.Appendf(out, `{"name":%q,"namespace":%q,"uid":"`+uid+`","resourceVersion":"%d",`+
		`"generation":%d,"creationTimestamp":%s,"labels":{"app":%q},"annotations":{%s}}`, name(i),
		namespace(i), ofDeployment, i, version, generation, then, name(i), f.annotations(i))
	if metadataOnly {
		return append(out, '}')
	}
	replicas := f.podsOf(i)
	strategy, _ := f.settings(i)
	details := ""
	if strategy == "RollingUpdate" {
		details = `,"rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}`
	}
	out = fmt.Appendf(out, `,"spec":{"replicas":%d,"selector":{"matchLabels":{"app":%q}},`+
		`"template":`, replicas, name(i))
	out = f.podTemplate(out, i, f.revisions, false)
	out = fmt.Appendf(out, `,"strategy":{"type":%q%s},"revisionHistoryLimit":10,`+
		`"progressDeadlineSeconds":600},"status":{"observedGeneration":%d,"replicas":%d,`+
		`"updatedReplicas":%d,"readyReplicas":%d,"availableReplicas":%d,"conditions":[`, strategy,
		details, generation, replicas, replicas, replicas, replicas)
	out = condition(out, "Available", "MinimumReplicasAvailable",
		"Deployment has minimum availability.")
	out = append(out, ',')
	out = condition(out, "Progressing", "NewReplicaSetAvailable", fmt.Sprintf(
		`ReplicaSet \"%s-%s\" has successfully progressed.`, name(i), hash(i, f.revisions)))
	return append(out, `]}}`...)
}

func condition(out []byte, kind, reason, message string) []byte {
	return fmt.Appendf(out, `{"type":%q,"status":"True","lastUpdateTime":%s,`+
		`"lastTransitionTime":%s,"reason":%q,"message":"%s"}`, kind, then, then, reason, message)
}

// podsOf returns how many Pods a Deployment has; all of them are of its newest ReplicaSet.
func (f *fleet) podsOf(deployment int) int {
	n := f.pods / f.deployments
	if deployment < f.pods%f.deployments {
		n++
	}
	return n
}

func (f *fleet) replicaSet(out []byte, i int, metadataOnly bool) []byte {
	deployment, revision := i/f.revisions, i%f.revisions+1
	replicas := 0
	if revision == f.revisions {
		replicas = f.podsOf(deployment)
	}
	out = kinded(out, "ReplicaSet", "apps/v1", metadataOnly)
	out = fmt.Appendf(out, `{"name":"%s-%s","namespace":%q,"uid":"`+uid+`","resourceVersion":"%d",`+
		`"generation":1,"creationTimestamp":%s,"labels":{"app":%q,"pod-template-hash":%q},`+
		`"annotations":{"deployment.kubernetes.io/desired-replicas":"%d",`+
		`"deployment.kubernetes.io/max-replicas":"%d",%s},"ownerReferences":[{"apiVersion":"apps/v1",`+
		`"kind":"Deployment","name":%q,"uid":"`+uid+`","controller":true,"blockOwnerDeletion":true}]}`,
		name(deployment), hash(deployment, revision), namespace(deployment), ofReplicaSet, i,
		firstVersion+i, then, name(deployment), hash(deployment, revision), replicas, replicas+2,
		f.annotations(deployment), name(deployment), ofDeployment, deployment)
	if metadataOnly {
		return append(out, '}')
	}
	out = fmt.Appendf(out, `,"spec":{"replicas":%d,"selector":{"matchLabels":{"app":%q,`+
		`"pod-template-hash":%q}},"template":`, replicas, name(deployment), hash(deployment, revision))
	out = f.podTemplate(out, deployment, revision, true)
	return fmt.Appendf(out, `},"status":{"replicas":%d,"fullyLabeledReplicas":%d,"readyReplicas":%d,`+
		`"availableReplicas":%d,"observedGeneration":1}}`, replicas, replicas, replicas, replicas)
}

func (f *fleet) pod(out []byte, i int, metadataOnly bool) []byte {
	deployment := i % f.deployments
	rs := deployment*f.revisions + f.revisions - 1
	out = kinded(out, "Pod", "v1", metadataOnly)
	out = fmt.Appendf(out, `{"name":"%s-%s-%05d","generateName":"%s-%s-","namespace":%q,"uid":"`+uid+
		`","resourceVersion":"%d","generation":1,"creationTimestamp":%s,"labels":{"app":%q,`+
		`"pod-template-hash":%q},"annotations":{"example.com/note":%q},"ownerReferences":[{`+
		`"apiVersion":"apps/v1","kind":"ReplicaSet","name":"%s-%s","uid":"`+uid+
		`","controller":true,"blockOwnerDeletion":true}]}`,
		name(deployment), hash(deployment, f.revisions), i/f.deployments, name(deployment),
		hash(deployment, f.revisions), namespace(deployment), ofPod, i, firstVersion+i, then,
		name(deployment), hash(deployment, f.revisions), words(nil, i, 200), name(deployment),
		hash(deployment, f.revisions), ofReplicaSet, rs)
	if metadataOnly {
		return append(out, '}')
	}
	return fmt.Appendf(out, `,"spec":{"nodeName":"node-%04d","containers":[{"name":"app","image":`+
		`"registry.example.com/team/app:v%d","resources":{}}],"terminationGracePeriodSeconds":30},`+
		`"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True",`+
		`"lastTransitionTime":%s},{"type":"ContainersReady","status":"True","lastTransitionTime":%s},`+
		`{"type":"PodScheduled","status":"True","lastTransitionTime":%s}],"containerStatuses":[{`+
		`"name":"app","ready":true,"started":true,"restartCount":0,"state":{"running":{"startedAt":%s}},`+
		`"image":"registry.example.com/team/app:v%d","imageID":"registry.example.com/team/app@sha256:`+
		`%064x","containerID":"containerd://%064x"}]}}`, i%f.nodes, f.revisions, then, then, then, then,
		f.revisions, f.revisions, i)
}

func (f *fleet) node(out []byte, i int, metadataOnly bool) []byte {
	out = kinded(out, "Node", "v1", metadataOnly)
	out = fmt.Appendf(out, `{"name":"node-%04d","uid":"`+uid+`","resourceVersion":"%d",`+
		`"creationTimestamp":%s,"labels":{"topology.kubernetes.io/zone":"zone-%d"}}`, i, ofNode, i,
		firstVersion+i, then, i%3)
	if metadataOnly {
		return append(out, '}')
	}
	return fmt.Appendf(out, `,"spec":{},"status":{"conditions":[{"type":"Ready","status":"True",`+
		`"lastTransitionTime":%s}],"nodeInfo":{"kubeletVersion":"v1.36.0"}}}`, then)
}
