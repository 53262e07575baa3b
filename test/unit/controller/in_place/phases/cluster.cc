#include "test/unit/controller/in_place/phases/cluster.h"

#include <algorithm>
#include <utility>

#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"

namespace windlass::in_place {
namespace {

using Json = nlohmann::json;

constexpr int kRoundsMax = 1000;
// Rounds of a second each: some completions depend on time alone.
constexpr int kQuietRounds = 100;

std::string UidText(int number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 12 - digits.size(), '0');
  return "00000000-0000-4000-9000-" + digits;
}

Json ConditionTrue(const std::string& type, int64_t since) {
  return {{"type", type}, {"status", "True"}, {"lastTransitionTime", FormatTime({since})}};
}

// Null equals absent in a test, as on the server.
bool Holds(const Json& object, const Json& operation) {
  const Json::json_pointer path(operation["path"].get<std::string>());
  const Json present = object.contains(path) ? object[path] : Json();
  return present == operation["value"];
}

}  // namespace

InPlaceCluster::InPlaceCluster(int32_t replicas, int32_t max_unavailable)
    : workload::Cluster(replicas) {
  Annotate("windlass.dev/in-place", "Only");
  Annotate("windlass.dev/in-place-max-unavailable", std::to_string(max_unavailable));
  look = [this](View& view) { Show(view); };
  server = [this](const Request& request) -> std::optional<Result<Reply>> {
    if (request.resource() != resources::kPods) return std::nullopt;
    return request.verb() == Verb::kList ? ListPods() : PatchPod(request);
  };
}

void InPlaceCluster::Annotate(const std::string& key, const std::string& value) {
  Edit([&](Json& d) { d["metadata"]["annotations"][key] = value; });
}

void InPlaceCluster::BeforeNextPatch(std::function<void(Json& pod)> kubelet_reports) {
  server = [this, answer = server,
            reports = std::move(kubelet_reports)](const Request& request) mutable {
    if (request.resource() == resources::kPods && request.verb() == Verb::kPatch && reports) {
      Json& pod = PodNamed(request.key().name);
      std::exchange(reports, nullptr)(pod);
      pod["metadata"]["resourceVersion"] = std::to_string(++pod_versions_);
    }
    return answer(request);
  };
}

void InPlaceCluster::DrainByLabel() {
  Edit(&TakeTraffic);
  SettleInPlace();
  Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
}

void InPlaceCluster::Show(View& view) {
  for (const auto& [name, pod] : pods_by_name_) {
    if (unseen.contains(name)) continue;
    view.whole_pods.push_back(&decoded_pods_.Get(
        name, pod, [&](const auto& text) { return DecodePod(pod_decoder_, text); }));
  }
  for (const Node& node : nodes) view.nodes[node.meta.name] = &node;
  for (const PodDisruptionBudget& budget : budgets) view.budgets.push_back(&budget);
  if (updated_max != kUnlimited) view.workload.limits.updated_max = updated_max;
  view.in_place_known = in_place_known;
  view.extension_reads_template = in_place_known;
  if (!in_place_known) view.in_place_missing = "pods (no right to watch them)";
}

Result<Reply> InPlaceCluster::ListPods() {
  Json items = Json::array();
  for (const auto& [name, pod] : pods_by_name_) items.push_back(pod);
  return Reply{Json{{"metadata", {{"resourceVersion", "1"}}}, {"items", items}}.dump()};
}

Result<Reply> InPlaceCluster::PatchPod(const Request& request) {
  const auto found = pods_by_name_.find(request.key().name);
  if (found == pods_by_name_.end()) return Error{ErrorKind::kNotFound, "not found"};
  if (request.verb() == Verb::kGet) return Reply{found->second.dump()};
  Json next = found->second;
  if (request.subresource() == "status") {
    MergeStatus(next, Json::parse(request.body()));
    found->second = next;
    return Reply{next.dump()};
  }
  for (const Json& operation : Json::parse(request.body())) {
    if (operation["op"] == "test") {
      if (!Holds(next, operation)) return Error{ErrorKind::kConflict, "testing value"};
      continue;
    }
    next.patch_inplace(Json::array({operation}));
  }
  if (request.subresource() == "resize") {  // changes nothing else
    const auto answer = resize_answers.find(request.key().name);
    if (answer != resize_answers.end() && answer->second == "NodeCapacity") {
      return Error{.kind = ErrorKind::kForbidden,
                   .message = resize_message,
                   .causes = {{.reason = "NodeCapacity"}}};
    }
    Json resized = found->second;
    for (size_t i = 0; i < next["spec"]["containers"].size(); ++i) {
      resized["spec"]["containers"][i]["resources"] = next["spec"]["containers"][i]["resources"];
    }
    next = std::move(resized);
  }
  const Json annotations = next["metadata"].value("annotations", Json::object());
  if (annotations.empty()) next["metadata"].erase("annotations");  // as the server does
  next["metadata"]["resourceVersion"] = std::to_string(++pod_versions_);
  if (on_update) on_update(found->second, next);
  if (next["spec"] != found->second["spec"]) {
    next["metadata"]["generation"] = next["metadata"]["generation"].get<int>() + 1;
  }
  found->second = next;
  return Reply{next.dump()};
}

