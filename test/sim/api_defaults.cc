#include "test/sim/api_defaults.h"

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "test/sim/crd_coerce.h"
#include "test/sim/crd_schema.h"

namespace windlass::sim {
namespace {

void Default(Json& object, const char* key, Json value) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) object[key] = std::move(value);
}

// Upstream's default is Always for an image without a tag or with tag "latest".
std::string PullPolicy(const std::string& image) {
  if (image.find('@') != std::string::npos) return "IfNotPresent";
  const size_t slash = image.rfind('/');
  const size_t colon = image.find(':', slash == std::string::npos ? 0 : slash);
  const bool latest = colon == std::string::npos || image.substr(colon) == ":latest";
  return latest ? "Always" : "IfNotPresent";
}

void DefaultContainers(Json& spec, const char* list) {
  const auto found = spec.find(list);
  if (found == spec.end() || !found->is_array()) return;
  for (Json& container : *found) {
    if (!container.is_object()) continue;
    Default(container, "resources", Json::object());
    Default(container, "terminationMessagePath", "/dev/termination-log");
    Default(container, "terminationMessagePolicy", "File");
    Default(container, "imagePullPolicy", PullPolicy(TextAt(container, {"image"})));
  }
}

void DefaultPodSpec(Json& spec) {
  if (!spec.is_object()) return;
  DefaultContainers(spec, "containers");
  DefaultContainers(spec, "initContainers");
  Default(spec, "restartPolicy", "Always");
  Default(spec, "terminationGracePeriodSeconds", 30);
  Default(spec, "dnsPolicy", "ClusterFirst");
  Default(spec, "securityContext", Json::object());
  Default(spec, "schedulerName", "default-scheduler");
}

void DefaultTemplate(Json& spec) {
  const auto found = spec.find("template");
  if (found == spec.end() || !found->is_object()) return;
  Default(*found, "metadata", Json::object());
  const auto pod = found->find("spec");
  if (pod != found->end()) DefaultPodSpec(*pod);
}

void DefaultStrategy(Json& spec) {
  Default(spec, "strategy", Json::object());
  Json& strategy = spec["strategy"];
  if (!strategy.is_object()) return;
  if (TextAt(strategy, {"type"}).empty()) strategy["type"] = "RollingUpdate";
  if (TextAt(strategy, {"type"}) != "RollingUpdate") return;
  Default(strategy, "rollingUpdate", Json::object());
  Json& rolling = strategy["rollingUpdate"];
  if (!rolling.is_object()) return;
  Default(rolling, "maxUnavailable", "25%");
  Default(rolling, "maxSurge", "25%");
}

// Selector and labels are those of the template, unless the object has some of its own.
void DefaultReplicationController(Json& controller) {
  Json& spec = controller["spec"];
  if (!spec.is_object()) return;
  Default(spec, "replicas", 1);
  DefaultTemplate(spec);
  const Json labels = At(spec, {"template", "metadata", "labels"});
  if (!labels.is_object()) return;
  if (At(spec, {"selector"}).empty()) spec["selector"] = labels;
  Json& meta = controller["metadata"];
  if (At(meta, {"labels"}).empty()) meta["labels"] = labels;
}

// In a Pod, but not in a template, a request that is not set is the limit.
void DefaultRequests(Json& spec, const char* list) {
  const auto found = spec.find(list);
  if (found == spec.end() || !found->is_array()) return;
  for (Json& container : *found) {
    const Json limits = At(container, {"resources", "limits"});
    if (!limits.is_object()) continue;
    for (const auto& [resource, limit] : limits.items()) {
      Default(container["resources"]["requests"], resource.c_str(), limit);
    }
  }
}

void DefaultPod(Json& pod) {
  DefaultPodSpec(pod["spec"]);
  DefaultRequests(pod["spec"], "containers");
  DefaultRequests(pod["spec"], "initContainers");
  Default(pod["spec"], "enableServiceLinks", true);
  Default(pod, "status", Json::object());
  if (!pod["status"].is_object()) return;
  Default(pod["status"], "phase", "Pending");
  Default(pod["status"], "qosClass", "BestEffort");
}

