#include "controller/replication_controller/target.h"

#include <nlohmann/json.hpp>

#include "controller/replication_controller/json.h"

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

}  // namespace

std::string TargetOf(const ReplicationControllerUpdateSpec& spec) {
  return spec.new_name + "/" + ContentHash(spec);
}

std::string TargetOfOtherSpec(const std::string& new_name) {
  return new_name + "/" + std::string(kOfOtherSpec);
}

bool HasOtherName(const ReplicationControllerUpdateSpec& spec, std::string_view target) {
  return !target.empty() && !spec.new_name.empty() && spec.new_name != NameIn(target);
}

bool HasOtherContent(const ReplicationControllerUpdateSpec& spec, std::string_view target) {
  return Differ(ContentHash(spec), ContentIn(target));
}

}  // namespace windlass::replication_controller
