// Objects as an API server of 1.36 sends them, shortened only where nothing is lost.
#pragma once

namespace windlass::test {

inline constexpr const char* kDeploymentJson = R"({
"kind":"Deployment","apiVersion":"apps/v1",
"metadata":{"name":"web","namespace":"shop","uid":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10",
"resourceVersion":"48213","generation":7,"creationTimestamp":"2026-01-02T15:04:05Z",
"labels":{"app":"web","team":"caf\u00e9 \"q\"\\\n"},
"annotations":{"deployment.kubernetes.io/revision":"3","empty":"",
"kubectl.kubernetes.io/last-applied-configuration":"{\"kind\":\"Deployment\",\"spec\":{}}\n"},
"finalizers":["example.com/keep"],
"managedFields":[{"manager":"kubectl","operation":"Update","apiVersion":"apps/v1",
"time":"2026-01-02T15:04:05Z","fieldsType":"FieldsV1",
"fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{
"k:{\"name\":\"web\"}":{".":{}}}}}}}}]},
"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"},
"matchExpressions":[{"key":"tier","operator":"In","values":["front","edge"]},
{"key":"legacy","operator":"DoesNotExist"}]},
"template":{"metadata":{"creationTimestamp":null,"labels":{"app":"web"}},
"spec":{"containers":[{"name":"web","image":"registry.example/web:1.2","ports":[
{"containerPort":8080,"protocol":"TCP"}],"resources":{"limits":{"cpu":"500m"}},
"terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent",
"securityContext":{}}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,
"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler",
"futureField":{"depth":[1,2.50,1e400]}}} ,
"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":1}},
"minReadySeconds":5,"revisionHistoryLimit":10,"progressDeadlineSeconds":600,"paused":true,
"futureSpec":[{"x":null}]},
"status":{"observedGeneration":6,"replicas":4,"updatedReplicas":1,"readyReplicas":3,
"availableReplicas":2,"unavailableReplicas":2,"terminatingReplicas":0,"collisionCount":1,
"conditions":[{"type":"Available","status":"True","lastUpdateTime":"2026-01-02T15:05:05Z",
"lastTransitionTime":"2026-01-02T15:04:59Z","reason":"MinimumReplicasAvailable",
"message":"Deployment has minimum availability."},
{"type":"example.com/Odd","status":"Maybe","futureCondition":1}]}})";

inline constexpr const char* kReplicaSetJson = R"({
"metadata":{"name":"web-7c9d","namespace":"shop","uid":"0b1f6a52-0c5b-4d0e-8a52-61c1a7a10c0d",
"resourceVersion":"48190","generation":2,"creationTimestamp":"2026-01-02T15:04:06Z",
"deletionTimestamp":"2026-01-03T00:00:00Z","deletionGracePeriodSeconds":0,
"labels":{"app":"web","pod-template-hash":"7c9d"},
"annotations":{"deployment.kubernetes.io/desired-replicas":"3",
"deployment.kubernetes.io/max-replicas":"4","deployment.kubernetes.io/revision":"3"},
"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"not-a-uuid"},
{"apiVersion":"apps/v1","kind":"Deployment","name":"web",
"uid":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10","controller":true,"blockOwnerDeletion":true}]},
"spec":{"replicas":2,"minReadySeconds":5,
"selector":{"matchLabels":{"app":"web","pod-template-hash":"7c9d"}},
"template":{"metadata":{"labels":{"app":"web","pod-template-hash":"7c9d"}},
"spec":{"containers":[{"name":"web","image":"registry.example/web:1.2","ports":[
{"containerPort":8080,"protocol":"TCP"}],"resources":{"limits":{"cpu":"0.5"}},
"terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent",
"securityContext":{}}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,
"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler",
"futureField":{"depth":[1,2.50,1e400]}}}},
"status":{"replicas":2,"fullyLabeledReplicas":2,"readyReplicas":1,"availableReplicas":1,
"terminatingReplicas":1,"observedGeneration":2,"conditions":[{"type":"ReplicaFailure",
"status":"True","lastTransitionTime":"2026-01-02T15:04:06Z","reason":"FailedCreate",
"message":"quota"}]}})";

inline constexpr const char* kReplicationControllerJson = R"({"kind":"ReplicationController",
"apiVersion":"v1","metadata":{"name":"web","namespace":"shop",
"uid":"2b1f6a52-0c5b-4d0e-8a52-61c1a7a10c0d","resourceVersion":"391","generation":5,
"creationTimestamp":"2026-01-02T15:04:06Z","labels":{"app":"web"},
"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}",
"kubectl.kubernetes.io/next-controller-id":"web-2","empty":""}},
"spec":{"replicas":3,"minReadySeconds":5,"selector":{"app":"web","deployment":"one"},
"template":{"metadata":{"creationTimestamp":null,"labels":{"app":"web","deployment":"one"}},
"spec":{"containers":[{"name":"web","image":"registry.example/web:1.2",
"resources":{"limits":{"cpu":"500m"}}}],"restartPolicy":"Always",
"futureField":{"depth":[1,2.50]}}}},
"status":{"replicas":3,"fullyLabeledReplicas":3,"readyReplicas":2,"availableReplicas":1,
"observedGeneration":4}})";

