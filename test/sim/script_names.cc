#include "test/sim/script_names.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "test/sim/owners.h"

namespace windlass::sim {
namespace {

std::string RevisionText(const Json& rs) {
  const Json& found = At(rs, {"metadata", "annotations", "deployment.kubernetes.io/revision"});
  return found.is_string() ? found.get<std::string>() : "none";
}

bool IsOlder(const Json& a, const Json& b) {
  const auto key = [](const Json& rs) {
    return std::pair(TextAt(rs, {"metadata", "creationTimestamp"}), NameOf(rs));
  };
  return key(a) < key(b);
}

}  // namespace

ReplicaSetNames::ReplicaSetNames(ApiServer& server, const ResourceId& kind)
    : server_(server), kind_(kind) {
  server_.store().OnChange([this](const Change& change) {
    if (change.key.resource == resources::kReplicaSets) OnChange(change);
  });
}

bool ReplicaSetNames::Knows(const Json& replica_set) const {
  return std::ranges::none_of(kOwnerKinds, [&](const ResourceId& kind) {
    return kind != kind_ && IsControlledBy(kind, replica_set);
  });
}

std::string ReplicaSetNames::OwnName(const Json& replica_set) const {
  const std::string owner = TextAt(ControllerOf(replica_set), {"name"});
  const bool owned = !owner.empty() && Knows(replica_set);
  return (owned ? owner : "-") + "/" + RevisionText(replica_set);
}

void ReplicaSetNames::OnChange(const Change& change) {
  const Json& rs = change.after != nullptr ? *change.after : *change.last_state;
  Record& record = records_[NameOf(rs)];
  if (record.uid != UidOf(rs)) record = {UidOf(rs), "-", ""};
  const std::string owner = TextAt(ControllerOf(rs), {"name"});
  if (!owner.empty()) record.owner = Knows(rs) ? owner : "-";
  record.revision = RevisionText(rs);
}

std::string ReplicaSetNames::OwnerOf(const std::string& replica_set) const {
  const auto found = records_.find(replica_set);
  return found == records_.end() ? "-" : found->second.owner;
}

std::string ReplicaSetNames::Shown(const std::string& replica_set) const {
  const Object own = server_.Find({resources::kReplicaSets, "default", replica_set});
  if (own == nullptr) return ShownInEvents(replica_set);
  std::string shown = OwnName(*own);
  for (const Object& rs : server_.List(resources::kReplicaSets, "default")) {
    if (OwnName(*rs) == OwnName(*own) && IsOlder(*rs, *own)) shown += "'";
  }
  return shown;
}

std::string ReplicaSetNames::ShownInEvents(const std::string& replica_set) const {
  const auto found = records_.find(replica_set);
  return found == records_.end() ? "?" : found->second.owner + "/" + found->second.revision;
}

Object ReplicaSetNames::Find(const std::string& owner, const std::string& revision) const {
  Object former;
  for (const Object& rs : server_.List(resources::kReplicaSets, "default")) {
    const bool its = OwnerOf(NameOf(*rs)) == owner && RevisionText(*rs) == revision;
    if (!its) continue;
    if (!ControllerOf(*rs).is_null()) return rs;
    former = rs;
  }
  return former;
}

}  // namespace windlass::sim
