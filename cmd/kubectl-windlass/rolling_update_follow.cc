// Follows a ReplicationControllerUpdate that Windlass carries out.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/controller_standing.h"
#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/installed_crd.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/long_wait.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/replication_controller/words.h"
#include "controller/workload/status/own_reasons.h"
#include "kubeclient/api/time.h"
#include "kubeclient/base/duration.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

bool IsSeen(const Json& update, int64_t generation) {
  return NumberOf(update, "/status/observedGeneration", -1) >= generation;
}

// Prints what happens next after an update has failed. The error itself has kubectl's text, which
// says only why the update failed. If this command created the update, and the update has changed
// nothing, deletes the update.
void SayWhatFollows(const CommandContext& context, const Json& update, const Before& before) {
  const Place place = PlaceOfUpdate(context, update);
  const std::string name = ObjectName(place.resource, place.name);
  const UpdateState state = StateOf(context, update);
  const bool back = FlagOf(update, "/spec/rollback");
  const std::string what = back ? "rollback" : "update";
  const bool one_way = back || IsPastReturn(context, place, update);
  const std::string or_back = one_way ? "" : ", or use --rollback to take it back";
  // False for a rollback that this command was not asked for: another user has started it, or
  // this command first rolls back a failed update.
  const bool asked = !back || context.line.rolling_update.rollback;
  const std::string again =
      "kubectl windlass rolling-update " + place.name + " --rollback -n " + place.namespace_;
  std::string text;
  const bool nothing = state == UpdateState::kRefused || state == UpdateState::kWaiting;
  if (nothing && before.missing) {
    const Status removed = RemoveUpdate(context, update);
    text = removed.ok() ? "Nothing was changed, and " + name + " is removed again."
                        : "Nothing was changed. " + name +
                              " could not be removed: " + removed.error().message;
  } else if (state == UpdateState::kWaiting) {
    text = "Nothing was changed. " + TakeAwayText(context, place) + " removes the update.";
  } else if (state == UpdateState::kRefused) {
    text =
        "Nothing was changed, and nothing happens until this command is repeated or the spec of " +
        name + " changes.";
  } else if (ReasonOf(update, "Stalled") == rc::kOldDeleted) {
    return;  // the error says what to do
  } else if (state == UpdateState::kFailed) {
    text = "Windlass continues the " + what + " as soon as the cause is corrected. Run " +
           (asked ? "the same command again" : again) + " to begin it anew" + or_back + '.';
  } else {
    text = "The " + what + " stops here. Run " + (asked ? "the same command again" : again) +
           " to continue it" + or_back + '.';
  }
  context.console.message(text + '\n');
}

// Returns the exit code if the update has ended, has failed or is paused; otherwise nullopt. Prints
// why, unless the update has ended as asked. `back`: the command has set spec.rollback.
std::optional<ExitCode> CodeOf(const CommandContext& context, const Json& update, bool back,
                               const Before& before) {
  const std::string phase = TextOf(update, "/status/phase");
  if (phase == rc::kSucceeded) return back ? FailRollback(context, update) : ExitCode::kDone;
  if (phase == rc::kRolledBack) {
    if (back) return ExitCode::kDone;
    const Place place = PlaceOfUpdate(context, update);
    context.console.Error(ObjectName(place.resource, place.name) +
                          " was rolled back meanwhile: " + place.name + " has its Pods again");
    return ExitCode::kAborted;
  }
  if (phase != rc::kFailed && phase != rc::kPaused) return std::nullopt;
  context.console.Error(TextOf(update, "/status/message"));
  if (phase == rc::kPaused) return ExitCode::kHeld;
  SayWhatFollows(context, update, before);
  return IsRefusedForOther(update) ? ExitCode::kOtherUpdate : ExitCode::kFailed;
}

// Returns what to do if Windlass has not looked at a new update; usually it does so within a
// second.
std::string UnseenText(const CommandContext& context, const Place& place) {
  return "Windlass has not looked at " + ObjectName(place.resource, place.name) + " for " +
         std::to_string(kLongWait.count()) + " s: " +
         WhyUnseen(context.session, place.resource,
                   "check that Windlass runs in the cluster, with "
                   "--controllers=replicationcontrollerupdate") +
         ". This command goes on waiting. To do without Windlass, press Ctrl-C, run " +
         TakeAwayText(context, place) + ", and repeat the command with --local";
}

// The command warns of a standstill at the later of two times:
//   - kStillMax after the command saw the update change, or saw it for the first time
//   - spec.updatePeriod + kAfterPeriod after the last scaling
// Example: the period is 60 s. If the last change is the scaling, the command warns 60 + 10 = 70 s
// after the scaling. If the last change comes 50 s after the scaling, the command warns 50 + 30 =
// 80 s after the scaling.
constexpr seconds kStillMax{30};
constexpr seconds kAfterPeriod{10};

// Warns when an update stands still, because its Pods do not become available, or because Windlass
// does not run. After a warning, does not warn again until the update has changed.
class StandStill {
 public:
  explicit StandStill(const CommandContext& context) : context_(context) {}

  // Prints the warning if it is due. Otherwise returns how long it takes until the warning is due,
  // if nothing moves. Returns nullopt once the warning has been printed.
  std::optional<Duration> Look(const Json& update);

 private:
  // Returns the time of the last scaling, plus spec.updatePeriod, plus kAfterPeriod; the time 0 if
  // there was no scaling.
  static WallTime EndOfPeriod(const Json& update) {
    const std::optional<WallTime> scaled = TimeOf(update, "/status/lastScaleTime");
    const auto period = ParseDuration(TextOf(update, "/spec/updatePeriod"));
    if (!scaled || !period) return {};
    return *scaled + std::chrono::ceil<seconds>(*period) + kAfterPeriod;
  }

