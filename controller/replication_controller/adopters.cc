#include "controller/replication_controller/adopters.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/replication_controller/json.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/api/selector.h"

namespace windlass::replication_controller {
namespace {

// How soon the controllers are listed again after one was found: nothing watches ReplicaSets.
constexpr Duration kLookAgain = seconds(30);

// Of a ReplicationController, spec.selector has labels alone.
LabelSelector SelectorOf(const Json& controller, const ResourceId& resource) {
  LabelSelector selector;
  selector.present = true;
  const Json& spec = At(controller, "/spec/selector");
  if (resource == resources::kReplicationControllers) {
    selector.match_labels = MapOf(spec);
    return selector;
  }
  selector.match_labels = MapOf(At(spec, "/matchLabels"));
  for (const Json& one : At(spec, "/matchExpressions")) {
    LabelSelectorRequirement& added = selector.match_expressions.emplace_back();
    added.key = TextAt(one, "/key");
    added.op = TextAt(one, "/operator");
    for (const Json& value : At(one, "/values")) {
      if (value.is_string()) added.values.emplace_back(value.get<std::string>());
    }
  }
  return selector;
}

// Returns true if `name` is the update's old or new controller.
bool IsOurs(const Situation& situation, const ResourceId& resource, const std::string& name) {
  return resource == resources::kReplicationControllers &&
         (name == situation.old_name() || name == situation.new_name);
}

std::optional<Step> RefuseAdopterOf(const Situation& situation, const ResourceId& resource,
                                    const StringMap& labels) {
  Request list = Request::List(resource, situation.update().meta.namespace_, "");
  const Outcome* outcome = FindOutcome(situation.learned, list.Identity());
  if (outcome == nullptr) {
    return Read{.request = std::move(list),
                .why = "another controller may select the new Pods",
                .go_on_if_refused = true};
  }
  if (!outcome->said.ok()) return std::nullopt;
  const std::optional<Json> items = ItemsOf(outcome->said->body);
  if (!items) return std::nullopt;
  for (const Json& item : *items) {
    const std::string name = TextAt(item, "/metadata/name");
    if (name.empty() || IsOurs(situation, resource, name)) continue;
    const LabelSelector selector = SelectorOf(item, resource);
    if (selector.SelectsEverything() || !Matches(selector, labels)) continue;
    const std::string other = Fill("{} {}", resource.kind, name);
    return Fail(situation, kSelectedByOther,
                Fill("{} selects the labels of the new Pods, so it would take them over while {} "
                     "is renamed to {}. Change the selector of {}, or set spec.cleanup to Delete: "
                     "then the new ReplicationController keeps its name",
                     other, situation.new_name, situation.old_name(), other),
                kLookAgain);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Step> RefuseAdopters(const Situation& situation, const std::string& template_json) {
  if (situation.cleanup() != kRename) return std::nullopt;
  const StringMap labels = LabelsOfTemplate(template_json);
  for (const ResourceId& resource : {resources::kReplicationControllers, resources::kReplicaSets}) {
    if (auto step = RefuseAdopterOf(situation, resource, labels)) return step;
  }
  return std::nullopt;
}

}  // namespace windlass::replication_controller
