#include "test/sim/world.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "kubeclient/base/assert.h"
#include "test/sim/rollout_undo.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

const std::string kUser = "user";
constexpr const char* kMergePatch = "application/merge-patch+json";
constexpr const char* kStrategicPatch = "application/strategic-merge-patch+json";
constexpr const char* kJsonPatch = "application/json-patch+json";

bool IsBackground(const ResourceId& resource) {
  return resource == resources::kEvents || resource == resources::kLeases;
}

Object Accepted(const ApiAnswer& answer) {
  WL_ASSERT(answer.ok());
  return answer.body;
}

}  // namespace

World::World(uint64_t seed, WorldOptions options)
    : seed_(seed),
      options_(std::move(options)),
      loop_(seed),
      server_(loop_),
      invariants_(server_, {options_.network.actor}),
      garbage_collector_(server_, options_.garbage_collector),
      replica_set_controller_(server_, options_.replica_sets),
      kubelet_(server_, options_.kubelet),
      disruption_controller_(server_) {
  server_.store().OnChange([this](const Change& change) {
    if (!IsBackground(change.key.resource)) last_change_ = change.at;
  });
  server_.Create("setup", resources::kNamespaces, "", SampleNamespace("default"));
  server_.Create("setup", resources::kNamespaces, "", SampleNamespace("kube-system"));
}

std::unique_ptr<SimProcess> World::Boot() {
  const uint64_t high = loop_.random().Next();
  const uint64_t seed = (high << 32U) | loop_.random().Next();
  return std::make_unique<SimProcess>(server_, seed, options_.network);
}

StoreKey World::KeyOf(const ResourceId& resource, const std::string& name) {
  const size_t slash = name.find('/');
  if (slash == std::string::npos) return {resource, "default", name};
  return {resource, name.substr(0, slash), name.substr(slash + 1)};
}

Object World::Apply(const Json& object) {
  const ApiResource* kind = FindKind(TextAt(object, {"apiVersion"}), TextAt(object, {"kind"}));
  WL_ASSERT(kind != nullptr);
  std::string namespace_ = NamespaceOf(object);
  if (namespace_.empty() && kind->namespaced) namespace_ = "default";
  const StoreKey key{kind->resource, namespace_, NameOf(object)};
  if (server_.Find(key) == nullptr) {
    return Accepted(server_.Create(kUser, kind->resource, namespace_, object));
  }
  return Accepted(server_.Patch(kUser, key, "", kStrategicPatch, object));
}

void World::Edit(const std::string& name, const Json& patch) {
  Accepted(server_.Patch(kUser, KeyOf(resources::kDeployments, name), "", kMergePatch, patch));
}

void World::SetImage(const std::string& name, const std::string& image) {
  Accepted(server_.Update(kUser, KeyOf(resources::kDeployments, name), "", [&](Json& deployment) {
    for (Json& container : deployment["spec"]["template"]["spec"]["containers"]) {
      container["image"] = image;
    }
  }));
}

void World::Scale(const std::string& name, int replicas) {
  Edit(name, {{"spec", {{"replicas", replicas}}}});
}

void World::Pause(const std::string& name, bool paused) {
  Edit(name, {{"spec", {{"paused", paused}}}});
}

void World::Annotate(const std::string& name, const std::string& key, const std::string& value) {
  Json patch;
  patch["metadata"]["annotations"][key] = value;
  Edit(name, patch);
}

void World::Delete(const std::string& name, Propagation propagation) {
  DeleteOptions options;
  options.propagation = propagation;
  Accepted(server_.Delete(kUser, KeyOf(resources::kDeployments, name), options));
}

bool World::RolloutUndo(const std::string& name, std::optional<int64_t> to_revision) {
  const Object deployment = Deployment(name);
  WL_ASSERT(deployment != nullptr);
  const Json patch = UndoPatch(*deployment, ReplicaSets(name), to_revision);
  if (patch.is_null()) return false;
  Accepted(server_.Patch(kUser, KeyOf(resources::kDeployments, name), "", kJsonPatch, patch));
  return true;
}

bool World::Quiesce(Duration quiet, Duration limit) {
  return loop_.RunUntil(
      [&] {
        return loop_.clock().Now() - last_change_ >= quiet && garbage_collector_.idle() &&
               replica_set_controller_.idle() && kubelet_.idle() && disruption_controller_.idle();
      },
      limit);
}

Object World::Deployment(const std::string& name) const {
  return server_.Find(KeyOf(resources::kDeployments, name));
}

std::vector<Object> World::ReplicaSets(const std::string& deployment) const {
  const Object owner = Deployment(deployment);
  std::vector<Object> owned;
  if (owner == nullptr) return owned;
  for (const Object& rs : server_.List(resources::kReplicaSets, NamespaceOf(*owner))) {
    if (ControllerUidOf(*rs) == UidOf(*owner)) owned.push_back(rs);
  }
  std::stable_sort(owned.begin(), owned.end(), [](const Object& a, const Object& b) {
    return RevisionOfRollout(*a) < RevisionOfRollout(*b);
  });
  return owned;
}

std::vector<Object> World::Pods(const std::string& deployment) const {
  std::vector<Object> pods;
  for (const Object& rs : ReplicaSets(deployment)) {
    for (const Object& pod : server_.List(resources::kPods, NamespaceOf(*rs))) {
      if (ControllerUidOf(*pod) == UidOf(*rs)) pods.push_back(pod);
    }
  }
  return pods;
}

bool World::IsComplete(const std::string& deployment) const {
  const Object object = Deployment(deployment);
  if (object == nullptr) return false;
  const int64_t wanted = IntAt(*object, {"spec", "replicas"});
  const auto counter = [&](const char* field) { return IntAt(*object, {"status", field}); };
  return counter("observedGeneration") >= IntAt(*object, {"metadata", "generation"}) &&
         counter("updatedReplicas") == wanted && counter("replicas") == wanted &&
         counter("availableReplicas") == wanted;
}

std::string World::Complaints() const {
  if (invariants_.violations().empty()) return "";
  std::string text = "seed " + std::to_string(seed_) + "\n";
  for (const Violation& violation : invariants_.violations()) text += violation.Text() + "\n";
  return text + "last lines of the trace:\n" + loop_.trace().LastLines();
}

}  // namespace windlass::sim
