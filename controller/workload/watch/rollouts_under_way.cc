#include "controller/workload/watch/rollouts_under_way.h"

#include <algorithm>
#include <vector>

namespace windlass {
namespace {

// If a rollout seems older than this, the stored time of its beginning must be wrong. The limit
// also keeps the age below 292 years, which is the most that a Duration can hold.
constexpr seconds kAgeMax = std::chrono::years(10);

}  // namespace

// --- what an observer reports ---

RolloutsUnderWay::Rollout* RolloutsUnderWay::Find(const ObjectKey& key) {
  const auto found = rollouts_.find(key);
  return found != rollouts_.end() ? &found->second : nullptr;
}

const RolloutsUnderWay::Rollout* RolloutsUnderWay::Find(const ObjectKey& key) const {
  const auto found = rollouts_.find(key);
  return found != rollouts_.end() ? &found->second : nullptr;
}

void RolloutsUnderWay::Note(const ObjectKey& key, std::optional<News> news) {
  if (!news) return;
  if (!news->outcome.empty()) Finish(key, news->outcome);
  if (news->begun) Begin(key, *std::move(news->begun));
  Rollout* const rollout = Find(key);
  if (rollout == nullptr) return;
  if (news->target) rollout->target = *std::move(news->target);
  if (news->state) SetState(key, *rollout, *news->state);
}

void RolloutsUnderWay::Begin(const ObjectKey& key, Rollout rollout) {
  if (rollout.began.wall.IsZero()) rollout.began = {clock_.Now(), clock_.Wall()};
  rollout.since = clock_.Now();
  if (leading_) CountBegun(key, rollout);
  rollouts_[key] = std::move(rollout);
}

void RolloutsUnderWay::CountBegun(const ObjectKey& key, Rollout& rollout) {
  if (rollout.midway || std::exchange(rollout.counted, true)) return;
  const std::string namespace_(key.namespace_.text());
  const bool rolls_back = !rollout.trigger.empty();
  counts_.Started(namespace_, words_.kind, rollout.strategy,
                  rolls_back ? kChangeRollback : kChangeTemplate);
  if (rolls_back) counts_.RolledBack(namespace_, words_.kind, rollout.trigger);
}

void RolloutsUnderWay::Finish(const ObjectKey& key, std::string_view outcome) {
  const auto found = rollouts_.find(key);
  if (found == rollouts_.end()) return;
  Rollout& rollout = found->second;
  CountStuck(key, rollout);
  if (leading_) {
    counts_.Finished(std::string(key.namespace_.text()), words_.kind, rollout.strategy, outcome,
                     clock_.Now() - rollout.began.at);
  }
  rollouts_.erase(found);
}

void RolloutsUnderWay::SetState(const ObjectKey& key, Rollout& rollout,
                                workload::RolloutState state) {
  if (!state.cause.empty()) state.cause = words_.CauseOf(state.cause);
  if (rollout.state == state) return;
  CountStuck(key, rollout);
  rollout.state = state;
}

// Counts the time for which the rollout was stuck since the last call of this function.
void RolloutsUnderWay::CountStuck(const ObjectKey& key, Rollout& rollout) {
  const Duration time = clock_.Now() - std::exchange(rollout.since, clock_.Now());
  if (!leading_ || rollout.state.cause.empty()) return;
  counts_.WasStuck(std::string(key.namespace_.text()), words_.kind, rollout.state.cause, time);
}

void RolloutsUnderWay::Lead(bool leading, const std::function<bool(const ObjectKey&)>& is_unseen) {
  for (auto& [key, rollout] : rollouts_) CountStuck(key, rollout);
  leading_ = leading;
  if (!leading) return;
  for (auto& [key, rollout] : rollouts_) {
    if (is_unseen(key)) CountBegun(key, rollout);
  }
}

RolloutsUnderWay::Moment RolloutsUnderWay::MomentOf(WallTime wall) const {
  const WallTime now = clock_.Wall();
  const seconds age = now - wall;
  if (age < seconds(0) || age > kAgeMax) return {clock_.Now(), now};
  return {{clock_.Now().since_start - age}, wall};
}

// --- what the metrics show ---

void RolloutsUnderWay::AddFigures(Figures& figures, const Describe& describe) const {
  counts_.AddFigures(figures);
  if (!leading_) return;
  AddGauges(figures);
  AddShownRollouts(figures, describe);
}

void RolloutsUnderWay::AddGauges(Figures& figures) const {
  std::map<std::string_view, Duration> oldest;
  const MonotonicTime now = clock_.Now();
  for (const auto& [key, rollout] : rollouts_) {
    const auto& [phase, cause] = rollout.state;
    counts_.AddUnderWay(figures, std::string(key.namespace_.text()), words_.kind, rollout.state,
                        now - rollout.since);
    Duration& age = oldest[phase];
    age = std::max(age, now - rollout.began.at);
  }
  for (const auto& [phase, age] : oldest) AddOldest(figures, words_.kind, phase, age);
}

// Adds the series of at most kRolloutsShownMax rollouts. Takes stuck rollouts first, because alerts
// are about stuck rollouts.
void RolloutsUnderWay::AddShownRollouts(Figures& figures, const Describe& describe) const {
  std::vector<Rollouts::const_iterator> order;
  order.reserve(rollouts_.size());
  for (auto it = rollouts_.begin(); it != rollouts_.end(); ++it) order.push_back(it);
  std::ranges::stable_partition(
      order, [](Rollouts::const_iterator rollout) { return !rollout->second.state.cause.empty(); });
  const size_t shown = std::min(order.size(), kRolloutsShownMax);
  for (size_t i = 0; i < shown; ++i) {
    ShownRollout rollout = Shown(order[i]->first, order[i]->second);
    describe(order[i]->first, rollout);
    AddShown(figures, rollout);
  }
  AddNotShown(figures, order.size() - shown);
}

ShownRollout RolloutsUnderWay::Shown(const ObjectKey& key, const Rollout& rollout) const {
  return {.namespace_ = std::string(key.namespace_.text()),
          .name = key.name,
          .kind = std::string(words_.kind),
          .strategy = std::string(rollout.strategy),
          .revision = {},
          .id = {},
          .phase = std::string(rollout.state.phase),
          .cause = std::string(rollout.state.cause),
          .began = rollout.began.wall};
}

}  // namespace windlass
