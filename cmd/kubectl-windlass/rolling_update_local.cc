// The rolling update without a controller: planner.h of the planner says how to run it.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/long_wait.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/external_scale.h"
#include "controller/replication_controller/new_controller.h"
#include "controller/replication_controller/planner.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/situation.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/client/client.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

// How many steps one look may take beside those for Pods. Each is a request, and a look has a dozen
// at most.
constexpr size_t kStepsMax = 64;
// The pause after a look that failed, and the longest one: it doubles.
constexpr Duration kRetryFirst = seconds(1);
constexpr Duration kRetryMost = seconds(30);

// Returns true if something else was written since what a write or read was made from.
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

// One update that runs in this program. It exists in memory alone; what survives the program are
// the annotations of the two ReplicationControllers.
class LocalUpdate {
 public:
  LocalUpdate(const CommandContext& context, Json update)
      : context_(context), update_(std::move(update)) {
    update_["metadata"]["generation"] = 1;
    update_["metadata"]["uid"] = "00000000-0000-4000-8000-000000000000";
    update_["metadata"]["resourceVersion"] = "1";
  }

  ExitCode Run();

 private:
  // How one walk of steps ended.
  struct Walk {
    std::optional<Duration> wait{};
    std::optional<Error> error{};
    bool read_again = false;  // a write met another state than the one that was read
  };
  static Walk AfterFailure(Error error) {
    if (IsRace(error.kind)) return {.read_again = true};
    return {.error = std::move(error)};
  }

  Status Read();
  Status ReadPods();
  Result<std::optional<ReplicationController>> Controller(const std::string& name);
  Walk Step();
  windlass::Step Next(const Learned& learned) const;
  std::optional<Error> LabelPods(Learned& learned, Write first);
  void ApplyToPod(const Request& label);
  Error Told(const Request& request, const Error& error) const;
  Result<Reply> Execute(const Request& request);
  void Store(const std::string& patch);
  void Warn(const std::vector<Event>& events) const;
  void Fold(const Request& request, const Result<Reply>& reply);
  std::string Phase() const { return TextOf(update_, "/status/phase"); }
  std::variant<ExitCode, Duration> AfterError(const Error& error);
  bool HasEnded() const;
  ExitCode End() const;
  ExitCode EndPaused() const;
  ExitCode PrintResult() const;
  ExitCode PrintDryRun(const rc::View& view, const Learned& learned) const;
  rc::View MakeView() const;
  bool dry_run() const { return context_.line.dry_run != "none"; }

  const CommandContext& context_;
  Json update_;
  int64_t printed_ = 0;  // lines of the status
  std::optional<ReplicationControllerUpdate> decoded_;
  std::optional<ReplicationController> old_;
  std::optional<ReplicationController> new_;
  std::vector<Pod> pods_;
  std::optional<ExitCode> ended_{};  // by a dry run
  std::optional<MonotonicTime> failing_since_{};
  Duration retry_ = kRetryFirst;
};

bool LocalUpdate::HasEnded() const {
  const std::string phase = Phase();
  return ended_ || phase == rc::kSucceeded || phase == rc::kRolledBack || phase == rc::kFailed;
}

ExitCode LocalUpdate::End() const {
  if (ended_) return *ended_;
  if (Phase() == rc::kFailed) {
    context_.console.Error(TextOf(update_, "/status/message"));
    return IsRefusedForOther(update_) ? ExitCode::kOtherUpdate : ExitCode::kFailed;
  }
  const ExitCode printed = PrintResult();
  const bool is_asked = decoded_->spec.rollback == (Phase() == rc::kRolledBack);
  return is_asked || printed != ExitCode::kDone ? printed : FailRollback(context_, update_);
}

