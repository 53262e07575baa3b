#include "test/unit/controller/workload/world.h"

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/revisions/revisions.h"
#include "test/unit/controller/workload/as_workload.h"

namespace windlass::workload {

World RecreateWorld(int32_t replicas) {
  World world(replicas);
  world.deployment.spec.strategy_type = "Recreate";
  return world;
}

Uid UidOf(uint64_t number) { return {0xD0, number}; }

World::World(int32_t replicas) {
  ObjectMeta& meta = deployment.meta;
  meta.namespace_ = "ns";
  meta.name = "web";
  meta.uid = UidOf(1);
  meta.resource_version = {"10"};
  meta.generation = 2;
  meta.creation_timestamp = {1000};
  DeploymentSpec& spec = deployment.spec;
  spec.replicas = replicas;
  spec.selector.present = true;
  spec.selector.match_labels = {{"app", "web"}};
  spec.strategy_type = "RollingUpdate";
  spec.max_surge = IntOrPercent::Percent("25%");
  spec.max_unavailable = IntOrPercent::Percent("25%");
  spec.progress_deadline_seconds = 600;
  spec.revision_history_limit = 10;
  spec.template_json = std::make_shared<const std::string>(
      R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a"}]}})");
  spec.template_fingerprint = {0, kPresentTemplate};
  deployment.status.observed_generation = 1;
}

ReplicaSet& World::Add(const std::string& name, int32_t replicas, int32_t available,
                       int template_number) {
  ReplicaSet& rs = replica_sets.emplace_back();
  const size_t number = replica_sets.size();
  rs.meta.namespace_ = "ns";
  rs.meta.name = name;
  rs.meta.uid = UidOf(100 + number);
  rs.meta.resource_version = {std::to_string(100 + number)};
  rs.meta.generation = 1;
  rs.meta.creation_timestamp = WallTime{2000} + seconds(number);
  rs.meta.labels = {{"app", "web"}, {"pod-template-hash", name}};
  rs.meta.owner_references = {{"apps/v1", "Deployment", "web", deployment.meta.uid, true, true}};
  rs.replicas = replicas;
  rs.template_fingerprint = {0, static_cast<uint64_t>(template_number)};
  rs.status.observed_generation = 1;
  rs.status.replicas = std::max(replicas, available);
  rs.status.ready_replicas = available;
  rs.status.available_replicas = available;
  SetAnnotation(rs, kRevision, std::to_string(number));
  SetAnnotation(rs, kDesiredReplicas, std::to_string(deployment.spec.replicas));
  return rs;
}

void World::AddPod(const ReplicaSet& rs) {
  PodMetadata& pod = pods.emplace_back();
  pod.meta.namespace_ = "ns";
  pod.meta.name = rs.meta.name + "-" + std::to_string(pods.size());
  pod.meta.owner_references = {{"apps/v1", "ReplicaSet", rs.meta.name, rs.meta.uid, true, true}};
}

void World::SetAnnotation(ReplicaSet& rs, std::string_view key, const std::string& value) {
  rs.meta.annotations.Set(key, value);
}

void World::NoteComplete(ReplicaSet& rs, int revision) {
  const auto hash = rs.meta.labels.Find(kPodTemplateHashLabel).value_or("");
  SetAnnotation(rs, kComplete, CompleteNote(std::to_string(revision), hash));
}

void World::Publish(const WorkloadStatus& status) {
  deployment.status = {.observed_generation = status.observed_generation,
                       .replicas = status.replicas,
                       .updated_replicas = status.updated_replicas,
                       .ready_replicas = status.ready_replicas,
                       .available_replicas = status.available_replicas,
                       .unavailable_replicas = status.unavailable_replicas,
                       .terminating_replicas = status.terminating_replicas,
                       .collision_count = status.collision_count,
                       .conditions = status.conditions};
}

View World::view() const {
  View view{.workload = AsWorkload(deployment)};
  for (const ReplicaSet& rs : replica_sets) view.replica_sets.push_back(&rs);
  for (const PodMetadata& pod : pods) view.pods.push_back(&pod);
  view.pods_known = pods_known;
  view.specs_since = specs_since;
  return view;
}

Situation World::Look() const {
  const View& looked_at = borrowed_.emplace(view());
  return MakeSituation(looked_at, ClaimReplicaSets(looked_at), learned, kNow);
}

Step World::Decide() const { return Next(view(), learned, kNow); }

std::string TypesOf(const std::vector<Condition>& conditions) {
  std::string types;
  for (const Condition& condition : conditions) {
    if (!types.empty()) types += " ";
    types += condition.type.text();
  }
  return types;
}

std::string StatusAndReason(const std::vector<Condition>& conditions, std::string_view type) {
  const Condition* condition = FindCondition(conditions, type);
  if (condition == nullptr) return "";
  return std::string(condition->status.text()) + " " + std::string(condition->reason.text());
}

}  // namespace windlass::workload
