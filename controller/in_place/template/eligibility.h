// Can a rollout be carried out in place? Judged here by the templates and the workload alone.
// What depends on Pods and nodes is judged elsewhere. Source: P-002 … P-012.
//   - kubelet versions: controller/in_place/pod/nodes.h
//   - admission:        controller/in_place/phases/refusals.h
//   - budgets:          controller/in_place/batch/budget.h
#pragma once

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

// Why a rollout cannot be carried out in place, with the names that Events, conditions and metrics
// show (P-004). nodes.h decides about kSidecarKubeletTooOld and next_step.cc about kPodForbidden,
// because these depend on single Pods; this file decides about the others.
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
};
std::string_view Name(Reason reason);  // "FieldChanged", …

struct NotEligible {
  Reason reason = Reason::kFieldChanged;
  // The first field to blame, as an RFC 6901 pointer into the target's template, or into the host's
  // if the target lacks the field. Empty if no field is to blame.
  std::string pointer{};
  bool operator==(const NotEligible&) const = default;
};
std::string Text(const NotEligible& why);  // "FieldChanged:/spec/hostNetwork", "NoBudget"

struct Unchanged {
  bool operator==(const Unchanged&) const = default;
};
using Verdict = std::variant<Unchanged, TemplateChanges, NotEligible>;

// Compares the template of the host ReplicaSet's Pods with the one that they should have. Returns
//   - Unchanged if the two are semantically equal (kubeclient/api/canonical.h)
//   - TemplateChanges if a patch of the running Pods can bring them there
//   - NotEligible otherwise
// Error kMalformed if a template is not a JSON object, or a number in it is too large.
//
// Labels and annotations reach running Pods together with an image or a toleration. Alone they are
// kMetadataOnly: a template in which nothing else changes asks for new Pods, as Helm's annotation
// checksum/config does (P-007).
//
// If there are several reasons, the first in this order is returned:
//   1. a requested restart
//   2. a container added, removed, renamed or moved; any other field that cannot change in a Pod; a
//      toleration removed
//   3. an image that cannot change: kInitImageChanged, kContainerRestartPolicy
//   4. metadata that a running Pod does not notice: kFieldChanged, kMatchLabelKey, kMetadataOnly,
//      kEnvFromMetadata
Result<Verdict> CompareTemplates(std::string_view host_template, std::string_view target_template);

// Returns true if a patch that brings a Pod from template `from` to template `to` would change its
// labels or annotations and nothing else. Tolerations that `to` lacks do not count, because a Pod
// keeps them. Error kMalformed as for CompareTemplates.
Result<bool> PatchIsMetadataOnly(std::string_view from, std::string_view to);

// Returns what rules out an update in place whatever the templates are; nullopt if nothing does.
//   - kMultipleActiveReplicaSets: more than one of `replica_sets`, those of the workload, wants
//     Pods. `pending`, which may be null, is not counted: its Pods are stand-ins (P-010).
//   - kRecreateStrategy: the workload `recreates`, which is strategy Recreate, and has more than
//     one replica
//   - kNoBudget: neither an unavailable Pod nor a stand-in is allowed, and there are replicas
std::optional<NotEligible> RefuseRollout(int32_t replicas, bool recreates, const Options& options,
                                         std::span<const ReplicaSet* const> replica_sets,
                                         const ReplicaSet* pending);

}  // namespace windlass::in_place
