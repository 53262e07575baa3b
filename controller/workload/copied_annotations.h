// The annotations of a workload that its new ReplicaSet gets (D-163). Of a large annotation, the
// cache may hold only fingerprint and length, for the workload, for the ReplicaSet or for both. A
// ReplicaSet lacks an annotation if it does not have the key, or has another value.
//
// An object may have 256 KiB of annotations, and Windlass adds its own to a ReplicaSet. So Windlass
// copies annotations, small ones first, only until the ReplicaSet has 248 KiB
// (kAnnotationBytesCopied). Annotations that Windlass or kubectl reads (IsRead of annotations.h)
// are copied before all others, and up to 252 KiB. A ReplicaSet never loses an annotation. Example:
// a ReplicaSet has an annotation of 150,000 bytes that its Deployment no longer has. The Deployment
// has two new annotations, of 10 and of 150,000 bytes: only the one of 10 bytes is copied, because
// two of 150,000 bytes are more than 248 KiB. Upstream copies all annotations, or fails at every
// try if they are too large.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/own_reasons.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/string_map.h"

namespace windlass::workload {

// A copy gives a ReplicaSet at most this many bytes of annotations. Exceptions:
//   - annotations that Windlass or kubectl reads are copied up to 252 KiB
//   - if the ReplicaSet has more already, an annotation is copied if the sum does not grow
inline constexpr size_t kAnnotationBytesCopied = kAnnotationBytesMax - (size_t{8} << 10U);

// Adds to `missing` the workload's annotations that `onto` lacks and has room for. A null `onto`
// stands for a ReplicaSet that is to be created, and lacks all annotations. Leaves out large
// annotations whose values this sync has not read.
void CopyAnnotations(const Workload& workload, const ReplicaSet* onto,
                     std::map<std::string, std::string>& missing);

// Returns true if `rs` lacks a large annotation of the workload and has room for that annotation.
bool LacksLargeAnnotations(const Workload& workload, const ReplicaSet& rs);

// Returns the message to users about annotations for which `rs` has no room; nullopt if `rs` has
// room for all.
std::optional<std::string> WhyNotCopied(const Workload& workload, const ReplicaSet& rs);

}  // namespace windlass::workload
