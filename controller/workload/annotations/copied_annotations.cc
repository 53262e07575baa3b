#include "controller/workload/annotations/copied_annotations.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/large_annotations.h"

namespace windlass::workload {
namespace {

// Returns true if `rs` has the annotation `key` with the value `value`. If the annotation of `rs`
// is large, the cache may hold only the fingerprint of its value.
bool Shows(const ReplicaSet& rs, std::string_view key, std::string_view value) {
  if (rs.meta.annotations.Find(key) == value) return true;
  if (value.size() <= kAnnotationBytesKept) return false;
  const LargeAnnotation* large = FindLarge(rs.large_annotations, key);
  return large != nullptr && large->value == FingerprintOf(value);
}
// `annotation` is a large annotation of the workload, of which the cache holds only the
// fingerprint. Returns true if `rs` has this annotation with the same value.
bool Shows(const ReplicaSet& rs, const LargeAnnotation& annotation) {
  const LargeAnnotation* large = FindLarge(rs.large_annotations, annotation.key.text());
  if (large != nullptr) return *large == annotation;
  const auto text = rs.meta.annotations.Find(annotation.key.text());
  return text && FingerprintOf(*text) == annotation.value;
}

// For annotations that Windlass or kubectl reads, this limit replaces kAnnotationBytesCopied.
// Examples: windlass.dev/in-place, kubernetes.io/change-cause.
constexpr size_t kAnnotationBytesOfRead = kAnnotationBytesMax - (size_t{4} << 10U);

// Returns how many bytes of annotations a ReplicaSet may have after the annotation `key` is copied.
size_t LimitFor(std::string_view key) {
  return IsRead(key) ? kAnnotationBytesOfRead : kAnnotationBytesCopied;
}

// An annotation of the workload that a ReplicaSet does not have, or has with another value.
struct Lacking {
  std::string_view key;
  size_t bytes = 0;  // of the value
  bool large = false;
};

std::vector<Lacking> FindLacking(const Workload& workload, const ReplicaSet* onto) {
  std::vector<Lacking> lacking;
  for (const auto& [key, value] : workload.meta.annotations) {
    if (!IsCopied(key) || (onto != nullptr && Shows(*onto, key, value))) continue;
    lacking.push_back({.key = key.text(), .bytes = value.text().size()});
  }
  if (workload.large_annotations == nullptr) return lacking;
  for (const LargeAnnotation& annotation : *workload.large_annotations) {
    if (!IsCopied(annotation.key) || (onto != nullptr && Shows(*onto, annotation))) continue;
    lacking.push_back({.key = annotation.key.text(), .bytes = annotation.bytes, .large = true});
  }
  return lacking;
}

// Returns how many bytes key and value of the annotation `key` take in `rs`; 0 if `rs` does not
// have this annotation.
size_t BytesOfOne(const ReplicaSet& rs, std::string_view key) {
  if (const auto value = rs.meta.annotations.Find(key)) return key.size() + value->size();
  const LargeAnnotation* large = FindLarge(rs.large_annotations, key);
  return large != nullptr ? key.size() + large->bytes : 0;
}

size_t BytesOfAll(const ReplicaSet& rs) {
  size_t bytes = AnnotationBytes(rs.meta.annotations);
  for (const LargeAnnotation& one : rs.large_annotations)
    bytes += one.key.text().size() + one.bytes;
  return bytes;
}

struct Choice {
  std::vector<Lacking> copied;
  std::vector<Lacking> left_out;  // in the order in which they would be copied
  size_t bytes = 0;               // of all annotations of the ReplicaSet after the copy
};

Choice Choose(const Workload& workload, const ReplicaSet* onto) {
  std::vector<Lacking> lacking = FindLacking(workload, onto);
  std::ranges::sort(lacking, {}, [](const Lacking& one) {
    return std::tuple(!IsRead(one.key), one.bytes, one.key);
  });
  Choice choice;
  choice.bytes = onto != nullptr ? BytesOfAll(*onto) : 0;
  const size_t present = choice.bytes;
  for (const Lacking& one : lacking) {
    const size_t most = std::max(present, LimitFor(one.key));
    const size_t before = onto != nullptr ? BytesOfOne(*onto, one.key) : 0;
    const size_t bytes = choice.bytes - before + one.key.size() + one.bytes;
    if (bytes <= most) choice.bytes = bytes;
    (bytes <= most ? choice.copied : choice.left_out).push_back(one);
  }
  return choice;
}

}  // namespace

void CopyAnnotations(const Workload& workload, const ReplicaSet* onto,
                     std::map<std::string, std::string>& missing) {
  for (const Lacking& one : Choose(workload, onto).copied) {
    const std::string key(one.key);
    if (!one.large) {
      missing[key] = *workload.meta.annotations.Find(key);
    } else if (workload.large_values != nullptr) {
      const auto value = workload.large_values->find(key);
      if (value != workload.large_values->end()) missing[key] = value->second;
    }
  }
}

bool LacksLargeAnnotations(const Workload& workload, const ReplicaSet& rs) {
  return std::ranges::any_of(Choose(workload, &rs).copied, &Lacking::large);
}

std::optional<std::string> WhyNotCopied(const Workload& workload, const ReplicaSet& rs) {
  const Choice choice = Choose(workload, &rs);
  if (choice.left_out.empty()) return std::nullopt;
  const Lacking& one = choice.left_out.front();
  const std::string noun(workload.kind.traits().noun);
  const size_t more = choice.left_out.size() - 1;
  return "annotation " + std::string(one.key) + " of the " + noun + " (" +
         std::to_string(one.bytes) + " bytes)" +
         (more > 0 ? ", and " + std::to_string(more) + " more, are" : " is") +
         " not copied to replicaset " + rs.meta.name + ". The annotations of the replicaset have " +
         std::to_string(choice.bytes) +
         " bytes already, and Windlass copies annotations only up to " +
         std::to_string(LimitFor(one.key)) + " bytes. The limit of the API server is " +
         std::to_string(kAnnotationBytesMax) +
         " bytes. Shorten the annotation, or remove from the replicaset the annotations that the " +
         noun + " no longer has";
}

}  // namespace windlass::workload
