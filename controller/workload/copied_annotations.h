// The annotations of a workload that its new ReplicaSet gets (D-163). The cache may hold only
// fingerprint and length of a large annotation, and may do so for one of the two objects alone.
//
// An object may have 256 KiB of annotations, and Windlass adds its own to a ReplicaSet. So the
// workload's annotations are copied, small ones first, until the ReplicaSet has
// kAnnotationBytesCopied bytes. Annotations that Windlass reads are copied before the others, and
// may take half of the remaining 8 KiB. A ReplicaSet never loses an annotation. Example: the
// ReplicaSet has one of 150,000 bytes that the Deployment no longer has; of two new ones with 10
// and 150,000 bytes, the first is copied. Upstream copies all, or fails for ever.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/workload.h"
#include "kubeclient/api/annotation_limit.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// How many bytes of annotations a ReplicaSet may have after a copy. A copy that does not make them
// longer is always made.
inline constexpr size_t kAnnotationBytesCopied = kAnnotationBytesMax - (size_t{8} << 10U);

// The reason of ReplicaFailure while annotations are left out. Nothing waits for them.
inline constexpr std::string_view kNotCopied = "AnnotationsNotCopied";

// Adds to `missing` the workload's annotations that `onto` lacks and has room for. A null `onto`
// has none yet. Leaves out large annotations whose values this sync has not read.
void CopyAnnotations(const Workload& workload, const ReplicaSet* onto,
                     std::map<std::string, std::string>& missing);

// Returns true if `rs` lacks a large annotation of the workload and has room for it.
bool LacksLargeAnnotations(const Workload& workload, const ReplicaSet& rs);

// Returns the message to users about annotations for which `rs` has no room; nullopt if there are
// none.
std::optional<std::string> WhyNotCopied(const Workload& workload, const ReplicaSet& rs);

}  // namespace windlass::workload