// With -o, prints the ReplicationController that has the Pods now.
ExitCode LocalUpdate::PrintResult() const {
  if (context_.line.output == OutputFormat::kText) return ExitCode::kDone;
  const bool old_name = decoded_->spec.rollback || decoded_->spec.cleanup == rc::kRename;
  const std::string name = old_name ? decoded_->meta.name : decoded_->status.new_name;
  const Place place{resources::kReplicationControllers, context_.namespace_, name};
  const Result<Json> object = ReadObject(context_.session, place);
  if (!object.ok()) return Report(context_.session, context_.console, object.error());
  context_.console.out(Print(*object, place.resource, context_.line.output));
  return ExitCode::kDone;
}

// Somebody else scaled one of the two (RC-16). This program remembers the sizes only while it runs.
// During a rename they are known from what that needs, so the policy counts also for the next
// command.
ExitCode LocalUpdate::EndPaused() const {
  const rc::View view = MakeView();
  const Learned none;
  const rc::Situation situation = rc::MakeSituation(view, none, context_.session.clock().Wall());
  if (old_ && !new_ && old_->meta.annotations.Has(rc::kRenameJournal)) {
    const std::string& gone = situation.new_name;
    context_.console.Error(rc::Fill(rc::kScaledByOtherText, old_->meta.name, 0, old_->replicas) +
                           ", and " + gone +
                           " is deleted already. Scale it back to 0, or give "
                           "--on-external-scale=Override (it is scaled back): then it takes over "
                           "the Pods of " +
                           gone);
    return ExitCode::kHeld;
  }
  for (const auto* controller : {view.old_controller, view.new_controller}) {
    if (controller == nullptr) continue;
    const int32_t expected = rc::ExpectedSize(situation, *controller);
    if (controller->replicas == expected) continue;
    context_.console.Error(
        rc::Fill(rc::kScaledByOtherText, controller->meta.name, expected, controller->replicas) +
        ". Scale it back to " + std::to_string(expected) +
        ": then the same command goes on. With --on-external-scale=Adopt or Override an update "
        "does not stop at a scaling");
    return ExitCode::kHeld;
  }
  context_.console.Error(TextOf(update_, "/status/message"));
  return ExitCode::kHeld;
}

Result<std::optional<ReplicationController>> LocalUpdate::Controller(const std::string& name) {
  if (name.empty()) return std::optional<ReplicationController>();
  const Place place{resources::kReplicationControllers, context_.namespace_, name};
  const Result<Json> object = ReadObject(context_.session, place);
  if (!object.ok()) {
    if (object.error().kind == ErrorKind::kNotFound) return std::optional<ReplicationController>();
    return object.error();
  }
  WINDLASS_TRY(ReplicationController controller,
               DecodeReplicationController(context_.session.decoder(), object->dump()));
  return std::optional(std::move(controller));
}

// Reads both controllers and their Pods, uncached.
Status LocalUpdate::Read() {
  Decoder& decoder = context_.session.decoder();
  WINDLASS_TRY(decoded_, DecodeReplicationControllerUpdate(decoder, update_.dump()));
  WINDLASS_TRY(old_, Controller(decoded_->meta.name));
  WINDLASS_TRY(new_, Controller(rc::NewNameOf(*decoded_, old_ ? &*old_ : nullptr)));
  return ReadPods();
}

Status LocalUpdate::ReadPods() {
  pods_.clear();
  for (const auto* controller : {&old_, &new_}) {
    if (!*controller) continue;
    Json labels = Json::object();
    for (const auto& [key, value] : (*controller)->selector) {
      labels[std::string(key.text())] = std::string(value.text());
    }
    if (labels.empty()) continue;
    WINDLASS_TRY(const ObjectList list,
                 ListObjects(context_.session, {resources::kPods, context_.namespace_,
                                                SelectorText({{"matchLabels", labels}})}));
    for (const std::string& item : list.items) {
      WINDLASS_TRY(Pod pod, DecodePod(context_.session.decoder(), item));
      const bool known = std::ranges::any_of(
          pods_, [&pod](const Pod& other) { return other.meta.uid == pod.meta.uid; });
      if (!known) pods_.push_back(std::move(pod));
    }
  }
  return Unit{};
}

