#include "controller/replication_controller/chain.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/json.h"
#include "controller/replication_controller/original_size.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {
namespace {

std::string UidIn(const std::string& body) {
  const Json object = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const Json::json_pointer path("/metadata/uid");
  if (!object.is_object() || !object.contains(path)) return {};
  const Json& uid = object.at(path);
  return uid.is_string() ? uid.get<std::string>() : std::string();
}

Step Refuse(const Situation& situation, const std::string& name, const std::string& what,
            std::string_view annotation) {
  return Fail(situation, kUnexpectedAnnotations,
              Fill("ReplicationController {} {} in another update. Wait until that has ended; if "
                   "there is none, remove the annotation {}",
                   name, what, annotation));
}

// The annotation of an update that was rolled back, or whose source is gone, holds nothing up.
std::optional<Step> RefuseTarget(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const std::string_view source_id = Annotation(old, kSourceId);
  const size_t colon = source_id.find(':');
  if (colon == source_id.npos || colon == 0) return std::nullopt;
  const std::string name(source_id.substr(0, colon));
  if (name == situation.new_name) return std::nullopt;
  Request get = Request::Get(resources::kReplicationControllers, {old.meta.namespace_, name});
  const Outcome* outcome = FindOutcome(situation.learned, get.Identity());
  if (outcome == nullptr) return Read{std::move(get), "it may be in the middle of another update"};
  if (!outcome->said.ok() || UidIn(outcome->said->body) != source_id.substr(colon + 1)) {
    return std::nullopt;
  }
  return Refuse(situation, old.meta.name, "replaces " + name, kSourceId);
}

// Returns the refusal of an update to another new controller than the one that the old controller
// has given Pods to already (RC-21).
std::optional<Step> RefuseOtherName(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController* const created = situation.new_controller();
  const std::string_view of = Annotation(old, kOriginalReplicasOf);
  if (of.empty()) return std::nullopt;
  if (created != nullptr && of == created->meta.uid.ToString()) return std::nullopt;
  Request list = ListControllers(situation);
  const Outcome* outcome = FindOutcome(situation.learned, list.Identity());
  if (outcome == nullptr || !outcome->said.ok()) {
    return Read{std::move(list), "another update may be under way"};
  }
  for (const Json& item : ItemsOf(outcome->said->body).value_or(Json::array())) {
    if (TextAt(item, "/metadata/uid") != of) continue;
    const StringMap annotations = MapOf(At(item, "/metadata/annotations"));
    if (annotations.Find(kSourceId) != SourceIdOf(old)) continue;
    const std::string name = TextAt(item, "/metadata/name");
    return Fail(
        situation, kOtherName,
        Fill("ReplicationController {} is in the middle of an update to {}, so it cannot be "
             "updated to {}. Set spec.newName to {} to go on with that, and spec.rollback "
             "to true, too, to undo it",
             old.meta.name, name, situation.new_name, name));
  }
  return std::nullopt;
}

std::optional<Step> RefuseSource(const Situation& situation) {
  const ReplicationController& created = *situation.new_controller();
  const std::string_view replaced_by = Annotation(created, kOriginalReplicasOf);
  if (replaced_by.empty() || replaced_by == situation.old_controller()->meta.uid.ToString()) {
    return std::nullopt;
  }
  return Refuse(situation, created.meta.name, "is replaced by another", kOriginalReplicasOf);
}

}  // namespace

std::optional<Step> RefuseChain(const Situation& situation) {
  if (auto refusal = RefuseTarget(situation)) return refusal;
  if (auto refusal = RefuseOtherName(situation)) return refusal;
  if (situation.new_controller() == nullptr) return std::nullopt;
  return RefuseSource(situation);
}

}  // namespace windlass::replication_controller
