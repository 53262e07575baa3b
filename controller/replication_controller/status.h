// The status of a ReplicationControllerUpdate: drafts of it, its lines and conditions, and the one
// request that stores it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// The most lines that a status keeps: those of an update of 50 Pods in steps of one, with room for
// a client that looks in between. Older ones are dropped (RC-12).
inline constexpr size_t kLinesMax = 100;

using StatusDraft = ReplicationControllerUpdateStatus;

// Returns the run's status with what each write of it says: the generation, the direction, the name
// of the new controller, and the sizes as they are.
StatusDraft BeginDraft(const Situation& situation);

// Appends a line, as kubectl would have printed it.
void Say(StatusDraft& draft, std::string line);

// Sets phase and message, and the conditions that follow:
//
//   phase                   Ready            others
//   Succeeded, RolledBack   True             –
//   Failed                  False, `reason`  Stalled True
//   any other               False, `reason`  Reconciling True
//
// A condition keeps its transition time while its status is the same.
void SetPhase(const Situation& situation, StatusDraft& draft, std::string_view phase,
              std::string_view reason, std::string message);

// Returns the write that stores `draft`; nullopt if it is stored already, or was sent in this sync.
std::optional<Step> Store(const Situation& situation, const StatusDraft& draft,
                          std::vector<Event> events = {});

// Stores `draft`, or ends the sync with `wait`.
Step StoreOrWait(const Situation& situation, const StatusDraft& draft, Wait wait,
                 std::vector<Event> events = {});

// Stores `phase` with reason kWaiting and "waiting for <what>", or ends the sync with `wait`.
Step WaitFor(const Situation& situation, std::string_view phase, std::string_view what,
             Wait wait = {});

// Returns the draft of a run that failed. If no new controller is there to be scaled, and nothing
// has been scaled, the step is cleared: the run was refused (RC-20). The target is, too, unless an
// update before it has made the old controller smaller.
StatusDraft DraftOfFailure(const Situation& situation, std::string_view reason,
                           const std::string& message);

// Ends with phase Failed. Unless the run has ended by that (HasEnded), the update is looked at
// again whenever something changes, and after `look_again_in`: what failed is tried again.
Step Fail(const Situation& situation, std::string_view reason, std::string message,
          std::optional<Duration> look_again_in = {});

}  // namespace windlass::replication_controller