inline constexpr const char* kPodJson = R"({"kind":"Pod","apiVersion":"v1",
"metadata":{"name":"web-7c9d-x2x4z","generateName":"web-7c9d-","namespace":"shop",
"uid":"5c0f0d5e-7b6d-4a0e-b1f8-7d6c6e7b9a01","resourceVersion":"48199",
"creationTimestamp":"2026-01-02T15:04:07Z","labels":{"app":"web","pod-template-hash":"7c9d"},
"annotations":{"cni.example/ips":"10.0.0.7"},
"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-7c9d",
"uid":"0b1f6a52-0c5b-4d0e-8a52-61c1a7a10c0d","controller":true,"blockOwnerDeletion":true}]},
"spec":{"nodeName":"node-1","containers":[{"name":"web","image":"registry.example/web:1.2"}]},
"status":{"phase":"Running","podIP":"10.0.0.7"}})";

// Two containers, a sidecar and a plain init container. The second container was just patched.
inline constexpr const char* kWholePodJson = R"({"kind":"Pod","apiVersion":"v1",
"metadata":{"name":"web-7c9d8f6b5-x2x4z","generateName":"web-7c9d8f6b5-","namespace":"shop",
"uid":"5c0f0d5e-7b6d-4a0e-b1f8-7d6c6e7b9a01","resourceVersion":"48199","generation":4,
"creationTimestamp":"2026-01-02T15:04:07Z",
"labels":{"app":"web","pod-template-hash":"7c9d8f6b5","team":"shop"},
"annotations":{"cni.example/ips":"10.0.0.7","windlass.dev/in-place-state":"{\"v\":1}",
"controller.kubernetes.io/pod-deletion-cost":"-100"},
"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-7c9d8f6b5",
"uid":"0b1f6a52-0c5b-4d0e-8a52-61c1a7a10c0d","controller":true,"blockOwnerDeletion":true}]},
"spec":{"nodeName":"node-1","terminationGracePeriodSeconds":45,
"readinessGates":[{"conditionType":"example.com/load-balancer"},
{"conditionType":"windlass.dev/in-place-ready"}],
"initContainers":[{"name":"migrate","image":"registry.example/migrate:1"},
{"name":"mesh","image":"registry.example/mesh:3","restartPolicy":"Always"}],
"containers":[{"name":"web","image":"registry.example/web:1.2","env":[{"name":"A","value":"b"}]},
{"name":"log","image":"registry.example/log:2","restartPolicy":"OnFailure",
"restartPolicyRules":[{"action":"Restart"}]}],"restartPolicy":"Always"},
"status":{"observedGeneration":3,"phase":"Running","podIP":"10.0.0.7",
"conditions":[{"type":"PodReadyToStartContainers","status":"True"},
{"type":"Initialized","status":"True","lastTransitionTime":"2026-01-02T15:04:09Z"},
{"type":"Ready","status":"False","lastProbeTime":null,"observedGeneration":3,
"lastTransitionTime":"2026-01-02T15:05:01Z"},
{"type":"ContainersReady","status":"False","lastTransitionTime":"2026-01-02T15:05:00Z"},
{"type":"PodScheduled","status":"True","lastTransitionTime":"2026-01-02T15:04:07Z"},
{"type":"windlass.dev/in-place-ready","status":"True"}],
"initContainerStatuses":[
{"name":"mesh","image":"registry.example/mesh:3","ready":true,"started":true,"restartCount":0,
"imageID":"registry.example/mesh@sha256:dd","containerID":"cri-o://mesh_0",
"state":{"running":{"startedAt":"2026-01-02T15:04:12Z"}},"lastState":{}},
{"name":"migrate","image":"registry.example/migrate:1","ready":true,"restartCount":0,
"imageID":"registry.example/migrate@sha256:cc",
"containerID":"containerd://cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}],
"containerStatuses":[
{"name":"log","image":"registry.example/log:2","ready":false,"started":false,"restartCount":2,
"imageID":"registry.example/log@sha256:bb",
"containerID":"containerd://bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
"state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image"}},
"lastState":{"terminated":{"exitCode":143}}},
{"name":"web","image":"registry.example/web:1.2","ready":true,"started":true,"restartCount":1,
"imageID":"registry.example/web@sha256:aa",
"containerID":"containerd://0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
"state":{"running":{"startedAt":"2026-01-02T15:04:30Z"}},"lastState":{}}]}})";

