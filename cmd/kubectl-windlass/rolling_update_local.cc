// The rolling update in this program (--local). controller/replication_controller/planner.h says
// how to run the planner without a controller.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/long_wait.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "cmd/kubectl-windlass/update_plan.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/client/client.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

// How many steps one call of LocalUpdate::Look may take, in addition to one step for each Pod. Each
// step is an API request, or a write into the update in memory. Usually Look takes a dozen steps at
// most.
constexpr size_t kStepsMax = 64;
// The first and the longest pause after a Look that failed. Each pause is twice the one before.
constexpr Duration kRetryFirst = seconds(1);
constexpr Duration kRetryMost = seconds(30);

// Returns true if another client has changed the state on which the failed request was based.
bool IsRace(ErrorKind kind) {
  return kind == ErrorKind::kConflict || kind == ErrorKind::kAlreadyExists ||
         kind == ErrorKind::kNotFound || kind == ErrorKind::kGone;
}

// Returns true if the same request fails again, however long the command waits.
bool IsLasting(ErrorKind kind) {
  return kind == ErrorKind::kForbidden || kind == ErrorKind::kUnauthorized ||
         kind == ErrorKind::kNamespaceTerminating || kind == ErrorKind::kTls ||
         kind == ErrorKind::kConfig || kind == ErrorKind::kInvalid;
}

// One update that runs in this program. It exists in memory alone. After the program has ended,
// only the two ReplicationControllers and their Pods show how far the update has come.
class LocalUpdate {
 public:
  LocalUpdate(const CommandContext& context, Json update)
      : context_(context), plan_(context, std::move(update)) {}

  ExitCode Run();

 private:
  // How one walk of steps ended.
  struct Walk {
    std::optional<Duration> wait{};
    std::optional<Error> error{};
    bool read_again = false;  // another client has changed the state, or the step limit is reached
    bool taken_back = false;  // another program takes the update back
  };
  static Walk AfterFailure(Error error) {
    if (IsRace(error.kind)) return {.read_again = true};
    return {.error = std::move(error)};
  }

  Walk Look();
  Walk Step();
  std::optional<Error> LabelPods(Learned& learned, Write first);
  void KeepLackOfRight(const std::optional<Error>& error);
  void Warn(const std::vector<Event>& events) const;
  std::variant<ExitCode, Duration> AfterError(const Error& error);
  bool HasEnded() const;
  ExitCode End() const;
  ExitCode TellFailed() const;
  ExitCode TellOther() const;
  ExitCode PrintResult() const;

  const CommandContext& context_;
  UpdatePlan plan_;
  int64_t printed_ = 0;   // lines of the status
  bool changes_ = false;  // a write has been sent to the API server
  std::optional<MonotonicTime> failing_since_{};
  std::optional<Error> lacks_right_{};  // set if the user has no right to the last write
  Duration retry_ = kRetryFirst;
};

// The planner reports only that a write was refused. If the write was refused because the user
// lacks a right, keeps the error of the write, so that the command can print it. `error` is nullopt
// if the write has succeeded.
void LocalUpdate::KeepLackOfRight(const std::optional<Error>& error) {
  const bool lacks =
      error && error->kind == ErrorKind::kForbidden && error->detail != ErrorDetail::kDenied;
  lacks_right_ = lacks ? error : std::nullopt;
}

bool LocalUpdate::HasEnded() const {
  const std::string phase = plan_.Phase();
  return phase == rc::kSucceeded || phase == rc::kRolledBack || phase == rc::kFailed;
}

