#include "cmd/kubectl-windlass/replica_sets.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/json_fields.h"

namespace windlass::cli {
namespace {

void Add(std::string& text, const std::string& requirement) {
  if (!text.empty()) text += ',';
  text += requirement;
}

std::string ExpressionText(const Json& expression) {
  const std::string key = TextOf(expression, "/key");
  const std::string how = TextOf(expression, "/operator");
  if (how == "Exists") return key;
  if (how == "DoesNotExist") return '!' + key;
  std::string values;
  for (const Json& value : ListOf(expression, "/values")) {
    if (value.is_string()) Add(values, value.get<std::string>());
  }
  return key + (how == "NotIn" ? " notin (" : " in (") + values + ')';
}

}  // namespace

std::string SelectorText(const Json& selector) {
  std::string text;
  if (const Json* labels = FieldOf(selector, "/matchLabels"); labels && labels->is_object()) {
    for (const auto& [key, value] : labels->items()) {
      if (value.is_string()) Add(text, key + '=' + value.get<std::string>());
    }
  }
  for (const Json& expression : ListOf(selector, "/matchExpressions")) {
    Add(text, ExpressionText(expression));
  }
  return text;
}

std::string SelectorOfWorkload(const Json& workload) {
  const Json* selector = FieldOf(workload, "/spec/selector");
  return selector == nullptr ? "" : SelectorText(*selector);
}

std::string SelectorOfController(const Json& controller) {
  const Json* selector = FieldOf(controller, "/spec/selector");
  return selector == nullptr ? "" : SelectorText({{"matchLabels", *selector}});
}

bool IsOwnedBy(const Json& object, const Json& owner) {
  const std::string uid = TextOf(owner, "/metadata/uid");
  for (const Json& reference : ListOf(object, "/metadata/ownerReferences")) {
    if (FlagOf(reference, "/controller")) return TextOf(reference, "/uid") == uid;
  }
  return false;
}

std::vector<const Json*> OwnedBy(const Json& owner, const std::vector<Json>& objects) {
  std::vector<const Json*> owned;
  for (const Json& object : objects) {
    if (IsOwnedBy(object, owner)) owned.push_back(&object);
  }
  return owned;
}

std::string ImagesOf(const Json& owner) {
  std::string images;
  for (const Json& container : ListOf(owner, "/spec/template/spec/containers")) {
    Add(images, TextOf(container, "/image"));
  }
  return images;
}

Result<std::vector<Json>> ReadReplicaSets(Session& session, const Json& owner,
                                          const std::string& namespace_) {
  const std::string labels = SelectorOfWorkload(owner);
  WINDLASS_TRY(const ObjectList list,
               ListObjects(session, {resources::kReplicaSets, namespace_, labels}));
  std::vector<Json> owned;
  for (const std::string& item : list.items) {
    Json object = Json::parse(item, nullptr, false);
    if (object.is_object() && IsOwnedBy(object, owner)) owned.push_back(std::move(object));
  }
  std::ranges::stable_sort(owned, {}, [](const Json& rs) { return RevisionOf(rs); });
  return owned;
}

Json WithoutHash(Json pod_template) {
  const Json::json_pointer labels("/metadata/labels");
  if (pod_template.contains(labels) && pod_template[labels].is_object()) {
    pod_template[labels].erase("pod-template-hash");
  }
  return pod_template;
}

bool SameTemplate(const Json& one, const Json& other) {
  Json first = WithoutHash(one);
  Json second = WithoutHash(other);
  // An older API server wrote creationTimestamp: null.
  for (Json* pod_template : {&first, &second}) {
    const auto metadata = pod_template->find("metadata");
    if (metadata != pod_template->end() && metadata->is_object())
      metadata->erase("creationTimestamp");
  }
  return first == second;
}

const Json* FindRevision(const std::vector<Json>& replica_sets, int64_t revision) {
  const auto found = std::ranges::find(replica_sets, revision, RevisionOf);
  return found == replica_sets.end() ? nullptr : &*found;
}

}  // namespace windlass::cli
