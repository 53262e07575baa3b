// When Windlass asks for a list of a Rollout's Pods, and where it reports what the list shows
// (stuck_pods.h).
//
// A healthy rollout costs nothing. A list is asked for only if a Pod of the new revision is not
// available and
//   - nothing has moved for 30 s (RO-140)
//   - or the deadline has passed
// Then one uncached list of the Pods of the new ReplicaSet is the last step of the sync, so a list
// that fails holds nothing up (RO-143). It is asked for again every five minutes, and at once when
// the deadline passes, or when Pods of a pause are lost.
//
// A ReplicaSet that cannot make Pods says why in its own condition, and no list is asked for.
//
// The condition PodsStuck reports which Pod is stuck; it is absent if none is known to be. The text
// also goes into the message of the Rollout, into that of Progressing after the deadline, and into
// one Warning Event (RO-142). The condition is removed when more Pods become available, when
// another template comes, and while nothing is rolled out: paused, aborted, refused. Updates in
// place report more in their own condition.
//
// The memory holds when a list was asked for and what was found. Losing it costs one more list: the
// stored condition stays until then.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "controller/core/step.h"
#include "controller/rollout/step_state.h"
#include "controller/rollout/stuck_pods.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// A Pod whose image cannot be had says so within seconds, and a crash loop within half a minute. A
// Pod that works is usually ready within this time.
inline constexpr seconds kStuckAfter{30};
// A list of up to kPodsAskedFor Pods is the dearest request that a Rollout makes.
inline constexpr seconds kAskAboutPodsEvery{300};
// Enough to tell the most frequent reason; about 1 MB.
inline constexpr int kPodsAskedFor = 100;

class StuckAnswers {
 public:
  struct Entry {
    Uid replica_set{};
    WallTime asked{};
    StuckMoment moment{};
    int32_t available = 0;  // Pods, when the list was asked for
    bool answered = false;  // there was an answer about this ReplicaSet
    std::optional<StuckPod> told{};
  };
  // Returns null if nothing was asked. Valid until the next change.
  const Entry* Find(const Uid& rollout) const;
  Entry& EntryOf(const Uid& rollout) { return entries_[rollout]; }
  // Call this when the Rollout is gone or its rollout is complete.
  void Forget(const Uid& rollout) { entries_.erase(rollout); }
  size_t size() const { return entries_.size(); }

 private:
  std::map<Uid, Entry> entries_;
};

// `entry` is what is known of the Rollout; null if nothing was asked.

// Returns `end`. If it ends the sync well and a list is due, returns the list as a read. Otherwise
// looks again when a list may be due.
Step ListStuckPods(const workload::Situation& situation, Steps steps,
                   const StuckAnswers::Entry* entry, Step end);

// Notes in `memory` that `read` is asked for. Returns the function to call with the answer; null if
// `read` is not such a list. `memory` must outlive the result.
std::function<void(const Outcome&)> NoteStuckIn(StuckAnswers& memory,
                                                const workload::Situation& situation, Steps steps,
                                                const Request& read);

// Sets or removes the condition PodsStuck in `status`, a draft in which all else is set, and what
// Progressing says of it.
void ShowStuckPods(const workload::Situation& situation, Steps steps,
                   const StuckAnswers::Entry* entry, WorkloadStatus& status);

// Returns the Warning Event that goes with `status`; nullopt if the stored status has the same
// message.
std::optional<Event> TellStuckPods(const workload::Situation& situation,
                                   const WorkloadStatus& status);

}  // namespace windlass::rollout