// Merges conditions by type. The kubelet derives Ready from our gate.
void InPlaceCluster::MergeStatus(Json& pod, const Json& patch) {
  pod["metadata"].merge_patch(patch.at("metadata"));
  Json& conditions = pod["status"]["conditions"];
  for (const Json& change : patch["status"]["conditions"]) {
    std::erase_if(conditions.get_ref<Json::array_t&>(),
                  [&](const Json& one) { return one["type"] == change["type"]; });
    conditions.push_back(change);
    conditions[2]["status"] = change["status"];
  }
}

Json InPlaceCluster::NewPod(const std::string& name, const Json& rs) {
  Json pod;
  pod["metadata"] = rs["spec"]["template"]["metadata"];
  pod["metadata"]["name"] = name;
  pod["metadata"]["namespace"] = "ns";
  pod["metadata"]["uid"] = UidText(++pods_born_);
  pod["metadata"]["generation"] = 1;
  pod["metadata"]["resourceVersion"] = std::to_string(++pod_versions_);
  pod["metadata"]["creationTimestamp"] = FormatTime({now});
  pod["metadata"]["ownerReferences"] = {{{"apiVersion", "apps/v1"},
                                         {"kind", "ReplicaSet"},
                                         {"name", rs["metadata"]["name"]},
                                         {"uid", rs["metadata"]["uid"]},
                                         {"controller", true}}};
  pod["spec"] = rs["spec"]["template"]["spec"];
  Place(pod);
  return pod;
}

// Puts the Pod on a node of its own, where it runs.
void InPlaceCluster::Place(Json& pod) {
  pod["spec"]["nodeName"] = "node-" + std::to_string(nodes.size() + 1);
  Node node;
  node.meta.name = pod["spec"]["nodeName"];
  node.ready = node.heard = true;
  node.kubelet_version = {1, 36};
  nodes.push_back(node);
  pod["status"]["phase"] = "Running";
  pod["status"]["conditions"] = {ConditionTrue("PodScheduled", now),
                                 ConditionTrue("ContainersReady", now),
                                 ConditionTrue("Ready", now)};
  for (const Json& container : pod["spec"]["containers"]) {
    pod["status"]["containerStatuses"].push_back(
        {{"name", container["name"]}, {"restartCount", -1}});
  }
  if (on_create) on_create(pod);
  Run(pod);
}

// Gives the container the CPU and memory that the spec asks for, unless the kubelet refuses that.
// Returns true if the container is to be started again for it.
bool InPlaceCluster::Resize(Json& pod, size_t container) {
  const Json& spec = pod["spec"]["containers"][container];
  Json& status = pod["status"]["containerStatuses"][container];
  Json& conditions = pod["status"]["conditions"];
  std::erase_if(conditions.get_ref<Json::array_t&>(),
                [](const Json& one) { return one["type"] == "PodResizePending"; });
  if (!spec.contains("resources")) return false;
  const Json present = status.value("resources", Json());
  if (present == spec["resources"]) return false;
  const auto answer = resize_answers.find(pod["metadata"]["name"]);
  if (!present.is_null() && answer != resize_answers.end()) {
    Json pending = ConditionTrue("PodResizePending", now);
    pending["reason"] = answer->second;
    pending["message"] = resize_message;
    pending["observedGeneration"] = pod["metadata"]["generation"];
    conditions.push_back(pending);
    return false;
  }
  status["resources"] = spec["resources"];
  status["allocatedResources"] = spec["resources"].value("requests", Json::object());
  if (present.is_null() || !spec.contains("resizePolicy")) return false;
  const Json& policy = spec["resizePolicy"][0];
  const std::string resource = policy["resourceName"];
  const auto of = [&](const Json& resources) {
    return resources.value("limits", Json::object()).value(resource, "");
  };
  return policy["restartPolicy"] == "RestartContainer" && of(present) != of(spec["resources"]);
}

