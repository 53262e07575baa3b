#include "controller/replication_controller/writes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/api/custom_resources.h"
#include "controller/count/kept_size.h"
#include "controller/kind/conditions.h"
#include "controller/kind/status.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/base/cut_text.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {

using kind::NumberOrNull;
using kind::TextOrNull;
using kind::TimeOrNull;

namespace {

constexpr size_t kMessageBytesMax = 4096;

// Returns the status as JSON. Absent values become null, so that a merge patch removes the field.
Json ToJson(const ReplicationControllerUpdateStatus& status) {
  const int64_t earlier = status.earlier_rollouts;
  Json scaling;
  if (status.scaling) scaling = {{"name", status.scaling->name}, {"from", status.scaling->from}};
  return {{"observedGeneration", status.observed_generation},
          {"earlierRollouts", NumberOrNull(earlier > 0 ? std::optional(earlier) : std::nullopt)},
          {"phase", TextOrNull(status.phase)},
          {"message", TextOrNull(status.message)},
          {"step", TextOrNull(status.step)},
          {"rollback", status.rollback ? Json(true) : Json()},
          {"newName", TextOrNull(status.new_name)},
          {"target", TextOrNull(status.target)},
          {"desiredReplicas", NumberOrNull(status.desired_replicas)},
          {"oldReplicas", NumberOrNull(status.old_replicas)},
          {"newReplicas", NumberOrNull(status.new_replicas)},
          {"availableReplicas", NumberOrNull(status.available_replicas)},
          {"scaling", std::move(scaling)},
          {"lastScaleTime", TimeOrNull(status.last_scale_time)},
          {"deadline", TimeOrNull(status.deadline)},
          {"lines", status.lines},
          {"lineCount", status.line_count},
          {"journal", TextOrNull(status.journal)},
          {"conditions", kind::ToJson(status.conditions)}};
}

}  // namespace

// --- the two controllers ---

namespace {

// Returns the present size of the controller that `request` patches; nullopt if it patches none.
std::optional<int32_t> PresentSize(const Situation& situation, const Request& request) {
  if (request.resource() != resources::kReplicationControllers) return std::nullopt;
  if (request.verb() != Verb::kPatch) return std::nullopt;
  for (const auto* controller : {situation.old_controller(), situation.new_controller()}) {
    if (controller != nullptr && KeyOf(controller->meta) == request.key()) {
      return controller->replicas;
    }
  }
  return std::nullopt;
}

// Returns the write that stores `draft`, with a Warning Event; Failed if the status has it already.
Step WarnThenFail(const Situation& situation, const StatusDraft& draft, const Error& error) {
  const Step store = StoreWithWarning(situation, draft, kWriteRefused);
  if (std::holds_alternative<Write>(store)) return store;
  return Failed{error};
}

// Called if the API server accepted a patch but dropped its change, so that the patch is still due.
// Returns the step that reports this.
Step TellDropped(const Situation& situation, const RequestKey& asked) {
  const Error error{
      ErrorKind::kInvalid,
      Fill("the API server accepted a patch of {} from Windlass, and did not keep "
           "the change. Find the mutating admission policy or webhook that changes this object, "
           "and exempt the object from that policy or webhook, so that the update can go on",
           ObjectText(asked.resource, asked.key))};
  StatusDraft draft = BeginDraft(situation);
  SetPhase(situation, draft, PhaseAt(draft.step), kWriteRefused, error.message);
  return WarnThenFail(situation, draft, error);
}

}  // namespace

Step Effect(const Situation& situation, Request request, Because because,
            std::optional<int32_t> size) {
  Write write{std::move(request), std::move(because)};
  if (!size) size = PresentSize(situation, write.request);
  if (size) {
    const bool again = situation.run.step == kStepScale;
    write.check = CheckSize(write.request.resource(), write.request.key(), *size,
                            again ? kSizeAgainText : kSizeOnceText);
  }
  const Outcome* sent = FindOutcome(situation.learned, write.request.Identity());
  if (sent == nullptr) return write;
  const bool dropped = sent->said.ok() && sent->asked.verb == Verb::kPatch;
  return dropped ? TellDropped(situation, sent->asked) : Step(Wait{});
}

