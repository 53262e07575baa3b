// The rolling update without a controller: view.h of the planner says how to run it.
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
#include "controller/replication_controller/new_controller.h"
#include "controller/replication_controller/original_size.h"
#include "controller/replication_controller/planner.h"
#include "controller/replication_controller/situation.h"
#include "controller/replication_controller/view.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/client/client.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

// How many steps one look may take. Each is a request, and a look has a dozen at most.
constexpr int kStepsMax = 64;
// How often a look may fail in a row before the command gives up.
constexpr int kFailuresMax = 5;

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

  Status Read();
  Status ReadPods();
  Result<std::optional<ReplicationController>> Controller(const std::string& name);
  Walk Step();
  Result<Reply> Execute(const Request& request);
  void Store(const std::string& patch);
  void Warn(const std::vector<Event>& events) const;
  void Fold(const Request& request, const Result<Reply>& reply);
  std::string Phase() const { return TextOf(update_, "/status/phase"); }
  bool HasEnded() const;
  ExitCode End() const;
  ExitCode EndPaused() const;
  ExitCode PrintResult() const;
  ExitCode PrintDryRun(const rc::View& view, const Learned& learned) const;
  bool dry_run() const { return context_.line.dry_run != "none"; }

  const CommandContext& context_;
  Json update_;
  int64_t printed_ = 0;  // lines of the status
  std::optional<ReplicationControllerUpdate> decoded_;
  std::optional<ReplicationController> old_;
  std::optional<ReplicationController> new_;
  std::vector<Pod> pods_;
  std::optional<ExitCode> ended_{};  // by a dry run
};

bool LocalUpdate::HasEnded() const {
  const std::string phase = Phase();
  return ended_ || phase == rc::kSucceeded || phase == rc::kRolledBack || phase == rc::kFailed;
}

ExitCode LocalUpdate::End() const {
  if (ended_) return *ended_;
  if (Phase() == rc::kFailed) {
    context_.console.Error(TextOf(update_, "/status/message"));
    return ExitCode::kFailed;
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
ExitCode LocalUpdate::EndPaused() const {
  std::string message = TextOf(update_, "/status/message");
  if (old_ && old_->meta.annotations.Has(rc::kRenameJournal)) {
    // The sizes are known from what a rename needs, so the policy counts also for the next command.
    constexpr std::string_view kField = "set spec.onExternalScale to ";
    const size_t field = message.find(kField);
    if (field != message.npos) message.replace(field, kField.size(), "give --on-external-scale=");
  } else {
    // The message names who was scaled, and what to scale it back to.
    message = message.substr(0, message.find(", or set spec.onExternalScale")) +
              ": then the same command goes on. With --on-external-scale=Adopt or Override an "
              "update does not stop at a scaling";
  }
  context_.console.Error(message);
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
    const Result<Request> creates =
        rc::CreateNewController(situation, rc::SizeBefore(situation).size);
    if (!creates.ok()) return Report(context_.session, context_.console, creates.error());
    target = Json::parse(creates->body(), nullptr, false);
  }
  const OutputFormat format = context_.line.output;
  const auto text = [&](const Json& object) {
    return format == OutputFormat::kText ? TextOf(object, "/metadata/name")
                                         : Print(object, resource, format);
  };
  context_.console.out("Rolling from:\n" + text(*old) + "\nTo:\n" + text(target) + '\n');
  return ExitCode::kDone;
}

LocalUpdate::Walk LocalUpdate::Step() {
  Learned learned;
  for (int steps = 0; steps < kStepsMax; ++steps) {
    std::vector<const Pod*> pods;
    pods.reserve(pods_.size());
    for (const Pod& pod : pods_) pods.push_back(&pod);
    const rc::View view{*decoded_, old_ ? &*old_ : nullptr, new_ ? &*new_ : nullptr, pods};
    const auto step = rc::Next(view, learned, context_.session.clock().Wall());
    if (const auto* wait = std::get_if<Wait>(&step)) return {.wait = wait->look_again_in};
    if (const auto* failed = std::get_if<Failed>(&step)) return {.error = failed->error};
    const auto* write = std::get_if<Write>(&step);
    const Request& request =
        write != nullptr ? write->request : std::get_if<windlass::Read>(&step)->request;
    const bool of_update = request.resource() == resources::kReplicationControllerUpdates;
    if (write != nullptr && !of_update && dry_run()) {
      ended_ = PrintDryRun(view, learned);
      return {};
    }
    Result<Reply> reply = Execute(request);
    if (write != nullptr && reply.ok()) Warn(write->on_success);
    if (of_update && (HasEnded() || Phase() == rc::kPaused)) return {};
    const bool ok = reply.ok();
    const ErrorKind kind = ok ? ErrorKind::kInvalid : reply.error().kind;
    if (context_.session.interrupted()) return {.error = reply.ok() ? Error{} : reply.error()};
    Fold(request, reply);
    learned.push_back(write != nullptr ? OutcomeOf(*write, std::move(reply))
                                       : OutcomeOf(request, std::move(reply)));
    if (ok) continue;
    const bool goes_on = write != nullptr ? GoesOnAfter(*write, kind)
                                          : GoesOnAfter(std::get<windlass::Read>(step), kind);
    if (!goes_on) return {.read_again = true};
  }
  return {.read_again = true};
}

ExitCode LocalUpdate::Run() {
  Session& session = context_.session;
  LongWait long_wait(context_);
  for (int failures = 0;;) {
    Walk walk;
    const Status read = Read();
    if (read.ok()) {
      walk = Step();
    } else {
      walk.error = read.error();
    }
    if (HasEnded()) return End();
    if (Phase() == rc::kPaused) return EndPaused();
    if (session.interrupted()) {
      context_.console.Error(
          "interrupted: the update stops here. The same command goes on with it, and --rollback "
          "takes it back");
      return ExitCode::kInterrupted;
    }
    long_wait.Look(UntimedWaitOf(update_));
    failures = walk.error ? failures + 1 : 0;
    if (walk.error && failures >= kFailuresMax)
      return Report(session, context_.console, *walk.error);
    const Duration poll = context_.line.rolling_update.poll_interval;
    Duration pause = std::min(poll, walk.wait.value_or(poll));
    if (walk.read_again) pause = std::min<Duration>(pause, milliseconds(200));
    const Status waited =
        session.Wait([] { return false; }, std::max<Duration>(pause, milliseconds(20)));
    if (!waited.ok() && !session.interrupted())
      return Report(session, context_.console, waited.error());
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