// Restarts containers that run another image than the spec asks for.
void InPlaceCluster::Run(Json& pod) {
  if (!pod["spec"].contains("nodeName")) return;
  for (size_t i = 0; i < pod["spec"]["containers"].size(); ++i) {
    const Json& container = pod["spec"]["containers"][i];
    Json& status = pod["status"]["containerStatuses"][i];
    const bool restarts = Resize(pod, i);
    if (status.value("image", "") == container["image"].get<std::string>() && !restarts) continue;
    const Json resources = status.value("resources", Json());
    const Json allocated = status.value("allocatedResources", Json());
    std::string id(64, '0');
    const std::string number = std::to_string(++containers_born_);
    id.replace(0, number.size(), number);
    status = {{"name", container["name"]},
              {"image", container["image"]},
              {"imageID", "id-of-" + container["image"].get<std::string>()},
              {"containerID", "containerd://" + id},
              {"restartCount", status["restartCount"].get<int>() + 1},
              {"ready", true},
              {"started", true},
              {"state", {{"running", {{"startedAt", FormatTime({now})}}}}}};
    if (resources.is_null()) continue;
    status["resources"] = resources;
    status["allocatedResources"] = allocated;
  }
  pod["status"]["observedGeneration"] = pod["metadata"]["generation"];
}

void InPlaceCluster::CloseBudget() {
  PodDisruptionBudget budget;
  budget.meta.namespace_ = "ns";
  budget.meta.name = "web";
  budget.has_selector = budget.selector.present = true;
  budget.selector.match_labels = {{"app", "web"}};
  budget.disruptions_allowed = 0;
  budgets = {budget};
}

void InPlaceCluster::RunPods() {
  for (auto& [rs_name, rs] : replica_sets()) {
    const std::string prefix = rs_name + "-pod";
    std::vector<std::string> mine;
    for (const auto& [name, pod] : pods_by_name_) {
      if (name.starts_with(prefix)) mine.push_back(name);
    }
    const size_t size = rs["spec"]["replicas"].get<size_t>();
    for (; mine.size() > size; mine.pop_back()) pods_by_name_.erase(mine.back());
    for (size_t made = mine.size(); made < size; ++made) {
      const std::string name = prefix + std::to_string(pods_born_);
      pods_by_name_[name] = NewPod(name, rs);
    }
  }
  RunReplicaSets();
}

void InPlaceCluster::Restart(const std::string& pod) { Run(pods_by_name_.at(pod)); }

void InPlaceCluster::DeletePod(const std::string& pod) { pods_by_name_.erase(pod); }

void InPlaceCluster::RestartAll() {
  for (auto& [name, pod] : pods_by_name_) Run(pod);
}

void InPlaceCluster::FailToPull(const std::string& pod) {
  Json& status = pods_by_name_.at(pod)["status"];
  status["containerStatuses"][0]["state"] = {{"waiting", {{"reason", "ImagePullBackOff"}}}};
  status["containerStatuses"][0]["ready"] = false;
  status["conditions"][2]["status"] = "False";
  status["observedGeneration"] = pods_by_name_.at(pod)["metadata"]["generation"];
}

void InPlaceCluster::FailForLong(const std::string& image, const std::string& on_failure) {
  Annotate("windlass.dev/in-place-on-failure", on_failure);
  SetImage(image);
  Sync();
  FailToPullImage(image);
  now += 61;
}

void InPlaceCluster::KeepCrashing(const std::string& pod) {
  Json& status = pods_by_name_.at(pod)["status"];
  Json& restarts = status["containerStatuses"][0]["restartCount"];
  restarts = restarts.get<int>() + 5;
  status["conditions"][2]["status"] = "False";
  status["conditions"][2]["lastTransitionTime"] = FormatTime({now});
}