Request Patch(const ReplicationController& controller, const Json& fields) {
  return Request::MergePatch(resources::kReplicationControllers, VersionOf(controller.meta), "",
                             DumpJson(fields));
}

Request Annotate(const ReplicationController& controller, const Annotations& annotations,
                 std::optional<int32_t> replicas) {
  Json fields = Json::object();
  for (const auto& [key, value] : annotations) {
    fields["metadata"]["annotations"][std::string(key)] = value ? Json(*value) : Json();
  }
  if (replicas) fields["spec"]["replicas"] = *replicas;
  return Patch(controller, fields);
}

Step Resize(const Situation& situation, const ReplicationController& controller, int32_t to,
            Because because) {
  Step step = Effect(situation, Annotate(controller, {}, to), std::move(because), to);
  if (auto* write = std::get_if<Write>(&step)) write->needs_recent_view = to < controller.replicas;
  return step;
}

Step Delete(const Situation& situation, const ReplicationController& controller,
            DeletionPropagation propagation) {
  const bool orphans = propagation == DeletionPropagation::kOrphan;
  return Effect(
      situation,
      Request::Delete(resources::kReplicationControllers, VersionOf(controller.meta), propagation),
      {Decision{"delete replicationcontroller"},
       {{"controller", controller.meta.name}, {"propagation", orphans ? "Orphan" : "Background"}}});
}

namespace {

// Returns the keys of the annotations that the end of the update removes from `controller`.
// `controller` may lack some of these annotations.
std::vector<std::string_view> EndedKeys(const Situation& situation,
                                        const ReplicationController& controller) {
  if (&controller == situation.old_controller()) {
    return {std::begin(kEndWithUpdate), std::end(kEndWithUpdate)};
  }
  std::vector<std::string_view> keys = {kSourceId, kDesiredReplicas, kCleanup, kTermAnnotation};
  // `controller` is the new one. A rollback that had begun and was set back to false has left two
  // annotations on it: its size (kOriginalReplicas), and the old controller's uid
  // (kOriginalReplicasOf). Both are removed.
  const std::string_view of = Annotation(controller, kOriginalReplicasOf);
  if (!of.empty() && of == SourceIdIn(controller).uid) {
    keys.insert(keys.end(), {kOriginalReplicas, kOriginalReplicasOf});
  }
  return keys;
}

}  // namespace

Annotations EndedAnnotations(const Situation& situation, const ReplicationController& controller) {
  Annotations ended;
  for (const std::string_view key : EndedKeys(situation, controller)) {
    const std::string_view value = Annotation(controller, key);
    const bool of_other = key == kRollingUpdateTo && value != situation.new_name;
    if (controller.meta.annotations.Has(key) && !of_other) ended.emplace(key, std::nullopt);
  }
  return ended;
}

std::optional<Step> RemoveAnnotations(const Situation& situation,
                                      const ReplicationController& controller) {
  const Annotations ended = EndedAnnotations(situation, controller);
  if (controller.meta.deleting() || ended.empty()) return std::nullopt;
  return Effect(situation, Annotate(controller, ended),
                {Decision{"remove update annotations"}, {{"controller", controller.meta.name}}});
}

// --- the status ---

