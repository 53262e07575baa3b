#include "controller/replication_controller/run.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/json.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {
namespace {

// Stands for the content of a new controller that no present spec says. It is no hash.
constexpr std::string_view kOfOtherSpec = "other";

Json ContentJson(const NewControllerContent& content) {
  return {{"labels", MapJson(content.labels)},
          {"annotations", MapJson(content.annotations)},
          {"replicas", content.replicas ? Json(*content.replicas) : Json()},
          {"minReadySeconds", content.min_ready_seconds},
          {"selector", MapJson(content.selector)},
          {"template", *content.template_json}};
}

std::string ContentHash(const ReplicationControllerUpdateSpec& spec) {
  if (spec.image.empty() && !spec.controller) return {};
  return HashOfJson({spec.image, spec.container, spec.image_pull_policy,
                     spec.controller ? ContentJson(*spec.controller) : Json()});
}

std::string_view NameIn(std::string_view target) { return target.substr(0, target.find('/')); }

std::string_view ContentIn(std::string_view target) {
  const size_t slash = target.find('/');
  return slash == target.npos ? std::string_view() : target.substr(slash + 1);
}

bool Differ(std::string_view a, std::string_view b) { return !a.empty() && !b.empty() && a != b; }

bool IsDone(const ReplicationControllerUpdateStatus& status) {
  return status.phase == kSucceeded || status.phase == kRolledBack;
}

// Returns true if the run was given up on the way.
bool IsGivenUp(const ReplicationControllerUpdateStatus& status) {
  const Condition* stalled = FindCondition(status.conditions, "Stalled");
  return status.phase == kFailed && stalled != nullptr &&
         (stalled->reason == kTimedOut || stalled->reason == kOldDeleted);
}

// Returns true if the run was refused before it changed anything. One that waits for a controller
// that does not exist yet was not: a manifest may come before it.
bool IsRefused(const ReplicationControllerUpdateStatus& status) {
  const Condition* stalled = FindCondition(status.conditions, "Stalled");
  return status.phase == kFailed && status.step.empty() && stalled != nullptr &&
         stalled->reason != kNotFound;
}

bool HasOtherName(const ReplicationControllerUpdateSpec& spec, std::string_view target) {
  return !target.empty() && !spec.new_name.empty() && spec.new_name != NameIn(target);
}

// Returns true if spec.newName is another than the run began with. A rename that has begun is
// finished first: its Pods may have no owner already.
bool HasNewName(const ReplicationControllerUpdate& update) {
  return update.status.journal.empty() && HasOtherName(update.spec, update.status.target);
}

bool NewRolloutIsDue(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  if (IsDone(stored) && !IsOfPresentSpec(update)) return true;
  if (stored.step == kStepDone && !IsDone(stored)) return true;
  if (HasNewName(update)) return true;
  return !stored.step.empty() && stored.rollback != update.spec.rollback;
}

bool NewRunIsDue(const ReplicationControllerUpdate& update) {
  const bool goes_on = update.status.phase == kFailed && !IsOfPresentSpec(update);
  return goes_on || NewRolloutIsDue(update);
}

}  // namespace

bool IsOfPresentSpec(const ReplicationControllerUpdate& update) {
  return update.status.observed_generation >= update.meta.generation;
}

bool HasEnded(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  return IsOfPresentSpec(update) && (IsDone(stored) || IsGivenUp(stored) || IsRefused(stored));
}

bool WasRefused(const ReplicationControllerUpdate& update) {
  return HasEnded(update) && IsRefused(update.status);
}

ReplicationControllerUpdateStatus StatusOfRun(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  if (!NewRunIsDue(update)) return stored;
  ReplicationControllerUpdateStatus fresh;
  fresh.observed_generation = stored.observed_generation;
  fresh.earlier_rollouts = stored.earlier_rollouts + (NewRolloutIsDue(update) ? 1 : 0);
  fresh.phase = stored.phase;
  fresh.message = stored.message;
  fresh.lines = stored.lines;
  fresh.line_count = stored.line_count;
  fresh.conditions = stored.conditions;
  if (stored.step == kStepDone) return fresh;
  // The new controller is still the one that was made, and a rename that was cut off is finished.
  fresh.journal = stored.journal;
  if (!HasNewName(update)) fresh.target = stored.target;
  return fresh;
}

std::string TargetOf(const ReplicationControllerUpdateSpec& spec) {
  return spec.new_name + "/" + ContentHash(spec);
}

std::string TargetOfOtherSpec(const std::string& new_name) {
  return new_name + "/" + std::string(kOfOtherSpec);
}

bool HasOtherContent(const ReplicationControllerUpdateSpec& spec, std::string_view target) {
  return Differ(ContentHash(spec), ContentIn(target));
}

bool IsForOther(const ReplicationControllerUpdateSpec& spec, std::string_view target) {
  return HasOtherName(spec, target) || HasOtherContent(spec, target);
}

std::string HashOf(const ReplicationController& controller, std::string_view key,
                   std::string_view image) {
  // Whoever sends the object may order its fields in another way.
  auto pod_template = nlohmann::json::parse(Dump(Parse(*controller.template_json)));
  pod_template.merge_patch({{"metadata", {{"labels", {{std::string(key), nullptr}}}}}});
  // The present value makes a difference when the same image is rolled out once more.
  const std::string_view present = controller.selector.Find(key).value_or(std::string_view());
  return HashOfJson({controller.meta.uid.ToString(), present, image, pod_template.dump()});
}

std::string NewNameOf(const ReplicationControllerUpdate& update,
                      const ReplicationController* old_controller) {
  const ReplicationControllerUpdateStatus run = StatusOfRun(update);
  if (!run.step.empty() && !run.new_name.empty()) return run.new_name;
  const std::string& named = update.spec.new_name;
  // The run has begun to change something before it was deleted.
  if (old_controller == nullptr && named.empty() && !run.target.empty()) {
    return update.status.new_name;
  }
  if (old_controller == nullptr) return named;
  for (const std::string_view text :
       {Annotation(*old_controller, kRenameJournal), std::string_view(run.journal)}) {
    if (const auto journal = ParseJournal(text)) return journal->name;
  }
  if (!named.empty()) return named;
  const std::string_view next = Annotation(*old_controller, kNextControllerId);
  if (!next.empty()) return std::string(next);
  // Somebody has taken the annotation of an update away that has begun.
  const bool known = !run.target.empty() && !update.status.new_name.empty();
  if (update.spec.rollback && known) return update.status.new_name;
  if (update.spec.image.empty() || update.spec.rollback) return {};
  return old_controller->meta.name + "-" +
         HashOf(*old_controller, update.spec.deployment_label_key, update.spec.image);
}

}  // namespace windlass::replication_controller
