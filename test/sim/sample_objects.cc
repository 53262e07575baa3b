#include "test/sim/sample_objects.h"

#include <nlohmann/json.hpp>

namespace windlass::sim {
namespace {

Json WithTemplate(const char* kind, const std::string& name, int replicas,
                  const std::string& image) {
  Json object = {{"apiVersion", "apps/v1"}, {"kind", kind}};
  object["metadata"] = {{"name", name}, {"labels", {{"app", name}}}};
  object["spec"] = {{"replicas", replicas}, {"template", SampleTemplate(name, image)}};
  object["spec"]["selector"]["matchLabels"]["app"] = name;
  return object;
}

}  // namespace

Json SampleTemplate(const std::string& app, const std::string& image) {
  Json container = {{"name", "web"}, {"image", image}};
  Json result;
  result["metadata"]["labels"]["app"] = app;
  result["spec"]["containers"] = Json::array();
  result["spec"]["containers"].push_back(std::move(container));
  return result;
}

Json SampleDeployment(const std::string& name, int replicas, const std::string& image) {
  return WithTemplate("Deployment", name, replicas, image);
}

Json SampleRollout(const std::string& name, int replicas, const std::string& image) {
  Json rollout = WithTemplate("Rollout", name, replicas, image);
  rollout["apiVersion"] = "windlass.dev/v1alpha1";
  return rollout;
}

Json SampleReplicaSet(const std::string& name, int replicas, const std::string& image) {
  return WithTemplate("ReplicaSet", name, replicas, image);
}

Json SampleReplicationController(const std::string& name, int replicas, const std::string& image) {
  Json controller = WithTemplate("ReplicationController", name, replicas, image);
  controller["apiVersion"] = "v1";
  controller["spec"]["selector"] = {{"app", name}};
  return controller;
}

Json SamplePod(const std::string& name, const std::string& app) {
  Json pod = SampleTemplate(app);
  pod["apiVersion"] = "v1";
  pod["kind"] = "Pod";
  pod["metadata"]["name"] = name;
  return pod;
}

Json SampleLease(const std::string& name, const std::string& holder) {
  Json lease = {{"apiVersion", "coordination.k8s.io/v1"}, {"kind", "Lease"}};
  lease["metadata"]["name"] = name;
  lease["spec"] = {{"holderIdentity", holder},
                   {"leaseDurationSeconds", 15},
                   {"acquireTime", "2026-01-02T15:04:05.000000Z"},
                   {"renewTime", "2026-01-02T15:04:05.000000Z"},
                   {"leaseTransitions", 0}};
  return lease;
}

Json SampleEvent(const std::string& name, const std::string& namespace_) {
  Json event = {{"apiVersion", "v1"},
                {"kind", "Event"},
                {"reason", "ScalingReplicaSet"},
                {"message", "Scaled up replica set web-1 from 0 to 3"},
                {"type", "Normal"},
                {"count", 1},
                {"firstTimestamp", "2026-01-02T15:04:05Z"},
                {"lastTimestamp", "2026-01-02T15:04:05Z"},
                {"reportingComponent", "deployment-controller"},
                {"reportingInstance", ""}};
  event["metadata"] = {{"name", name}, {"namespace", namespace_}};
  event["source"]["component"] = "deployment-controller";
  event["involvedObject"] = {{"apiVersion", "apps/v1"},
                             {"kind", "Deployment"},
                             {"namespace", namespace_},
                             {"name", "web"},
                             {"uid", "11111111-2222-4333-8444-555555555555"}};
  return event;
}

Json SampleNamespace(const std::string& name) {
  Json result = {{"apiVersion", "v1"}, {"kind", "Namespace"}};
  result["metadata"]["name"] = name;
  return result;
}

Json ControlledBy(const Json& owner, bool block_owner_deletion) {
  Json reference = {{"apiVersion", TextAt(owner, {"apiVersion"})},
                    {"kind", TextAt(owner, {"kind"})},
                    {"name", NameOf(owner)},
                    {"uid", UidOf(owner)},
                    {"controller", true},
                    {"blockOwnerDeletion", block_owner_deletion}};
  Json references = Json::array();
  references.push_back(std::move(reference));
  return references;
}

}  // namespace windlass::sim
