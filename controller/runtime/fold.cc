#include "controller/runtime/fold.h"

#include <utility>

namespace windlass {
namespace {

// Whose own change it is, for as long as the fold lasts.
class Quiet {
 public:
  Quiet(WakeUps& wake_ups, const ObjectKey& key) : wake_ups_(wake_ups) { wake_ups_.Suppress(key); }
  ~Quiet() { wake_ups_.Suppress(std::nullopt); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  WakeUps& wake_ups_;
};

}  // namespace

Fold::Fold(ClusterCache& cache, WakeUps& wake_ups, Decoder& decoder, OwnStatus own_status)
    : cache_(cache), wake_ups_(wake_ups), decoder_(decoder), own_status_(std::move(own_status)) {}

Status Fold::Written(const ObjectKey& key, const Request& request, const Reply& reply) {
  const Quiet quiet(wake_ups_, key);
  if (request.verb() == Verb::kDelete) return Deleted(request, reply);
  return Object(request, reply);
}

Status Fold::Read(const ObjectKey& key, const Request& request, const Reply& reply) {
  if (request.verb() == Verb::kList) return Unit{};
  const Quiet quiet(wake_ups_, key);
  return Object(request, reply);
}

void Fold::Vanished(const ObjectKey& key, const Request& request) {
  if (request.verb() == Verb::kCreate) return;
  const Quiet quiet(wake_ups_, key);
  if (request.resource() == resources::kReplicaSets) {
    cache_.replica_sets().store().FoldDelete(request.key(), request.uid());
  } else if (request.resource() == resources::kPods) {
    cache_.in_place().pods().store().FoldDelete(request.key(), request.uid());
  }
}

Status Fold::Object(const Request& request, const Reply& reply) {
  if (request.resource() == resources::kDeployments) {
    WINDLASS_TRY(Deployment deployment, DecodeDeployment(decoder_, reply.body));
    if (request.mutates()) own_status_(deployment.meta);
    cache_.deployments().store().Fold(std::move(deployment));
  } else if (request.resource() == resources::kReplicaSets) {
    WINDLASS_TRY(ReplicaSet rs, DecodeReplicaSet(decoder_, reply.body));
    cache_.replica_sets().store().Fold(std::move(rs));
  } else if (request.resource() == resources::kPods) {
    WINDLASS_TRY(Pod pod, DecodePod(decoder_, reply.body));
    PodRead(std::move(pod));
  }
  return Unit{};  // nothing else is cached and written
}

// The watch selects no Pod that has ended: it would never take that one away again.
void Fold::PodRead(Pod pod) {
  if (!cache_.in_place().running()) return;
  Store<Pod>& pods = cache_.in_place().pods().store();
  if (pod.phase == PodPhase::kSucceeded || pod.phase == PodPhase::kFailed) {
    pods.FoldDelete(KeyOf(pod.meta), pod.meta.uid);
  } else {
    pods.Fold(std::move(pod));
  }
}

Status Fold::Deleted(const Request& request, const Reply& reply) {
  if (request.resource() != resources::kReplicaSets) return Unit{};
  // Where finalizers keep the object, the server answers with the object, now terminating;
  // otherwise with a Status (or, for an object that was gone already, with nothing).
  const Result<ReplicaSet> kept = DecodeReplicaSet(decoder_, reply.body);
  if (kept.ok() && kept->meta.uid == request.uid() && kept->meta.deleting()) {
    cache_.replica_sets().store().Fold(*kept);
  } else {
    cache_.replica_sets().store().FoldDelete(request.key(), request.uid());
  }
  return Unit{};
}

}  // namespace windlass
