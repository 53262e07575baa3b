#include "kubeclient/api/pod_template_fields.h"

namespace windlass {
namespace {

using enum FieldKind;

// A table can only refer to tables above it, so an inner struct comes before its outer struct.
// Within a table the fields are in the API's order; this code does not depend on that order.
// clang-format off
constexpr Field kOwnerReference[] = {
    {"apiVersion", kScalar}, {"kind", kScalar}, {"name", kScalar}, {"uid", kScalar}};
constexpr Field kManagedFieldsEntry[] = {
    {"manager", kScalar}, {"operation", kScalar}, {"apiVersion", kScalar}, {"time", kTime},
    {"fieldsType", kScalar}, {"subresource", kScalar}};
constexpr Field kObjectMeta[] = {
    {"name", kScalar}, {"generateName", kScalar}, {"namespace", kScalar}, {"selfLink", kScalar},
    {"uid", kScalar}, {"resourceVersion", kScalar}, {"generation", kScalar},
    {"creationTimestamp", kTime}, {"deletionTimestamp", kTime}, {"labels", kMap},
    {"annotations", kMap}, {"ownerReferences", kList, kOwnerReference},
    {"managedFields", kList, kManagedFieldsEntry}};
constexpr Field kHostPathVolumeSource[] = {{"path", kScalar}};
constexpr Field kEmptyDirVolumeSource[] = {{"medium", kScalar}, {"sizeLimit", kQuantityPointer}};
constexpr Field kGCEPersistentDiskVolumeSource[] = {
    {"pdName", kScalar}, {"fsType", kScalar}, {"partition", kScalar}, {"readOnly", kScalar}};
constexpr Field kAWSElasticBlockStoreVolumeSource[] = {
    {"volumeID", kScalar}, {"fsType", kScalar}, {"partition", kScalar}, {"readOnly", kScalar}};
constexpr Field kGitRepoVolumeSource[] = {
    {"repository", kScalar}, {"revision", kScalar}, {"directory", kScalar}};
constexpr Field kKeyToPath[] = {{"key", kScalar}, {"path", kScalar}};
constexpr Field kSecretVolumeSource[] = {{"secretName", kScalar}, {"items", kList, kKeyToPath}};
constexpr Field kNFSVolumeSource[] = {
    {"server", kScalar}, {"path", kScalar}, {"readOnly", kScalar}};
constexpr Field kLocalObjectReference[] = {{"name", kScalar}};
constexpr Field kISCSIVolumeSource[] = {
    {"targetPortal", kScalar}, {"iqn", kScalar}, {"lun", kScalar}, {"iscsiInterface", kScalar},
    {"fsType", kScalar}, {"readOnly", kScalar}, {"chapAuthDiscovery", kScalar},
    {"chapAuthSession", kScalar}, {"secretRef", kObject, kLocalObjectReference}};
constexpr Field kGlusterfsVolumeSource[] = {
    {"endpoints", kScalar}, {"path", kScalar}, {"readOnly", kScalar}};
constexpr Field kPersistentVolumeClaimVolumeSource[] = {
    {"claimName", kScalar}, {"readOnly", kScalar}};
constexpr Field kRBDVolumeSource[] = {
    {"image", kScalar}, {"fsType", kScalar}, {"pool", kScalar}, {"user", kScalar},
    {"keyring", kScalar}, {"secretRef", kObject, kLocalObjectReference}, {"readOnly", kScalar}};
constexpr Field kFlexVolumeSource[] = {
    {"driver", kScalar}, {"fsType", kScalar}, {"secretRef", kObject, kLocalObjectReference},
    {"readOnly", kScalar}, {"options", kMap}};
constexpr Field kCinderVolumeSource[] = {
    {"volumeID", kScalar}, {"fsType", kScalar}, {"readOnly", kScalar},
    {"secretRef", kObject, kLocalObjectReference}};
constexpr Field kCephFSVolumeSource[] = {
    {"path", kScalar}, {"user", kScalar}, {"secretFile", kScalar},
    {"secretRef", kObject, kLocalObjectReference}, {"readOnly", kScalar}};
constexpr Field kFlockerVolumeSource[] = {{"datasetName", kScalar}, {"datasetUUID", kScalar}};
constexpr Field kObjectFieldSelector[] = {{"apiVersion", kScalar}, {"fieldPath", kScalar}};
constexpr Field kResourceFieldSelector[] = {
    {"containerName", kScalar}, {"resource", kScalar}, {"divisor", kQuantity}};
constexpr Field kDownwardAPIVolumeFile[] = {
    {"path", kScalar}, {"fieldRef", kObject, kObjectFieldSelector},
    {"resourceFieldRef", kObject, kResourceFieldSelector}};
constexpr Field kDownwardAPIVolumeSource[] = {{"items", kList, kDownwardAPIVolumeFile}};
constexpr Field kFCVolumeSource[] = {{"fsType", kScalar}, {"readOnly", kScalar}};
constexpr Field kAzureFileVolumeSource[] = {
    {"secretName", kScalar}, {"shareName", kScalar}, {"readOnly", kScalar}};
constexpr Field kConfigMapVolumeSource[] = {{"name", kScalar}, {"items", kList, kKeyToPath}};
constexpr Field kVsphereVirtualDiskVolumeSource[] = {
    {"volumePath", kScalar}, {"fsType", kScalar}, {"storagePolicyName", kScalar},
    {"storagePolicyID", kScalar}};
constexpr Field kQuobyteVolumeSource[] = {
    {"registry", kScalar}, {"volume", kScalar}, {"readOnly", kScalar}, {"user", kScalar},
    {"group", kScalar}, {"tenant", kScalar}};
constexpr Field kAzureDiskVolumeSource[] = {{"diskName", kScalar}, {"diskURI", kScalar}};
constexpr Field kPhotonPersistentDiskVolumeSource[] = {{"pdID", kScalar}, {"fsType", kScalar}};
constexpr Field kSecretProjection[] = {{"name", kScalar}, {"items", kList, kKeyToPath}};
constexpr Field kDownwardAPIProjection[] = {{"items", kList, kDownwardAPIVolumeFile}};
constexpr Field kConfigMapProjection[] = {{"name", kScalar}, {"items", kList, kKeyToPath}};
constexpr Field kServiceAccountTokenProjection[] = {{"audience", kScalar}, {"path", kScalar}};
constexpr Field kLabelSelectorRequirement[] = {{"key", kScalar}, {"operator", kScalar}};
constexpr Field kLabelSelector[] = {
    {"matchLabels", kMap}, {"matchExpressions", kList, kLabelSelectorRequirement}};
constexpr Field kClusterTrustBundleProjection[] = {
    {"labelSelector", kObject, kLabelSelector}, {"path", kScalar}};
constexpr Field kPodCertificateProjection[] = {
    {"signerName", kScalar}, {"keyType", kScalar}, {"credentialBundlePath", kScalar},
    {"keyPath", kScalar}, {"certificateChainPath", kScalar}, {"userAnnotations", kMap}};
constexpr Field kVolumeProjection[] = {
    {"secret", kObject, kSecretProjection}, {"downwardAPI", kObject, kDownwardAPIProjection},
    {"configMap", kObject, kConfigMapProjection},
    {"serviceAccountToken", kObject, kServiceAccountTokenProjection},
    {"clusterTrustBundle", kObject, kClusterTrustBundleProjection},
    {"podCertificate", kObject, kPodCertificateProjection}};
constexpr Field kProjectedVolumeSource[] = {{"sources", kList, kVolumeProjection}};
constexpr Field kPortworxVolumeSource[] = {
    {"volumeID", kScalar}, {"fsType", kScalar}, {"readOnly", kScalar}};
constexpr Field kScaleIOVolumeSource[] = {
    {"gateway", kScalar}, {"system", kScalar}, {"secretRef", kObject, kLocalObjectReference},
    {"sslEnabled", kScalar}, {"protectionDomain", kScalar}, {"storagePool", kScalar},
    {"storageMode", kScalar}, {"volumeName", kScalar}, {"fsType", kScalar}, {"readOnly", kScalar}};
constexpr Field kStorageOSVolumeSource[] = {
    {"volumeName", kScalar}, {"volumeNamespace", kScalar}, {"fsType", kScalar},
    {"readOnly", kScalar}, {"secretRef", kObject, kLocalObjectReference}};
constexpr Field kCSIVolumeSource[] = {
    {"driver", kScalar}, {"volumeAttributes", kMap},
    {"nodePublishSecretRef", kObject, kLocalObjectReference}};
constexpr Field kVolumeResourceRequirements[] = {
    {"limits", kQuantityMap}, {"requests", kQuantityMap}};
constexpr Field kTypedLocalObjectReference[] = {{"kind", kScalar}, {"name", kScalar}};
constexpr Field kTypedObjectReference[] = {{"kind", kScalar}, {"name", kScalar}};
constexpr Field kPersistentVolumeClaimSpec[] = {
    {"selector", kObject, kLabelSelector}, {"resources", kStruct, kVolumeResourceRequirements},
    {"volumeName", kScalar}, {"dataSource", kObject, kTypedLocalObjectReference},
    {"dataSourceRef", kObject, kTypedObjectReference}};
constexpr Field kPersistentVolumeClaimTemplate[] = {
    {"metadata", kStruct, kObjectMeta}, {"spec", kStruct, kPersistentVolumeClaimSpec}};
constexpr Field kEphemeralVolumeSource[] = {
    {"volumeClaimTemplate", kObject, kPersistentVolumeClaimTemplate}};
constexpr Field kImageVolumeSource[] = {{"reference", kScalar}, {"pullPolicy", kScalar}};
constexpr Field kVolume[] = {
    {"name", kScalar}, {"hostPath", kObject, kHostPathVolumeSource},
    {"emptyDir", kObject, kEmptyDirVolumeSource},
    {"gcePersistentDisk", kObject, kGCEPersistentDiskVolumeSource},
    {"awsElasticBlockStore", kObject, kAWSElasticBlockStoreVolumeSource},
    {"gitRepo", kObject, kGitRepoVolumeSource}, {"secret", kObject, kSecretVolumeSource},
    {"nfs", kObject, kNFSVolumeSource}, {"iscsi", kObject, kISCSIVolumeSource},
    {"glusterfs", kObject, kGlusterfsVolumeSource},
    {"persistentVolumeClaim", kObject, kPersistentVolumeClaimVolumeSource},
    {"rbd", kObject, kRBDVolumeSource}, {"flexVolume", kObject, kFlexVolumeSource},
    {"cinder", kObject, kCinderVolumeSource}, {"cephfs", kObject, kCephFSVolumeSource},
    {"flocker", kObject, kFlockerVolumeSource}, {"downwardAPI", kObject, kDownwardAPIVolumeSource},
    {"fc", kObject, kFCVolumeSource}, {"azureFile", kObject, kAzureFileVolumeSource},
    {"configMap", kObject, kConfigMapVolumeSource},
    {"vsphereVolume", kObject, kVsphereVirtualDiskVolumeSource},
    {"quobyte", kObject, kQuobyteVolumeSource}, {"azureDisk", kObject, kAzureDiskVolumeSource},
    {"photonPersistentDisk", kObject, kPhotonPersistentDiskVolumeSource},
    {"projected", kObject, kProjectedVolumeSource},
    {"portworxVolume", kObject, kPortworxVolumeSource}, {"scaleIO", kObject, kScaleIOVolumeSource},
    {"storageos", kObject, kStorageOSVolumeSource}, {"csi", kObject, kCSIVolumeSource},
    {"ephemeral", kObject, kEphemeralVolumeSource}, {"image", kObject, kImageVolumeSource}};
constexpr Field kContainerPort[] = {
    {"name", kScalar}, {"hostPort", kScalar}, {"containerPort", kScalar}, {"protocol", kScalar},
    {"hostIP", kScalar}};
constexpr Field kConfigMapEnvSource[] = {{"name", kScalar}};
constexpr Field kSecretEnvSource[] = {{"name", kScalar}};
constexpr Field kEnvFromSource[] = {
    {"prefix", kScalar}, {"configMapRef", kObject, kConfigMapEnvSource},
    {"secretRef", kObject, kSecretEnvSource}};
constexpr Field kConfigMapKeySelector[] = {{"name", kScalar}, {"key", kScalar}};
constexpr Field kSecretKeySelector[] = {{"name", kScalar}, {"key", kScalar}};
constexpr Field kFileKeySelector[] = {{"volumeName", kScalar}, {"path", kScalar}, {"key", kScalar}};
constexpr Field kEnvVarSource[] = {
    {"fieldRef", kObject, kObjectFieldSelector},
    {"resourceFieldRef", kObject, kResourceFieldSelector},
    {"configMapKeyRef", kObject, kConfigMapKeySelector},
    {"secretKeyRef", kObject, kSecretKeySelector}, {"fileKeyRef", kObject, kFileKeySelector}};
constexpr Field kEnvVar[] = {
    {"name", kScalar}, {"value", kScalar}, {"valueFrom", kObject, kEnvVarSource}};
constexpr Field kResourceClaim[] = {{"name", kScalar}, {"request", kScalar}};
constexpr Field kResourceRequirements[] = {
    {"limits", kQuantityMap}, {"requests", kQuantityMap}, {"claims", kList, kResourceClaim}};
constexpr Field kContainerResizePolicy[] = {{"resourceName", kScalar}, {"restartPolicy", kScalar}};
constexpr Field kContainerRestartRuleOnExitCodes[] = {{"operator", kScalar}};
constexpr Field kContainerRestartRule[] = {
    {"action", kScalar}, {"exitCodes", kObject, kContainerRestartRuleOnExitCodes}};
constexpr Field kVolumeMount[] = {
    {"name", kScalar}, {"readOnly", kScalar}, {"mountPath", kScalar}, {"subPath", kScalar},
    {"subPathExpr", kScalar}};
constexpr Field kVolumeDevice[] = {{"name", kScalar}, {"devicePath", kScalar}};
constexpr Field kHTTPHeader[] = {{"name", kScalar}, {"value", kScalar}};
constexpr Field kHTTPGetAction[] = {
    {"path", kScalar}, {"port", kIntOrString}, {"host", kScalar}, {"scheme", kScalar},
    {"httpHeaders", kList, kHTTPHeader}};
constexpr Field kTCPSocketAction[] = {{"port", kIntOrString}, {"host", kScalar}};
constexpr Field kGRPCAction[] = {{"port", kScalar}};
constexpr Field kProbe[] = {
    {"httpGet", kObject, kHTTPGetAction}, {"tcpSocket", kObject, kTCPSocketAction},
    {"grpc", kObject, kGRPCAction}, {"initialDelaySeconds", kScalar}, {"timeoutSeconds", kScalar},
    {"periodSeconds", kScalar}, {"successThreshold", kScalar}, {"failureThreshold", kScalar}};
constexpr Field kSleepAction[] = {{"seconds", kScalar}};
constexpr Field kLifecycleHandler[] = {
    {"httpGet", kObject, kHTTPGetAction}, {"tcpSocket", kObject, kTCPSocketAction},
    {"sleep", kObject, kSleepAction}};
constexpr Field kLifecycle[] = {
    {"postStart", kObject, kLifecycleHandler}, {"preStop", kObject, kLifecycleHandler}};
constexpr Field kSELinuxOptions[] = {
    {"user", kScalar}, {"role", kScalar}, {"type", kScalar}, {"level", kScalar}};
constexpr Field kSeccompProfile[] = {{"type", kScalar}};
constexpr Field kAppArmorProfile[] = {{"type", kScalar}};
constexpr Field kSecurityContext[] = {
    {"seLinuxOptions", kObject, kSELinuxOptions}, {"seccompProfile", kObject, kSeccompProfile},
    {"appArmorProfile", kObject, kAppArmorProfile}};
constexpr Field kContainer[] = {
    {"name", kScalar}, {"image", kScalar}, {"workingDir", kScalar},
    {"ports", kList, kContainerPort}, {"envFrom", kList, kEnvFromSource}, {"env", kList, kEnvVar},
    {"resources", kStruct, kResourceRequirements}, {"resizePolicy", kList, kContainerResizePolicy},
    {"restartPolicyRules", kList, kContainerRestartRule}, {"volumeMounts", kList, kVolumeMount},
    {"volumeDevices", kList, kVolumeDevice}, {"livenessProbe", kObject, kProbe},
    {"readinessProbe", kObject, kProbe}, {"startupProbe", kObject, kProbe},
    {"lifecycle", kObject, kLifecycle}, {"terminationMessagePath", kScalar},
    {"terminationMessagePolicy", kScalar}, {"imagePullPolicy", kScalar},
    {"securityContext", kObject, kSecurityContext}, {"stdin", kScalar}, {"stdinOnce", kScalar},
    {"tty", kScalar}};
constexpr Field kEphemeralContainer[] = {
    {"name", kScalar}, {"image", kScalar}, {"workingDir", kScalar},
    {"ports", kList, kContainerPort}, {"envFrom", kList, kEnvFromSource}, {"env", kList, kEnvVar},
    {"resources", kStruct, kResourceRequirements}, {"resizePolicy", kList, kContainerResizePolicy},
    {"restartPolicyRules", kList, kContainerRestartRule}, {"volumeMounts", kList, kVolumeMount},
    {"volumeDevices", kList, kVolumeDevice}, {"livenessProbe", kObject, kProbe},
    {"readinessProbe", kObject, kProbe}, {"startupProbe", kObject, kProbe},
    {"lifecycle", kObject, kLifecycle}, {"terminationMessagePath", kScalar},
    {"terminationMessagePolicy", kScalar}, {"imagePullPolicy", kScalar},
    {"securityContext", kObject, kSecurityContext}, {"stdin", kScalar}, {"stdinOnce", kScalar},
    {"tty", kScalar}, {"targetContainerName", kScalar}};
constexpr Field kSysctl[] = {{"name", kScalar}, {"value", kScalar}};
constexpr Field kPodSecurityContext[] = {
    {"seLinuxOptions", kObject, kSELinuxOptions}, {"sysctls", kList, kSysctl},
    {"seccompProfile", kObject, kSeccompProfile}, {"appArmorProfile", kObject, kAppArmorProfile}};
constexpr Field kNodeSelectorRequirement[] = {{"key", kScalar}, {"operator", kScalar}};
constexpr Field kNodeSelectorTerm[] = {
    {"matchExpressions", kList, kNodeSelectorRequirement},
    {"matchFields", kList, kNodeSelectorRequirement}};
constexpr Field kNodeSelector[] = {{"nodeSelectorTerms", kList, kNodeSelectorTerm}};
constexpr Field kPreferredSchedulingTerm[] = {
    {"weight", kScalar}, {"preference", kStruct, kNodeSelectorTerm}};
constexpr Field kNodeAffinity[] = {
    {"requiredDuringSchedulingIgnoredDuringExecution", kObject, kNodeSelector},
    {"preferredDuringSchedulingIgnoredDuringExecution", kList, kPreferredSchedulingTerm}};
constexpr Field kPodAffinityTerm[] = {
    {"labelSelector", kObject, kLabelSelector}, {"topologyKey", kScalar},
    {"namespaceSelector", kObject, kLabelSelector}};
constexpr Field kWeightedPodAffinityTerm[] = {
    {"weight", kScalar}, {"podAffinityTerm", kStruct, kPodAffinityTerm}};
constexpr Field kPodAffinity[] = {
    {"requiredDuringSchedulingIgnoredDuringExecution", kList, kPodAffinityTerm},
    {"preferredDuringSchedulingIgnoredDuringExecution", kList, kWeightedPodAffinityTerm}};
constexpr Field kPodAntiAffinity[] = {
    {"requiredDuringSchedulingIgnoredDuringExecution", kList, kPodAffinityTerm},
    {"preferredDuringSchedulingIgnoredDuringExecution", kList, kWeightedPodAffinityTerm}};
constexpr Field kAffinity[] = {
    {"nodeAffinity", kObject, kNodeAffinity}, {"podAffinity", kObject, kPodAffinity},
    {"podAntiAffinity", kObject, kPodAntiAffinity}};
constexpr Field kToleration[] = {
    {"key", kScalar}, {"operator", kScalar}, {"value", kScalar}, {"effect", kScalar}};
constexpr Field kHostAlias[] = {{"ip", kScalar}};
constexpr Field kPodDNSConfigOption[] = {{"name", kScalar}};
constexpr Field kPodDNSConfig[] = {{"options", kList, kPodDNSConfigOption}};
constexpr Field kPodReadinessGate[] = {{"conditionType", kScalar}};
constexpr Field kTopologySpreadConstraint[] = {
    {"maxSkew", kScalar}, {"topologyKey", kScalar}, {"whenUnsatisfiable", kScalar},
    {"labelSelector", kObject, kLabelSelector}};
constexpr Field kPodOS[] = {{"name", kScalar}};
constexpr Field kPodSchedulingGate[] = {{"name", kScalar}};
constexpr Field kPodResourceClaim[] = {{"name", kScalar}};
constexpr Field kEvictionResponder[] = {{"name", kScalar}};
constexpr Field kPodSpec[] = {
    {"volumes", kList, kVolume}, {"initContainers", kList, kContainer},
    {"containers", kList, kContainer}, {"ephemeralContainers", kList, kEphemeralContainer},
    {"restartPolicy", kScalar}, {"dnsPolicy", kScalar}, {"nodeSelector", kMap},
    {"serviceAccountName", kScalar}, {"serviceAccount", kScalar}, {"nodeName", kScalar},
    {"hostNetwork", kScalar}, {"hostPID", kScalar}, {"hostIPC", kScalar},
    {"securityContext", kObject, kPodSecurityContext},
    {"imagePullSecrets", kList, kLocalObjectReference}, {"hostname", kScalar},
    {"subdomain", kScalar}, {"affinity", kObject, kAffinity}, {"schedulerName", kScalar},
    {"tolerations", kList, kToleration}, {"hostAliases", kList, kHostAlias},
    {"priorityClassName", kScalar}, {"dnsConfig", kObject, kPodDNSConfig},
    {"readinessGates", kList, kPodReadinessGate}, {"overhead", kQuantityMap},
    {"topologySpreadConstraints", kList, kTopologySpreadConstraint}, {"os", kObject, kPodOS},
    {"schedulingGates", kList, kPodSchedulingGate}, {"resourceClaims", kList, kPodResourceClaim},
    {"resources", kObject, kResourceRequirements},
    {"evictionResponders", kList, kEvictionResponder}};
constexpr Field kTemplateMeta[] = {
    {"name", kScalar}, {"generateName", kScalar}, {"namespace", kScalar}, {"selfLink", kScalar},
    {"uid", kScalar}, {"resourceVersion", kScalar}, {"generation", kScalar},
    {"creationTimestamp", kTime}, {"deletionTimestamp", kTime}, {"labels", kTemplateLabels},
    {"annotations", kMap}, {"ownerReferences", kList, kOwnerReference},
    {"managedFields", kList, kManagedFieldsEntry}};
constexpr Field kPodTemplateSpec[] = {
    {"metadata", kStruct, kTemplateMeta}, {"spec", kStruct, kPodSpec}};
// clang-format on

}  // namespace

std::span<const Field> PodTemplateFields() { return kPodTemplateSpec; }

}  // namespace windlass
