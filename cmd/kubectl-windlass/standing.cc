#include "cmd/kubectl-windlass/standing.h"

#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/object_argument.h"

namespace windlass::cli {
namespace {

// The subject of the sentences. kubectl's word order for Deployments is kept.
struct Subject {
  std::string kind;     // "deployment"
  std::string name;     // "\"web\""
  std::string command;  // "deployment/web -n shop", for texts that say what to do
};

std::string Waiting(const Subject& subject, const std::string& what) {
  return "Waiting for " + subject.kind + ' ' + subject.name + " rollout to finish: " + what + "...";
}

// Returns what is missing, as kubectl says it; "" if nothing is.
std::string Missing(const Standing& standing, int64_t replicas, const Subject& subject) {
  if (standing.updated < standing.desired) {
    return Waiting(subject, std::to_string(standing.updated) + " out of " +
                                std::to_string(standing.desired) +
                                " new replicas have been updated");
  }
  if (replicas > standing.updated) {
    return Waiting(subject, std::to_string(replicas - standing.updated) +
                                " old replicas are pending termination");
  }
  if (standing.available < standing.updated) {
    return Waiting(subject, std::to_string(standing.available) + " of " +
                                std::to_string(standing.updated) +
                                " updated replicas are available");
  }
  return "";
}

void End(Standing& standing, ExitCode code, std::string why) {
  standing.ends = code;
  standing.why = std::move(why);
}

void Complete(Standing& standing, const Subject& subject) {
  standing.sentence = subject.kind + ' ' + subject.name + " successfully rolled out";
  standing.ends = ExitCode::kDone;
}

void StandingOfDeployment(const Json& object, const Subject& subject, Standing& standing) {
  const Json* progressing = ConditionOf(object, "Progressing");
  if (progressing != nullptr && TextOf(*progressing, "/reason") == "ProgressDeadlineExceeded") {
    standing.phase = "Stalled";
    standing.reason = "ProgressDeadlineExceeded";
    End(standing, ExitCode::kFailed,
        subject.kind + ' ' + subject.name + " exceeded its progress deadline");
    return;
  }
  standing.sentence = Missing(standing, NumberOf(object, "/status/replicas"), subject);
  if (standing.sentence.empty()) {
    standing.phase = "Healthy";
    Complete(standing, subject);
    return;
  }
  if (FlagOf(object, "/spec/paused")) {
    standing.phase = "Paused";
    standing.reason = "spec.paused";
    End(standing, ExitCode::kHeld,
        subject.kind + ' ' + subject.name + " is paused: kubectl windlass resume " +
            subject.command + " lets it go on");
    return;
  }
  const Json* in_place = ConditionOf(object, "windlass.dev/InPlace");
  if (in_place != nullptr && TextOf(*in_place, "/reason") == "Partitioned") {
    standing.phase = "Paused";
    standing.reason = "partition";
    End(standing, ExitCode::kHeld,
        subject.kind + ' ' + subject.name +
            " rests at its partition: lower the annotation windlass.dev/in-place-partition to "
            "let it go on");
    return;
  }
  const Json* failure = ConditionOf(object, "ReplicaFailure");
  if (failure != nullptr && TextOf(*failure, "/status") == "True") {
    standing.reason = TextOf(*failure, "/reason");
  }
}

// Returns true if the Rollout is at a pause that ends by itself.
bool PauseEnds(const Json& object) {
  const int64_t index = NumberOf(object, "/status/step/index");
  return FieldOf(object, "/spec/strategy/steps/" + std::to_string(index - 1) + "/pause/duration") !=
         nullptr;
}

void StandingAtPause(const Json& object, const Subject& subject, Standing& standing) {
  const bool steps = !ListOf(object, "/spec/strategy/steps").empty();
  const std::string who = subject.kind + ' ' + subject.name;
  if (FlagOf(object, "/spec/paused")) {
    standing.reason = "spec.paused";
    End(standing, ExitCode::kHeld,
        who + " is paused: kubectl windlass resume " + subject.command + " lets it go on");
  } else if (!steps) {
    standing.reason = "partition";
    End(standing, ExitCode::kHeld,
        who + " rests at its partition: lower spec.strategy.partition to let it go on");
  } else {
    const std::string step = "step " + std::to_string(NumberOf(object, "/status/step/index")) +
                             " of " + std::to_string(NumberOf(object, "/status/step/total"));
    standing.reason = "pause, " + step;
    if (PauseEnds(object)) {
      standing.sentence = Waiting(subject, "at the pause of " + step);
      return;
    }
    End(standing, ExitCode::kHeld,
        who + " waits at " + step + ": kubectl windlass promote " + subject.command +
            " lets it go on, kubectl windlass abort " + subject.command + " takes it back");
  }
}

void StandingOfRollout(const Json& object, const Subject& subject, Standing& standing) {
  const std::string who = subject.kind + ' ' + subject.name;
  const std::string message = TextOf(object, "/status/message");
  standing.phase = TextOf(object, "/status/phase", "Progressing");
  standing.sentence = Missing(standing, NumberOf(object, "/status/replicas"), subject);
  if (standing.phase == "Healthy" || standing.phase == "RolledBack") {
    Complete(standing, subject);
  } else if (standing.phase == "Stalled") {
    const Json* stalled = ConditionOf(object, "Stalled");
    standing.reason = stalled == nullptr ? "" : TextOf(*stalled, "/reason");
    standing.sentence.clear();
    End(standing, ExitCode::kFailed,
        who + " is stalled (" + standing.reason + "): " + message +
            ". Correct the template, or kubectl windlass abort or undo " + subject.command);
  } else if (standing.phase == "Aborted") {
    standing.reason = "spec.abort";
    standing.sentence.clear();
    End(standing, ExitCode::kAborted, who + " is aborted: " + message);
  } else if (standing.phase == "Paused") {
    StandingAtPause(object, subject, standing);
  } else if (standing.sentence.empty()) {
    standing.sentence = Waiting(subject, "the controller has not confirmed it yet");
  }
}

// A Rollout keeps the refusal of spec.rollbackTo in a condition until its spec changes. Of a
// Deployment there is only an Event.
void TellRefusedRollback(const Json& object, Standing& standing) {
  const Json* refused = ConditionOf(object, "RollbackRefused");
  if (refused == nullptr || TextOf(*refused, "/status") != "True") return;
  std::string& text = standing.sentence.empty() ? standing.why : standing.sentence;
  text += "; spec.rollbackTo was refused: " + TextOf(*refused, "/message");
}

}  // namespace

Standing StandingOf(const Json& object, const ResourceId& resource) {
  const std::string name = TextOf(object, "/metadata/name");
  const Subject subject{
      KindWord(resource), '"' + name + '"',
      ShortName(resource, name) + " -n " + TextOf(object, "/metadata/namespace", "default")};
  Standing standing;
  standing.phase = "Progressing";
  standing.desired = NumberOf(object, "/spec/replicas", 1);
  standing.updated = NumberOf(object, "/status/updatedReplicas");
  standing.available = NumberOf(object, "/status/availableReplicas");
  const bool rollout = resource == resources::kRollouts;
  standing.revision = rollout ? NumberOf(object, "/status/currentRevision") : RevisionOf(object);
  if (!IsObserved(object)) {
    standing.sentence = "Waiting for " + subject.kind + " spec update to be observed...";
  } else if (rollout) {
    StandingOfRollout(object, subject, standing);
    TellRefusedRollback(object, standing);
  } else {
    StandingOfDeployment(object, subject, standing);
  }
  return standing;
}

}  // namespace windlass::cli
