# The Deployments that are measured. Sourced by deployments.sh and rollouts.sh.

# fleet_deployment NAME REPLICAS LABELS: a Pod of about 5 KB, as they are in real clusters.
fleet_deployment() {
  cat <<YAML
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1, labels: {$3}}
spec:
  replicas: $2
  selector: {matchLabels: {app: $1}}
  template:
    metadata:
      labels: {app: $1, team: payments, app.kubernetes.io/managed-by: helm}
      annotations: {checksum/config: 8d6d0b0c2f8c1d3a5e7f9b1a3c5d7e9f, prometheus.io/scrape: "true"}
    spec:
      containers:
      - name: app
        image: "app:v3"
        args: [--listen=:8080, --log-format=json, --config=/etc/app/config.yaml]
        env:
        - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        - {name: DATABASE, value: "postgres://database.internal:5432/payments?sslmode=verify-full"}
        - {name: CACHE, value: "redis://cache.internal:6379/0"}
        ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9090}]
        resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
        readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
        livenessProbe: {httpGet: {path: /live, port: http}, initialDelaySeconds: 10}
        volumeMounts: [{name: config, mountPath: /etc/app, readOnly: true}]
      - {name: proxy, image: "proxy:v1", resources: {requests: {cpu: 10m, memory: 32Mi}}}
      volumes: [{name: config, configMap: {name: app, optional: true}}]
      securityContext: {runAsNonRoot: true, runAsUser: 1000}
YAML
}
