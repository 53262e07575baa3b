// Which annotations of a workload are copied to its new ReplicaSet (D-163).
//
// A ReplicaSet "lacks" an annotation of the workload if IsCopied (annotations.h) is true for it,
// and the key is missing or has another value. The cache may hold only fingerprint and length of a
// large annotation.
//
// Kubernetes allows an object 256 KiB of annotations. Windlass needs room for its own annotations,
// so it copies only up to a limit. It copies two groups, the smallest annotations of each group
// first:
//   1. those that Windlass or kubectl reads (IsRead of annotations.h), up to 252 KiB on the
//      ReplicaSet
//   2. the others, up to 248 KiB (kAnnotationBytesCopied)
// The copy never removes an annotation from a ReplicaSet. Example: a ReplicaSet has one of 150,000
// bytes that its Deployment no longer has. The Deployment has two new ones, of 10 and of 150,000
// bytes. Only the small one is copied: 2 * 150,000 is more than 248 KiB (253,952). Upstream has no
// such limits, and fails at every try if the annotations are too large.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/string_map.h"

namespace windlass::workload {

// After a copy, a ReplicaSet has at most this many bytes of annotations. Exceptions:
//   - Annotations that Windlass or kubectl reads are copied until the ReplicaSet has 252 KiB.
//   - A ReplicaSet that had more before: at most as many as before. Example: a value is replaced by
//     a shorter one.
inline constexpr size_t kAnnotationBytesCopied = kAnnotationBytesMax - (size_t{8} << 10U);

// Adds to `missing` the workload's annotations that `onto` lacks and has room for. Pass a null
// `onto` for a ReplicaSet that is to be created: it lacks all annotations. Leaves out large
// annotations whose values this sync has not read.
void CopyAnnotations(const Workload& workload, const ReplicaSet* onto,
                     std::map<std::string, std::string>& missing);

// Returns true if `rs` lacks a large annotation of the workload and has room for that annotation.
bool LacksLargeAnnotations(const Workload& workload, const ReplicaSet& rs);

// Returns the message that tells users that annotations of the workload are not copied, because
// `rs` has no room for them. The message names the first of these annotations and counts the
// others. Returns nullopt if `rs` has room for all annotations.
std::optional<std::string> WhyNotCopied(const Workload& workload, const ReplicaSet& rs);

}  // namespace windlass::workload