// Applies the planner's write of the update's status, and prints the lines that are new.
void LocalUpdate::Store(const std::string& patch) {
  update_.merge_patch(Json::parse(patch, nullptr, false));
  printed_ = PrintLines(context_, update_, printed_);
  auto decoded = DecodeReplicationControllerUpdate(context_.session.decoder(), update_.dump());
  if (decoded.ok()) decoded_ = *std::move(decoded);
}

// Prints the warnings that Windlass would send as Events. That of an update which fails or pauses
// is its error.
void LocalUpdate::Warn(const std::vector<Event>& events) const {
  for (const Event& event : events) {
    if (event.type != Event::Type::kWarning) continue;
    if (event.message == TextOf(update_, "/status/message")) continue;
    context_.console.Warning(event.message);
  }
}

Result<Reply> LocalUpdate::Execute(const Request& request) {
  if (request.resource() == resources::kReplicationControllerUpdates) {
    Store(request.body());
    return Reply{update_.dump()};
  }
  return context_.session.Send(ToHttp(request, kPluginFieldManager), request.verb());
}

// Brings what was read up to date with the reply to a write.
void LocalUpdate::Fold(const Request& request, const Result<Reply>& reply) {
  if (!reply.ok() || !request.mutates()) return;
  if (request.resource() != resources::kReplicationControllers) return;
  auto& kept = old_ && old_->meta.name == request.key().name ? old_ : new_;
  auto decoded = DecodeReplicationController(context_.session.decoder(), reply->body);
  // If finalizers keep what was deleted, the API server answers with it; otherwise with a Status.
  if (request.verb() == Verb::kDelete && !(decoded.ok() && decoded->meta.deleting())) {
    kept.reset();
  } else if (decoded.ok()) {
    kept = *std::move(decoded);
  }
}

// Prints what would be replaced by what.
ExitCode LocalUpdate::PrintDryRun(const rc::View& view, const Learned& learned) const {
  const ResourceId& resource = resources::kReplicationControllers;
  const Result<Json> old =
      ReadObject(context_.session, {resource, context_.namespace_, decoded_->meta.name});
  if (!old.ok()) return Report(context_.session, context_.console, old.error());
  Json target;
  if (new_) {
    const Result<Json> stored =
        ReadObject(context_.session, {resource, context_.namespace_, new_->meta.name});
    if (!stored.ok()) return Report(context_.session, context_.console, stored.error());
    target = *stored;
  } else {
    const rc::Situation situation =
        rc::MakeSituation(view, learned, context_.session.clock().Wall());
    // What that depends on was read in the steps before.
    const auto made = rc::MakeNewController(situation, rc::SizeBefore(situation).value);
    if (!made.ok()) return Report(context_.session, context_.console, made.error());
    target = Json::parse(rc::CreateRequest(*made).body(), nullptr, false);
  }
  const OutputFormat format = context_.line.output;
  const auto text = [&](const Json& object) {
    return format == OutputFormat::kText ? TextOf(object, "/metadata/name")
                                         : Print(object, resource, format);
  };
  context_.console.out("Rolling from:\n" + text(*old) + "\nTo:\n" + text(target) + '\n');
  return ExitCode::kDone;
}

rc::View LocalUpdate::MakeView() const {
  rc::View view{*decoded_, old_ ? &*old_ : nullptr, new_ ? &*new_ : nullptr};
  for (const Pod& pod : pods_) view.pods.push_back(&pod);
  return view;
}

windlass::Step LocalUpdate::Next(const Learned& learned) const {
  return rc::Next(MakeView(), learned, context_.session.clock().Wall());
}

// Brings the Pod up to date with a label that is on its way.
void LocalUpdate::ApplyToPod(const Request& label) {
  const Json patch = Json::parse(label.body(), nullptr, false);
  for (Pod& pod : pods_) {
    if (pod.meta.name != label.key().name) continue;
    for (const auto& [key, value] : patch["metadata"]["labels"].items()) {
      pod.meta.labels.Set(key, value.get<std::string>());
    }
  }
}

