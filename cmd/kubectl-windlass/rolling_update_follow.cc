// Follows a ReplicationControllerUpdate that Windlass carries out.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/long_wait.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/replication_controller/words.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

bool IsSeen(const Json& update, int64_t generation) {
  return NumberOf(update, "/status/observedGeneration", -1) >= generation;
}

// Returns the exit code of an update that has ended or is paused, and writes why; nullopt of one
// that goes on.
std::optional<ExitCode> CodeOf(const CommandContext& context, const Json& update) {
  const std::string phase = TextOf(update, "/status/phase");
  if (phase == rc::kSucceeded) {
    return context.line.rolling_update.rollback ? FailRollback(context, update) : ExitCode::kDone;
  }
  if (phase == rc::kRolledBack) {
    if (context.line.rolling_update.rollback) return ExitCode::kDone;
    const Place place = PlaceOfUpdate(context, update);
    context.console.Error(ObjectName(place.resource, place.name) +
                          " was rolled back meanwhile: " + place.name + " has its Pods again");
    return ExitCode::kAborted;
  }
  if (phase != rc::kFailed && phase != rc::kPaused) return std::nullopt;
  context.console.Error(TextOf(update, "/status/message"));
  return phase == rc::kFailed ? ExitCode::kFailed : ExitCode::kHeld;
}

// What may be the matter with an update that Windlass has not looked at. It looks at a new one
// within a second.
std::string UnseenText(const Place& place) {
  return "Windlass has not looked at " + ObjectName(place.resource, place.name) + " for " +
         std::to_string(kLongWait.count()) +
         " s: check that it runs in the cluster, with --controllers=replicationcontrollerupdate. "
         "This command waits for it. To do without, press Ctrl-C, run kubectl delete " +
         ResourceText(place.resource) + ' ' + place.name + " -n " + place.namespace_ +
         ", and repeat the command with --local";
}

// The end of a wait, by Ctrl-C or by an error of the watch.
ExitCode EndFollowing(const CommandContext& context, const Place& place, const Status& status) {
  if (!context.session.interrupted()) {
    return Report(context.session, context.console, status.error());
  }
  context.console.message("Windlass goes on with the update: kubectl get " +
                          ObjectName(place.resource, place.name) + " -n " + place.namespace_ +
                          " shows it, and --rollback takes it back\n");
  return ExitCode::kInterrupted;
}

}  // namespace

int64_t PrintLines(const CommandContext& context, const Json& update, int64_t printed) {
  const int64_t count = NumberOf(update, "/status/lineCount");
  const Json& lines = ListOf(update, "/status/lines");
  const auto kept = static_cast<int64_t>(lines.size());
  for (int64_t i = std::max(printed, count - kept); i < count; ++i) {
    const Json& line = lines[static_cast<size_t>(i - (count - kept))];
    if (!line.is_string()) continue;
    const auto& text = line.get_ref<const std::string&>();
    if (context.line.output == OutputFormat::kText) {
      context.console.Line(text);
    } else {
      context.console.message(text + '\n');
    }
  }
  return count;
}

std::string UntimedWaitOf(const Json& update) {
  const std::string message = TextOf(update, "/status/message");
  return message.starts_with("waiting for ") ? message : "";
}

ExitCode FailRollback(const CommandContext& context, const Json& update) {
  const std::string name = TextOf(update, "/metadata/name");
  // A rename that has begun has no way back, so it was finished (RC-14).
  const bool renamed = FlagOf(update, "/spec/rollback");
  context.console.Error("the update of " + ObjectName(resources::kReplicationControllers, name) +
                        " was not rolled back, it succeeded: " +
                        (renamed ? "the new one was renamed to " + name + " already"
                                 : "spec.rollback was set to false meanwhile") +
                        ". To go back, update to the old image");
  return ExitCode::kFailed;
}

ExitCode FollowUpdate(const CommandContext& context, const Json& update, int64_t printed) {
  const Place place = PlaceOfUpdate(context, update);
  const int64_t generation = NumberOf(update, "/metadata/generation");
  const std::string uid = TextOf(update, "/metadata/uid");
  LongWait long_wait(context);
  Follow follow(context.session,
                {{place.resource, place.namespace_, "", "metadata.name=" + place.name}});
  Status status = follow.Start();
  while (status.ok()) {
    const std::vector<const Json*> found = follow.Objects(0);
    if (found.empty() || TextOf(*found.front(), "/metadata/uid") != uid) {
      context.console.Error(ObjectName(place.resource, place.name) +
                            " has been deleted, so the update stops where it is. The same command "
                            "goes on with it, and --rollback takes it back");
      return ExitCode::kError;
    }
    const Json& now = *found.front();
    printed = PrintLines(context, now, printed);
    const bool seen = IsSeen(now, generation);
    if (seen) {
      if (const auto code = CodeOf(context, now)) {
        if (context.line.output != OutputFormat::kText) {
          context.console.out(Print(now, place.resource, context.line.output));
        }
        return *code;
      }
    }
    long_wait.Look(seen ? UntimedWaitOf(now) : UnseenText(place));
    status = follow.NextChange(long_wait.Next());
  }
  return EndFollowing(context, place, status);
}

}  // namespace windlass::cli
