#include "test/sim/prepare_update.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace windlass::sim {
namespace {

void Copy(const Json& from, Json& to, const char* section, const char* field) {
  const Json& value = At(from, {section, field});
  if (value.is_null()) {
    to[section].erase(field);
  } else {
    to[section][field] = value;
  }
}

void CopySection(const Json& from, Json& to, const char* section) {
  if (from.contains(section)) {
    to[section] = from[section];
  } else {
    to.erase(section);
  }
}

}  // namespace

void KeepStored(const ApiResource& resource, std::string_view subresource, const Json& current,
                Json& next) {
  if (resource.custom && subresource == "status") {
    Json kept = current;
    CopySection(next, kept, "status");
    next = std::move(kept);
    return;
  }
  for (const char* field : {"name", "namespace", "creationTimestamp", "generation",
                            "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"}) {
    Copy(current, next, "metadata", field);
  }
  if (UidOf(next).empty()) Copy(current, next, "metadata", "uid");
  if (subresource == "status") {
    CopySection(current, next, "spec");
    // A ReplicaSet's status endpoint writes labels; a Deployment's does not.
    if (resource.resource == resources::kDeployments) Copy(current, next, "metadata", "labels");
  } else if (resource.has_status) {
    CopySection(current, next, "status");
  }
}

bool BumpsGeneration(const ApiResource& resource, std::string_view subresource, const Json& current,
                     const Json& next) {
  if (!resource.has_generation || !subresource.empty()) return false;
  if (At(current, {"spec"}) != At(next, {"spec"})) return true;
  return resource.annotations_generate &&
         At(current, {"metadata", "annotations"}) != At(next, {"metadata", "annotations"});
}

}  // namespace windlass::sim