// Labels the Pod of `first`, and all others that are to get the label, at the same time: each is a
// write of its own. Returns the error of one that failed, unless the planner says what follows:
// then all are read again.
std::optional<Error> LocalUpdate::LabelPods(Learned& learned, Write first) {
  std::vector<Write> writes;
  std::optional<Write> next = std::move(first);
  while (next) {
    ApplyToPod(next->request);
    writes.push_back(*std::move(next));
    windlass::Step step = Next(learned);
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
    if (!replies[i].ok() && !GoesOnAfter(writes[i], replies[i].error().kind)) {
      failed = Told(writes[i].request, replies[i].error());
    }
    learned.push_back(OutcomeOf(writes[i], std::move(replies[i])));
  }
  return failed;
}

Error LocalUpdate::Told(const Request& request, const Error& error) const {
  return Explained(error,
                   {request.verb(), request.resource(),
                    std::string(request.key().namespace_.text()), request.key().name},
                   context_.session.options().server);
}

LocalUpdate::Walk LocalUpdate::Step() {
  Learned learned;
  const size_t steps_max = kStepsMax + pods_.size();
  for (size_t steps = 0; steps < steps_max; ++steps) {
    const rc::View view = MakeView();
    auto step = Next(learned);
    if (const auto* wait = std::get_if<Wait>(&step)) return {.wait = wait->look_again_in};
    if (const auto* failed = std::get_if<Failed>(&step)) return {.error = failed->error};
    auto* write = std::get_if<Write>(&step);
    const Request& request =
        write != nullptr ? write->request : std::get_if<windlass::Read>(&step)->request;
    const bool of_update = request.resource() == resources::kReplicationControllerUpdates;
    if (write != nullptr && !of_update && dry_run()) {
      ended_ = PrintDryRun(view, learned);
      return {};
    }
    if (request.resource() == resources::kPods && write != nullptr) {
      auto error = LabelPods(learned, std::move(*write));
      if (error) return AfterFailure(*std::move(error));
      continue;
    }
    Result<Reply> reply = Execute(request);
    if (write != nullptr && reply.ok()) Warn(write->on_success);
    if (of_update && (HasEnded() || Phase() == rc::kPaused)) return {};
    std::optional<Error> error;
    if (!reply.ok()) error = Told(request, reply.error());
    if (context_.session.interrupted()) return {.error = error.value_or(Error{})};
    Fold(request, reply);
    learned.push_back(write != nullptr ? OutcomeOf(*write, std::move(reply))
                                       : OutcomeOf(request, std::move(reply)));
    if (!error) continue;
    const bool goes_on = write != nullptr
                             ? GoesOnAfter(*write, error->kind)
                             : GoesOnAfter(std::get<windlass::Read>(step), error->kind);
    if (!goes_on) return AfterFailure(*std::move(error));
  }
  return {.read_again = true};
}

// Returns the exit code if the command gives up after `error`; else how long it waits before it
// looks again. Says what is the matter when that begins.
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
    Walk walk;
    const Status read = Read();
    if (read.ok()) {
      walk = Step();
    } else {
      walk.error = read.error();
    }
    if (HasEnded()) return End();
    if (Phase() == rc::kPaused) return EndPaused();
    if (session.interrupted() || session.timed_out()) {
      return Report(session, context_.console,
                    {ErrorKind::kCancelled,
                     std::string(session.interrupted() ? "interrupted" : "timed out") +
                         ": the update stops here. The same command goes on with it, and "
                         "--rollback takes it back"});
    }
    long_wait.Look(UntimedWaitOf(update_));
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
    // An interrupted wait, or one that ran into --timeout, is told above.
    static_cast<void>(
        session.Wait([] { return false; }, std::max<Duration>(pause, milliseconds(20))));
  }
}

}  // namespace

ExitCode RunLocally(const CommandContext& context, const Json& update) {
  if (const auto refused = CheckControllers(context, update)) return *refused;
  if (context.line.dry_run == "none") {
    if (const auto refused = RefuseBesideWindlass(context, update)) return *refused;
  }
  return LocalUpdate(context, update).Run();
}

}  // namespace windlass::cli
