// The status of a ReplicationControllerUpdate: drafts of it, its lines and conditions, the one
// request that stores it, and how a run ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

using StatusDraft = ReplicationControllerUpdateStatus;

// Returns the run's status with what each write of it says: the generation, the direction, and the
// name of the new controller.
StatusDraft BeginDraft(const Situation& situation);
// The same with `desired`, the sizes as they are, and no scaling or rename under way. Requires both
// controllers.
StatusDraft BeginDraftOfSizes(const Situation& situation, int32_t desired);

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

// The same. Unless the draft's phase and message are stored already, a Warning says the message.
Step StoreWithWarning(const Situation& situation, const StatusDraft& draft, std::string_view reason,
                      Wait wait = {});

// Stores `phase` with reason kWaiting and "waiting for <what>", or ends the sync with `wait`.
Step WaitFor(const Situation& situation, std::string_view phase, std::string_view what,
             Wait wait = {});

// Ends with phase Failed. Unless the run has ended by that (HasEnded), the update is looked at
// again whenever something changes, and after `look_again_in`: what failed is tried again.
Step Fail(const Situation& situation, std::string_view reason, const std::string& message,
          std::optional<Duration> look_again_in = {});

// The API server refused what was `asked`; the status says why it is not done. If nothing has been
// scaled yet, the run ends (RC-20), unless only a webhook could not be called.
Step FailRefused(const Situation& situation, const RequestKey& asked, const Error& error);

// Ends the run: stores kStepDone, `phase` (kSucceeded or kRolledBack), and the last line (RC-12).
// If the spec asks for another new controller by now, the phase is kPreparing, and the next run is
// due.
Step Finish(const Situation& situation, std::string_view phase, std::string line);

}  // namespace windlass::replication_controller
