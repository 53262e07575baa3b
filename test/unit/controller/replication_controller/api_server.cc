// The API server of World: it answers one request, and checks preconditions.
#include <algorithm>
#include <utility>

#include "controller/api/custom_resources.h"
#include "kubeclient/api/service.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/unit/controller/replication_controller/pod_json.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller {
namespace {

// Reads "a=b,c!=d".
bool MatchesQuery(const std::string& query, const json& labels) {
  size_t at = 0;
  while (at < query.size()) {
    const size_t end = std::min(query.find(',', at), query.size());
    const std::string part = query.substr(at, end - at);
    at = end + 1;
    const size_t equals = part.find('=');
    const bool differs = equals > 0 && part[equals - 1] == '!';
    const std::string key = part.substr(0, differs ? equals - 1 : equals);
    const bool same = labels.contains(key) && labels[key] == part.substr(equals + 1);
    if (same == differs) return false;
  }
  return true;
}

Error ErrorOf(ErrorKind kind, std::string message) { return {kind, std::move(message)}; }

}  // namespace

std::string World::NewUid() {
  char text[40];
  std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012d", ++uids_);
  return text;
}

void World::Stamp(json& object, const json& before) {
  json& metadata = object["metadata"];
  metadata["resourceVersion"] = std::to_string(++versions_);
  const bool changed = !before.is_object() || before.value("spec", json()) != object["spec"];
  if (changed) metadata["generation"] = metadata.value("generation", 0) + 1;
}

json* World::Find(const Request& request) {
  const std::string& name = request.key().name;
  if (request.resource() == resources::kReplicationControllerUpdates) {
    return update_.is_object() ? &update_ : nullptr;
  }
  auto& objects = request.resource() == resources::kPods ? pods_ : controllers_;
  const auto at = objects.find(name);
  return at == objects.end() ? nullptr : &at->second;
}

Result<Reply> World::List(const Request& request) {
  json items = json::array();
  if (request.resource() == resources::kHorizontalPodAutoscalers) {
    items = autoscalers_;
  } else if (request.resource() == resources::kServices) {
    items = services_;
  } else if (request.resource() == resources::kReplicaSets) {
    items = replica_sets_;
  } else if (request.resource() == resources::kReplicationControllers) {
    for (const auto& [name, controller] : controllers_) items.push_back(controller);
  } else {
    REQUIRE(request.resource() == resources::kPods);
    for (const auto& [name, pod] : pods_) {
      if (MatchesQuery(request.list_options().label_selector, Labels(pod))) items.push_back(pod);
    }
  }
  return Reply{
      json{{"kind", "List"}, {"apiVersion", "v1"}, {"metadata", json::object()}, {"items", items}}
          .dump()};
}

Result<Reply> World::Create(const Request& request) {
  REQUIRE(request.resource() == resources::kReplicationControllers);
  if (Has(request.key().name)) return ErrorOf(ErrorKind::kAlreadyExists, "it exists");
  json object = json::parse(request.body());
  if (!object["spec"].contains("selector")) {
    object["spec"]["selector"] = object["spec"]["template"]["metadata"]["labels"];
  }
  REQUIRE(Selects(object["spec"]["selector"], object["spec"]["template"]["metadata"]["labels"]));
  if (webhook) webhook(object);
  if (change) change(request, object);
  if (!request.mutates()) return Reply{object.dump()};
  object["metadata"]["uid"] = NewUid();
  Stamp(object, nullptr);
  controllers_[request.key().name] = object;
  return Reply{object.dump()};
}

Result<Reply> World::Patch(const Request& request, json& object) {
  const json before = object;
  json body = json::parse(request.body());
  json after = object;
  if (request.patch_type() == PatchType::kMerge) {
    const json& metadata = body["metadata"];
    if (metadata["uid"] != object["metadata"]["uid"] ||
        metadata["resourceVersion"] != object["metadata"]["resourceVersion"]) {
      return ErrorOf(ErrorKind::kConflict, "another version");
    }
    const bool of_status = request.subresource() == "status";
    if (of_status) body = {{"status", body["status"]}};
    after.merge_patch(body);
  } else {
    REQUIRE(body[1]["path"] == "/metadata/resourceVersion");
    if (body[1]["value"] != object["metadata"]["resourceVersion"]) {
      return ErrorOf(ErrorKind::kConflict, "another version");
    }
    after = object.patch(body);
  }
  if (request.resource() == resources::kReplicationControllers) {
    if (change) change(request, after);
    REQUIRE(Selects(after["spec"]["selector"], after["spec"]["template"]["metadata"]["labels"]));
  }
  if (after == before) return Reply{object.dump()};
  size_t annotation_bytes = 0;
  for (const auto& [key, value] : after["metadata"]["annotations"].items()) {
    annotation_bytes += key.size() + value.get_ref<const std::string&>().size();
  }
  if (annotation_bytes > size_t{256} << 10U) {
    return ErrorOf(ErrorKind::kInvalid, "metadata.annotations: Too long");
  }
  object = after;
  Stamp(object, before);
  return Reply{object.dump()};
}

Result<Reply> World::Delete(const Request& request) {
  const auto at = controllers_.find(request.key().name);
  if (at == controllers_.end()) return ErrorOf(ErrorKind::kNotFound, "gone");
  const json body = json::parse(request.body());
  // Without a policy the API server leaves the Pods of a ReplicationController, and those of no
  // other resource (RC-13).
  const std::string policy = body.value("propagationPolicy", "");
  INFO(request.Describe() << " " << body);
  REQUIRE((policy == "Background" || policy == "Orphan"));
  json& metadata = at->second["metadata"];
  if (body["preconditions"]["uid"] != metadata["uid"] ||
      body["preconditions"]["resourceVersion"] != metadata["resourceVersion"]) {
    return ErrorOf(ErrorKind::kConflict, "another version");
  }
  if (policy == "Orphan" || metadata.contains("finalizers")) {
    metadata["deletionTimestamp"] = FormatTime(now);
    metadata["resourceVersion"] = std::to_string(++versions_);
  } else {
    controllers_.erase(at);
  }
  return Reply{"{}"};
}

Result<Reply> World::Answer(const Request& request) {
  if (refuse) {
    if (auto error = refuse(request)) return *error;
  }
  switch (request.verb()) {
    case Verb::kList: return List(request);
    case Verb::kGet: {
      const json* object = Find(request);
      if (object == nullptr) return ErrorOf(ErrorKind::kNotFound, "gone");
      return Reply{object->dump()};
    }
    case Verb::kDryRunCreate:
    case Verb::kCreate: return Create(request);
    case Verb::kDelete: return Delete(request);
    case Verb::kPatch: {
      json* object = Find(request);
      if (object == nullptr) return ErrorOf(ErrorKind::kNotFound, "gone");
      return Patch(request, *object);
    }
    default: FAIL("no such verb here: " << request.Describe());
  }
  return ErrorOf(ErrorKind::kInvalid, "");
}

}  // namespace windlass::replication_controller
