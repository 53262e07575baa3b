#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "test/sim/update_run.h"

namespace windlass::sim {
namespace {

constexpr const char* kAnnotations[] = {
    "kubectl.kubernetes.io/update-source-id",  "kubectl.kubernetes.io/desired-replicas",
    "kubectl.kubernetes.io/original-replicas", "kubectl.kubernetes.io/next-controller-id",
    "windlass.dev/original-replicas-of",       "windlass.dev/rename-journal"};

// Returns the text with each uid replaced by the name of its object: uids are random.
std::string WithoutUids(std::string text, const std::map<std::string, std::string>& names) {
  for (const auto& [uid, name] : names) {
    for (size_t at = text.find(uid); at != std::string::npos; at = text.find(uid)) {
      text.replace(at, uid.size(), "uid of " + name);
    }
  }
  return text;
}

std::string ControllerLine(const World& world, const Json& controller,
                           const std::map<std::string, std::string>& names) {
  std::map<std::string, int> images;
  for (const Object& pod : world.api().List(resources::kPods, NamespaceOf(controller))) {
    if (ControllerUidOf(*pod) != UidOf(controller)) continue;
    ++images[At(*pod, {"spec", "containers"}).at(0).at("image").get<std::string>()];
  }
  std::string line = "controller " + NameOf(controller) + " " +
                     At(controller, {"spec", "selector"}).dump() + " size " +
                     At(controller, {"spec", "replicas"}).dump() + " status " +
                     At(controller, {"status", "replicas"}).dump() + " template " +
                     At(controller, {"spec", "template"}).dump();
  for (const auto& [image, count] : images) line += " " + std::to_string(count) + " of " + image;
  for (const char* key : kAnnotations) {
    const std::string value = AnnotationOf(controller, key);
    if (!value.empty()) line += " " + std::string(key) + "=" + WithoutUids(value, names);
  }
  return line;
}

std::string UpdateLine(const Json& update) {
  std::string line = "update " + NameOf(update) + " " + TextAt(update, {"status", "phase"}) + " " +
                     TextAt(update, {"status", "step"}) + " of " +
                     At(update, {"status", "observedGeneration"}).dump() + ": " +
                     TextAt(update, {"status", "message"});
  for (const Json& condition : At(update, {"status", "conditions"})) {
    line += " " + TextAt(condition, {"type"}) + "=" + TextAt(condition, {"status"}) + "/" +
            TextAt(condition, {"reason"});
  }
  return line;
}

}  // namespace

std::vector<std::string> UpdateState(const World& world) {
  const ApiServer& api = world.api();
  std::vector<std::string> lines;
  std::map<std::string, std::string> names;
  for (const Object& controller : api.List(kControllers, "default")) {
    names[UidOf(*controller)] = NameOf(*controller);
  }
  for (const Object& controller : api.List(kControllers, "default")) {
    lines.push_back(ControllerLine(world, *controller, names));
  }
  for (const Object& update : api.List(kUpdates, "default")) {
    lines.push_back(UpdateLine(*update));
    for (const Json& said : At(*update, {"status", "lines"})) {
      lines.push_back("said " + said.get<std::string>());
    }
  }
  size_t without_owner = 0;
  for (const Object& pod : api.List(resources::kPods, "default")) {
    without_owner += ControllerOf(*pod).is_null() ? 1 : 0;
  }
  if (without_owner > 0) lines.push_back(std::to_string(without_owner) + " Pods without an owner");
  return lines;
}

}  // namespace windlass::sim