  const CommandContext& context_;
  std::string version_;
  WallTime since_;
  bool said_ = false;
};

std::optional<Duration> StandStill::Look(const Json& update) {
  const WallTime now = context_.session.clock().Wall();
  const std::string version = TextOf(update, "/metadata/resourceVersion");
  if (version != version_) {
    version_ = version;
    since_ = now;
    said_ = false;
  }
  if (said_) return std::nullopt;
  const WallTime due = std::max(since_ + kStillMax, EndOfPeriod(update));
  if (now < due) return due - now;
  context_.console.Warning("nothing has moved since " + FormatTime(since_) + ": " +
                           TextOf(update, "/status/message") + ". kubectl windlass get rc/" +
                           TextOf(update, "/metadata/name") + " -n " + context_.namespace_ +
                           " shows the Pods, and kubectl get pods -A -l "
                           "app.kubernetes.io/name=windlass shows whether Windlass runs");
  said_ = true;
  return std::nullopt;
}

// Ends a wait after Ctrl-C, --timeout, or an error of the watch, and says what becomes of the
// update. `seen`: Windlass has looked at the update. `new_run`: this command has created the
// update.
ExitCode EndFollowing(const CommandContext& context, const Json& update, bool seen, bool new_run,
                      const Status& status) {
  const Session& session = context.session;
  const Place place = PlaceOfUpdate(context, update);
  const bool back = FlagOf(update, "/spec/rollback");
  const std::string name = ObjectName(place.resource, place.name);
  const std::string controller = ShortName(resources::kReplicationControllers, place.name);
  const std::string in = " -n " + place.namespace_;
  const std::string what = back ? "rollback" : "update";
  std::string text;
  if (seen) {
    const bool at_end = TextOf(update, "/status/step") == rc::kStepCleanUp;
    const std::string take_back =
        HasBegun(update) ? "kubectl windlass undo " + controller + in + " takes it back"
                         : TakeAwayText(context, place) + " removes it";
    text = "Windlass goes on with the " + what + ": kubectl windlass status " + controller + in +
           " follows it" + (back || at_end ? "" : ", and " + take_back);
  } else {
    text = "Windlass has not looked at " + name + ", so nothing was changed" +
           (new_run ? "" : " by this command") + ". The " + what +
           " begins as soon as Windlass looks at it" +
           (new_run ? ". To remove the update: " + TakeAwayText(context, place) : "");
  }
  if (session.interrupted()) {
    context.console.message(text + '\n');
    return ExitCode::kInterrupted;
  }
  if (!session.timed_out()) {
    const ExitCode code = Report(session, context.console, status.error());
    context.console.message(text + '\n');
    return code;
  }
  context.console.Error("timed out waiting for the condition: " + text);
  return ExitCode::kTimeout;
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
  const std::string reason = ReasonOf(update, "Reconciling");
  const bool waits = reason == rc::kWaiting || reason == workload::kLeftOutReason;
  return waits ? TextOf(update, "/status/message") : "";
}

bool IsRefusedForOther(const Json& update) {
  const std::string reason = ReasonOf(update, "Stalled");
  const std::string step = TextOf(update, "/status/step");
  return (step.empty() || step == rc::kStepPrepare) &&
         (reason == rc::kOtherImage || reason == rc::kOtherContent || reason == rc::kOtherName);
}

ExitCode FailRollback(const CommandContext& context, const Json& update) {
  context.console.Error(NotRolledBackText(update));
  return ExitCode::kFailed;
}

ExitCode FollowUpdate(const CommandContext& context, const Json& update, const Before& before) {
  const Place place = PlaceOfUpdate(context, update);
  const int64_t generation = NumberOf(update, "/metadata/generation");
  const std::string uid = TextOf(update, "/metadata/uid");
  const bool back = FlagOf(update, "/spec/rollback");
  int64_t printed = before.printed;
  LongWait long_wait(context);
  StandStill still(context);
  Follow follow(context.session, {{place.resource, place.namespace_, "", place.name}});
  Status status = follow.Start();
  bool seen = false;
  Json last = update;
  while (status.ok()) {
    const std::vector<const Json*> found = follow.Objects(0);
    if (found.empty() || TextOf(*found.front(), "/metadata/uid") != uid) {
      context.console.Error(ObjectName(place.resource, place.name) + " has been deleted, so the " +
                            (back ? "rollback" : "update") +
                            " stops where it is. Run the same command again to continue it" +
                            (back || IsPastReturn(context, place, last)
                                 ? ""
                                 : ", or use --rollback to take it back"));
      return ExitCode::kError;
    }
    last = *found.front();
    const Json& now = last;
    printed = PrintLines(context, now, printed);
    seen = IsSeen(now, generation);
    if (seen) {
      if (const auto code = CodeOf(context, now, back, before)) {
        if (context.line.output != OutputFormat::kText && before.is_last) {
          context.console.out(Print(now, place.resource, context.line.output));
        }
        return *code;
      }
    }
    // If Windlass has seen the change but cannot begin with it, a condition says why.
    const Json* told = WhyUnobserved(now);
    const std::string unseen = told != nullptr ? TextOf(*told, "/message") : "";
    std::string waits = seen ? UntimedWaitOf(now) : unseen;
    if (seen || told != nullptr) {
      long_wait.Look(waits);
    } else {
      waits = "Windlass has not looked at it";
      long_wait.Look(waits, [&] { return UnseenText(context, place); });
    }
    status = follow.NextChange(waits.empty() ? still.Look(now) : long_wait.Next());
  }
  return EndFollowing(context, last, seen, before.missing, status);
}

}  // namespace windlass::cli