inline constexpr const char* kNodeJson = R"({"kind":"Node","apiVersion":"v1",
"metadata":{"name":"node-1","uid":"6d0f0d5e-7b6d-4a0e-b1f8-7d6c6e7b9a01","resourceVersion":"51",
"creationTimestamp":"2026-01-02T15:04:05Z","labels":{"kubernetes.io/hostname":"node-1",
"failure-domain.beta.kubernetes.io/zone":"old-a","topology.kubernetes.io/zone":"zone-a"},
"annotations":{"node.alpha.kubernetes.io/ttl":"0"}},
"spec":{"podCIDR":"10.0.1.0/24","taints":[{"key":"a","effect":"NoSchedule"}]},
"status":{"capacity":{"cpu":"4"},"conditions":[
{"type":"MemoryPressure","status":"False","lastHeartbeatTime":"2026-01-02T15:04:05Z"},
{"type":"Ready","status":"True","reason":"KubeletReady"},
{"type":"example.com/Odd","status":"Unknown"}],
"addresses":[{"type":"Hostname","address":"node-1"}],
"nodeInfo":{"machineID":"1","kubeletVersion":"v1.32.4-gke.100","osImage":"x"},
"images":[{"names":["registry.example/web:1.2"],"sizeBytes":1}]}})";

inline constexpr const char* kPodDisruptionBudgetJson = R"({"kind":"PodDisruptionBudget",
"apiVersion":"policy/v1","metadata":{"name":"web","namespace":"shop",
"uid":"7e0f0d5e-7b6d-4a0e-b1f8-7d6c6e7b9a01","resourceVersion":"77","generation":2,
"creationTimestamp":"2026-01-02T15:04:05Z","annotations":{"a":"b"}},
"spec":{"maxUnavailable":1,"selector":{"matchLabels":{"app":"web"},
"matchExpressions":[{"key":"tier","operator":"In","values":["front"]}]}},
"status":{"observedGeneration":2,"disruptionsAllowed":1,"currentHealthy":3,"desiredHealthy":2,
"expectedPods":3,"disruptedPods":{"web-1":"2026-01-02T15:04:05Z",
"web-0":"2026-01-02T15:05:05Z"},"conditions":[{"type":"DisruptionAllowed","status":"True"}]}})";

inline constexpr const char* kConfigMapJson = R"({"kind":"ConfigMap","apiVersion":"v1",
"metadata":{"name":"settings","namespace":"shop","uid":"8e0f0d5e-7b6d-4a0e-b1f8-7d6c6e7b9a01",
"resourceVersion":"91","creationTimestamp":"2026-01-02T15:04:05Z","labels":{"app":"web"},
"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","a":"b"}},
"data":{"value":"blue","lines":"one\ntwo\n","empty":""},"binaryData":{"icon":"AAEC"},
"immutable":false})";

inline constexpr const char* kServiceJson = R"({"kind":"Service","apiVersion":"v1",
"metadata":{"name":"web-canary","namespace":"shop","uid":"9e0f0d5e-7b6d-4a0e-b1f8-7d6c6e7b9a01",
"resourceVersion":"92","creationTimestamp":"2026-01-02T15:04:05Z","labels":{"app":"web"},
"annotations":{"a":"b","windlass.dev/service-of":"web/5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11/7c9d"}},
"spec":{"type":"ClusterIP","clusterIP":"10.1.0.7","ports":[{"port":80,"targetPort":8080}],
"selector":{"app":"web","pod-template-hash":"7c9d"}},"status":{"loadBalancer":{}}})";

}  // namespace windlass::test
