# The Deployments of takeover_test.sh: their kinds, names and manifests. Sourced after lib.sh.

COUNT=${COUNT:-12}

# What happens to each Deployment. Half of them rest when the controllers are exchanged.
AT_REST=(plain rich recreate paused zero unlimited)
ROLLING=(slow stuck recreate scaled paused late) # late: past its progress deadline

# names FLEET: prints name, group and kind of each Deployment of the fleet, one on a line.
names() {
  local i kind
  for i in $(seq $((COUNT / 2))); do
    kind=${AT_REST[$(((i - 1) % ${#AT_REST[@]}))]}
    echo "$1-rest-$kind-$i rest $kind"
    kind=${ROLLING[$(((i - 1) % ${#ROLLING[@]}))]}
    echo "$1-roll-$kind-$i roll $kind"
  done
}
# named FLEET GROUP [KIND]: prints the names, as arguments of kubectl.
named() { names "$1" | awk -v g="$2" -v k="${3:-}" '$2 == g && (!k || $3 == k) {print $1}'; }
# every FLEET GROUP KIND COMMAND…: runs a kubectl command on all Deployments of that kind, if any.
every() {
  local found
  mapfile -t found < <(named "$1" "$2" "$3" | sed 's|^|deployment/|')
  [ ${#found[@]} = 0 ] || kubectl "${@:4}" "${found[@]}" >"$WORK/said" 2>&1 ||
    fail "kubectl ${*:4}: $(cat "$WORK/said")"
}

# manifest NAME FLEET GROUP KIND IMAGE
manifest() {
  local replicas=4 strategy='{rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}' more=
  if [ "$4" = recreate ]; then strategy='{type: Recreate}'; fi
  if [ "$4" = zero ]; then replicas=0; fi
  if [ "$4" = unlimited ]; then more='progressDeadlineSeconds: 2147483647'; fi
  if [ "$4" = late ]; then more='progressDeadlineSeconds: 5'; fi
  cat <<YAML
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: $1
  labels: {fleet: $2, group: $3}
spec:
  replicas: $replicas
  strategy: $strategy
  $more
  selector: {matchLabels: {app: $1}}
  template:
    metadata:
      labels: {app: $1, fleet: $2, group: $3}
      annotations: {checksum/config: "$5"}
    spec:
      containers:
      - name: app
        image: "$5"
YAML
  if [ "$4" != rich ]; then return; fi
  # Fields that a controller may read in another way than the user wrote them: defaulted, absent,
  # empty, and quantities with several spellings.
  cat <<YAML
        command: [serve]
        args: ["--port=\$(PORT)", ""]
        env:
        - {name: PORT, value: "8080"}
        - {name: EMPTY, value: ""}
        - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
        - {name: CPUS, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
        - {name: ABSENT, valueFrom: {configMapKeyRef: {name: none, key: k, optional: true}}}
        envFrom:
        - {prefix: P_, secretRef: {name: none, optional: true}}
        ports: [{containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]
        resources:
          requests: {cpu: "0.10", memory: 134217728}
          limits: {cpu: 1000m, memory: 0.5Gi}
        securityContext: {}
        readinessProbe: {exec: {command: [ready]}, periodSeconds: 1}
        livenessProbe: {exec: {command: [live]}, initialDelaySeconds: 0, timeoutSeconds: 20}
        lifecycle: {preStop: {sleep: {seconds: 1}}}
        volumeMounts:
        - {name: scratch, mountPath: /scratch, readOnly: false}
        - {name: about, mountPath: /about, readOnly: true}
        terminationMessagePolicy: FallbackToLogsOnError
      - {name: helper, image: "app:helper", imagePullPolicy: Always}
      initContainers:
      - {name: first, image: "app:init-exits-0s"}
      - {name: beside, image: "app:sidecar", restartPolicy: Always}
      volumes:
      - {name: scratch, emptyDir: {sizeLimit: 1024Mi}}
      - {name: memory, emptyDir: {medium: Memory}}
      - name: about
        downwardAPI:
          items:
          - {path: labels, fieldRef: {fieldPath: metadata.labels}}
          - {path: cpu, resourceFieldRef: {containerName: app, resource: requests.cpu}}
      - {name: config, configMap: {name: none, optional: true, defaultMode: 0400}}
      - name: all
        projected:
          sources:
          - {serviceAccountToken: {path: token}}
          - {secret: {name: none, optional: true, items: [{key: k, path: p}]}}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 1
            podAffinityTerm:
              topologyKey: kubernetes.io/hostname
              labelSelector: {matchExpressions: [{key: app, operator: In, values: [$1]}]}
      topologySpreadConstraints:
      - maxSkew: 4
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {matchLabels: {app: $1}}
      tolerations: [{operator: Exists, effect: NoExecute, tolerationSeconds: 300}]
      securityContext: {runAsUser: 0, fsGroup: 2000, sysctls: []}
      hostAliases: [{ip: 10.1.2.3, hostnames: [a, b]}]
      dnsConfig: {options: [{name: ndots, value: "2"}, {name: edns0}]}
      terminationGracePeriodSeconds: 5
      automountServiceAccountToken: false
      enableServiceLinks: false
      nodeSelector: {}
      imagePullSecrets: [{name: none}]
YAML
}
# apply FLEET IMAGE [AWK-CONDITION over name, group and kind]
apply() {
  local name group kind image
  names "$1" | awk "${3:-1}" | while read -r name group kind; do
    image=$2
    if [ "$kind" = slow ] && [ "$2" != app:v1 ]; then image=$2-slow-start-8s; fi
    manifest "$name" "$1" "$group" "$kind" "$image"
  done | kubectl apply -f - >/dev/null
}
