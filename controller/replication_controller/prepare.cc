#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/new_controller.h"
#include "controller/replication_controller/planner.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/validate.h"
#include "controller/replication_controller/words.h"
#include "controller/replication_controller/writes.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {
namespace {

constexpr std::string_view kContinuingText = "Continuing update with existing controller {}.";

// Returns the value that status.target is to have. A rollback keeps the present value.
std::string IntendedTarget(const Situation& situation) {
  return situation.spec().rollback ? situation.run.target : TargetOf(situation.spec());
}

bool IsIntentStored(const Situation& situation) {
  return situation.run.step == kStepPrepare && situation.run.target == IntendedTarget(situation);
}

// Returns the write that stores in the status what Windlass will do next: create the new
// controller, begin a rollback, or give the old controller the size `restores` back. Returns
// nullopt if the status has all of this already: kStepPrepare and the intended target, `restores`
// as the desired size, and `line` as the last line.
std::optional<Step> StoreIntent(const Situation& situation, const std::string& line,
                                std::optional<int32_t> restores = {}) {
  StatusDraft draft = BeginDraft(situation);
  const bool said = line.empty() || (!draft.lines.empty() && draft.lines.back() == line);
  const bool has_size = !restores || draft.desired_replicas == restores;
  if (IsIntentStored(situation) && said && has_size) return std::nullopt;
  draft.step = kStepPrepare;
  draft.target = IntendedTarget(situation);
  draft.journal.clear();
  if (restores) draft.desired_replicas = restores;
  if (!said) Say(draft, line);
  SetPhase(situation, draft, kPreparing, kPreparing,
           situation.spec().rollback
               ? "the update is being rolled back to ReplicationController " + situation.old_name()
               : "ReplicationController " + situation.new_name + " is being created");
  return Store(situation, draft);
}

// --- the header ---

Step BeginScaling(const Situation& situation, const Goal& goal, std::vector<std::string> lines,
                  std::vector<Event> events) {
  const ReplicationController& source = *situation.source();
  const ReplicationController& target = *situation.target();
  StatusDraft draft = BeginDraftOfSizes(situation, goal.desired);
  draft.step = kStepScale;
  if (draft.target.empty()) draft.target = TargetOf(situation.spec());
  // The update itself scales the target to goal.desired at most. If the target is larger, another
  // client has scaled it. The status then gets goal.desired, so that AnswerExternalScale sees the
  // difference (RC-16).
  const bool back = situation.spec().rollback;
  (back ? draft.old_replicas : draft.new_replicas) = std::min(target.replicas, goal.desired);
  if (!back) draft.old_replicas = SizeBeforeOthers(situation).value_or(source.replicas);
  draft.available_replicas = CountAvailable(situation, target).available;
  draft.last_scale_time = situation.now;
  draft.deadline = situation.deadline_from_now();
  std::string header = Fill(
      "Scaling up {} from {} to {}, scaling down {} from {} to 0 (keep {} pods available, don't "
      "exceed {} pods)",
      target.meta.name, target.replicas, goal.desired, source.meta.name, source.replicas,
      goal.min_available, goal.max_total);
  for (std::string& line : lines) Say(draft, std::move(line));
  Say(draft, header);
  SetPhase(situation, draft, kProgressing, kProgressing, header);
  events.push_back({.reason = "RollingUpdateStarted", .message = std::move(header)});
  return StoreOrWait(situation, draft, Wait{}, std::move(events));
}

// --- forward ---

// Returns `made` as the API server would create it: `object` is the answer to a dry run. The
// template has all defaults, and what webhooks change.
ReplicationController AsCreated(const ReplicationController& made, const Json& object) {
  ReplicationController created = made;
  const Json& pod_template = At(object, "/spec/template");
  if (!pod_template.is_object()) return created;
  created.template_json = std::make_shared<const std::string>(DumpJson(pod_template));
  created.selector = MapOf(At(object, "/spec/selector"));
  created.meta.labels = MapOf(At(object, "/metadata/labels"));
  return created;
}

// Asks the API server, with a dry run, whether it would create `made`. Refuses the update if the
// API server would not, or if a webhook changes the image. The old controller is unchanged so far,
// so a refusal leaves nothing behind (RC-20). If `made` passes, returns the controller that the API
// server would create. If the dry run shows nothing, returns `made`, and the creation shows whether
// it is possible.
OrStep<ReplicationController> TryCreation(const Situation& situation,
                                          const ReplicationController& made) {
  const Answer answer =
      Ask(situation, {.request = CreateRequest(made, /*dry=*/true),
                      .why = "the API server may refuse to create the new controller",
                      .go_on_if_refused = true});
  if (answer.step) return {.step = answer.step};
  const Outcome& outcome = *answer.value;
  if (outcome.said.ok()) {
    ReplicationController created = AsCreated(made, ObjectIn(answer));
    const std::string& wanted = situation.spec().image;
    if (wanted.empty()) return {std::move(created)};
    const auto image = ImageIn(situation, *created.template_json);
    if (!image.ok() || *image == wanted) return {std::move(created)};
    return {.step = Fail(situation, kInvalidUpdate,
                         Fill("a webhook changes the image {} to {}. Update to the image that the "
                              "webhook sets",
                              wanted, *image))};
  }
  const Error& error = outcome.said.error();
  if (error.kind == ErrorKind::kAlreadyExists || error.detail == ErrorDetail::kNoDryRun) {
    return {made};
  }
  if (IsRefusal(error.kind)) return {.step = FailRefused(situation, outcome.asked, error)};
  return {.step = Failed{error}};
}

Step CreateTarget(const Situation& situation) {
  if (situation.new_name.empty()) {
    return Fail(situation, kNotFound,
                "the spec names no new controller: set spec.newName or spec.image");
  }
  const bool by_image = !situation.spec().image.empty();
  if (!by_image && !situation.spec().controller) {
    return Fail(situation, kNotFound,
                Fill("there is no ReplicationController \"{}\". Create it with 0 replicas and the "
                     "annotation {}, or set spec.image or spec.controller",
                     situation.new_name, kDesiredReplicas));
  }
  auto before = SizeBefore(situation);
  if (before.step) return *std::move(before.step);
  Result<ReplicationController> made = MakeNewController(situation, before.value);
  if (!made.ok()) return Fail(situation, kInvalidUpdate, made.error().message);
  const ReplicationController labelled = LabelledOld(situation);
  auto found = FindGoal(situation, labelled, *made);
  if (found.step) return *std::move(found.step);
  // TryCreation and RefuseRename come before the intent is stored, so that a refusal leaves nothing
  // behind. Once the intent is stored, they are not repeated while the old controller is labelled;
  // BeginRename calls RefuseRename once more. RefuseRename gets the controller that the dry run
  // returns: it has the API server's defaults, as the journal of the rename will have.
  if (!IsIntentStored(situation)) {
    auto created = TryCreation(situation, *made);
    if (created.step) return *std::move(created.step);
    if (auto step = RefuseRename(situation, created.value)) return *std::move(step);
  }
  if (auto intent = StoreIntent(situation, "")) return *std::move(intent);
  if (auto step = LabelOld(situation, labelled)) return *std::move(step);
  auto size = FirstSize(situation, *made);
  if (size.step) return *std::move(size.step);
  made->replicas = size.value;
  return Effect(situation, CreateRequest(*made),
                {Decision{"create replicationcontroller"}, {{"controller", situation.new_name}}},
                made->replicas);
}

// Returns true if a user created the new controller for this update, with 0 replicas and
// kDesiredReplicas. The new controller has no kSourceId, because the user cannot know the uid of
// the old controller (RC-1).
bool IsToBeClaimed(const Situation& situation) {
  const ReplicationController& target = *situation.new_controller();
  const ReplicationControllerUpdateSpec& spec = situation.spec();
  if (!spec.image.empty() || spec.controller || target.replicas != 0) return false;
  return target.meta.annotations.Has(kDesiredReplicas) && !target.meta.annotations.Has(kSourceId);
}

// Returns the refusal if a rename has begun for one new controller, for example web-2, and
// spec.newName names another one, for example web-3. web-2 still exists, so the user can still
// choose to finish the rename or to undo it.
std::optional<Step> RefuseOtherRename(const Situation& situation) {
  const std::string& wanted = situation.spec().new_name;
  if (wanted.empty() || wanted == situation.new_name) return std::nullopt;
  const std::string& next = situation.new_name;
  const std::string go_on = situation.cleanup() == kRename
                                ? "set spec.newName to " + next
                                : "remove spec.newName and set spec.cleanup to Rename";
  return Fail(situation, kOtherName,
              Fill("ReplicationController {} is about to be renamed to {}, so {} cannot be updated "
                   "to {}. To finish the rename, {}. To undo it, set spec.rollback to true",
                   next, situation.old_name(), situation.old_name(), wanted, go_on));
}

// Returns the next step of an update whose new controller exists. Every check here that can refuse
// the update comes before the first write.
Step TakeTarget(const Situation& situation) {
  const ReplicationController& target = *situation.new_controller();
  if (auto refusal = RefuseOtherRename(situation)) return *std::move(refusal);
  if (auto refusal = RefuseOtherContent(situation)) return *std::move(refusal);
  const ReplicationController labelled = LabelledOld(situation);
  const bool claims = IsToBeClaimed(situation);
  ReplicationController claimed = target;
  if (claims) claimed.meta.annotations.Set(kSourceId, SourceIdOf(labelled));
  auto found = FindGoal(situation, labelled, claimed);
  if (found.step) return *std::move(found.step);
  const bool begins = situation.run.step.empty();
  if (begins) {
    if (auto step = RefuseRename(situation, target)) return *std::move(step);
  }
  // If another client has scaled the old controller up since this update first noted its size,
  // going on would undo this scaling (RC-16). Only the policy Pause is handled here; Roll handles
  // Adopt and Override.
  const auto outgrown = SizeBeforeOthers(situation);
  if (outgrown && PausesForOthers(situation)) return PauseForScale(situation, labelled, *outgrown);
  if (auto step = LabelOld(situation, labelled)) return *std::move(step);
  if (claims) {
    return Effect(situation, Annotate(target, {{kSourceId, SourceIdOf(labelled)}}),
                  {Decision{"claim new controller"}, {{"controller", target.meta.name}}});
  }
  if (auto note = NoteSizeOfOld(situation)) return *std::move(note);
  auto services = WarnAboutServices(situation);
  if (services.step) return *std::move(services.step);
  std::vector<std::string> lines;
  if (begins && !situation.spec().image.empty()) {
    lines.push_back(Fill("Found existing update in progress ({}), resuming.", target.meta.name));
  }
  const bool created = situation.run.step == kStepPrepare;
  lines.push_back(created ? Fill("Created {}", target.meta.name)
                          : Fill(kContinuingText, target.meta.name));
  return BeginScaling(situation, found.value, std::move(lines), std::move(services.value));
}

Step PrepareForward(const Situation& situation) {
  if (auto refusal = RefuseChain(situation)) return *std::move(refusal);
  return situation.new_controller() == nullptr ? CreateTarget(situation) : TakeTarget(situation);
}

// --- back ---

// Returns the next of two writes:
//   1. the line "Setting "web" replicas to 3" is stored in the status
//   2. the old controller becomes the target of a rollback. kubectl ignores the result of this
//      write; Windlass checks it (RC-15)
// If another client scales the old controller in between, `size` may change. A second line then
// names the real size.
Step SetRollbackSize(const Situation& situation, int32_t size) {
  const ReplicationController& old = *situation.old_controller();
  const std::string line = Fill(kSettingReplicasText, old.meta.name, size);
  if (auto intent = StoreIntent(situation, line)) return *std::move(intent);
  // If a rename had begun, removing kRenameJournal calls it off. If the journal stayed, the old
  // controller would get the new controller's content as soon as the new controller is deleted.
  const Annotations annotations = {{kSourceId, SourceIdOf(*situation.new_controller())},
                                   {kDesiredReplicas, std::to_string(size)},
                                   {kRenameJournal, std::nullopt}};
  return Effect(
      situation, Annotate(old, annotations),
      {Decision{"set rollback size"}, {{"controller", old.meta.name}, {"replicas", size}}});
}

// Returns true if the status has the size that RestoreOld gives back to the old controller.
// RestoreOld stores this size in the status before it writes to the old controller.
bool HasRestored(const Situation& situation) {
  return situation.run.step == kStepPrepare && situation.run.desired_replicas;
}

// Returns the next step of a rollback that has no new controller to scale down, because
//   - a user deleted the new controller during the update
//   - or the update had not created it yet
//   - or the controller of that name does not belong to the update
// One write scales the old controller up to the size to return to, and removes the annotations of
// the update (RC-22). The status stores the size first, so that it shows after a crash that there
// was something to roll back. If neither annotations nor status show a size, the rollback fails.
Step RestoreOld(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  auto noted = FindNotedSizeOfGone(situation);
  if (noted.step) return *std::move(noted.step);
  // If the new controller was deleted during a rollback, kDesiredReplicas of the old controller has
  // the size to return to.
  const auto desired = NumberIn(old, kDesiredReplicas);
  const std::string_view from = SourceIdIn(old).name;
  if (!from.empty() && from == situation.new_name && desired) noted.value = desired;
  // If the update had not created the new controller yet, the old controller still has its original
  // size, and its annotation kNextControllerId names the new controller. The rollback then returns
  // to the present size.
  const std::string_view next = Annotation(old, kNextControllerId);
  const bool is_whole = NumberIn(old, kOriginalReplicas).value_or(0) <= old.replicas;
  if (!noted.value && is_whole && !next.empty() && next == situation.new_name) {
    noted.value = old.replicas;
  }
  if (noted.value) {
    const int32_t size = std::max(*noted.value, old.replicas);
    const std::string line = Fill(kSettingReplicasText, old.meta.name, size);
    if (auto intent = StoreIntent(situation, line, size)) return *std::move(intent);
    return Effect(
        situation, Annotate(old, EndedAnnotations(situation, old), size),
        {Decision{"restore original size"}, {{"controller", old.meta.name}, {"replicas", size}}},
        size);
  }
  if (!HasRestored(situation)) {
    std::string text = Fill("Could not find {} to rollback.", situation.new_name);
    if (situation.new_name.empty()) {
      text = Fill(
          "there is nothing to roll back: ReplicationController {} has no annotation {}, so the "
          "new controller is not known. Set spec.newName to its name, or set spec.rollback to "
          "false to begin an update",
          old.meta.name, kNextControllerId);
    }
    return Fail(situation, kNothingToRollBack, std::move(text));
  }
  if (!HasScaledUp(old)) {
    return WaitFor(situation, kProgressing, "the Pods of " + old.meta.name + " to be created");
  }
  return Finish(situation, kRolledBack, Fill(kRollingUpdatedText, old.meta.name));
}

Step PrepareRollback(const Situation& situation) {
  const ReplicationController* source = situation.new_controller();
  if (source == nullptr) return RestoreOld(situation);
  ReplicationController target = *situation.old_controller();
  if (auto refusal = RefuseSwapped(situation)) return *std::move(refusal);
  const bool is_set = IsRollbackTarget(target, *source);
  if (!is_set) {
    const auto noted = FindNotedSizeOfGone(situation);
    if (noted.step) return *noted.step;
    // A rollback deletes the new controller, so the new controller must belong to this update.
    // Otherwise RestoreOld restores the old controller alone, or the rollback fails. If
    // kOriginalReplicasOf of the old controller has a uid, its kNextControllerId does not count: a
    // user may have made another controller of the name in kNextControllerId.
    const std::string_view of = Annotation(target, kOriginalReplicasOf);
    const bool is_named = of.empty() && Annotation(target, kNextControllerId) == source->meta.name;
    const bool is_ours = is_named || of == source->meta.uid.ToString();
    if (!is_ours && SourceIdIn(*source).name != target.meta.name) {
      if (noted.value || HasRestored(situation)) return RestoreOld(situation);
      const std::string other =
          of.empty() ? Fill("Annotation {} of {} does not name {}", kNextControllerId,
                            target.meta.name, source->meta.name)
                     : Fill("Annotation {} of {} has the uid of another ReplicationController",
                            kOriginalReplicasOf, target.meta.name);
      return Fail(
          situation, kNothingToRollBack,
          Fill("there is nothing to roll back: ReplicationController {} was not made by an update "
               "of {}. Annotation {} of {} does not name {}. {}. Set spec.newName to the "
               "ReplicationController that the update has made, or set spec.rollback to false",
               source->meta.name, target.meta.name, kSourceId, source->meta.name, target.meta.name,
               other));
    }
    // If the new controller was never scaled up, the old controller was never scaled down. So the
    // old controller has its original size.
    std::optional<int32_t> size;
    if (IsUnscaled(*source)) size = target.replicas;
    if (HasOriginalSize(target, *source)) size = NumberIn(target, kOriginalReplicas);
    // `noted` has a size if a user deleted an earlier new controller in the middle of the update.
    // The old controller gets back at least this size. Example: size 10 was noted, and the old
    // controller has 4 replicas now: it gets 10.
    if (noted.value) size = std::max(*noted.value, target.replicas);
    if (!size) {
      return Fail(situation, kNothingToRollBack,
                  Fill("couldn't find original replica count of \"{}\"", target.meta.name));
    }
    target.meta.annotations.Set(kSourceId, SourceIdOf(*source));
    target.meta.annotations.Set(kDesiredReplicas, std::to_string(*size));
  }
  auto found = FindGoal(situation, *source, target);
  if (found.step) return *std::move(found.step);
  // Policy Pause: the old controller keeps a larger size that another client has given it since its
  // size was noted. Example: 2 was noted, and it has 5 replicas now: it keeps 5. The update does
  // not pause for that, because the user who set spec.rollback wants it to go on. Roll handles the
  // policies Adopt and Override (RC-16).
  int32_t size = found.value.desired;
  if (PausesForOthers(situation)) size = std::max(size, target.replicas);
  if (!is_set || size != found.value.desired) return SetRollbackSize(situation, size);
  // The size of the new controller is noted, as kubectl does. CleanUp needs the uid that is noted
  // with the size: it shows that the new controller belongs to this rollback.
  if (!HasOriginalSize(*source, target)) {
    return NoteSize(situation, *source, *situation.old_controller(), source->replicas);
  }
  return BeginScaling(situation, found.value, {Fill(kContinuingText, situation.old_name())}, {});
}

}  // namespace

Step Prepare(const Situation& situation) {
  return situation.spec().rollback ? PrepareRollback(situation) : PrepareForward(situation);
}

}  // namespace windlass::replication_controller
