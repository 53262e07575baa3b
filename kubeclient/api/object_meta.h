// metav1.ObjectMeta, as far as controllers read it. Unknown fields are ignored. No update that is
// made from this struct overwrites them, because each such update is a patch of named fields.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "kubeclient/api/string_map.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// An object is large if its JSON has at least this size. The largest that we measured has 12 MB.
// Only a limited number of large objects is processed at a time, to bound memory.
inline constexpr size_t kLargeJsonBytes = size_t{256} << 10U;
// The longest name of an object that the API server accepts.
inline constexpr size_t kNameBytesMax = 253;
// The longest kind, and the longest apiVersion: a group, '/', a version.
inline constexpr size_t kKindBytesMax = 63;
inline constexpr size_t kApiVersionBytesMax = 253 + 1 + 63;

// metadata.uid. The API server creates version 4 UUIDs, kept in 16 bytes instead of 36.
// Any other text, which an owner reference may have, becomes Foreign(): the uid of no object.
struct Uid {
  uint64_t high = 0;
  uint64_t low = 0;

  static std::optional<Uid> Parse(std::string_view text);  // 8-4-4-4-12 hexadecimal, any case
  static Uid Foreign() { return {~uint64_t{0}, ~uint64_t{0}}; }
  std::string ToString() const;  // lower case, as the API server writes it
  bool IsZero() const { return high == 0 && low == 0; }
  auto operator<=>(const Uid&) const = default;
};

struct UidHash {
  size_t operator()(const Uid& uid) const { return uid.high ^ (uid.low * 0x9E3779B97F4A7C15ULL); }
};

// metadata.resourceVersion. Within one resource, the higher of two decimal numbers is newer
// (KEP-5504). Other texts, and numbers with leading zeros, cannot be compared.
// Compare does not parse the numbers: the longer text is newer, and texts of equal length are
// compared character by character. Examples: "1000" is newer than "999", "952" than "948".
struct ResourceVersion {
  std::string text;

  bool empty() const { return text.empty(); }
  bool comparable() const;
  // Returns nullopt if one of the two cannot be compared.
  static std::optional<std::strong_ordering> Compare(const ResourceVersion& a,
                                                     const ResourceVersion& b);
  bool operator==(const ResourceVersion&) const = default;
};

// Returns true if `a` is older than `b`. Returns false if they cannot be compared (R-034, S-004).
inline bool IsOlder(const ResourceVersion& a, const ResourceVersion& b) {
  const auto order = ResourceVersion::Compare(a, b);
  return order && *order == std::strong_ordering::less;
}

// The API server does not limit these texts. So decoding cuts each of them to the length that is
// valid for an object. Compare owners by uid, because a cut name may equal the name of another
// object.
struct OwnerReference {
  Symbol api_version;
  Symbol kind;
  Symbol name;
  Uid uid;
  bool controller = false;
  bool block_owner_deletion = false;
  bool operator==(const OwnerReference&) const = default;
};

struct ObjectMeta {
  Symbol namespace_;
  std::string name;
  Uid uid;
  ResourceVersion resource_version;
  int64_t generation = 0;
  WallTime creation_timestamp;
  WallTime deletion_timestamp;  // zero = not being deleted
  StringMap labels;
  StringMap annotations;  // without kubectl.kubernetes.io/last-applied-configuration
  std::vector<OwnerReference> owner_references;
  // 0 if the object is whole. Above 0 if the cache had no room and dropped parts of the object
  // (Cut). The value then is the memory in bytes of the whole object, and no write may depend on
  // the dropped parts.
  uint32_t cut_bytes = 0;
  // The size of the whole object's JSON if that is kLargeJsonBytes or more; otherwise 0.
  uint32_t large_json_bytes = 0;

  bool cut() const { return cut_bytes > 0; }
  bool deleting() const { return !deletion_timestamp.IsZero(); }
  // Returns the first reference with controller: true (D-102); nullptr if there is none.
  const OwnerReference* ControllerRef() const;
  // Returns true if there is a ControllerRef and its uid is `owner`.
  bool IsControlledBy(const Uid& owner) const;
  bool operator==(const ObjectMeta&) const = default;
};

// Returns true if `a` was created before `b`, or if both were created in the same second and the
// name of `a` comes first (D-150). T has a member `ObjectMeta meta`.
template <typename T>
bool OlderThenName(const T* a, const T* b) {
  return std::tie(a->meta.creation_timestamp, a->meta.name) <
         std::tie(b->meta.creation_timestamp, b->meta.name);
}

// `objects` has pointers to objects. Returns the size in bytes of the largest object's JSON; 0 if
// no object is large (kLargeJsonBytes).
template <typename Objects>
size_t LargestJsonOf(const Objects& objects) {
  size_t largest = 0;
  for (const auto* object : objects) {
    largest = std::max<size_t>(largest, object->meta.large_json_bytes);
  }
  return largest;
}

// "<namespace>/<name>", the key of stores and queues; for a cluster-scoped object "<name>".
struct ObjectKey {
  Symbol namespace_;
  std::string name;

  std::string ToString() const;
  bool operator==(const ObjectKey&) const = default;
  bool operator<(const ObjectKey& other) const {
    return std::pair(namespace_.text(), std::string_view(name)) <
           std::pair(other.namespace_.text(), std::string_view(other.name));
  }
};
struct ObjectKeyHash {
  size_t operator()(const ObjectKey& key) const;
};
inline ObjectKey KeyOf(const ObjectMeta& meta) { return {meta.namespace_, meta.name}; }

// Returns about how many bytes of memory `meta` takes in addition to sizeof(ObjectMeta).
// Leaves out the texts of labels, annotations and owners, because SymbolTable::bytes counts
// interned texts. BytesOf(Pod) and BytesOf(Service) add the annotation values, which Pods and
// Services do not intern.
size_t BytesOf(const ObjectMeta& meta);
// Returns how many bytes the texts of the labels, annotations and owners in `meta` take, as if no
// other object shared them (StringMap::text_bytes).
size_t TextBytesOf(const ObjectMeta& meta);
size_t TextBytesOf(const std::vector<OwnerReference>& owners);
// Drops what may be large:
//   - annotations
//   - owners other than the controller
//   - the labels, if their text_bytes() are above kLabelBytesOfCut; smaller labels stay, so that
//     selectors still find the object
void Cut(ObjectMeta& meta);
inline constexpr size_t kLabelBytesOfCut = 4096;

}  // namespace windlass
