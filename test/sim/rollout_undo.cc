#include "test/sim/rollout_undo.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "test/sim/owners.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";

// The Deployment keeps its own values of these annotations; all others come from the ReplicaSet.
constexpr std::array<std::string_view, 6> kKept = {
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to"};

bool IsKept(std::string_view key) {
  return std::find(kKept.begin(), kKept.end(), key) != kKept.end();
}

Object Find(const std::vector<Object>& replica_sets, std::optional<int64_t> to_revision) {
  std::vector<int64_t> revisions;
  for (const Object& rs : replica_sets) revisions.push_back(RevisionOfRollout(*rs));
  std::sort(revisions.rbegin(), revisions.rend());
  if (!to_revision && revisions.size() < 2) return nullptr;
  const int64_t wanted = to_revision ? *to_revision : revisions[1];
  for (const Object& rs : replica_sets) {
    if (RevisionOfRollout(*rs) == wanted) return rs;
  }
  return nullptr;
}

Json Operation(const char* path, Json value) {
  return {{"op", "replace"}, {"path", path}, {"value", std::move(value)}};
}

}  // namespace

int64_t RevisionOfRollout(const Json& object) {
  const std::string text = AnnotationOf(object, kRevision);
  int64_t revision = 0;
  std::from_chars(text.data(), text.data() + text.size(), revision);
  return revision;
}

Json UndoPatch(const Json& owner, const std::vector<Object>& replica_sets,
               std::optional<int64_t> to_revision) {
  const Object source = Find(replica_sets, to_revision);
  if (source == nullptr) return nullptr;
  Json pattern = At(*source, {"spec", "template"});
  pattern["metadata"]["labels"].erase("pod-template-hash");
  if (pattern == TemplateInReplicaSet(owner)) return nullptr;

  Json annotations = Json::object();
  const auto take = [&](const Json& from, bool kept) {
    const Json& present = At(from, {"metadata", "annotations"});
    if (!present.is_object()) return;
    for (const auto& [key, value] : present.items()) {
      if (IsKept(key) == kept) annotations[key] = value;
    }
  };
  take(owner, true);
  take(*source, false);
  Json patch = Json::array();
  patch.push_back(Operation("/spec/template", std::move(pattern)));
  patch.push_back(Operation("/metadata/annotations", std::move(annotations)));
  return patch;
}

Json RollbackToPatch(int64_t to_revision) {
  Json patch;
  patch["spec"]["rollbackTo"]["revision"] = to_revision;
  return patch;
}

}  // namespace windlass::sim
