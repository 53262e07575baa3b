#include "controller/runtime/term_fence.h"

#include <optional>
#include <utility>
#include <vector>

namespace windlass {
TermFence::TermFence(SyncEnvironment environment, std::string term)
    : environment_(environment), term_(std::move(term)) {}

TermFence::~TermFence() = default;

// Sends one touch, and calls itself again after the answer, until all touches are sent. The fence
// of the key then stays raised until Forget or the end of the term, even if there was nothing to
// touch. Example: a Deployment that is not in a rollout now can begin one only by writes of this
// term.
void TermFence::Raise(const QueueKey& key, const LateWrites& late, Done done) {
  if (raised_.contains(key)) return done({}, {});
  std::optional<std::vector<Request>> touches;
  const bool told = environment_.Consult(
      key, [&](const Controller& controller) { touches = controller.FenceWrites(key, term_); });
  if (!told) return done({SyncResult::Kind::kInternal, {}, {}, {}}, {});
  if (!touches) return done({}, {});
  for (const Request& touch : *touches) {
    if (touched_.contains(touch.uid())) continue;
    if (auto error = late.WhyRefused(touch)) {
      return Answered(key, touch, *std::move(error), late, std::move(done));
    }
    auto answered = [this, key, touch, late, done = std::move(done)](Result<Reply> said) {
      Answered(key, touch, std::move(said), late, done);
    };
    return environment_.client.Execute(touch, lifetime_.Guard(std::move(answered)));
  }
  raised_.insert(key);
  done({}, {});
}

void TermFence::Answered(const QueueKey& key, const Request& request, Result<Reply> said,
                         LateWrites late, Done done) {
  if (said.ok()) {
    touched_.insert(request.uid());
    const Status folded = environment_.folds.Written(key, request, *said);
    if (!folded.ok()) {
      return done({SyncResult::Kind::kUncertain, {}, {}, Unverified(request, late)}, {});
    }
    environment_.log.Info("fenced off writes of the former leader",
                          {{environment_.ControllerOf(key).log_field(), key.ToString()},
                           {"request", request.Describe()}});
    return Raise(key, late, std::move(done));
  }
  if (said.error().kind == ErrorKind::kAmbiguous) {
    late.Note(request, said.error());
    return done({SyncResult::Kind::kUncertain, {}, {}, Unverified(request, late)}, {});
  }
  environment_.log.Warning(
      "could not fence off writes of the former leader; Windlass tries again later, and does not "
      "roll out this object until that succeeds",
      {{environment_.ControllerOf(key).log_field(), key.ToString()},
       {"request", request.Describe()},
       {"error", said.error().message}});
  if (IsRefusal(said.error().kind)) {
    const Write touch{.request = request, .because = {kFenceOffFormerLeader, {}}};
    return done({}, {OutcomeOf(touch, std::move(said))});
  }
  done(AfterError(said.error(), Retry::kBackOff), {});
}

}  // namespace windlass
