#include "controller/runtime/term_fence.h"

#include <utility>
#include <vector>

#include "controller/deployment/annotations.h"

namespace windlass {
namespace {

std::vector<const ReplicaSet*> Owned(const View& view) {
  std::vector<const ReplicaSet*> owned;
  for (const ReplicaSet* rs : view.replica_sets) {
    const OwnerReference* owner = rs->meta.ControllerRef();
    if (owner != nullptr && owner->uid == view.deployment->meta.uid) owned.push_back(rs);
  }
  return owned;
}

// What a late write of the former leader could change beside one of ours. While its generation is
// not observed, a rollout may begin with any ReplicaSet, also one without replicas: an undo scales
// up an old one, and a new one may have had no room yet.
std::vector<const ReplicaSet*> InDanger(const View& view) {
  std::vector<const ReplicaSet*> owned = Owned(view);
  const Deployment& deployment = *view.deployment;
  if (deployment.status.observed_generation < deployment.meta.generation) return owned;
  std::erase_if(owned, [](const ReplicaSet* rs) { return rs->replicas <= 0; });
  if (owned.size() < 2) owned.clear();  // at rest
  return owned;
}

}  // namespace

TermFence::TermFence(SyncEnvironment environment, std::string term)
    : environment_(environment),
      term_(std::move(term)),
      alive_(std::make_shared<const bool>(true)) {}

TermFence::~TermFence() = default;

// What is no rollout now becomes one by writes of this term alone.
void TermFence::Raise(const ObjectKey& key, Done done) {
  if (raised_.contains(key)) return done({}, {});
  const View view = environment_.cache.ViewOf(key);
  if (view.deployment == nullptr) return done({}, {});
  for (const ReplicaSet* rs : InDanger(view)) {
    if (touched_.contains(rs->meta.uid)) continue;
    const Request touch =
        Request::MergePatch(resources::kReplicaSets, VersionOf(rs->meta), "",
                            R"({"metadata":{"annotations":{")" + std::string(deployment::kTerm) +
                                R"(":")" + term_ + R"("}}})");
    const std::weak_ptr<const bool> alive = alive_;
    return environment_.client.Execute(
        touch, [this, alive, key, touch, done = std::move(done)](Result<Reply> said) {
          if (!alive.expired()) Answered(key, touch, std::move(said), done);
        });
  }
  raised_.insert(key);
  done({}, {});
}

void TermFence::Answered(const ObjectKey& key, const Request& request, Result<Reply> said,
                         Done done) {
  if (said.ok()) {
    touched_.insert(request.uid());
    const Status folded = environment_.fold.Written(key, request, *said);
    if (!folded.ok()) return done({SyncResult::Kind::kUncertain, {}, {}, request}, {});
    environment_.log.Info("fenced off writes of the former leader",
                          {{"deployment", key.ToString()}, {"request", request.Describe()}});
    return Raise(key, std::move(done));
  }
  if (said.error().kind == ErrorKind::kAmbiguous) {
    return done({SyncResult::Kind::kUncertain, {}, {}, request}, {});
  }
  environment_.log.Warning("could not fence off writes of the former leader",
                           {{"deployment", key.ToString()},
                            {"request", request.Describe()},
                            {"error", said.error().message}});
  if (IsRefusal(said.error().kind)) {
    const Write touch{.request = request, .because = {"fence off writes of the former leader", {}}};
    return done({}, {OutcomeOf(touch, std::move(said))});
  }
  done(AfterError(said.error(), Retry::kBackOff), {});
}

}  // namespace windlass
