#include "cmd/kubectl-windlass/rollout_roles.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "controller/workload/annotations.h"
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

// Returns the ReplicaSet of spec.template: it has that template or, if the API server added its
// defaults to it, a note of what was asked for.
const Json* FindAskedFor(const Json& rollout, const std::vector<const Json*>& sets) {
  const std::optional<Fingerprint> wanted = TemplateOf(rollout);
  if (!wanted) return nullptr;
  const Json* same = Find(sets, [&](const Json& rs) { return TemplateOf(rs) == wanted; });
  if (same != nullptr) return same;
  const std::string note = windlass::TextOf(*wanted);
  return Find(
      sets, [&](const Json& rs) { return AnnotationOf(rs, workload::kRequestedTemplate) == note; });
}

// Returns true if the ReplicaSet had that number before it got another one.
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

}  // namespace

RolloutRoles RolesOf(const Json& rollout, const std::vector<const Json*>& replica_sets) {
  RolloutRoles roles{.asked_for = FindAskedFor(rollout, replica_sets)};
  const int64_t stable = NumberOf(rollout, "/status/stableRevision");
  if (stable < 1) return roles;
  roles.stable = Find(replica_sets, [&](const Json& rs) { return RevisionOf(rs) == stable; });
  if (roles.stable != nullptr) return roles;
  roles.stable = Find(replica_sets, [&](const Json& rs) { return HadRevision(rs, stable); });
  return roles;
}

}  // namespace windlass::cli
