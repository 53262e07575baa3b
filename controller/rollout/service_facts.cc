#include "controller/rollout/service_facts.h"

#include <algorithm>

#include "kubeclient/api/canonical.h"

namespace windlass::rollout {
namespace {

constexpr size_t kServiceNameBytesMax = 63;

bool IsServiceName(std::string_view name) {
  const auto is_inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return name.size() <= kServiceNameBytesMax && std::ranges::all_of(name, is_inner) &&
         !name.starts_with('-') && !name.ends_with('-');
}

}  // namespace

std::optional<ServiceNote> NoteOf(const Service& service) {
  const std::string_view text = service.meta.annotations.Find(kServiceOf).value_or("");
  const size_t first = text.find('/');
  const size_t last = text.rfind('/');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const std::optional<Uid> uid = Uid::Parse(text.substr(first + 1, last - first - 1));
  if (!uid) return std::nullopt;
  return ServiceNote{.rollout = text.substr(0, first), .uid = *uid, .hash = text.substr(last + 1)};
}

std::string NoteText(const ObjectMeta& rollout, std::string_view hash) {
  return rollout.name + "/" + rollout.uid.ToString() + "/" + std::string(hash);
}

std::optional<std::string_view> HashOf(const Service& service) {
  return service.selector.Find(kPodTemplateHashLabel);
}

std::string ServicesError(const RolloutStrategy& strategy) {
  const RolloutServices& services = strategy.services;
  if (services == RolloutServices{}) return {};
  const std::string field = "spec.strategy.services";
  if (strategy.type == "InPlaceIfPossible" || strategy.type == "InPlaceOnly") {
    return field +
           ": Pods keep their pod-template-hash through an update in place, so no Service can "
           "select one revision: remove spec.strategy.services, or set spec.strategy.type to "
           "RollingUpdate";
  }
  for (const auto& [member, name] :
       {std::pair(".stable: ", &services.stable), std::pair(".canary: ", &services.canary)}) {
    if (IsServiceName(*name)) continue;
    return field + member + "\"" + *name +
           "\" is not a valid Service name: write at most 63 lower case letters, digits and '-', "
           "which begin and end with a letter or digit";
  }
  if (services.stable != services.canary) return {};
  return field + ": stable and canary are both " + services.stable +
         ", and one Service cannot select two revisions: name two Services, or remove one of them";
}

bool NamesService(const Rollout& rollout, std::string_view service) {
  const RolloutServices& services = rollout.spec.strategy.services;
  return !service.empty() && (services.stable == service || services.canary == service);
}

}  // namespace windlass::rollout
