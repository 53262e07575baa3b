#include "controller/deployment/rivals.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "controller/core/own_names.h"
#include "kubeclient/api/time.h"

namespace windlass {
namespace {

constexpr int kForeignWritesMax = 3;
// A field manager whose last write is older than this does not count as running. A running
// Deployment controller writes the status whenever the readiness of a Pod changes.
constexpr seconds kAlive{300};
constexpr seconds kStepBack{600};

std::string TextOf(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Returns true if `entry` of managedFields owns a field of the status that only a Deployment
// controller writes. The counters have to be in the list: if Windlass always writes a new
// observedGeneration first, a rival never owns observedGeneration.
bool OwnsCounters(const nlohmann::json& entry) {
  static constexpr std::array kFields = {"f:observedGeneration", "f:replicas",
                                         "f:updatedReplicas",    "f:readyReplicas",
                                         "f:availableReplicas",  "f:unavailableReplicas",
                                         "f:terminatingReplicas"};
  const nlohmann::json::json_pointer where("/fieldsV1/f:status");
  if (!entry.contains(where)) return false;
  const nlohmann::json& status = entry.at(where);
  return std::ranges::any_of(kFields, [&](const char* field) { return status.contains(field); });
}

// Returns the field manager of `entry` if that manager is another Deployment controller and has
// written the status within kAlive; otherwise "". A distribution may give its Deployment controller
// another field manager. Example: k3s, which contains kube-controller-manager, uses `k3s`.
std::string LiveRival(const nlohmann::json& entry, WallTime now) {
  if (!entry.is_object() || TextOf(entry, "subresource") != "status") return "";
  const std::string manager = TextOf(entry, "manager");
  if (manager == kOwnFieldManager) return "";
  if (manager != "kube-controller-manager" && !OwnsCounters(entry)) return "";
  const auto written = ParseTime(TextOf(entry, "time"));
  return written && now - *written < kAlive ? manager : "";
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
  // If no foreign write is counted any more and Windlass has not stepped back, the entry is not
  // needed. The only counted write was then our own: the watch showed it before the reply arrived.
  if (seen.foreign == 0 && seen.back_until.IsZero()) seen_.erase(found);
}

bool Rivals::Suspicious(const Deployment& deployment) const {
  const auto found = seen_.find(deployment.meta.uid);
  return found != seen_.end() && found->second.generation == deployment.meta.generation &&
         found->second.foreign >= kForeignWritesMax;
}

std::string Rivals::Judge(const Deployment& deployment, std::string_view object_json,
                          WallTime now) {
  seen_.erase(deployment.meta.uid);  // the count of foreign writes starts again
  const auto object = nlohmann::json::parse(object_json, nullptr, false);
  const nlohmann::json::json_pointer where("/metadata/managedFields");
  if (!object.is_object() || !object.contains(where)) return "";
  for (const auto& entry : object.at(where)) {
    std::string rival = LiveRival(entry, now);
    if (rival.empty()) continue;
    seen_[deployment.meta.uid].back_until = now + kStepBack;
    return rival;
  }
  return "";
}

bool Rivals::SteppedBack(const Deployment& deployment, WallTime now) const {
  const auto found = seen_.find(deployment.meta.uid);
  return found != seen_.end() && now < found->second.back_until;
}

}  // namespace windlass
