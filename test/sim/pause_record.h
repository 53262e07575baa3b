// Which pauses of a requested template were left, by what users did and by the time that passed: an
// observer's own record. It reads no status of the Rollout and knows nothing of the planner.
//
// A pause is left by
//   - annotation windlass.dev/promote with the pause and a revision of the template (2@8, full@8)
//     once the step's Pods are available; with "/force" although they are not. full@8 leaves all
//     pauses with the one that is ahead, and waits for no Pods before that is reached
//   - its duration, counted while the step's Pods are available, after the pause before it was
//     left. Two leaders count less, by as much as their clocks differ (docs/high-availability.md).
//     Pods that were gone while nobody led do not end that time, nor does another template that
//     was requested, and taken back before a controller did anything about it
//   - a user who removes the steps, or edits the list
// The step's Pods are as many as the steps before the pause ask for.
//
// Editing a list keeps the position, and the position counts in the new list. Where the record is
// not sure how far a rollout has come, it takes the step that holds least. A position past
// the end of the new list means its last pause: the hold stays until that is left by a promotion
// that is written after the edit, or by its duration. Example: [1, pause, 5, pause], the first
// pause is left. Shortened to [1, pause] the rollout is held by that pause again.
//
// A record is lenient: what was allowed once stays allowed, also if the template is requested again
// after another one.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/clock.h"
#include "test/sim/object.h"

namespace windlass::sim {

// A value of annotation windlass.dev/promote that a user wrote.
struct Promotion {
  size_t step = 0;  // 0: full
  int64_t revision = 0;
  bool force = false;
  MonotonicTime at{};
};
// Reads "2@8", "full@8" and the same with "/force". Returns nullopt for anything else.
std::optional<Promotion> PromotionIn(std::string_view text, MonotonicTime at);

// Reads "1h30m". Returns nullopt for anything else.
std::optional<seconds> PauseDuration(std::string_view text);

// What steps or a partition held back at some time.
struct Hold {
  bool nothing = false;       // no pause is ahead, and there is no partition
  Json partition{};           // null: steps
  std::vector<Json> steps{};  // before the pause that is ahead
  int64_t began = 0;  // spec.replicas when these steps began: the least that it can have been
  bool operator==(const Hold&) const = default;
};
// Returns how many of `desired` Pods `hold` keeps for the old revision. A number that was below the
// size when the step began leaves one of two or more Pods. Examples with setUpdated 2: of 10 it
// keeps 8. Of 2 it keeps 1 if the step began at 10, and 0 if it began at 2.
int64_t KeptBy(const Hold& hold, int64_t desired);

class PauseRecord {
 public:
  // No controller is expected to know what happened within this time.
  static constexpr Duration kBlindSpot = seconds(5);

  // What the cluster shows of the template and its Rollout.
  struct Facts {
    MonotonicTime now;
    bool asked = false;      // spec has this template, and spec.abort is not true
    bool frozen = false;     // spec.paused
    Json steps{};            // spec.strategy.steps
    Json partition{};        // spec.strategy.partition
    int64_t desired = 0;     // spec.replicas
    int64_t size = 0;        // Pods of the template that were asked for
    int64_t available = 0;   // the most within kBlindSpot
    int64_t for_sure = 0;    // the fewest that were available within kBlindSpot
    int64_t at_present = 0;  // available at this moment
    // A controller leads: it wrote its Lease, or one of the Rollout's objects, just now.
    bool led = false;
    // A controller wrote one of the Rollout's objects just now, and that made or sized a
    // ReplicaSet, changed the spec of a Pod, or told that the generation was looked at.
    bool followed = false;
    const std::vector<Promotion>* promotions = nullptr;  // of the Rollout
    const std::set<int64_t>* revisions = nullptr;        // that the template had
    Duration clocks_apart{0};                            // how far the clocks of two leaders differ
  };

  // Takes the facts after each change. `available_before`: the most within kBlindSpot up to now,
  // before this change.
  void See(const Facts& facts, int64_t available_before);

  bool was_asked() const { return !holds_.empty(); }
  // Returns the number of the first pause that was not left; nullopt if there is none.
  std::optional<size_t> Ahead() const;
  // Returns how many Pods were held back in the most lenient moment.
  int64_t LeastKept(int64_t desired) const;

 private:
  struct PastEnd {
    size_t position = 0;  // the step that was reached in the longer list
    size_t pause = 0;     // the last one of the present list
    // Only promotions from then on end it. nullopt: the pause was not left before, so all do.
    std::optional<MonotonicTime> from{};
  };

  void PassTime(const Facts& facts, int64_t available_before);
  void Edit(const Facts& facts);
  void Promote(const Facts& facts);
  bool Ends(const Promotion& promotion, size_t pause, const Facts& facts) const;
  void Leave(size_t pause, const Facts& facts);
  void BeginSteps(const Facts& facts);
  void NoteBegin(const Facts& facts);
  void NoteHold();
  int64_t Wanted() const;
  Hold HoldNow() const;

  Json steps_;  // null: never seen
  Json partition_;
  int64_t desired_ = 0;
  size_t passed_ = 0;      // pauses up to this step are left
  bool released_ = false;  // no pause was ahead
  std::optional<PastEnd> past_end_;
  std::optional<MonotonicTime> available_since_;
  bool reached_ = false;         // all Pods of the pause were available at one moment
  int64_t available_level_ = 0;  // how many Pods were available when all of the pause last were
  bool noticed_ = false;         // somebody led while there were fewer
  bool left_alone_ = true;       // no controller followed another template since this one was asked
  MonotonicTime asked_last_{};
  std::optional<MonotonicTime> left_by_time_;
  MonotonicTime began_at_{};
  int64_t began_ = 0;       // spec.replicas when the steps began: the least that it can have been
  int64_t began_most_ = 0;  // and the most, also of the steps before an earlier pause
  bool was_asked_ = false;  // at the last look
  bool beginning_ = false;  // the steps before the pause may not have begun
  std::vector<Hold> holds_;
};

}  // namespace windlass::sim
