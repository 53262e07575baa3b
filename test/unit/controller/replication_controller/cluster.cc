// The users and the cluster of World: the replication controller, the garbage collector, kubelets.
#include <algorithm>

#include "kubeclient/api/time.h"
#include "test/unit/controller/replication_controller/pod_json.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller {
namespace {

bool IsReady(const json& pod) {
  return pod.contains("status") && pod["status"].contains("conditions");
}

void BecomeReady(json& pod, WallTime now) {
  pod["status"]["conditions"] = json::array(
      {{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", FormatTime(now)}}});
}

}  // namespace

void World::AddController(const std::string& name, int32_t replicas, const json& labels,
                          const json& containers) {
  json list = json::array();
  for (const auto& [container, image] : containers.items()) {
    list.push_back({{"name", container}, {"image", image}});
  }
  json object = {
      {"metadata", {{"name", name}, {"namespace", "ns"}, {"uid", NewUid()}}},
      {"spec",
       {{"replicas", replicas},
        {"selector", labels},
        {"template", {{"metadata", {{"labels", labels}}}, {"spec", {{"containers", list}}}}}}}};
  Stamp(object, nullptr);
  controllers_[name] = object;
  while (Settle()) {
  }
}

void World::AddUpdate(const std::string& name, const json& spec) {
  update_ = {{"metadata", {{"name", name}, {"namespace", "ns"}, {"uid", NewUid()}}},
             {"spec", spec}};
  Stamp(update_, nullptr);
  update_as_made_ = update_;
  heard_ = 0;
}

void World::Edit(const json& spec) {
  const json before = update_;
  update_["spec"].merge_patch(spec);
  Stamp(update_, before);
  update_as_made_["spec"].merge_patch(spec);
}

void World::Scale(const std::string& name, int32_t replicas) {
  json& object = controllers_.at(name);
  const json before = object;
  object["spec"]["replicas"] = replicas;
  Stamp(object, before);
}

void World::Remove(const std::string& name) {
  const std::string uid = controllers_.at(name)["metadata"]["uid"];
  controllers_.erase(name);
  std::erase_if(pods_, [&](const auto& pod) { return OwnerOf(pod.second) == uid; });
}

void World::AddService(const std::string& name, const json& selector) {
  services_.push_back({{"metadata", {{"name", name}}}, {"spec", {{"selector", selector}}}});
}

void World::AddReplicaSet(const std::string& name, const json& selector) {
  replica_sets_.push_back({{"metadata", {{"name", name}}}, {"spec", {{"selector", selector}}}});
}

void World::AddAutoscaler(const std::string& name, const std::string& kind,
                          const std::string& target) {
  autoscalers_.push_back({{"metadata", {{"name", name}}},
                          {"spec", {{"scaleTargetRef", {{"kind", kind}, {"name", target}}}}}});
}

// --- the cluster ---

json World::NewPod(const json& controller) {
  const std::string uid = NewUid();
  ++pods_created_;
  return {{"metadata",
           {{"name", controller["metadata"]["name"].get<std::string>() + "-" + uid.substr(30)},
            {"namespace", "ns"},
            {"uid", uid},
            {"resourceVersion", std::to_string(++versions_)},
            {"creationTimestamp", FormatTime(now)},
            {"labels", controller["spec"]["template"]["metadata"]["labels"]},
            {"ownerReferences", json::array({{{"apiVersion", "v1"},
                                              {"kind", "ReplicationController"},
                                              {"name", controller["metadata"]["name"]},
                                              {"uid", controller["metadata"]["uid"]},
                                              {"controller", true}}})}}}};
}

bool World::Adopt(const json& controller) {
  bool changed = false;
  const std::string uid = controller["metadata"]["uid"];
  for (auto& [name, pod] : pods_) {
    const bool selected = Selects(controller["spec"]["selector"], Labels(pod));
    const std::string owner = OwnerOf(pod);
    if (selected && owner.empty()) {
      pod["metadata"]["ownerReferences"] = NewPod(controller)["metadata"]["ownerReferences"];
      --pods_created_;
    } else if (!selected && owner == uid) {
      pod["metadata"].erase("ownerReferences");
    } else {
      continue;
    }
    pod["metadata"]["resourceVersion"] = std::to_string(++versions_);
    changed = true;
  }
  return changed;
}

// What the replication controller does in one sync.
bool World::Reconcile(json& controller) {
  bool changed = Adopt(controller);
  const std::string uid = controller["metadata"]["uid"];
  std::vector<std::string> owned;
  for (const auto& [name, pod] : pods_) {
    if (OwnerOf(pod) == uid) owned.push_back(name);
  }
  // Pods that are not ready go first.
  std::ranges::stable_sort(
      owned, [&](const auto& a, const auto& b) { return IsReady(pods_[a]) < IsReady(pods_[b]); });
  const size_t wanted = controller["spec"]["replicas"].get<size_t>();
  for (size_t i = owned.size(); i < wanted && pods_.size() < pods_max; ++i) {
    const json pod = NewPod(controller);
    pods_[pod["metadata"]["name"]] = pod;
    changed = true;
  }
  for (size_t i = wanted; i < owned.size(); ++i) {
    pods_.erase(owned[i - wanted]);
    changed = true;
  }
  const auto ready = std::ranges::count_if(pods_, [&](const auto& entry) {
    return OwnerOf(entry.second) == uid && IsReady(entry.second);
  });
  const auto labelled = std::ranges::count_if(pods_, [&](const auto& entry) {
    return OwnerOf(entry.second) == uid &&
           Selects(controller["spec"]["template"]["metadata"]["labels"], Labels(entry.second));
  });
  const auto made =
      std::ranges::count_if(pods_, [&](const auto& entry) { return OwnerOf(entry.second) == uid; });
  const json status = {{"replicas", made},
                       {"fullyLabeledReplicas", labelled},
                       {"readyReplicas", ready},
                       {"observedGeneration", controller["metadata"]["generation"]}};
  if (controller.value("status", json()) == status) return changed;
  controller["status"] = status;
  controller["metadata"]["resourceVersion"] = std::to_string(++versions_);
  return true;
}

// Finishes deletions that wait for the garbage collector.
bool World::Collect() {
  for (auto at = controllers_.begin(); at != controllers_.end(); ++at) {
    if (!at->second["metadata"].contains("deletionTimestamp")) continue;
    for (auto& [name, pod] : pods_) {
      if (OwnerOf(pod) != at->second["metadata"]["uid"].get<std::string>()) continue;
      pod["metadata"].erase("ownerReferences");
      pod["metadata"]["resourceVersion"] = std::to_string(++versions_);
      return true;
    }
    if (at->second["metadata"].contains("finalizers")) continue;
    controllers_.erase(at);
    return true;
  }
  // The Pods of a controller that was deleted with background propagation.
  std::set<std::string> uids;
  for (const auto& [name, controller] : controllers_) uids.insert(controller["metadata"]["uid"]);
  return std::erase_if(pods_, [&](const auto& entry) {
           const std::string owner = OwnerOf(entry.second);
           return !owner.empty() && !uids.contains(owner);
         }) > 0;
}

bool World::Settle() {
  bool changed = false;
  if (controller_manager_on) {
    changed = Collect();
    for (auto& [name, controller] : controllers_) {
      if (controller["metadata"].contains("deletionTimestamp")) continue;
      changed = Reconcile(controller) || changed;
    }
  }
  for (auto& [name, pod] : pods_) {
    if (!pods_get_ready || IsReady(pod)) continue;
    BecomeReady(pod, now);
    changed = true;
  }
  return changed;
}

void World::MakeReady(const std::string& controller, int32_t pods) {
  const auto uid = controllers_.at(controller)["metadata"]["uid"].get<std::string>();
  for (auto& [name, pod] : pods_) {
    if (OwnerOf(pod) != uid || IsReady(pod) || pods-- <= 0) continue;
    BecomeReady(pod, now);
  }
}

}  // namespace windlass::replication_controller