// Call this if IsRefusedForOther is true. Prints why the update was refused: another update is
// under way, or a webhook has changed the image. If the other update began at the same time as this
// one, deletes the new controller that this program has made.
ExitCode LocalUpdate::TellOther() const {
  const ReplicationController* made = plan_.MadeInVain();
  // If this program made the new controller, kOtherImage means that a webhook has changed the
  // image, and not that another program has begun an update.
  const bool rewritten = ReasonOf(plan_.update(), "Stalled") == rc::kOtherImage;
  if (made == nullptr || rewritten) {
    context_.console.Error(TextOf(plan_.update(), "/status/message"));
    return ExitCode::kOtherUpdate;
  }
  const Request request = Request::Delete(resources::kReplicationControllers, VersionOf(made->meta),
                                          DeletionPropagation::kBackground);
  const Result<Reply> reply =
      context_.session.SendLast(ToHttp(request, kPluginFieldManager), Verb::kDelete);
  const std::string& name = plan_.decoded().meta.name;
  context_.console.Error(
      "another program has begun a different update of " + name +
      " at the same time, and that update goes on. To follow it: kubectl windlass status rc/" +
      name + " -n " + context_.namespace_ + ". This command had created " + made->meta.name +
      (reply.ok() ? ", and has deleted " + made->meta.name + " again"
                  : ", and could not delete " + made->meta.name + ": " +
                        plan_.Told(request, reply.error()).message));
  return ExitCode::kOtherUpdate;
}

// Prints why the update has failed, and what the user can do next.
ExitCode LocalUpdate::TellFailed() const {
  ExitCode code = ExitCode::kFailed;
  if (lacks_right_) {
    code = Report(context_.session, context_.console, *lacks_right_);
  } else if (IsRefusedForOther(plan_.update())) {
    return TellOther();
  } else {
    context_.console.Error(TextOf(plan_.update(), "/status/message"));
  }
  const bool changed = !plan_.decoded().status.target.empty();
  const bool has_old = plan_.View().old_controller != nullptr;
  const std::string reason = ReasonOf(plan_.update(), "Stalled");
  // If the new controller has another image, only the command that the error names can continue the
  // update. So the text below is not printed.
  if (!changed || !has_old || reason == rc::kOtherImage || reason == rc::kOldDeleted) return code;
  const bool one_way = plan_.decoded().spec.rollback || plan_.IsPastReturn();
  // If the old controller was restored from a backup, the same command cannot continue the update,
  // but a rollback can take it back.
  const bool only_back = reason == rc::kUnexpectedAnnotations && !one_way;
  context_.console.message(
      only_back ? "The update stops here. Use --rollback to take it back.\n"
      : one_way ? "The update stops here. Run the same command again to continue it.\n"
                : "The update stops here. Run the same command again to continue it, or use "
                  "--rollback to take it back.\n");
  return code;
}

ExitCode LocalUpdate::End() const {
  if (plan_.Phase() == rc::kFailed) return TellFailed();
  const ExitCode printed = PrintResult();
  const bool is_asked = plan_.decoded().spec.rollback == (plan_.Phase() == rc::kRolledBack);
  return is_asked ? printed : FailRollback(context_, plan_.update());
}

// With -o, prints the ReplicationController that has the Pods now.
ExitCode LocalUpdate::PrintResult() const {
  if (context_.line.output == OutputFormat::kText) return ExitCode::kDone;
  // After a rollback or a rename, the controller with the old name has the Pods. If there is none,
  // the controller with the new name has them, even with --rollback.
  const bool has_old = plan_.View().old_controller != nullptr;
  const bool old_name =
      has_old && (plan_.decoded().spec.rollback || plan_.decoded().spec.cleanup == rc::kRename);
  const std::string name = old_name ? plan_.decoded().meta.name : plan_.decoded().status.new_name;
  const Place place{resources::kReplicationControllers, context_.namespace_, name};
  const Result<Json> object = ReadObject(context_.session, place);
  if (!object.ok()) return Report(context_.session, context_.console, object.error());
  context_.console.out(Print(*object, place.resource, context_.line.output));
  return ExitCode::kDone;
}

// Prints the warnings that Windlass would send as Events. Leaves out the warning that the update
// fails or pauses, because the command prints it as the error.
void LocalUpdate::Warn(const std::vector<Event>& events) const {
  for (const Event& event : events) {
    if (event.type != Event::Type::kWarning) continue;
    if (event.reason == ReasonOf(plan_.update(), "Ready")) continue;
    context_.console.Warning(event.message);
  }
}