bool IsEmpty(const Json& value) {
  return value.is_null() || ((value.is_object() || value.is_array()) && value.empty()) ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

void Drop(Json& object, std::initializer_list<const char*> keys) {
  if (!object.is_object()) return;
  for (const char* key : keys) {
    const auto found = object.find(key);
    if (found == object.end()) continue;
    const bool zero = found->is_number_integer() && found->get<int64_t>() == 0;
    const bool no = found->is_boolean() && !found->get<bool>();
    if (IsEmpty(*found) || zero || no) object.erase(found);
  }
}

void DropNulls(Json& value) {
  if (value.is_object()) {
    for (auto at = value.begin(); at != value.end();) {
      if (at->is_null()) {
        at = value.erase(at);
      } else {
        DropNulls(*at);
        ++at;
      }
    }
  } else if (value.is_array()) {
    for (Json& element : value) DropNulls(element);
  }
}

}  // namespace

void ApplyDefaults(const ApiResource& resource, Json& object) {
  if (resource.custom) return Coerce(SchemaOf(resource), object);
  if (resource.resource == resources::kDeployments) {
    Json& spec = object["spec"];
    if (!spec.is_object()) return;
    Default(spec, "replicas", 1);
    Default(spec, "revisionHistoryLimit", 10);
    Default(spec, "progressDeadlineSeconds", 600);
    DefaultStrategy(spec);
    DefaultTemplate(spec);
  } else if (resource.resource == resources::kReplicaSets) {
    Json& spec = object["spec"];
    if (!spec.is_object()) return;
    Default(spec, "replicas", 1);
    DefaultTemplate(spec);
  } else if (resource.resource == resources::kReplicationControllers) {
    DefaultReplicationController(object);
  } else if (resource.resource == resources::kPods) {
    DefaultPod(object);
  } else if (resource.resource == resources::kNamespaces) {
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = NameOf(object);
    Default(object, "spec", {{"finalizers", {"kubernetes"}}});
    Default(object, "status", {{"phase", "Active"}});
  } else if (resource.resource == resources::kPodDisruptionBudgets) {
    // The encoder never leaves these numbers out.
    Default(object, "status", Json::object());
    for (const char* counter :
         {"currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"}) {
      Default(object["status"], counter, 0);
    }
  }
}

void DropEmptyFields(const ApiResource& resource, Json& object) {
  DropNulls(resource.custom ? object["metadata"] : object);
  Drop(object["metadata"], {"labels", "annotations", "finalizers", "ownerReferences",
                            "generateName", "resourceVersion", "uid", "namespace", "generation"});
  if (resource.resource == resources::kDeployments) {
    Drop(object["spec"], {"minReadySeconds", "paused"});
    // observedGeneration and the counters of a Deployment are plain numbers, which the encoder
    // leaves out at 0. collisionCount and terminatingReplicas are pointers, which it keeps at 0
    // (D-403).
    Drop(object["status"], {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas",
                            "availableReplicas", "unavailableReplicas", "conditions"});
    if (object["status"].is_null()) object["status"] = Json::object();
  } else if (resource.resource == resources::kReplicaSets ||
             resource.resource == resources::kReplicationControllers) {
    // Only a ReplicaSet's status has it.
    const bool controller = resource.resource == resources::kReplicationControllers;
    if (controller && object["status"].is_object()) object["status"].erase("terminatingReplicas");
    Drop(object["spec"], {"minReadySeconds"});
    Drop(object["status"], {"observedGeneration", "fullyLabeledReplicas", "readyReplicas",
                            "availableReplicas", "conditions"});
    if (!object["status"].contains("replicas")) object["status"]["replicas"] = 0;
  } else if (resource.resource == resources::kEvents) {
    if (!object.contains("eventTime")) object["eventTime"] = nullptr;
  }
}

}  // namespace windlass::sim
