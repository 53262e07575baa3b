#include "controller/replication_controller/services.h"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/replication_controller/json.h"

namespace windlass::replication_controller {
namespace {

Request ListServices(const Situation& situation) {
  return Request::List(kServices, situation.update().meta.namespace_, "");
}

// Returns the key of `selector` that only the source's Pods satisfy; "" if there is none.
std::string FindDifferentKey(const Situation& situation, const Json& selector) {
  for (const auto& [key, value] : selector.items()) {
    if (!value.is_string()) continue;
    const auto before = situation.source()->selector.Find(key);
    const auto after = situation.target()->selector.Find(key);
    if (before && after && *before == value.get<std::string>() && *after != *before) return key;
  }
  return {};
}

}  // namespace

std::optional<Step> AskForServices(const Situation& situation) {
  Request list = ListServices(situation);
  if (FindOutcome(situation.learned, list.Identity()) != nullptr) return std::nullopt;
  return Read{.request = std::move(list),
              .why = "a Service may select the old Pods only",
              .go_on_if_refused = true};
}

std::vector<Event> WarnAboutServices(const Situation& situation) {
  const Outcome* outcome = FindOutcome(situation.learned, ListServices(situation).Identity());
  if (outcome == nullptr || !outcome->said.ok()) return {};
  const std::optional<Json> items = ItemsOf(outcome->said->body);
  if (!items) return {};
  std::vector<Event> warnings;
  for (const Json& service : *items) {
    const Json& selector = At(service, "/spec/selector");
    const Json& name = At(service, "/metadata/name");
    if (!selector.is_object() || !name.is_string()) continue;
    const std::string key = FindDifferentKey(situation, selector);
    if (key.empty()) continue;
    warnings.push_back(
        {.type = Event::Type::kWarning,
         .reason = "ServiceSelectsOldPods",
         .message = "Service " + name.get<std::string>() + " selects the label " + key +
                    ", whose value the new Pods do not have, so it loses its Pods. Remove the "
                    "label from the Service's selector"});
  }
  return warnings;
}

}  // namespace windlass::replication_controller
