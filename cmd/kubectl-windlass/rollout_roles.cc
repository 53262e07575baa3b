#include "cmd/kubectl-windlass/rollout_roles.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/fingerprint_text.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::cli {
namespace {

std::optional<Fingerprint> TemplateOf(const Json& object) {
  const Json* pod_template = FieldOf(object, "/spec/template");
  if (pod_template == nullptr) return std::nullopt;
  const Result<std::string> canonical = CanonicalTemplate(pod_template->dump());
  if (!canonical.ok()) return std::nullopt;
  return FingerprintOf(*canonical);
}

const Json* Find(const std::vector<const Json*>& objects,
                 const std::function<bool(const Json&)>& fits) {
  const auto found =
      std::ranges::find_if(objects, [&](const Json* object) { return fits(*object); });
  return found == objects.end() ? nullptr : *found;
}

// Returns the ReplicaSet of spec.template: the first of these that exists, or null.
//   - a ReplicaSet that has the same template
//   - a ReplicaSet whose annotation kRequestedTemplate identifies spec.template. The ReplicaSet's
//     own template also has the API server's defaults
const Json* FindOfTemplate(const Json& rollout, const std::vector<const Json*>& sets) {
  const std::optional<Fingerprint> wanted = TemplateOf(rollout);
  if (!wanted) return nullptr;
  const Json* same = Find(sets, [&](const Json& rs) { return TemplateOf(rs) == wanted; });
  if (same != nullptr) return same;
  const std::string note = windlass::TextOf(*wanted);
  return Find(
      sets, [&](const Json& rs) { return AnnotationOf(rs, workload::kRequestedTemplate) == note; });
}

bool HasNote(const Json& replica_set) {
  return !AnnotationOf(replica_set, workload::kRequestedTemplate).empty();
}

bool HasPublished(const Json& replica_set, const Json& rollout) {
  const int64_t published = NumberOf(rollout, "/status/currentRevision");
  return published > 0 && RevisionOf(replica_set) == published;
}

// Returns the ReplicaSet that FindOfTemplate returns. If there is none, returns the ReplicaSet of
// status.currentRevision, unless it may belong to another template:
//   - the ReplicaSet has an annotation kRequestedTemplate, so Windlass has made it for another
//     template
//   - the Rollout is aborted
//   - Windlass has not seen the latest spec
const Json* FindAskedFor(const Json& rollout, const std::vector<const Json*>& sets) {
  const Json* found = FindOfTemplate(rollout, sets);
  if (found != nullptr || !TemplateOf(rollout)) return found;
  if (FlagOf(rollout, "/spec/abort") || !IsObserved(rollout)) return nullptr;
  return Find(sets, [&](const Json& rs) { return HasPublished(rs, rollout) && !HasNote(rs); });
}

// Returns the ReplicaSet that FindOfTemplate returns. If there is none, returns the ReplicaSet of
// status.currentRevision in these cases, but only if Windlass has seen the latest spec:
//   - status.updatedReplicas is above 0: Windlass counts the Pods of that ReplicaSet as updated
//   - that ReplicaSet has no Pods, and no annotation kRequestedTemplate, which would show that it
//     was made for another template
// Otherwise returns null.
const Json* FindUpdated(const Json& rollout, const std::vector<const Json*>& sets) {
  const Json* found = FindOfTemplate(rollout, sets);
  if (found != nullptr || !IsObserved(rollout)) return found;
  const bool counts = NumberOf(rollout, "/status/updatedReplicas") > 0;
  return Find(sets, [&](const Json& rs) {
    const bool lacks_pods = NumberOf(rs, "/status/replicas") == 0;
    return HasPublished(rs, rollout) && (counts || (lacks_pods && !HasNote(rs)));
  });
}

const Json* FindNamed(const std::vector<const Json*>& sets, const std::string& name) {
  return Find(sets, [&](const Json& rs) { return TextOf(rs, "/metadata/name") == name; });
}

// Returns the revision that the ReplicaSet had when it was last complete, from its annotation
// kComplete. Returns 0 if there is no such annotation, or if it was copied from another ReplicaSet.
int64_t CompleteAs(const Json& replica_set) {
  if (!WasComplete(replica_set)) return 0;
  const std::string note = AnnotationOf(replica_set, workload::kComplete);
  return ParseWhole<int64_t>(std::string_view(note).substr(0, note.find('/'))).value_or(0);
}

bool HasNoRevision(const Json& replica_set) {
  return AnnotationOf(replica_set, kRevisionAnnotation).empty() &&
         AnnotationOf(replica_set, workload::kRevisionHistory).empty() &&
         CompleteAs(replica_set) == 0;
}

// Returns true if the ReplicaSet has the template of the stable revision (status.stableTemplate).
bool HasStableTemplate(const Json& rollout, const Json& replica_set) {
  const std::string stable = TextOf(rollout, "/status/stableTemplate");
  if (stable.empty()) return false;
  if (AnnotationOf(replica_set, workload::kRequestedTemplate) == stable) return true;
  const std::optional<Fingerprint> present = TemplateOf(replica_set);
  return present && windlass::TextOf(*present) == stable;
}

// Finds a stable ReplicaSet whose annotations do not show that it is stable. Returns the first of
// these, or null:
//   - the ReplicaSet of status.stableReplicaSet, if it has the stable template
//   - another ReplicaSet with the stable template
//   - the ReplicaSet of status.stableReplicaSet, if neither its revision annotation (RevisionOf)
//     nor its kComplete (CompleteAs) gives a revision
const Json* FindSpoilt(const Json& rollout, const std::vector<const Json*>& sets) {
  const Json* named = FindNamed(sets, TextOf(rollout, "/status/stableReplicaSet"));
  if (named != nullptr && HasStableTemplate(rollout, *named)) return named;
  const Json* same = Find(sets, [&](const Json& rs) { return HasStableTemplate(rollout, rs); });
  if (same != nullptr) return same;
  const bool unreadable = named != nullptr && RevisionOf(*named) < 1 && CompleteAs(*named) == 0;
  return unreadable ? named : nullptr;
}

// Returns the stable ReplicaSet as Windlass finds it (FindKept in
// controller/workload/revisions/revisions.h): the first of these that exists, or null. N is
// status.stableRevision.
//   - a ReplicaSet that was complete as revision N, by its annotation kComplete. If there are
//     several, the one that is revision N now, else the youngest
//   - the ReplicaSet of status.stableReplicaSet, if it has no annotation about a revision
//   - a ReplicaSet that is revision N now
//   - a ReplicaSet that once was revision N
//   - the result of FindSpoilt
const Json* FindStable(const Json& rollout, std::vector<const Json*> sets) {
  const int64_t stable = NumberOf(rollout, "/status/stableRevision");
  if (stable < 1) return nullptr;
  std::ranges::sort(sets, {}, [](const Json* rs) {
    return std::pair(TextOf(*rs, "/metadata/creationTimestamp"), TextOf(*rs, "/metadata/name"));
  });
  const auto has_number = [&](const Json& rs) { return RevisionOf(rs) == stable; };
  std::vector<const Json*> noted = sets;
  std::erase_if(noted, [&](const Json* rs) { return CompleteAs(*rs) != stable; });
  if (const Json* rs = Find(noted, has_number)) return rs;
  if (!noted.empty()) return noted.back();
  const Json* named = FindNamed(sets, TextOf(rollout, "/status/stableReplicaSet"));
  if (named != nullptr && HasNoRevision(*named)) return named;
  if (const Json* rs = Find(sets, has_number)) return rs;
  const Json* former = Find(sets, [&](const Json& rs) { return HadRevision(rs, stable); });
  return former != nullptr ? former : FindSpoilt(rollout, sets);
}

// Returns the ReplicaSet with the highest revision; null if there is none.
const Json* Newest(const std::vector<const Json*>& replica_sets) {
  const auto found =
      std::ranges::max_element(replica_sets, {}, [](const Json* rs) { return RevisionOf(*rs); });
  return found == replica_sets.end() ? nullptr : *found;
}

}  // namespace

