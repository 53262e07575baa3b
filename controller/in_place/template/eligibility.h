// Decides by the templates and the workload alone whether a rollout can be carried out in place.
// Other files decide what depends on Pods and nodes:
//   - kubelet versions: controller/in_place/pod/nodes.h
//   - admission: controller/in_place/phases/refusal_count.h
//   - budgets: controller/in_place/batch/budget.h
//
// Source: P-002 … P-012.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/options.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// Why a rollout cannot be carried out in place (P-004). Metrics show the names, and the sentences
// of controller/in_place/phases/cause.h end with them. Which file decides:
//   - kSidecarKubeletTooOld: nodes.h, because it depends on single Pods
//   - kPodForbidden: next_step.cc, because it depends on refused patches of Pods
//   - kResizeServerTooOld, kResizeKubeletTooOld: nodes.h, because they depend on single Pods
//   - kResizeInfeasible, kResizeDeferred: resize.h, because kubelets say so
//   - all others: this file. For kMultipleActiveReplicaSets and kMetadataOnly, also
//     find_rollout.cc.
enum class Reason : uint8_t {
  kFieldChanged,
  kRestartRequested,
  kInitImageChanged,
  kSidecarKubeletTooOld,
  kImagePullPolicyChanged,
  kMetadataOnly,
  kEnvFromMetadata,
  kMatchLabelKey,
  kContainerRestartPolicy,
  kMultipleActiveReplicaSets,
  kRecreateStrategy,
  kNoBudget,
  kPodForbidden,
  kQosClassChanged,
  kResourcesAddedOrRemoved,
  kOtherResources,
  kEnvFromResources,
  kResizeServerTooOld,
  kResizeKubeletTooOld,
  kResizeInfeasible,
  kResizeDeferred,
};
std::string_view Name(Reason reason);  // "FieldChanged", …
// Returns the reason with this name; nullopt if no reason has this name.
std::optional<Reason> ParseReason(std::string_view name);

struct NotEligible {
  Reason reason = Reason::kFieldChanged;
  // Which object or field causes the reason; empty if the reason says it all, or if the cause is
  // not known.
  //   - kSidecarKubeletTooOld, kResizeKubeletTooOld: the name of the node
  //   - kPodForbidden: what the API server answered
  //   - kResizeInfeasible, kResizeDeferred: the name of the Pod and what its kubelet says
  //   - kResizeServerTooOld, kQosClassChanged: empty
  //   - otherwise the first field, as an RFC 6901 pointer into the target's template, or into the
  //     host's if the target lacks it
  std::string about{};
  bool operator==(const NotEligible&) const = default;
};

// The most bytes of `about` that messages and notes show: a JSON pointer may contain a user's key
// of any length. WriteRefusals (controller/in_place/phases/refusal_count.h) cuts the API
// server's answer to a refused patch to the same length.
inline constexpr size_t kAboutBytesMax = 512;

// Text returns `why` as it stands in the log and in the notes of a rollout. Examples:
// "FieldChanged:/spec/hostNetwork", "NoBudget". ParseNotEligible reads such a text; it returns
// nullopt if the part before the first ':' is not the name of a reason.
std::string Text(const NotEligible& why);
std::optional<NotEligible> ParseNotEligible(std::string_view text);

struct Unchanged {
  bool operator==(const Unchanged&) const = default;
};
using Verdict = std::variant<Unchanged, TemplateChanges, NotEligible>;

// Compares the template of the host ReplicaSet's Pods with the target template, which these Pods
// should have. Returns
//   - Unchanged if the two are semantically equal (kubeclient/api/canonical.h)
//   - TemplateChanges if a patch can bring the running Pods to the target template
//   - NotEligible otherwise
// Error kMalformed if a template is not a JSON object, or a number in it is too large.
//
// If only labels and annotations change, the result is kMetadataOnly, because the user then wants
// new Pods. Example: Helm's annotation checksum/config (P-007). Such changes reach running Pods
// only together with a change of an image or a toleration.
//
// CPU and memory of containers count as fields that cannot change, unless `resources` is true
// (P-009).
//
// If there are several reasons, returns the first of them in this order:
//   1. a requested restart
//   2. a container added, removed, renamed or moved; any other field that cannot change in a Pod; a
//      toleration removed; CPU or memory that cannot change: kResourcesAddedOrRemoved,
//      kQosClassChanged, kEnvFromResources
//   3. an image that cannot change: kInitImageChanged, kContainerRestartPolicy
//   4. metadata that a running Pod does not notice: kFieldChanged, kMatchLabelKey, kMetadataOnly,
//      kEnvFromMetadata
Result<Verdict> CompareTemplates(std::string_view host_template, std::string_view target_template,
                                 bool resources = false);

// Returns true if a patch that brings a Pod from template `from` to template `to` would change only
// its labels or annotations. Error kMalformed if a template is not a JSON object, or a number in it
// is too large.
//   - Keys that FindFrozenKey (metadata.h) finds count as changed, although no patch changes them.
//   - Tolerations that `to` lacks do not count, because a Pod keeps them.
Result<bool> PatchIsMetadataOnly(std::string_view from, std::string_view to);

// Returns the reason why the workload cannot be updated in place, judged without the templates;
// nullopt if there is none.
//   - kMultipleActiveReplicaSets: more than one ReplicaSet of the workload (`replica_sets`) wants
//     Pods. `pending`, which may be null, is not counted: its Pods are stand-ins (P-010).
//   - kRecreateStrategy: `recreates` is true (strategy Recreate), and `replicas` is above 1
//   - kNoBudget: `options` allow 0 unavailable Pods and 0 stand-ins, and `replicas` is above 0
std::optional<NotEligible> RefuseRollout(int32_t replicas, bool recreates, const Options& options,
                                         std::span<const ReplicaSet* const> replica_sets,
                                         const ReplicaSet* pending);

}  // namespace windlass::in_place
