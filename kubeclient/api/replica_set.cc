#include "kubeclient/api/replica_set.h"

#include <algorithm>

namespace windlass {

bool KeepsTemplate(const StringMap& annotations) {
  constexpr std::string_view kDisabled = "disabled";
  const auto value = annotations.Find(kInPlaceAnnotation);
  if (!value) return false;
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return !std::ranges::equal(*value, kDisabled, {}, lower);
}

void Remember(const ReplicaSet* before, ReplicaSet& now) {
  Told& told = now.told;
  const int64_t generation = now.meta.generation;
  if (before == nullptr) {
    told = {.known = generation <= 1, .largest = 0};
  } else {
    const int64_t held = before->meta.generation;
    told = before->told;
    if (generation < held || generation > held + 1) told.known = false;
  }
  told.largest = std::max(told.largest, now.replicas);
  // The controller creates Pods only for the spec it sees. If it has counted as many as any spec
  // asked for, it cannot have created more that it has not counted.
  const bool counted = IsObserved(now) && now.status.replicas >= told.largest;
  if (told.known && counted) told.largest = now.replicas;
}

void NoteCounted(ReplicaSet& rs, int32_t live) {
  rs.told = {.known = true, .largest = std::max(live, rs.replicas)};
}

}  // namespace windlass
