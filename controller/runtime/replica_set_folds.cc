#include "controller/runtime/replica_set_folds.h"

#include <utility>

#include "controller/runtime/in_place_cache.h"

namespace windlass {
namespace {

// If finalizers keep the object, the server answers with the terminating object; otherwise with a
// Status, or with nothing if the object was gone already.
void FoldDeleted(Store<ReplicaSet>& replica_sets, Decoder& decoder, const Request& request,
                 std::string_view body) {
  Result<ReplicaSet> kept = DecodeReplicaSet(decoder, body);
  if (kept.ok() && kept->meta.uid == request.uid() && kept->meta.deleting()) {
    replica_sets.Fold(std::move(kept).value());
  } else {
    replica_sets.FoldDelete(request.key(), request.uid());
  }
}

// The watch selects no Pod that has ended, so it would never remove such a Pod from the store.
void FoldPod(InPlaceCache& cache, Pod pod) {
  if (!cache.running()) return;
  Store<Pod>& pods = cache.pods().store();
  if (pod.phase == PodPhase::kSucceeded || pod.phase == PodPhase::kFailed) {
    pods.FoldDelete(KeyOf(pod.meta), pod.meta.uid);
  } else {
    pods.Fold(std::move(pod));
  }
}

}  // namespace

FoldTable::Row FoldReplicaSets(Store<ReplicaSet>& replica_sets, Decoder& decoder) {
  FoldTable::Row row;
  row.fold = [&](const Request&, std::string_view body) -> Status {
    WINDLASS_TRY(ReplicaSet rs, DecodeReplicaSet(decoder, body));
    replica_sets.Fold(std::move(rs));
    return Unit{};
  };
  row.deleted = [&](const Request& request, std::string_view body) {
    FoldDeleted(replica_sets, decoder, request, body);
  };
  row.gone = [&](const ObjectKey& key, const Uid& uid) { replica_sets.FoldDelete(key, uid); };
  return row;
}

FoldTable::Row FoldPods(InPlaceCache& cache, Decoder& decoder) {
  FoldTable::Row row;
  row.fold = [&](const Request&, std::string_view body) -> Status {
    WINDLASS_TRY(Pod pod, DecodePod(decoder, body));
    FoldPod(cache, std::move(pod));
    return Unit{};
  };
  row.gone = [&](const ObjectKey& key, const Uid& uid) {
    cache.pods().store().FoldDelete(key, uid);
  };
  return row;
}

}  // namespace windlass
