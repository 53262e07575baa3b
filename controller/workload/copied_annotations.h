// The annotations of a workload that its new ReplicaSet gets (D-163). Of a large one the cache may
// hold only fingerprint and length, of one object and not of the other.
//
// An object may have 256 KiB of annotations, and Windlass adds its own to a ReplicaSet. So the
// workload's are copied, small ones first, until the ReplicaSet has kAnnotationBytesCopied; those
// that Windlass reads come before, and may take half of the rest. A ReplicaSet never loses one.
// Example: it has one of 150,000 bytes that the Deployment has no longer; of new ones with 10 and
// 150,000 bytes the first is copied. Upstream copies all or fails for ever.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/workload.h"
#include "kubeclient/api/annotation_limit.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// How many bytes a copy may lead to. One that does not lengthen what the ReplicaSet has is made in
// any case.
inline constexpr size_t kAnnotationBytesCopied = kAnnotationBytesMax - (size_t{8} << 10U);

// The reason of ReplicaFailure while annotations are left out. They keep nothing from being done.
inline constexpr std::string_view kNotCopied = "AnnotationsNotCopied";

// Adds to `missing` what `onto`, which may be null, lacks and has room for. Leaves out large
// annotations whose values this sync has not read.
void CopyAnnotations(const Workload& workload, const ReplicaSet* onto,
                     std::map<std::string, std::string>& missing);

// Returns true if `rs` lacks a large annotation of the workload and has room for it.
bool LacksLargeAnnotations(const Workload& workload, const ReplicaSet& rs);

// Returns what to tell the user of annotations that `rs` has no room for; nullopt if there are
// none.
std::optional<std::string> WhyNotCopied(const Workload& workload, const ReplicaSet& rs);

}  // namespace windlass::workload
