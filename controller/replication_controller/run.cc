#include "controller/replication_controller/run.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/kind/conditions.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/api/fingerprint_text.h"
#include "kubeclient/api/json_value.h"

namespace windlass::replication_controller {
namespace {

// What is hashed keeps the order of its members: the hash is stored in status.target, and a later
// version of Windlass compares it.
using OrderedJson = nlohmann::ordered_json;

// Returns the pairs of `map` as an object. Adds each pair at the end without a search among the
// pairs before it, because the keys of a StringMap are unique.
OrderedJson Ordered(const StringMap& map) {
  OrderedJson::object_t object;
  object.reserve(map.size());
  for (const auto& [key, value] : map) {
    object.OrderedJson::object_t::Container::emplace_back(std::string(key.text()), value.text());
  }
  return object;
}

OrderedJson ContentJson(const NewControllerContent& content) {
  return {{"labels", Ordered(content.labels)},
          {"annotations", Ordered(content.annotations)},
          {"replicas", content.replicas ? OrderedJson(*content.replicas) : OrderedJson()},
          {"minReadySeconds", content.min_ready_seconds},
          {"selector", Ordered(content.selector)},
          {"template", *content.template_json}};
}

// Returns a hash of `value`: 32 hexadecimal digits.
std::string HashOfJson(const OrderedJson& value) { return HexOf(FingerprintOf(DumpJson(value))); }

std::string ContentHash(const ReplicationControllerUpdateSpec& spec) {
  if (spec.image.empty() && !spec.controller) return {};
  return HashOfJson({spec.image, spec.container, spec.image_pull_policy,
                     spec.controller ? ContentJson(*spec.controller) : OrderedJson()});
}

bool IsDone(const ReplicationControllerUpdateStatus& status) {
  return status.phase == kSucceeded || status.phase == kRolledBack;
}

// Returns why the run failed; "" if the run did not fail.
std::string_view Failure(const ReplicationControllerUpdateStatus& status) {
  const Condition* stalled = FindCondition(status.conditions, kind::kStalledCondition);
  if (status.phase != kFailed || stalled == nullptr) return {};
  return stalled->reason.text();
}

// Returns true if Windlass refused the run before its first step, or before there was a new
// controller. Such a refusal clears the step. kNotFound is no refusal: the run waits for a
// controller, because a user may create the update first.
bool IsRefused(const ReplicationControllerUpdateStatus& status) {
  const std::string_view failure = Failure(status);
  return status.step.empty() && !failure.empty() && failure != kNotFound;
}

bool HasOtherName(const ReplicationControllerUpdateSpec& spec, std::string_view target) {
  return !target.empty() && !spec.new_name.empty() &&
         spec.new_name != target.substr(0, target.find('/'));
}

// Returns true if spec.newName is set and has changed since the run began. Returns false during a
// rename: the rename is finished first, because the Pods may have no owner any more.
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

// Returns true if spec.rollback was set when the update had already succeeded. WithoutOldController
// has acted on this spec, and has stored that the update succeeded. A new run is due, but it only
// stores the end of the same rollout.
bool IsLateRollback(const ReplicationControllerUpdate& update) {
  return IsOfPresentSpec(update) && !update.status.step.empty() &&
         update.status.rollback != update.spec.rollback;
}

}  // namespace

bool IsOfPresentSpec(const ReplicationControllerUpdate& update) {
  return update.status.observed_generation >= update.meta.generation;
}

bool HasEnded(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  return IsOfPresentSpec(update) &&
         (IsDone(stored) || IsRefused(stored) || Failure(stored) == kTimedOut ||
          Failure(stored) == kOldDeleted);
}

ReplicationControllerUpdateStatus StatusOfRun(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  const bool is_new = NewRolloutIsDue(update);
  const bool goes_on = stored.phase == kFailed && !IsOfPresentSpec(update);
  if (!is_new && !goes_on) return stored;
  ReplicationControllerUpdateStatus fresh;
  fresh.observed_generation = stored.observed_generation;
  const bool is_counted = is_new && !IsLateRollback(update);
  fresh.earlier_rollouts = stored.earlier_rollouts + (is_counted ? 1 : 0);
  fresh.phase = stored.phase;
  fresh.message = stored.message;
  fresh.lines = stored.lines;
  fresh.line_count = stored.line_count;
  fresh.conditions = stored.conditions;
  if (stored.step == kStepDone) return fresh;
  // The last run did not end. So the new run goes on with the new controller, if it exists already,
  // and finishes a rename that had begun.
  fresh.journal = stored.journal;
  if (!HasNewName(update)) fresh.target = stored.target;
  return fresh;
}

std::string_view PhaseAt(std::string_view step) {
  if (step == kStepScale) return kProgressing;
  return step == kStepCleanUp ? kCleaningUp : kPreparing;
}

std::string TargetOf(const ReplicationControllerUpdateSpec& spec) {
  return spec.new_name + "/" + ContentHash(spec);
}

bool HasOtherContent(const ReplicationControllerUpdateSpec& spec, std::string_view target) {
  const std::string wanted = ContentHash(spec);
  const std::string_view content = target.substr(std::min(target.find('/'), target.size()));
  return !wanted.empty() && content.size() > 1 && content.substr(1) != wanted;
}

bool IsForOther(const ReplicationControllerUpdateSpec& spec, std::string_view target) {
  return HasOtherName(spec, target) || HasOtherContent(spec, target);
}

std::string HashOf(const ReplicationController& controller, std::string_view key,
                   std::string_view image) {
  // Json sorts the fields. This is needed because clients may send the same object with its fields
  // in another order.
  Json pod_template = ParseJson(*controller.template_json);
  pod_template.merge_patch({{"metadata", {{"labels", {{std::string(key), nullptr}}}}}});
  // The present value of the label makes the hash differ when the same image is rolled out once
  // more.
  const std::string_view present = controller.selector.Find(key).value_or(std::string_view());
  return HashOfJson({controller.meta.uid.ToString(), present, image, pod_template.dump()});
}

bool IsMadeUp(std::string_view name, std::string_view old_name) {
  const size_t hyphen = old_name.size();
  return name.size() == hyphen + 33 && name.starts_with(old_name) && name[hyphen] == '-' &&
         name.find_last_not_of("0123456789abcdef") == hyphen;
}

std::string NewNameOf(const ReplicationControllerUpdate& update,
                      const ReplicationController* old_controller) {
  const ReplicationControllerUpdateStatus run = StatusOfRun(update);
  if (!run.step.empty() && !run.new_name.empty()) return run.new_name;
  const std::string& named = update.spec.new_name;
  // The run had begun to change something before the old controller was deleted, so the status
  // names the new controller.
  if (old_controller == nullptr && named.empty() && !run.target.empty()) {
    return update.status.new_name;
  }
  if (old_controller == nullptr) return named;
  for (const std::string_view text :
       {Annotation(*old_controller, kRenameJournal), std::string_view(run.journal)}) {
    if (const auto journal = ParseJournal(text)) return journal->meta.name;
  }
  if (!named.empty()) return named;
  const std::string_view next = Annotation(*old_controller, kNextControllerId);
  if (!next.empty()) return std::string(next);
  // In a rollback, the old controller is the target, and its kSourceId names the new one. Without a
  // rollback, kSourceId counts only if status.newName is the same name, and the stored run is not
  // done. Otherwise kSourceId may be from another update.
  const std::string_view source = SourceIdIn(*old_controller).name;
  const bool of_run = source == update.status.new_name && !IsDone(update.status);
  if (!source.empty() && (update.spec.rollback || of_run)) return std::string(source);
  // Reached if no annotation names the new controller: the update has not begun, or a user has
  // removed the annotation since.
  const bool known = !run.target.empty() && !update.status.new_name.empty();
  if (update.spec.rollback && known) return update.status.new_name;
  if (update.spec.image.empty() || update.spec.rollback) return {};
  return old_controller->meta.name + "-" +
         HashOf(*old_controller, update.spec.deployment_label_key, update.spec.image);
}

}  // namespace windlass::replication_controller
