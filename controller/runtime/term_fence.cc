#include "controller/runtime/term_fence.h"

#include <utility>
#include <vector>

#include "controller/deployment/annotations.h"

namespace windlass {
namespace {

constexpr size_t kMidRollout = 2;  // ReplicaSets with replicas

std::vector<const ReplicaSet*> Active(const View& view) {
  std::vector<const ReplicaSet*> active;
  for (const ReplicaSet* rs : view.replica_sets) {
    const OwnerReference* owner = rs->meta.ControllerRef();
    const bool ours = owner != nullptr && owner->uid == view.deployment->meta.uid;
    if (ours && rs->replicas > 0) active.push_back(rs);
  }
  return active;
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
  const std::vector<const ReplicaSet*> active = Active(view);
  for (const ReplicaSet* rs : active) {
    if (active.size() < kMidRollout || touched_.contains(rs->meta.uid)) continue;
    const Request touch =
        Request::MergePatch(Resource::kReplicaSets, VersionOf(rs->meta), "",
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