void InPlaceCluster::Crash(const std::string& pod) {
  Json& status = pods_by_name_.at(pod)["status"];
  Json& container = status["containerStatuses"][0];
  container["state"] = {{"waiting", {{"reason", "CrashLoopBackOff"}}}};
  container["ready"] = false;
  container["restartCount"] = container["restartCount"].get<int>() + 1;
  status["conditions"][2]["status"] = "False";
  status["conditions"][2]["lastTransitionTime"] = FormatTime({now});
}

void InPlaceCluster::FailToPullImage(const std::string& image) {
  for (const std::string& pod : PodNames()) {
    if (ImageOfPod(pod) == image) FailToPull(pod);
  }
}

void InPlaceCluster::ForgetPatch(const std::string& pod, const std::string& image) {
  Json& object = pods_by_name_.at(pod);
  Json& annotations = object["metadata"]["annotations"];
  annotations.erase("windlass.dev/in-place-state");
  object["metadata"]["labels"].erase("windlass.dev/revision");
  if (annotations.empty())
    object["metadata"].erase("annotations");  // the server keeps no empty map
  object["spec"]["containers"][0]["image"] = image;
}

void InPlaceCluster::ReplaceUnseen(const std::string& pod, const std::string& image) {
  ForgetPatch(pod, image);
  Json& object = pods_by_name_.at(pod);
  object["metadata"]["uid"] = UidText(++pods_born_);
  object["metadata"]["generation"] = 1;
  Run(object);
  unseen.insert(pod);
}

void InPlaceCluster::SetImageOfPod(const std::string& pod, const std::string& image) {
  Json& object = pods_by_name_.at(pod);
  object["spec"]["containers"][0]["image"] = image;
  object["metadata"]["generation"] = object["metadata"]["generation"].get<int>() + 1;
}

void InPlaceCluster::SetLabel(const std::string& pod, const std::string& key,
                              const std::string& value) {
  pods_by_name_.at(pod)["metadata"]["labels"][key] = value;
}

void InPlaceCluster::Unschedule(const std::string& pod) {
  Json& object = pods_by_name_.at(pod);
  object["spec"].erase("nodeName");
  Json unscheduled = ConditionTrue("PodScheduled", now);
  unscheduled["status"] = "False";
  object["status"] = {{"phase", "Pending"}, {"conditions", Json::array({unscheduled})}};
}

void InPlaceCluster::LeaveUnscheduled(const std::string& pod) {
  Unschedule(pod);
  pods_by_name_.at(pod)["status"].erase("conditions");
}

void InPlaceCluster::Schedule(const std::string& pod) {
  Json& object = pods_by_name_.at(pod);
  object["status"] = Json::object();
  Place(object);
}

void InPlaceCluster::SyncAndRun() {
  Sync();
  RunPods();
}

void InPlaceCluster::RestartAndRun() {
  RestartAll();
  RunPods();
  ++now;
}

void InPlaceCluster::SyncWrites(int count) {
  for (int round = 0; round < 10 && count > 0; ++round) {
    const size_t before = writes.size();
    Sync(count);
    count -= static_cast<int>(writes.size() - before);
    RestartAndRun();
  }
}

void InPlaceCluster::Rounds(int rounds, int64_t wait) {
  for (int i = 0; i < rounds; ++i) {
    Sync();
    RestartAll();
    RunPods();
    now += wait;
  }
}

void InPlaceCluster::SettleAgain(int times, int64_t wait) {
  for (int i = 0; i < times; ++i) {
    now += wait;
    SettleInPlace();
  }
}

void InPlaceCluster::SettleInPlace() {
  Json before;
  int quiet = 0;
  for (int round = 0; round < kRoundsMax; ++round) {
    Sync();
    RunPods();
    RestartAll();
    ++now;
    Json all = {deployment(), replica_sets(), pods_by_name_};
    quiet = all == before ? quiet + 1 : 0;
    if (quiet > kQuietRounds) return;
    before = std::move(all);
  }
  FAIL("the update in place does not settle");
}

void InPlaceCluster::RollOutInPlace(const std::string& image) {
  SetImage(image);
  SettleInPlace();
}

void InPlaceCluster::ScaleInPlace(int32_t replicas) {
  Scale(replicas);
  SettleInPlace();
}

std::string InPlaceCluster::InPlaceMessage() {
  for (const Json& condition : deployment()["status"]["conditions"]) {
    if (condition["type"] == "windlass.dev/InPlace") return condition["message"];
  }
  return "";
}