bool HadRevision(const Json& replica_set, int64_t revision) {
  const std::string text = AnnotationOf(replica_set, workload::kRevisionHistory);
  std::string_view history = text;
  while (!history.empty()) {
    const size_t end = std::min(history.find(','), history.size());
    if (ParseWhole<int64_t>(history.substr(0, end)) == revision) return true;
    history.remove_prefix(std::min(end + 1, history.size()));
  }
  return false;
}

bool WasComplete(const Json& replica_set) {
  const std::string hash = TextOf(replica_set, "/metadata/labels/pod-template-hash");
  return AnnotationOf(replica_set, workload::kComplete).ends_with("/" + hash);
}

RolloutRoles RolesOf(const Json& rollout, const std::vector<const Json*>& replica_sets) {
  RolloutRoles roles{.stable = FindStable(rollout, replica_sets),
                     .asked_for = FindAskedFor(rollout, replica_sets)};
  if (!FlagOf(rollout, "/spec/abort")) {
    roles.updated = FindUpdated(rollout, replica_sets);
  } else if (roles.stable == nullptr) {
    roles.stays = FindNamed(replica_sets, TextOf(rollout, "/status/currentReplicaSet"));
  }
  return roles;
}

const Json* RevisionBefore(const Json& rollout, const std::vector<const Json*>& replica_sets) {
  std::vector<const Json*> others = replica_sets;
  std::erase_if(others, [](const Json* rs) { return RevisionOf(*rs) < 1; });
  const Json* present = FindAskedFor(rollout, others);
  const Json* stable = RolesOf(rollout, others).stable;
  std::vector<const Json*> complete = others;
  std::erase_if(complete, [&](const Json* rs) {
    const bool was_complete = rs == stable || WasComplete(*rs);
    return rs == present || !was_complete;
  });
  if (!complete.empty()) return Newest(complete);
  // Before the rollback, Windlass gives the ReplicaSet of the present template the highest revision
  // number. So Windlass goes back to the newest of the other ReplicaSets.
  std::erase(others, present);
  return Newest(others);
}

}  // namespace windlass::cli
