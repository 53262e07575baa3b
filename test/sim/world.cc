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
      replica_set_controller_(server_, kControlledReplicaSets, options_.replica_sets,
                              Random(loop_.random().Next())),
      // Its own stream of numbers: runs without ReplicationControllers do not depend on it.
      replication_controller_(server_, kControlledReplicationControllers,
                              options_.replication_controllers, Random(~seed)),
      kubelet_(server_, options_.kubelet),
      disruption_controller_(server_) {
  if (!options_.traced) loop_.trace().TurnOff();
  server_.store().OnChange([this](const Change& change) {
    if (!IsBackground(change.key.resource)) last_change_ = change.at;
  });
  server_.Create("setup", resources::kNamespaces, "", SampleNamespace("default"));
  server_.Create("setup", resources::kNamespaces, "", SampleNamespace("kube-system"));
}

std::unique_ptr<SimProcess> World::Boot(const SimTransportOptions& network) {
  const uint64_t high = loop_.random().Next();
  const uint64_t seed = (high << 32U) | loop_.random().Next();
  return std::make_unique<SimProcess>(server_, seed, network);
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
  // The server refuses strategic merge patches of custom resources.
  const char* type = kind->custom ? kMergePatch : kStrategicPatch;
  return Accepted(server_.Patch(kUser, key, "", type, object));
}

void World::Edit(const std::string& name, const Json& patch, Kind kind) {
  Accepted(server_.Patch(kUser, KeyOf(kind, name), "", kMergePatch, patch));
}

void World::SetImage(const std::string& name, const std::string& image, Kind kind) {
  Accepted(server_.Update(kUser, KeyOf(kind, name), "", [&](Json& owner) {
    for (Json& container : owner["spec"]["template"]["spec"]["containers"]) {
      container["image"] = image;
    }
  }));
}

void World::Scale(const std::string& name, int replicas, Kind kind) {
  Edit(name, {{"spec", {{"replicas", replicas}}}}, kind);
}

void World::Pause(const std::string& name, bool paused, Kind kind) {
  Edit(name, {{"spec", {{"paused", paused}}}}, kind);
}

void World::Annotate(const std::string& name, const std::string& key, const std::string& value,
                     Kind kind) {
  Json patch;
  patch["metadata"]["annotations"][key] = value;
  Edit(name, patch, kind);
}

void World::Delete(const std::string& name, Propagation propagation, Kind kind) {
  DeleteOptions options;
  options.propagation = propagation;
  Accepted(server_.Delete(kUser, KeyOf(kind, name), options));
}

bool World::RolloutUndo(const std::string& name, std::optional<int64_t> to_revision, Kind kind) {
  const Object owner = Owner(name, kind);
  WL_ASSERT(owner != nullptr);
  const Json patch = UndoPatch(*owner, ReplicaSets(name, kind), to_revision);
  if (patch.is_null()) return false;
  if (kind == resources::kRollouts) {
    Edit(name, RollbackToPatch(to_revision.value_or(0)), kind);
  } else {
    Accepted(server_.Patch(kUser, KeyOf(kind, name), "", kJsonPatch, patch));
  }
  return true;
}

bool World::Quiesce(Duration quiet, Duration limit) {
  return loop_.RunUntil(
      [&] {
        return loop_.clock().Now() - last_change_ >= quiet && garbage_collector_.idle() &&
               replica_set_controller_.idle() && replication_controller_.idle() &&
               kubelet_.idle() && disruption_controller_.idle();
      },
      limit);
}

bool World::Rest(Duration limit) {
  // A Pod that was patched back before its failed patch did anything counts as done after 40 s.
  if (!Quiesce(seconds(45), limit)) return false;
  invariants_.JudgeAtRest();
  return true;
}

Object World::Owner(const std::string& name, Kind kind) const {
  return server_.Find(KeyOf(kind, name));
}

std::vector<Object> World::ReplicaSets(const std::string& owner, Kind kind) const {
  const Object found = Owner(owner, kind);
  std::vector<Object> owned;
  if (found == nullptr) return owned;
  for (const Object& rs : server_.List(resources::kReplicaSets, NamespaceOf(*found))) {
    if (ControllerUidOf(*rs) == UidOf(*found)) owned.push_back(rs);
  }
  std::stable_sort(owned.begin(), owned.end(), [](const Object& a, const Object& b) {
    return RevisionOfRollout(*a) < RevisionOfRollout(*b);
  });
  return owned;
}

std::vector<Object> World::Pods(const std::string& owner, Kind kind) const {
  std::vector<Object> pods;
  for (const Object& rs : ReplicaSets(owner, kind)) {
    for (const Object& pod : server_.List(resources::kPods, NamespaceOf(*rs))) {
      if (ControllerUidOf(*pod) == UidOf(*rs)) pods.push_back(pod);
    }
  }
  return pods;
}

bool World::IsComplete(const std::string& owner, Kind kind) const {
  const Object object = Owner(owner, kind);
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