// Sends `first`, which adds a label to a Pod, and the writes that add it to all other Pods that
// lack it. At most kInFlightMax run at a time.
//   - after a refusal such as Forbidden: returns nullopt, and the planner then stores the refusal
//   - after any other error, such as NotFound because a Pod is gone: returns the error, and the
//     caller takes no further step
std::optional<Error> LocalUpdate::LabelPods(Learned& learned, Write first) {
  std::vector<Write> writes;
  std::optional<Write> next = std::move(first);
  while (next) {
    plan_.FoldLabel(next->request);
    writes.push_back(*std::move(next));
    windlass::Step step = plan_.Next(learned);
    auto* write = std::get_if<Write>(&step);
    const bool labels = write != nullptr && write->request.resource() == resources::kPods;
    next = labels ? std::optional(std::move(*write)) : std::nullopt;
  }
  std::vector<HttpRequest> requests;
  for (const Write& write : writes) {
    requests.push_back(ToHttp(write.request, kPluginFieldManager));
  }
  std::vector<Result<Reply>> replies = context_.session.SendAll(requests, Verb::kPatch);
  std::optional<Error> failed;
  for (size_t i = 0; i < writes.size(); ++i) {
    if (!replies[i].ok()) {
      const Error told = plan_.Told(writes[i].request, replies[i].error());
      KeepLackOfRight(told);
      if (!GoesOnAfter(writes[i], told.kind)) failed = told;
    }
    learned.push_back(OutcomeOf(writes[i], std::move(replies[i])));
  }
  return failed;
}

LocalUpdate::Walk LocalUpdate::Look() {
  Status read = plan_.ReadControllers();
  if (read.ok() && plan_.IsTakenBackByOther()) return {.taken_back = true};
  if (read.ok()) read = plan_.ReadPods();
  if (!read.ok()) return {.error = std::move(read).error()};
  return Step();
}

LocalUpdate::Walk LocalUpdate::Step() {
  Learned learned;
  const size_t steps_max = kStepsMax + plan_.pods();
  for (size_t steps = 0; steps < steps_max; ++steps) {
    auto step = plan_.Next(learned);
    if (const auto* wait = std::get_if<Wait>(&step)) return {.wait = wait->look_again_in};
    if (const auto* failed = std::get_if<Failed>(&step)) return {.error = failed->error};
    auto* write = std::get_if<Write>(&step);
    const auto* read = std::get_if<windlass::Read>(&step);
    if (write == nullptr && read == nullptr) {
      return {.error =
                  Error{ErrorKind::kConfig,
                        "internal error: a step of the update is not a request to the API server"}};
    }
    const Request& request = write != nullptr ? write->request : read->request;
    const bool of_update = IsOfUpdate(request);
    const bool changes = write != nullptr && !of_update;
    if (changes && !std::exchange(changes_, true)) WarnAboutOtherProgram(context_, plan_.update());
    if (request.resource() == resources::kPods && write != nullptr) {
      auto error = LabelPods(learned, std::move(*write));
      if (error) return AfterFailure(*std::move(error));
      continue;
    }
    Result<Reply> reply = plan_.Send(request);
    if (of_update) printed_ = PrintLines(context_, plan_.update(), printed_);
    if (write != nullptr && reply.ok()) Warn(write->on_success);
    if (of_update && (HasEnded() || plan_.Phase() == rc::kPaused)) return {};
    std::optional<Error> error;
    if (!reply.ok()) error = plan_.Told(request, reply.error());
    const bool asks_to_create = request.verb() == Verb::kDryRunCreate;
    if (changes || asks_to_create) KeepLackOfRight(error);
    if (context_.session.interrupted()) return {.error = error.value_or(Error{})};
    plan_.Fold(request, reply);
    learned.push_back(write != nullptr ? OutcomeOf(*write, std::move(reply))
                                       : OutcomeOf(*read, std::move(reply)));
    if (!error) continue;
    const bool goes_on =
        write != nullptr ? GoesOnAfter(*write, error->kind) : GoesOnAfter(*read, error->kind);
    if (!goes_on) return AfterFailure(*std::move(error));
    // The planner goes on although the request has failed. If it was a read, for example of the
    // HorizontalPodAutoscalers, the command only warns of a missing right. It does not warn if the
    // request was a dry run of a creation: KeepLackOfRight has noted the missing right.
    if (write == nullptr && !asks_to_create && error->kind == ErrorKind::kForbidden) {
      context_.console.Warning(error->message);
    }
  }
  return {.read_again = true};
}

