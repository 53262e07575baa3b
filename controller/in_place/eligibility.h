// Whether a rollout can be carried out in place, as far as templates and Deployment show it; what
// depends on Pods and nodes (kubelet versions, admission, budgets) is judged where they are looked
// at. Source: P-002 … P-012.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "controller/in_place/changes.h"
#include "controller/in_place/options.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// Why not, with the names that events, conditions and metrics show (P-004). Kubelet and admission
// are those of Pods.
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
// Returns true if `name` is the name of a reason.
bool IsReason(std::string_view name);

struct NotEligible {
  Reason reason = Reason::kFieldChanged;
  // The first offending field, as an RFC 6901 pointer into the target's template, or the host's
  // where the target has it no longer. Empty when no field is to blame.
  std::string pointer{};
  bool operator==(const NotEligible&) const = default;
};
std::string Text(const NotEligible& why);  // "FieldChanged:/spec/hostNetwork", "NoBudget"

struct Unchanged {
  bool operator==(const Unchanged&) const = default;
};
using Verdict = std::variant<Unchanged, TemplateChanges, NotEligible>;

// Compares the template that the Pods of the host ReplicaSet were made from with the one they
// should have. Returns Unchanged if the two are semantically equal (canonical.h), and error
// kMalformed if one of them is no JSON object.
//
// Labels and annotations reach running Pods together with an image or a toleration. Alone they are
// kMetadataOnly: a template that changes in nothing else asks for new Pods, as Helm's annotation
// checksum/config does (P-007).
//
// Of several reasons the first of these is told:
//   1. a requested restart
//   2. a field that can never change in a Pod
//   3. metadata that would reach the Pod without the restart it needs: kMetadataOnly,
//      kEnvFromMetadata
Result<Verdict> CompareTemplates(std::string_view host_template, std::string_view target_template);

// Returns true if a patch that brings a Pod of template `from` to template `to` would change its
// labels or annotations and nothing else. Tolerations that `to` lacks do not count, because a Pod
// keeps them. Error kMalformed if a template is no JSON object.
Result<bool> PatchIsMetadataOnly(std::string_view from, std::string_view to);

// What speaks against in-place whatever the templates are. `replica_sets` are those the Deployment
// owns; stand-in Pods of `pending`, which may be null, do not make it an active one (P-010).
// Nothing speaks against a Deployment without Pods.
std::optional<NotEligible> RefuseRollout(const DeploymentSpec& spec, const Options& options,
                                         std::span<const ReplicaSet* const> replica_sets,
                                         const ReplicaSet* pending);

}  // namespace windlass::in_place
