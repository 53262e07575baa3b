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

// Keeps of `next` only what a resize may change: resources and resizePolicy of containers. If the
// containers are others, keeps them all, for the validation to refuse.
void KeepResources(const Json& current, Json& next) {
  for (const char* field : {"labels", "annotations", "finalizers", "ownerReferences"}) {
    Copy(current, next, "metadata", field);
  }
  Json spec = At(current, {"spec"});
  for (const char* list : {"containers", "initContainers"}) {
    const Json& wished = At(next, {"spec", list});
    if (wished.size() != At(spec, {list}).size()) return;
    for (size_t i = 0; i < wished.size(); ++i) {
      if (wished[i]["name"] != spec[list][i]["name"]) return;
      for (const char* field : {"resources", "resizePolicy"}) {
        spec[list][i].erase(field);
        if (wished[i].contains(field)) spec[list][i][field] = wished[i][field];
      }
    }
  }
  next["spec"] = std::move(spec);
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
  if (subresource == "resize") KeepResources(current, next);
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
  const bool counts = subresource.empty() || subresource == "resize";
  if (!resource.has_generation || !counts) return false;
  if (At(current, {"spec"}) != At(next, {"spec"})) return true;
  return resource.annotations_generate &&
         At(current, {"metadata", "annotations"}) != At(next, {"metadata", "annotations"});
}

}  // namespace windlass::sim
