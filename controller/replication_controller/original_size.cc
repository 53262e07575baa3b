#include "controller/replication_controller/original_size.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/decisions.h"
#include "controller/replication_controller/effect.h"
#include "controller/replication_controller/json.h"
#include "controller/replication_controller/patches.h"

namespace windlass::replication_controller {
namespace {

// Returns true if an item of `body`, a list, has the uid; also if the list cannot be read.
bool MayHaveUid(const std::string& body, std::string_view uid) {
  const std::optional<Json> items = ItemsOf(body);
  if (!items) return true;
  return std::ranges::any_of(*items,
                             [&](const Json& item) { return At(item, "/metadata/uid") == uid; });
}

// Notes on `source` the size that it has before its Pods go to `target`, together with `others`.
Step NoteSize(const Situation& situation, const ReplicationController& source,
              const ReplicationController& target, int32_t size, Annotations others) {
  others[kOriginalReplicas] = std::to_string(size);
  others[kOriginalReplicasOf] = target.meta.uid.ToString();
  return Effect(
      situation, Annotate(source, others),
      {decisions::kNoteOriginalSize, {{"controller", source.meta.name}, {"replicas", size}}});
}

// Returns true if no ReplicationController has the uid; nullopt until it has been asked for.
std::optional<bool> IsGone(const Situation& situation, std::string_view uid) {
  const Request list = ListControllers(situation);
  const Outcome* outcome = FindOutcome(situation.learned, list.Identity());
  if (outcome == nullptr || !outcome->said.ok()) return std::nullopt;
  return !MayHaveUid(outcome->said->body, uid);
}

Step AskForControllers(const Situation& situation) {
  return Read{ListControllers(situation), "the controller that a size was noted for may be gone"};
}

}  // namespace

Request ListControllers(const Situation& situation) {
  return Request::List(resources::kReplicationControllers, situation.update().meta.namespace_, "");
}

SizeOrAsk SizeBefore(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController* created = situation.new_controller();
  const std::string_view of = Annotation(old, kOriginalReplicasOf);
  const int32_t noted = NumberIn(old, kOriginalReplicas).value_or(0);
  if (of.empty() || noted <= old.replicas) return {.size = old.replicas};
  if (created != nullptr && of == created->meta.uid.ToString()) return {.size = old.replicas};
  const std::optional<bool> gone = IsGone(situation, of);
  if (!gone) return {.ask = AskForControllers(situation)};
  return {.size = *gone ? noted : old.replicas};
}

GoneOrAsk FindNotedSizeOfGone(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const std::string_view of = Annotation(old, kOriginalReplicasOf);
  const std::optional<int32_t> noted = NumberIn(old, kOriginalReplicas);
  if (of.empty() || !noted) return {};
  const std::optional<bool> gone = IsGone(situation, of);
  if (!gone) return {.ask = AskForControllers(situation)};
  return {.size = *gone ? noted : std::nullopt};
}

bool HasOriginalSize(const ReplicationController& source, const ReplicationController& target) {
  if (!NumberIn(source, kOriginalReplicas)) return false;
  const std::string_view of = Annotation(source, kOriginalReplicasOf);
  if (of.empty()) return target.replicas > 0;
  return of == target.meta.uid.ToString();
}

Step NoteSizeForUpdate(const Situation& situation, int32_t size) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  Annotations cleared;
  if (IsRollbackTarget(old, created)) {
    cleared = {{kSourceId, std::nullopt}, {kDesiredReplicas, std::nullopt}};
  }
  return NoteSize(situation, old, created, size, std::move(cleared));
}

Step NoteSizeForRollback(const Situation& situation) {
  const ReplicationController& created = *situation.new_controller();
  return NoteSize(situation, created, *situation.old_controller(), created.replicas, {});
}

bool IsRollbackTarget(const ReplicationController& old, const ReplicationController& created) {
  return Annotation(old, kSourceId) == SourceIdOf(created) &&
         !old.meta.annotations.Has(kRenameJournal);
}

std::optional<int32_t> SizeToRestore(const ReplicationController& old,
                                     const ReplicationController& target) {
  if (HasOriginalSize(old, target)) return NumberIn(old, kOriginalReplicas);
  if (target.replicas == 0) return old.replicas;
  return std::nullopt;
}

}  // namespace windlass::replication_controller
