// The fold-table rows for kinds that own ReplicaSets: ReplicaSets, and whole Pods, which are
// patched in place.
#pragma once

#include "controller/runtime/fold_table.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/cache/store.h"

namespace windlass {

class InPlaceCache;

// Folds ReplicaSets. Removes one that we deleted from the store at once, unless finalizers keep it.
// Both references must outlive the table.
FoldTable::Row FoldReplicaSets(Store<ReplicaSet>& replica_sets, Decoder& decoder);

// Folds Pods. Drops replies about Pods while `cache` does not run. Both references must outlive the
// table.
FoldTable::Row FoldPods(InPlaceCache& cache, Decoder& decoder);

}  // namespace windlass
