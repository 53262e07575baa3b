// Decides when Windlass asks for a list of a Rollout's Pods, and reports what the list shows
// (stuck_pods.h).
//
// Windlass asks for a list only if a Pod of the new revision is not available, and one of these is
// true:
//   - the rollout has made no progress for 30 s (RO-140)
//   - the progress deadline has passed
// A sync asks for one uncached list of the Pods of the new ReplicaSet, as its last act for the
// rollout. So a list that fails holds nothing up (RO-143). Windlass repeats the list every five
// minutes, and earlier if the StuckMoment has changed:
//   - when the deadline passes: at once
//   - when a pause loses Pods, or when the rollout goes on after that pause: after 30 s without
//     progress
//
// If a ReplicaSet cannot make Pods, its own condition says why, so Windlass needs no list.
//
// The condition PodsStuck reports which Pod is stuck, or why the ReplicaSet cannot make Pods. Its
// text is also
//   - in the message of the Rollout
//   - in the message of Progressing, once the deadline has passed
//   - in one Warning Event (RO-142)
// The condition is absent if nothing is known to be stuck. Windlass removes the condition
//   - when more Pods become available, or the rollout is complete or at a pause
//   - when another template comes, even if its ReplicaSet cannot be created
//   - when another try of the same template begins
//   - while nothing is rolled out (paused, aborted, refused)
//   - during an update in place, whose own condition reports more
//
// StuckAnswers remembers when a list was asked for and what the list showed. If this memory is
// lost, Windlass asks for one more list. Until the answer comes, the stored condition stays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "controller/core/step.h"
#include "controller/rollout/step_state.h"
#include "controller/rollout/stuck_pods.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Windlass asks for a list after this time without progress. A Pod that works is usually ready by
// then. An image that cannot be pulled shows within seconds, a crash loop within half a minute.
inline constexpr seconds kStuckAfter{30};
// A list of up to kPodsAskedFor whole Pods is expensive, so it is repeated rarely.
inline constexpr seconds kAskAboutPodsEvery{300};
// The most Pods in one list: enough to find the most frequent reason, about 1 MB.
inline constexpr int kPodsAskedFor = 100;

class StuckAnswers {
 public:
  struct Entry {
    Uid replica_set{};
    // The revision of the ReplicaSet when the list was asked for. A new try of the same template,
    // for example after an abort, has another revision, and Pods of its own (RO-144).
    std::optional<int64_t> revision{};
    WallTime asked{};
    StuckMoment moment{};
    int32_t available = 0;  // available Pods when the list was asked for
    bool answered = false;  // a list for this ReplicaSet has succeeded
    std::optional<StuckPod> told{};
  };
  // Returns the entry of the Rollout, valid until the next change; null if no list was asked for.
  const Entry* Find(const Uid& rollout) const;
  Entry& EntryOf(const Uid& rollout) { return entries_[rollout]; }
  // Call this when the Rollout is gone or its rollout is complete.
  void Forget(const Uid& rollout) { entries_.erase(rollout); }
  size_t size() const { return entries_.size(); }

 private:
  std::map<Uid, Entry> entries_;
};

// In the functions below, `entry` is the result of StuckAnswers::Find for the Rollout.

// `end` is the step that would end the sync. If `end` is a Wait and a list is due, returns the Read
// of the list. Otherwise returns `end`, with the next sync no later than the time when a list may
// be due.
Step ListStuckPods(const workload::Situation& situation, Steps steps,
                   const StuckAnswers::Entry* entry, Step end);

// Notes in `memory` that `read`, the list of a Rollout's Pods, is about to be sent. Returns the
// function to call with the answer; null if `read` is not such a list. `memory` must outlive the
// result.
std::function<void(const Outcome&)> NoteStuckIn(StuckAnswers& memory,
                                                const workload::Situation& situation, Steps steps,
                                                const Request& read);

// Sets or removes the condition PodsStuck in `status`, a draft in which Progressing is set already.
// If Progressing says that the deadline has passed, appends the message of PodsStuck to the message
// of Progressing.
void ShowStuckPods(const workload::Situation& situation, Steps steps,
                   const StuckAnswers::Entry* entry, WorkloadStatus& status);

// Returns the Warning Event with the message of PodsStuck in `status`. Returns nullopt if `status`
// lacks this condition, or if the stored status has it with the same message.
std::optional<Event> TellStuckPods(const workload::Situation& situation,
                                   const WorkloadStatus& status);

}  // namespace windlass::rollout