namespace {

// The most lines that a status keeps; older lines are dropped (RC-12). An update of 50 Pods, one at
// a time, writes about as many.
constexpr size_t kLinesMax = 100;

// Returns true if the run has not reached kStepScale, and there is no new controller to be scaled.
// Also true if a rollback has gone back to kStepPrepare because the new controller was deleted.
bool IsBeforeFirstScaling(const Situation& situation) {
  const std::string& step = situation.run.step;
  return situation.new_controller() == nullptr && situation.run.journal.empty() &&
         (step.empty() || step == kStepPrepare);
}

// Returns true if one of these shows that the run has changed a Pod or one of the two controllers:
//   - a write of this sync, other than a write to the update itself, has succeeded
//   - spec.image is set, the run has a target or kStepPrepare, and kNextControllerId of the old
//     controller names the new one
bool HasChangedSomething(const Situation& situation) {
  const ReplicationController* old = situation.old_controller();
  const bool began = situation.run.step == kStepPrepare || !situation.run.target.empty();
  const bool notes = !situation.spec().image.empty() && began;
  if (notes && old != nullptr && Annotation(*old, kNextControllerId) == situation.new_name) {
    return true;
  }
  return std::ranges::any_of(situation.learned, [](const Outcome& outcome) {
    return outcome.said.ok() && Mutates(outcome.asked.verb) &&
           outcome.asked.resource != resources::kReplicationControllerUpdates;
  });
}

// Returns the draft of a run that failed. If IsBeforeFirstScaling is true, the run was refused, so
// step and target are cleared (RC-20). A later rollback may need the target. So
//   - the target stays if the old controller is smaller than before an update (HasGivenPods)
//   - a missing target is set if HasChangedSomething is true
StatusDraft DraftOfFailure(const Situation& situation, std::string_view reason,
                           const std::string& message) {
  StatusDraft draft = BeginDraft(situation);
  const bool changed = HasChangedSomething(situation);
  if (IsBeforeFirstScaling(situation)) {
    draft.step.clear();
    const ReplicationController* old = situation.old_controller();
    if (old == nullptr || !HasGivenPods(*old)) draft.target.clear();
  }
  if (changed && draft.target.empty()) draft.target = TargetOf(situation.spec());
  SetPhase(situation, draft, kFailed, reason, message);
  return draft;
}

}  // namespace

StatusDraft BeginDraft(const Situation& situation) {
  StatusDraft draft = situation.run;
  draft.observed_generation = situation.update().meta.generation;
  draft.rollback = situation.spec().rollback;
  draft.new_name = situation.new_name;
  return draft;
}

StatusDraft BeginDraftOfSizes(const Situation& situation, int32_t desired) {
  StatusDraft draft = BeginDraft(situation);
  draft.desired_replicas = desired;
  draft.old_replicas = situation.old_controller()->replicas;
  draft.new_replicas = situation.new_controller()->replicas;
  draft.scaling.reset();
  draft.journal.clear();
  return draft;
}

Wait CountInPause(const Situation& situation, StatusDraft& draft) {
  const bool began = draft.step == kStepScale || draft.step == kStepCleanUp;
  const ReplicationController* target = situation.target();
  if (!began || target == nullptr) return {};
  const Availability availability = CountAvailable(situation, *target);
  draft.available_replicas = availability.available;
  if (!availability.next) return {};
  return Wait{*availability.next - situation.now};
}

void Say(StatusDraft& draft, std::string line) {
  draft.lines.push_back(std::move(line));
  ++draft.line_count;
  if (draft.lines.size() > kLinesMax) draft.lines.erase(draft.lines.begin());
}

void SetPhase(const Situation& situation, StatusDraft& draft, std::string_view phase,
              std::string_view reason, std::string_view message) {
  const bool ready = phase == kSucceeded || phase == kRolledBack;
  const kind::Way not_ready = phase == kFailed ? kind::Way::kStalled : kind::Way::kReconciling;
  draft.phase = phase;
  // The status has the message three times, and the message may quote a text of any length, so the
  // message is cut.
  draft.message = CutText(message, kMessageBytesMax);
  const ReplicationControllerUpdate& update = situation.update();
  draft.conditions = ConditionsOf(kind::Ruling{.phase = phase,
                                               .way = ready ? kind::Way::kReady : not_ready,
                                               .reason = std::string(reason),
                                               .message = draft.message},
                                  update.meta.generation, update.status.conditions, situation.now);
}

std::optional<Step> Store(const Situation& situation, const StatusDraft& draft,
                          std::vector<Event> events) {
  const ReplicationControllerUpdate& update = situation.update();
  if (draft == update.status) return std::nullopt;
  const Request request =
      kind::WriteStatus(resources::kReplicationControllerUpdates, update.meta, ToJson(draft));
  return kind::UnlessSent(
      Write{request,
            {Decision{"update status"},
             {{"phase", draft.phase}, {"step", draft.step}, {"lines", draft.line_count}}},
            std::move(events)},
      situation.learned);
}

