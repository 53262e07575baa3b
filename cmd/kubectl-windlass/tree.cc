#include "cmd/kubectl-windlass/tree.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/controller_standing.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/rollout_roles.h"
#include "cmd/kubectl-windlass/step_status.h"
#include "cmd/kubectl-windlass/workload_standing.h"
#include "kubeclient/base/assert.h"

namespace windlass::cli {
namespace {

std::string Images(const Json& workload) {
  std::string text;
  for (const Json& container : ListOf(workload, "/spec/template/spec/containers")) {
    if (!text.empty()) text += ", ";
    text += TextOf(container, "/name") + ' ' + TextOf(container, "/image");
  }
  return text;
}

// Returns a number or a percentage as it was written; "" if it is absent.
std::string Limit(const Json& workload, const std::string& pointer) {
  const Json* field = FieldOf(workload, pointer);
  if (field == nullptr) return "";
  return field->is_string() ? field->get<std::string>() : field->dump();
}

std::string StrategyText(const Json& workload) {
  std::string text = TextOf(workload, "/spec/strategy/type", "RollingUpdate");
  const std::string surge = Limit(workload, "/spec/strategy/rollingUpdate/maxSurge");
  const std::string missing = Limit(workload, "/spec/strategy/rollingUpdate/maxUnavailable");
  const std::string partition = Limit(workload, "/spec/strategy/partition");
  if (!surge.empty()) text += ", maxSurge " + surge;
  if (!missing.empty()) text += ", maxUnavailable " + missing;
  if (!partition.empty()) text += ", partition " + partition;
  return text;
}

Mood MoodOf(const Standing& standing) {
  if (standing.phase == "Stalled" || standing.phase == "Aborted") return Mood::kBad;
  return standing.ends == ExitCode::kDone ? Mood::kGood : Mood::kWaiting;
}

std::string StatusText(const Standing& standing) {
  const std::string& text = standing.phase;
  const std::string& more =
      standing.ends && *standing.ends != ExitCode::kDone ? standing.why : standing.sentence;
  return more.empty() ? text : text + ": " + more;
}

// Returns the ReplicaSet that Pods go back to during an abort. If there is nothing to go back to,
// returns the ReplicaSet whose Pods stay. Returns null if there is no abort, or if neither exists.
const Json* RunsDuringAbort(const Json& workload, const RolloutRoles& roles) {
  if (!FlagOf(workload, "/spec/abort")) return nullptr;
  return roles.stable != nullptr ? roles.stable : roles.stays;
}

// Returns what spec.template asks for: "revision 8, app registry.example/app:v2".
std::string AskedForText(const Json& workload, const RolloutRoles& roles) {
  const int64_t revision = roles.asked_for == nullptr ? 0 : RevisionOf(*roles.asked_for);
  return (revision > 0 ? "revision " + std::to_string(revision) + ", " : "") + Images(workload);
}

// Returns the condition as "FailedCreate: pods "x" is forbidden: …"; "" for null.
std::string ConditionText(const Json* condition) {
  if (condition == nullptr) return "";
  return TextOf(*condition, "/reason") + ": " + TextOf(*condition, "/message");
}

// Returns the text of the line "Warning", about the first of these:
//   - why the latest spec is not observed (WhyUnobserved), unless the line "In place" says it
//   - the condition that HoldsUpWindlass returns
//   - the condition that AnnotationsNotCopied returns
// Returns "" if none of them exists, or if `standing` quotes the text (Quotes).
std::string WarningText(const Json& workload, const Standing& standing) {
  const Json* why = WhyUnobserved(workload);
  if (why == InPlaceToTell(workload)) why = nullptr;
  if (why == nullptr) why = HoldsUpWindlass(workload);
  if (why == nullptr) why = AnnotationsNotCopied(workload);
  return why != nullptr && Quotes(standing, *why) ? "" : ConditionText(why);
}

void AddHeader(const Json& workload, const Kind& kind, const RolloutRoles& roles, Tree& tree) {
  const auto add = [&tree](const char* key, std::string value) {
    if (!value.empty()) tree.header.emplace_back(key, std::move(value));
  };
  add(std::string(kind.resource.kind).c_str(),
      TextOf(workload, "/metadata/namespace") + '/' + tree.name);
  const auto number = [&workload](const char* pointer) {
    return std::to_string(NumberOf(workload, pointer));
  };
  const std::string desired = std::to_string(NumberOf(workload, "/spec/replicas", 1));
  if (kind.owns_pods) {
    add("Replicas", desired + " desired, " + number("/status/replicas") + " present, " +
                        number("/status/readyReplicas") + " ready, " +
                        number("/status/availableReplicas") + " available");
    add("Images", Images(workload));
    add("Warning", ConditionText(TrueCondition(workload, "ReplicaFailure")));
    return;
  }
  const Standing standing = kind.standing(workload);
  tree.phase = standing.phase;
  tree.mood = MoodOf(standing);
  add("Status", StatusText(standing));
  const Json* runs = RunsDuringAbort(workload, roles);
  const bool goes_back = runs != nullptr && runs == roles.stable;
  if (standing.revision > 0) {
    add("Revision", std::to_string(standing.revision) + (goes_back ? ", stable" : ""));
  }
  if (const auto step = StepStatusOf(workload)) add("Step", StepText(*step));
  add("Replicas", desired + " desired, " + std::to_string(standing.updated.value_or(0)) +
                      (goes_back ? " stable, " : " updated, ") + number("/status/readyReplicas") +
                      " ready, " + std::to_string(standing.available) + " available");
  add("Strategy", StrategyText(workload));
  add("Images", Images(runs == nullptr ? workload : *runs));
  if (runs != nullptr) add("Asked for", AskedForText(workload, roles));
  add("In place", ConditionText(InPlaceToTell(workload)));
  add("Warning", WarningText(workload, standing));
  const Json* overlap = TrueCondition(workload, "SelectorOverlap");
  if (overlap != nullptr) add("Warning", TextOf(*overlap, "/message"));
  const Json* services = ConditionOf(workload, "ServicesSynced");
  if (services != nullptr && TextOf(*services, "/status") == "False") {
    add("Warning", TextOf(*services, "/message"));
  }
}

// Returns true if the ReplicaSet has the present template, so that new Pods belong to it. Returns
// false during an abort.
bool IsNew(const Json& replica_set, const Json& workload, const Kind& kind,
           const RolloutRoles& roles) {
  if (kind.roles != nullptr) return roles.updated == &replica_set;
  const Json* pod_template = FieldOf(workload, "/spec/template");
  const Json* own = FieldOf(replica_set, "/spec/template");
  return pod_template != nullptr && own != nullptr && SameTemplate(*pod_template, *own);
}

// The role of a ReplicaSet, or of a ReplicationController, in its workload.
struct Role {
  std::string text;     // "new", "old, stable", "asked for"
  bool is_old = false;  // true for "old", but not for "old, stable"
};

Role NewOrOld(bool is_new) { return is_new ? Role{"new"} : Role{"old", true}; }

// Returns the role of the ReplicaSet in the workload. During an abort no ReplicaSet is "new": Pods
// go to the stable ReplicaSet, or stay where they are if there is none. Example of an abort from
// revision 8 to 7: 8 is "asked for", 7 is "stable", and 6 is "old".
Role RoleOf(const Json& replica_set, const Json& workload, const Kind& kind,
            const RolloutRoles& roles) {
  const bool stable = roles.stable == &replica_set;
  if (!FlagOf(workload, "/spec/abort")) {
    const bool is_new = IsNew(replica_set, workload, kind, roles);
    if (stable) return {is_new ? "new, stable" : "old, stable"};
    return NewOrOld(is_new);
  }
  const bool asked_for = roles.asked_for == &replica_set;
  if (stable) return {asked_for ? "stable, asked for" : "stable"};
  if (roles.stays == &replica_set) return {asked_for ? "current, asked for" : "current"};
  return asked_for ? Role{"asked for"} : NewOrOld(false);
}

// Returns the branch of an owner of Pods. If the owner is being deleted, or cannot create or delete
// Pods, `why` of the branch says so. The caller adds the Pods.
ReplicaSetBranch BranchOf(const Json& owner, std::string status, Role role) {
  ReplicaSetBranch branch;
  branch.name = TextOf(owner, "/metadata/name");
  branch.status = std::move(status);
  branch.ready = std::to_string(NumberOf(owner, "/status/readyReplicas")) + '/' +
                 std::to_string(NumberOf(owner, "/spec/replicas"));
  branch.created = TimeOf(owner, "/metadata/creationTimestamp");
  branch.why = std::move(role.text);
  // An owner that is being deleted makes no Pods. If the new owner is deleted together with its
  // Pods, the rollout waits until the last of these Pods is gone.
  if (IsDeleting(owner)) {
    branch.why += ", is being deleted";
    branch.mood = Mood::kBad;
  }
  const std::string failure = ConditionText(TrueCondition(owner, "ReplicaFailure"));
  if (!failure.empty()) {
    branch.why += ", " + failure;
    branch.mood = Mood::kBad;
  }
  branch.is_spare = role.is_old && branch.mood == Mood::kGood &&
                    NumberOf(owner, "/spec/replicas") == 0 &&
                    NumberOf(owner, "/status/readyReplicas") == 0;
  return branch;
}

std::vector<PodState> PodsOf(const Json& owner, const std::vector<const Json*>& pods,
                             int64_t min_ready_seconds, WallTime now) {
  std::vector<PodState> states;
  for (const Json* pod : pods) {
    if (IsOwnedBy(*pod, owner)) states.push_back(StateOfPod(*pod, min_ready_seconds, now));
  }
  // Pods with a problem come first.
  std::ranges::stable_sort(states, [](const PodState& a, const PodState& b) {
    return std::pair(-static_cast<int>(a.mood), std::string_view(a.name)) <
           std::pair(-static_cast<int>(b.mood), std::string_view(b.name));
  });
  return states;
}

}  // namespace

Tree TreeOfUpdate(const Json& update, const std::vector<const Json*>& controllers,
                  const std::vector<const Json*>& pods, WallTime now) {
  Tree tree;
  tree.name = TextOf(update, "/metadata/name");
  tree.now = now;
  tree.created = TimeOf(update, "/metadata/creationTimestamp");
  const Standing standing = StandingOfUpdate(update);
  tree.phase = standing.phase;
  tree.mood = MoodOf(standing);
  tree.ready = std::to_string(standing.available) + '/' + std::to_string(standing.desired);
  const auto add = [&tree](const char* key, std::string value) {
    if (!value.empty()) tree.header.emplace_back(key, std::move(value));
  };
  add("Update", TextOf(update, "/metadata/namespace") + '/' + tree.name + ": " + standing.reason);
  add("Status", StatusText(standing));
  for (const Json* controller : controllers) {
    const bool old = TextOf(*controller, "/metadata/name") == tree.name;
    add(old ? "Old" : "New", TextOf(*controller, "/metadata/name") + ", " + Images(*controller));
    ReplicaSetBranch branch = BranchOf(*controller, "-", NewOrOld(!old));
    branch.pods = PodsOf(*controller, pods, NumberOf(*controller, "/spec/minReadySeconds"), now);
    tree.replica_sets.push_back(std::move(branch));
  }
  return tree;
}

Tree TreeOf(const Json& workload, const ResourceId& resource,
            const std::vector<const Json*>& replica_sets, const std::vector<const Json*>& pods,
            WallTime now) {
  Tree tree;
  tree.name = TextOf(workload, "/metadata/name");
  tree.now = now;
  tree.created = TimeOf(workload, "/metadata/creationTimestamp");
  tree.ready = std::to_string(NumberOf(workload, "/status/readyReplicas")) + '/' +
               std::to_string(NumberOf(workload, "/spec/replicas", 1));
  std::vector<const Json*> owned;
  for (const Json* rs : replica_sets) {
    if (IsOwnedBy(*rs, workload)) owned.push_back(rs);
  }
  const Kind* kind = KindOf(resource);
  WL_ASSERT(kind != nullptr);
  const RolloutRoles roles = kind->roles != nullptr ? kind->roles(workload, owned) : RolloutRoles();
  AddHeader(workload, *kind, roles, tree);
  const int64_t min_ready = NumberOf(workload, "/spec/minReadySeconds");
  if (kind->owns_pods) {
    tree.pods = PodsOf(workload, pods, min_ready, now);
    return tree;
  }
  std::ranges::stable_sort(owned, std::ranges::greater{},
                           [](const Json* rs) { return RevisionOf(*rs); });
  for (const Json* rs : owned) {
    const int64_t revision = RevisionOf(*rs);
    ReplicaSetBranch branch =
        BranchOf(*rs, revision > 0 ? "revision " + std::to_string(revision) : "no revision",
                 RoleOf(*rs, workload, *kind, roles));
    branch.pods = PodsOf(*rs, pods, min_ready, now);
    tree.replica_sets.push_back(std::move(branch));
  }
  return tree;
}

}  // namespace windlass::cli
