// The annotations of a workload that its new ReplicaSet gets (D-163). Of a large one the cache may
// hold only the fingerprint, of one object and not of the other.
#pragma once

#include <map>
#include <string>

#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// Adds to `missing` what `onto`, which may be null, lacks. Leaves out large annotations whose
// values this sync has not read.
void CopyAnnotations(const Workload& workload, const ReplicaSet* onto,
                     std::map<std::string, std::string>& missing);

// Returns true if `rs` lacks a large annotation of the workload that is copied to it.
bool LacksLargeAnnotations(const Workload& workload, const ReplicaSet& rs);

}  // namespace windlass::workload