Step StoreOrWait(const Situation& situation, const StatusDraft& draft, Wait wait,
                 std::vector<Event> events) {
  std::optional<Step> store = Store(situation, draft, std::move(events));
  return store ? *std::move(store) : Step(std::move(wait));
}

Step WaitFor(const Situation& situation, std::string_view phase, std::string_view what, Wait wait) {
  StatusDraft draft = BeginDraft(situation);
  SetPhase(situation, draft, phase, kWaiting, "waiting for " + std::string(what));
  return StoreOrWait(situation, draft, std::move(wait));
}

Step StoreWithWarning(const Situation& situation, const StatusDraft& draft, std::string_view reason,
                      Wait wait) {
  std::vector<Event> events;
  const ReplicationControllerUpdateStatus& stored = situation.update().status;
  if (stored.phase != draft.phase || stored.message != draft.message) {
    events.push_back(
        {.type = Event::Type::kWarning, .reason = std::string(reason), .message = draft.message});
  }
  return StoreOrWait(situation, draft, std::move(wait), std::move(events));
}

Step Fail(const Situation& situation, std::string_view reason, const std::string& message,
          std::optional<Duration> look_again_in) {
  return StoreWithWarning(situation, DraftOfFailure(situation, reason, message), reason,
                          Wait{look_again_in});
}

Step FailRefused(const Situation& situation, const RequestKey& asked, const Error& error) {
  const std::string message = RefusalText(asked, error);
  StatusDraft draft = DraftOfFailure(situation, kWriteRefused, message);
  if (MayPass(error.kind) && draft.step.empty()) {
    draft = BeginDraft(situation);
    SetPhase(situation, draft, kPreparing, kWriteRefused, message);
  }
  if (auto store = Store(situation, draft)) return *std::move(store);
  return Failed{error};
}

namespace {
// How long the update waits before it goes on with a size that the API server did not keep. Before
// a rename, this is also how often Windlass writes the size again if spec.onExternalScale is
// Override.
constexpr Duration kGoOnAfter = seconds(10);
}  // namespace

Step TellNotKept(const Situation& situation, const ReplicationController& controller,
                 const Outcome& outcome) {
  StatusDraft draft = BeginDraft(situation);
  const bool scales = draft.step == kStepScale;
  if (scales && draft.scaling && draft.scaling->name == controller.meta.name) {
    draft.scaling->from = controller.replicas;
  }
  const Error& error = outcome.kept->error();
  SetPhase(situation, draft, scales ? kFailed : PhaseAt(draft.step), kWriteRefused, error.message);
  if (scales) return WarnThenFail(situation, draft, error);
  return StoreWithWarning(situation, draft, kWriteRefused, Wait{kGoOnAfter});
}

Step Finish(const Situation& situation, std::string_view phase, std::string line) {
  StatusDraft draft = BeginDraft(situation);
  draft.step = kStepDone;
  draft.scaling.reset();
  draft.deadline = {};
  draft.journal.clear();
  Say(draft, line);
  const bool again =
      !situation.spec().rollback && IsForOther(situation.spec(), situation.run.target);
  if (again) phase = kPreparing;
  SetPhase(situation, draft, phase, phase, line);
  return StoreOrWait(situation, draft, Wait{},
                     {{.reason = "RollingUpdateComplete", .message = std::move(line)}});
}

Step FinishAs(const Situation& situation, const ReplicationController& target,
              std::string_view phase) {
  if (auto step = RemoveAnnotations(situation, target)) return *std::move(step);
  std::string line = Fill(kRollingUpdatedText, target.meta.name);
  if (&target != situation.old_controller()) line += Fill(" to \"{}\"", target.meta.name);
  return Finish(situation, phase, std::move(line));
}

}  // namespace windlass::replication_controller
