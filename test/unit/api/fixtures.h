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

inline constexpr const char* kPodJson = R"({"kind":"Pod","apiVersion":"v1",
"metadata":{"name":"web-7c9d-x2x4z","generateName":"web-7c9d-","namespace":"shop",
"uid":"5c0f0d5e-7b6d-4a0e-b1f8-7d6c6e7b9a01","resourceVersion":"48199",
"creationTimestamp":"2026-01-02T15:04:07Z","labels":{"app":"web","pod-template-hash":"7c9d"},
"annotations":{"cni.example/ips":"10.0.0.7"},
"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-7c9d",
"uid":"0b1f6a52-0c5b-4d0e-8a52-61c1a7a10c0d","controller":true,"blockOwnerDeletion":true}]},
"spec":{"nodeName":"node-1","containers":[{"name":"web","image":"registry.example/web:1.2"}]},
"status":{"phase":"Running","podIP":"10.0.0.7"}})";

}  // namespace windlass::test
