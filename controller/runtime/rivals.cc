#include "controller/runtime/rivals.h"

#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/time.h"

namespace windlass {
namespace {

constexpr int kForeignWritesMax = 3;
// A controller that is alive writes status whenever a Pod's readiness changes.
constexpr seconds kAlive{300};
constexpr seconds kStepBack{600};

std::string TextOf(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool IsLiveStatusManager(const nlohmann::json& entry, WallTime now) {
  if (!entry.is_object() || TextOf(entry, "manager") != "kube-controller-manager" ||
      TextOf(entry, "subresource") != "status") {
    return false;
  }
  const auto written = ParseTime(TextOf(entry, "time"));
  return written && now - *written < kAlive;
}

}  // namespace

void Rivals::ForeignStatus(const Deployment& deployment) {
  Seen& seen = seen_[deployment.meta.uid];
  if (seen.generation != deployment.meta.generation) {
    seen = {deployment.meta.generation, 0, {}, seen.back_until};
  }
  ++seen.foreign;
  seen.latest = deployment.meta.resource_version;
}

void Rivals::OwnStatus(const ObjectMeta& meta) {
  const auto found = seen_.find(meta.uid);
  if (found == seen_.end() || !(found->second.latest == meta.resource_version)) return;
  Seen& seen = found->second;
  --seen.foreign;
  seen.latest = {};
  // The watch is often ahead of the reply: what it made us note is worth nothing any more.
  if (seen.foreign == 0 && seen.back_until.IsZero()) seen_.erase(found);
}

bool Rivals::Suspicious(const Deployment& deployment) const {
  const auto found = seen_.find(deployment.meta.uid);
  return found != seen_.end() && found->second.generation == deployment.meta.generation &&
         found->second.foreign >= kForeignWritesMax;
}

bool Rivals::Judge(const Deployment& deployment, std::string_view object_json, WallTime now) {
  seen_.erase(deployment.meta.uid);  // judged: the next three are counted anew
  const auto object = nlohmann::json::parse(object_json, nullptr, false);
  const nlohmann::json::json_pointer where("/metadata/managedFields");
  if (!object.is_object() || !object.contains(where)) return false;
  for (const auto& entry : object.at(where)) {
    if (!IsLiveStatusManager(entry, now)) continue;
    seen_[deployment.meta.uid].back_until = now + kStepBack;
    return true;
  }
  return false;
}

bool Rivals::SteppedBack(const Deployment& deployment, WallTime now) const {
  const auto found = seen_.find(deployment.meta.uid);
  return found != seen_.end() && now < found->second.back_until;
}

}  // namespace windlass
