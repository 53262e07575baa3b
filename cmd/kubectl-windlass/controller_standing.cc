#include "cmd/kubectl-windlass/controller_standing.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/kind.h"
#include "controller/replication_controller/words.h"
#include "controller/workload/status/own_reasons.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

void End(Standing& standing, ExitCode code, std::string why) {
  standing.ends = code;
  standing.why = std::move(why);
  standing.sentence.clear();
}

// Returns for example "2 of 5 Pods are those of web-2, 1 is available", where web-2 is `target`.
// `left` is how many replicas the other controller of the update still has.
std::string ProgressText(const Standing& standing, const std::string& target, int64_t left,
                         bool cleans_up) {
  const std::string available = std::to_string(standing.available);
  std::string text = std::to_string(standing.updated.value_or(0)) + " of " +
                     std::to_string(standing.desired) + " Pods are those of " + target + ", " +
                     available + (standing.available == 1 ? " is available" : " are available");
  if (cleans_up) return text + "; only the clean-up is left";
  if (standing.available >= standing.desired && left > 0) {
    text += "; the next Pods of the other controller are removed when spec.updatePeriod has passed";
  }
  return text;
}

}  // namespace

std::string NotRolledBackText(const Json& update) {
  const std::string name = TextOf(update, "/metadata/name");
  // True if a user has set spec.rollback at the end of the update: the rollback came too late, and
  // Windlass has finished the update (RC-14). False if a user has set spec.rollback to false again.
  const bool too_late = FlagOf(update, "/spec/rollback");
  return "the update of " + ObjectName(resources::kReplicationControllers, name) +
         " was not rolled back, but has succeeded: spec.rollback was set to " +
         (too_late ? "true at the end of the update, which was too late"
                   : "false before the rollback ended") +
         ". To go back, update to the old image";
}

Standing StandingOfController(const Json& controller) {
  const std::string who = "replicationcontroller \"" + TextOf(controller, "/metadata/name") + '"';
  Standing standing;
  standing.desired = NumberOf(controller, "/spec/replicas", 1);
  standing.available = NumberOf(controller, "/status/availableReplicas");
  standing.phase = rc::kProgressing;
  const std::string available =
      std::to_string(standing.available) + " of " + std::to_string(standing.desired) + " Pods ";
  const Json* failure = TrueCondition(controller, "ReplicaFailure");
  if (failure != nullptr) {
    standing.reason = TextOf(*failure, "/reason");
  }
  if (!IsObserved(controller)) {
    standing.sentence = "Waiting for replicationcontroller spec update to be observed...";
  } else if (standing.available >= standing.desired) {
    standing.phase = "Healthy";
    standing.sentence = who + " has no rolling update under way: " + available + "are available";
    standing.ends = ExitCode::kDone;
  } else {
    standing.sentence = "Waiting for " + who + ": " + available + "are available...";
  }
  return standing;
}

Standing StandingOfUpdate(const Json& update) {
  const std::string name = TextOf(update, "/metadata/name");
  const std::string command = ShortName(resources::kReplicationControllers, name) + " -n " +
                              TextOf(update, "/metadata/namespace", "default");
  const std::string subject = "the rolling update of replicationcontroller \"" + name + '"';
  const std::string message = TextOf(update, "/status/message");
  const std::string phase = TextOf(update, "/status/phase");
  const bool back = FlagOf(update, "/spec/rollback");
  const std::string target = back ? name : TextOf(update, "/status/newName", "its new controller");
  Standing standing;
  standing.desired = NumberOf(update, "/status/desiredReplicas");
  standing.updated = NumberOf(update, back ? "/status/oldReplicas" : "/status/newReplicas");
  standing.available = NumberOf(update, "/status/availableReplicas");
  standing.phase = rc::kProgressing;
  standing.reason = (back ? "rollback to " : "update to ") + target;
  if (!IsObserved(update) || phase.empty()) {
    const Json* told = WhyUnobserved(update);
    standing.sentence = "Waiting for the replicationcontrollerupdate spec to be observed" +
                        (told != nullptr ? " (" + TextOf(*told, "/message") + ')' : "") + "...";
  } else if (phase == rc::kSucceeded && back) {
    standing.phase = "Stalled";
    standing.reason = "NotRolledBack";
    End(standing, ExitCode::kFailed, NotRolledBackText(update));
  } else if (phase == rc::kSucceeded) {
    standing.phase = "Healthy";
    standing.sentence = subject + " has succeeded";
    standing.ends = ExitCode::kDone;
  } else if (phase == rc::kRolledBack) {
    standing.phase = phase;
    standing.sentence = subject + " was rolled back: " + name + " has its Pods again";
    standing.ends = ExitCode::kDone;
  } else if (phase == rc::kFailed) {
    standing.phase = "Stalled";
    standing.reason = ReasonOf(update, "Stalled");
    End(standing, ExitCode::kFailed,
        (back ? "the rollback of " : "") + subject + " has failed (" + standing.reason +
            "): " + message);
  } else if (phase == rc::kPaused && FlagOf(update, "/spec/paused")) {
    standing.phase = phase;
    standing.reason = back ? "rollback, spec.paused" : "spec.paused";
    End(standing, ExitCode::kHeld,
        subject + " is paused: kubectl windlass resume " + command + " lets it go on");
  } else if (phase == rc::kPaused) {
    standing.phase = phase;
    standing.reason = ReasonOf(update, "Reconciling");
    End(standing, ExitCode::kHeld, subject + " is paused: " + message);
  } else {
    const std::string reason = ReasonOf(update, "Reconciling");
    const int64_t left = NumberOf(update, back ? "/status/newReplicas" : "/status/oldReplicas");
    const bool waits = phase == rc::kPreparing || reason == rc::kWaiting ||
                       reason == rc::kWriteRefused || reason == workload::kLeftOutReason;
    standing.sentence =
        "Waiting for " + subject + " to finish: " +
        (waits ? message : ProgressText(standing, target, left, phase == rc::kCleaningUp)) + "...";
  }
  return standing;
}

}  // namespace windlass::cli
