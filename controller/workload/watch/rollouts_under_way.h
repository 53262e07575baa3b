// The rollouts of one kind that are under way, each with its beginning, target and state, and the
// counts of how rollouts began and ended. An observer reports the rollouts:
//
//   observer ──Begin, SetState, Finish──▶ RolloutsUnderWay ──▶ the metrics page
//
// Rollouts are kept whether or not this process leads. They are counted and shown only while this
// process leads. Core thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "controller/runtime/figures.h"
#include "controller/workload/watch/rollout_metrics.h"
#include "controller/workload/watch/rollout_state.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// At most this many rollouts of one kind have metric series of their own. A rollout has about ten
// series, so one kind has at most about a thousand such series.
inline constexpr size_t kRolloutsShownMax = 100;

// The version that Pods have after a rollout: the version that the object asks for, or an earlier
// version.
struct RolloutTarget {
  std::string wanted{};  // identifies what the object asks for
  bool back = false;     // Pods go back to an earlier version, whatever `wanted` is
  bool operator==(const RolloutTarget& other) const {
    return back == other.back && (back || wanted == other.wanted);
  }
};

class RolloutsUnderWay {
 public:
  struct Moment {
    MonotonicTime at{};
    WallTime wall{};
  };
  struct Rollout {
    RolloutTarget target{};
    std::string_view strategy{};
    std::string_view trigger{};  // what asked for a rollback; "" if something new is rolled out
    // True if this process does not count the beginning of this rollout (CountBegun). Example: a
    // former leader has counted it.
    bool midway = false;
    bool counted = false;  // this process has counted the rollout as begun
    Moment began{};
    workload::RolloutState state{};
    MonotonicTime since{};  // CountStuck has counted the time in `state` up to here
  };

  // What an observer finds out about the rollout of one object. The observer changes nothing until
  // it has found this out. So if its code fails before, the failure can be caught (object_fault.h).
  struct News {
    std::string_view outcome{};                     // "" if no rollout ends
    std::optional<Rollout> begun{};                 // begins after the former rollout has ended
    std::optional<RolloutTarget> target{};          // the new target of the rollout under way
    std::optional<workload::RolloutState> state{};  // the new state of the rollout under way
  };

  // `clock` must outlive this.
  RolloutsUnderWay(const Clock& clock, RolloutWords words)
      : clock_(clock), words_(std::move(words)) {}

  // Returns the rollout of the object; null if none is under way. The pointer is valid until Finish
  // is called for the object.
  Rollout* Find(const ObjectKey& key);
  const Rollout* Find(const ObjectKey& key) const;
  // Requires that the object has no rollout under way. A rollout without `began` begins now.
  void Begin(const ObjectKey& key, Rollout rollout);
  // Does nothing if no rollout of the object is under way.
  void Finish(const ObjectKey& key, std::string_view outcome);
  // Stores `state` for the rollout. The cause in `state` may be any text. SetState stores the label
  // value for it instead (RolloutWords::CauseOf).
  void SetState(const ObjectKey& key, Rollout& rollout, workload::RolloutState state);

  // Records `news`, in this order: the end of a rollout, the beginning of one, and the changes of
  // the one under way. Does nothing for nullopt.
  void Note(const ObjectKey& key, std::optional<News> news);

  // Call when this process begins to lead, or stops leading. Lead(true) counts a rollout as begun
  // if both of these hold:
  //   - It is neither midway nor counted already.
  //   - `is_unseen` returns true for its object: no leader has observed the object's latest
  //     generation. Most likely no leader has counted the rollout then. But if the latest edit was
  //     only a scaling, the rollout may be counted twice.
  void Lead(bool leading, const std::function<bool(const ObjectKey&)>& is_unseen);
  bool leads() const { return leading_; }

  // Returns `wall` as a Moment. If `wall` is in the future, or more than ten years ago, returns the
  // present Moment instead.
  Moment MomentOf(WallTime wall) const;

  // Adds the counters and, while this process leads, the gauges. `describe` must add to a
  // ShownRollout what this class does not know: revision, step and Pods.
  using Describe = std::function<void(const ObjectKey&, ShownRollout&)>;
  void AddFigures(Figures& figures, const Describe& describe) const;
  const RolloutCounts& counts() const { return counts_; }

  size_t size() const { return rollouts_.size(); }

 private:
  using Rollouts = std::map<ObjectKey, Rollout>;

  void CountBegun(const ObjectKey& key, Rollout& rollout);
  void CountStuck(const ObjectKey& key, Rollout& rollout);
  void AddGauges(Figures& figures) const;
  void AddShownRollouts(Figures& figures, const Describe& describe) const;
  ShownRollout Shown(const ObjectKey& key, const Rollout& rollout) const;

  const Clock& clock_;
  const RolloutWords words_;
  bool leading_ = false;
  Rollouts rollouts_;
  RolloutCounts counts_;
};

}  // namespace windlass
