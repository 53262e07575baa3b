#include "controller/workload/copied_annotations.h"

#include <algorithm>

#include "controller/workload/annotations.h"
#include "kubeclient/api/large_annotations.h"

namespace windlass::workload {
namespace {

// Returns true if `rs` has the annotation with that value. Of a large value the cache may hold only
// the fingerprint, of one object and not of the other.
bool Shows(const ReplicaSet& rs, std::string_view key, std::string_view value) {
  if (rs.meta.annotations.Find(key) == value) return true;
  if (value.size() <= kAnnotationBytesKept) return false;
  const LargeAnnotation* large = FindLarge(rs.large_annotations, key);
  return large != nullptr && large->value == FingerprintOf(value);
}
bool Shows(const ReplicaSet& rs, const LargeAnnotation& annotation) {
  const LargeAnnotation* large = FindLarge(rs.large_annotations, annotation.key.text());
  if (large != nullptr) return *large == annotation;
  const auto text = rs.meta.annotations.Find(annotation.key.text());
  return text && FingerprintOf(*text) == annotation.value;
}

}  // namespace

void CopyAnnotations(const Workload& workload, const ReplicaSet* onto,
                     std::map<std::string, std::string>& missing) {
  for (const auto& [key, value] : workload.meta.annotations) {
    if (!IsCopied(key) || (onto != nullptr && Shows(*onto, key, value))) continue;
    missing[std::string(key.text())] = value.text();
  }
  if (workload.large_annotations == nullptr || workload.large_values == nullptr) return;
  for (const LargeAnnotation& annotation : *workload.large_annotations) {
    if (!IsCopied(annotation.key) || (onto != nullptr && Shows(*onto, annotation))) continue;
    const auto value = workload.large_values->find(std::string(annotation.key.text()));
    if (value != workload.large_values->end()) missing[value->first] = value->second;
  }
}

bool LacksLargeAnnotations(const Workload& workload, const ReplicaSet& rs) {
  if (workload.large_annotations == nullptr) return false;
  return std::ranges::any_of(*workload.large_annotations, [&](const LargeAnnotation& annotation) {
    return IsCopied(annotation.key) && !Shows(rs, annotation);
  });
}

}  // namespace windlass::workload