int InPlaceCluster::in_flight() const {
  int count = 0;
  for (const auto& [name, pod] : pods_by_name_) {
    const bool runs = pod["spec"].contains("nodeName");
    if (runs &&
        pod["spec"]["containers"][0]["image"] != pod["status"]["containerStatuses"][0]["image"]) {
      ++count;
    }
  }
  return count;
}

std::vector<std::string> InPlaceCluster::PodNames() const {
  std::vector<std::string> names;
  for (const auto& [name, pod] : pods_by_name_) names.push_back(name);
  return names;
}

std::string InPlaceCluster::ImageOfPod(const std::string& pod) const {
  return pods_by_name_.at(pod)["spec"]["containers"][0]["image"];
}

int InPlaceCluster::PodsOf(const std::string& image) const {
  int count = 0;
  for (const std::string& pod : PodNames()) count += ImageOfPod(pod) == image ? 1 : 0;
  return count;
}

int InPlaceCluster::OutOfTraffic() const {
  int count = 0;
  for (const std::string& pod : PodNames()) count += LabelOf(pod, "traffic") == "off" ? 1 : 0;
  return count;
}

std::string InPlaceCluster::GateOf(const std::string& pod) const {
  for (const Json& condition : pods_by_name_.at(pod)["status"]["conditions"]) {
    if (condition["type"] == "windlass.dev/in-place-ready") return condition["status"];
  }
  return "";
}

std::string InPlaceCluster::LabelOf(const std::string& pod, const std::string& key) const {
  return pods_by_name_.at(pod)["metadata"]["labels"].value(key, "");
}

int InPlaceCluster::RestartsOf(const std::string& pod) const {
  return pods_by_name_.at(pod)["status"]["containerStatuses"][0]["restartCount"];
}

Started::Started(int32_t replicas, int32_t max_unavailable)
    : InPlaceCluster(replicas, max_unavailable) {
  SettleInPlace();
  writes.clear();
  events.clear();
}

void Started::Patch(int pods) {
  SetImage("v2");
  Rounds(pods);
}

Alone::Alone(const std::string& policy) : InPlaceCluster(1, 1) {
  Annotate("windlass.dev/in-place", policy);
  SettleInPlace();
  ChangeStrategy("Recreate");
  SettleInPlace();
}

void CheckAllRun(InPlaceCluster& cluster, const std::string& image) {
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  for (const std::string& pod : cluster.PodNames()) CHECK(cluster.ImageOfPod(pod) == image);
}

void Started::CheckAllRun(const std::string& image, size_t pods) {
  in_place::CheckAllRun(*this, image);
  CHECK(PodNames().size() == pods);
  for (const auto& [name, rs] : replica_sets()) {
    const Json annotations = rs["metadata"]["annotations"];
    for (const auto& [key, value] : annotations.items()) {
      if (key == workload::kScaledToZero) continue;  // no note of a rollout
      CHECK_FALSE(key.starts_with("internal.windlass.dev/"));
    }
  }
}

void SettlesAt(InPlaceCluster& cluster, const std::string& image) {
  cluster.SettleInPlace();
  CheckAllRun(cluster, image);
}

void Started::SettlesAt(const std::string& image, size_t pods) {
  SettleInPlace();
  CheckAllRun(image, pods);
}

void GiveStatesToFormer(InPlaceCluster& cluster) {
  const std::string uid = cluster.deployment()["metadata"]["uid"];
  for (const std::string& pod : cluster.PodNames()) {
    Json& meta = cluster.PodNamed(pod)["metadata"];
    if (!meta.contains("annotations")) continue;
    Json& annotations = meta["annotations"];
    if (!annotations.contains("windlass.dev/in-place-state")) continue;
    std::string state = annotations["windlass.dev/in-place-state"];
    state.replace(state.find(uid), uid.size(), "00000000-0000-4000-8000-0000000000ff");
    annotations["windlass.dev/in-place-state"] = state;
  }
}

void SetTemplateLabel(Json& deployment, const std::string& key, const std::string& value) {
  Json& pod_template = deployment["spec"]["template"];
  pod_template["metadata"]["labels"][key] = value;
  pod_template["spec"]["tolerations"].push_back({{"key", value}, {"operator", "Exists"}});
}

void TakeTraffic(Json& deployment) { SetTemplateLabel(deployment, "traffic", "on"); }

}  // namespace windlass::in_place
