// Custom resources as an API server of 1.36 sends them, shortened only where nothing is lost.
#pragma once

namespace windlass::test {

inline constexpr const char* kRolloutJson = R"({
"apiVersion":"windlass.dev/v1alpha1","kind":"Rollout",
"metadata":{"name":"web","namespace":"shop","uid":"5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11",
"resourceVersion":"7012","generation":12,"creationTimestamp":"2026-01-02T15:04:05Z",
"annotations":{"windlass.dev/promote":"2@8","empty":""},"labels":{"app":"web"}},
"spec":{"replicas":14,"selector":{"matchLabels":{"app":"web"}},
"template":{"metadata":{"labels":{"app":"web"}},
"spec":{"containers":[{"name":"web","image":"registry.example/web:1.2",
"futureField":{"depth":[1,2.50,1e400]}}]}},
"strategy":{"type":"InPlaceIfPossible","rollingUpdate":{"maxUnavailable":"25%","maxSurge":0},
"partition":"80%","services":{"stable":"web","canary":"web-next"},
"inPlace":{"surge":"Never","drainSeconds":5,"canaryFirst":true},
"steps":[{"setUpdated":1},{"pause":{"duration":"1h30m"}},{"setUpdated":"50%"},{"pause":{}}]},
"rollbackTo":{"revision":7},"abort":true,"minReadySeconds":20,"revisionHistoryLimit":10,
"progressDeadlineSeconds":600,"paused":true,"futureSpec":[{"x":null}]},
"status":{"observedGeneration":11,"replicas":14,"updatedReplicas":7,"readyReplicas":13,
"availableReplicas":12,"unavailableReplicas":2,"terminatingReplicas":0,"collisionCount":1,
"selector":"app=web","currentRevision":8,"stableRevision":7,
"stableTemplate":"t-0123456789abcdef0123456789abcdef","phase":"Progressing",
"currentReplicaSet":"web-7c9d","currentTemplateHash":"7c9d","stableReplicaSet":"web-5f6b",
"stableTemplateHash":"5f6b","images":"web:1.2,agent:3","stableImages":"web:1.1","stepText":"2/4",
"message":"7 of 14 updated","step":{"index":2,"total":4,"startedAt":"2026-01-02T15:05:00Z",
"revision":8,"template":"t-fedcba9876543210fedcba9876543210"},
"rolledBack":{"revision":5,"became":7,"generation":9,"toPrevious":true},
"conditions":[{"type":"Ready","status":"False","lastUpdateTime":"2026-01-02T15:05:05Z",
"lastTransitionTime":"2026-01-02T15:04:59Z","reason":"Progressing","message":"7 of 14 updated",
"observedGeneration":11}],"futureStatus":1}})";

inline constexpr const char* kReplicationControllerUpdateJson = R"({
"apiVersion":"windlass.dev/v1alpha1","kind":"ReplicationControllerUpdate",
"metadata":{"name":"web","namespace":"shop","uid":"3a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11",
"resourceVersion":"712","generation":3,"creationTimestamp":"2026-01-02T15:04:05Z"},
"spec":{"newName":"web-2","image":"","container":"web","imagePullPolicy":"Always",
"controller":{"metadata":{"labels":{"app":"web"},"annotations":{"team":"shop"}},
"spec":{"replicas":4,"selector":{"app":"web","version":"2"},
"template":{"metadata":{"labels":{"app":"web"}}}}},
"deploymentLabelKey":"deployment","updatePeriod":"10s","timeout":"2m","maxSurge":"30%",
"maxUnavailable":1,"minReadySeconds":3,"cleanup":"Rename","onExternalScale":"Adopt",
"rollback":true,"paused":true,"futureSpec":[{"x":null}]},
"status":{"observedGeneration":3,"earlierRollouts":2,"phase":"Progressing","message":"m",
"step":"Scale","rollback":true,"newName":"web-2","desiredReplicas":4,"oldReplicas":3,
"newReplicas":1,"availableReplicas":0,"scaling":{"name":"web-2","from":0},
"lastScaleTime":"2026-01-02T15:05:00Z",
"deadline":"2026-01-02T15:10:00Z","lines":["Created web-2","Scaling web-2 up to 1"],
"lineCount":7,"journal":"{}","conditions":[{"type":"Ready","status":"False",
"lastTransitionTime":"2026-01-02T15:04:59Z","reason":"Progressing","message":"m",
"observedGeneration":3}],"futureStatus":1}})";

}  // namespace windlass::test