// Returns the exit code if the command gives up after `error`; else how long it waits before it
// looks again. Warns about the first error of a series.
std::variant<ExitCode, Duration> LocalUpdate::AfterError(const Error& error) {
  const MonotonicTime now = context_.session.clock().Now();
  if (!failing_since_) {
    failing_since_ = now;
    retry_ = kRetryFirst;
    if (!IsLasting(error.kind)) context_.console.Warning(error.message + ". Trying again");
  }
  const bool too_long = now - *failing_since_ >= context_.line.rolling_update.progress_timeout;
  if (too_long || IsLasting(error.kind)) return Report(context_.session, context_.console, error);
  return std::exchange(retry_, std::min(retry_ * 2, kRetryMost));
}

ExitCode LocalUpdate::Run() {
  Session& session = context_.session;
  LongWait long_wait(context_);
  for (;;) {
    const Walk walk = Look();
    if (HasEnded()) return End();
    if (walk.taken_back) {
      context_.console.Error("another program is rolling back the update of " +
                             plan_.decoded().meta.name + ", so this command stops");
      return ExitCode::kAborted;
    }
    if (plan_.Phase() == rc::kPaused) {
      context_.console.Error(plan_.PausedText());
      return ExitCode::kHeld;
    }
    if (session.interrupted() || session.timed_out()) {
      const rc::View view = plan_.View();
      const bool noted = view.old_controller != nullptr &&
                         view.old_controller->meta.annotations.Has(rc::kNextControllerId);
      // True if the update is at its end:
      //   - a rename has deleted the new controller
      //   - only the old one is gone: usually the update has deleted it
      const bool is_late = plan_.IsPastReturn() ||
                           (view.old_controller == nullptr && view.new_controller != nullptr);
      const bool nothing = !changes_ && !noted && view.new_controller == nullptr && !is_late;
      return Report(
          session, context_.console,
          {ErrorKind::kCancelled,
           std::string(session.interrupted() ? "interrupted" : "timed out") +
               (nothing   ? ": nothing was changed"
                : is_late ? ": the update stops here. It was at its end already and cannot be "
                            "rolled back; run the same command again to finish it"
                : plan_.decoded().spec.rollback
                    ? ": the rollback stops here. Run the same command again to continue it"
                    : ": the update stops here. Run the same command again to continue it, or use "
                      "--rollback to take it back")});
    }
    long_wait.Look(UntimedWaitOf(plan_.update()));
    const Duration poll = context_.line.rolling_update.poll_interval;
    Duration pause = std::min(poll, walk.wait.value_or(poll));
    if (walk.read_again) pause = std::min<Duration>(pause, milliseconds(200));
    if (walk.error) {
      const auto after = AfterError(*walk.error);
      if (const auto* code = std::get_if<ExitCode>(&after)) return *code;
      pause = std::get<Duration>(after);
    } else {
      failing_since_.reset();
    }
    // If Ctrl-C or --timeout ends this wait, the loop reports that above.
    static_cast<void>(
        session.Wait([] { return false; }, std::max<Duration>(pause, milliseconds(20))));
  }
}

}  // namespace

ExitCode RunLocally(const CommandContext& context, const Json& update) {
  if (const auto refused = CheckControllers(context, update)) return *refused;
  if (const auto refused = RefuseBesideWindlass(context, update)) return *refused;
  if (const auto refused = RefuseBesideOtherProgram(context, update)) return *refused;
  if (context.line.dry_run != "none") return PrintPlan(context, update, PlanFrom::kPresent);
  return LocalUpdate(context, update).Run();
}

}  // namespace windlass::cli
