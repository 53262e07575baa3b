#include "test/unit/controller/workload/cluster.h"

#include <algorithm>
#include <utility>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/planner/planner.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/unit/controller/workload/as_workload.h"

namespace windlass::workload {
namespace {

using Json = nlohmann::json;

constexpr int kSyncsMax = 300;

// Annotations that the Deployment keeps when kubectl undoes a rollout (D-624).
constexpr std::string_view kKeptByUndo[] = {kLastApplied,     kRevision,    kRevisionHistory,
                                            kDesiredReplicas, kMaxReplicas, kRollbackTo};

std::string UidText(int number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 12 - digits.size(), '0');
  return "00000000-0000-4000-8000-" + digits;
}

std::string ImageOf(const Json& object) {
  return object["spec"]["template"]["spec"]["containers"][0]["image"];
}

std::string AnnotationOf(const Json& object, std::string_view key) {
  const Json annotations = object["metadata"].value("annotations", Json::object());
  return annotations.value(std::string(key), "");
}

Error Refused(ErrorKind kind, std::string message) { return {kind, std::move(message)}; }

// RFC 7386, as the server applies it. Zero counters and nulls are not stored, except for the
// counters that the server keeps at 0.
void Merge(Json& object, Json patch) {
  object.merge_patch(patch);
  if (!object.contains("status")) return;
  for (auto it = object["status"].begin(); it != object["status"].end();) {
    const bool kept = it.key() == "terminatingReplicas" || it.key() == "collisionCount";
    it = *it == 0 && !kept ? object["status"].erase(it) : std::next(it);
  }
}

// Merges ownerReferences by uid, as a strategic merge does. Such a patch contains nothing else.
void MergeOwners(Json& object, const Json& patch) {
  Json owners = object["metadata"].value("ownerReferences", Json::array());
  for (const Json& change : patch["metadata"]["ownerReferences"]) {
    const auto same = std::find_if(owners.begin(), owners.end(), [&](const Json& owner) {
      return owner["uid"] == change["uid"];
    });
    if (change.contains("$patch")) {
      if (same != owners.end()) owners.erase(same);
    } else if (same != owners.end()) {
      same->update(change);
    } else {
      owners.push_back(change);
    }
  }
  object["metadata"]["ownerReferences"] = owners;
}

void CountGeneration(const Json& before, Json& object) {
  if (object["spec"] == before["spec"]) return;
  object["metadata"]["generation"] = object["metadata"]["generation"].get<int>() + 1;
}

// Returns the uid and resourceVersion that a patch was made for.
std::pair<Json, Json> Preconditions(const Json& patch) {
  if (patch.is_array()) return {patch.at(0).at("value"), patch.at(1).at("value")};
  return {patch["metadata"]["uid"], patch["metadata"]["resourceVersion"]};
}

}  // namespace

Cluster::Cluster(int32_t replicas)
    : decoder_(symbols_), interest_(decoder_.interests(), KeptForKind()) {
  deployment_ = Json::parse(R"({
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "ns", "generation": 1},
    "spec": {
      "selector": {"matchLabels": {"app": "web"}},
      "strategy": {"type": "RollingUpdate",
                   "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
      "progressDeadlineSeconds": 600, "revisionHistoryLimit": 10,
      "template": {"metadata": {"labels": {"app": "web"}},
                   "spec": {"containers": [{"name": "a", "image": "v1", "securityContext": {}}]}}},
    "status": {}})");
  deployment_["metadata"]["uid"] = UidText(1);
  deployment_["metadata"]["creationTimestamp"] = FormatTime({now});
  deployment_["spec"]["replicas"] = replicas;
  Touch(deployment_);
}

void Cluster::Touch(Json& object) {
  object["metadata"]["resourceVersion"] = std::to_string(++resource_version_);
}

void Cluster::Edit(const std::function<void(Json&)>& edit) {
  Json after = deployment_;
  edit(after);
  const auto annotations = [](const Json& d) {
    return d["metadata"].value("annotations", Json::object());
  };
  if (after["spec"] != deployment_["spec"] || annotations(after) != annotations(deployment_)) {
    after["metadata"]["generation"] = deployment_["metadata"]["generation"].get<int>() + 1;
  }
  deployment_ = std::move(after);
  Touch(deployment_);
}

void Cluster::SetImage(const std::string& image) {
  Edit([&](Json& d) { d["spec"]["template"]["spec"]["containers"][0]["image"] = image; });
}

void Cluster::RollOut(const std::string& image) {
  SetImage(image);
  Settle();
}

void Cluster::Scale(int32_t replicas) {
  Edit([&](Json& d) { d["spec"]["replicas"] = replicas; });
}

void Cluster::ScaleAndSettle(int32_t replicas) {
  Scale(replicas);
  Settle();
}

void Cluster::SyncAndRunSets(int rounds, const std::map<std::string, int32_t>& available) {
  for (int i = 0; i < rounds; ++i) {
    Sync();
    RunReplicaSets(available);
  }
}

Step Cluster::SyncAfter(int64_t wait) {
  now += wait;
  return Sync();
}

void Cluster::ChangeStrategy(const std::string& type) {
  Edit([&](Json& d) { d["spec"]["strategy"] = {{"type", type}}; });
}

void Cluster::DeleteInForeground() {
  deployment_["metadata"]["deletionTimestamp"] = FormatTime({now});
  deployment_["metadata"]["generation"] = deployment_["metadata"]["generation"].get<int>() + 1;
  Touch(deployment_);
}

void Cluster::Undo(const std::string& to_revision) {
  for (const auto& [name, rs] : replica_sets_) {
    if (AnnotationOf(rs, kRevision) != to_revision) continue;
    Edit([&, rs = rs](Json& d) {
      d["spec"]["template"] = rs["spec"]["template"];
      d["spec"]["template"]["metadata"]["labels"].erase("pod-template-hash");
      Json& annotations = d["metadata"]["annotations"];
      Json next = Json::object();
      for (const std::string_view kept : kKeptByUndo) {
        const std::string key(kept);
        if (annotations.contains(key)) next[key] = annotations[key];
      }
      for (const auto& [key, value] : rs["metadata"]["annotations"].items()) {
        if (std::ranges::find(kKeptByUndo, key) == std::end(kKeptByUndo)) next[key] = value;
      }
      annotations = std::move(next);
    });
    return;
  }
  FAIL("no ReplicaSet of revision " << to_revision);
}

void Cluster::EditReplicaSet(const std::string& name, const std::function<void(Json&)>& edit) {
  Json& rs = replica_sets_.at(name);
  const Json before = rs;
  edit(rs);
  CountGeneration(before, rs);
  Touch(rs);
}

void Cluster::RunReplicaSets(const std::map<std::string, int32_t>& available) {
  for (auto& [name, rs] : replica_sets_) {
    const int32_t size = rs["spec"]["replicas"];
    const auto limited = available.find(ImageOf(rs));
    const int32_t ready = limited == available.end() ? size : std::min(size, limited->second);
    const Json status = {{"observedGeneration", rs["metadata"]["generation"]},
                         {"replicas", size},
                         {"readyReplicas", ready},
                         {"availableReplicas", ready},
                         {"terminatingReplicas", 0}};
    if (rs["status"] == status) continue;
    rs["status"] = status;
    Touch(rs);
  }
}

void Cluster::SetPods(const std::string& rs, int count) {
  std::erase_if(pods_, [&](const auto& pod) { return pod.first.starts_with(rs + "-pod"); });
  for (int i = 0; i < count; ++i) {
    const std::string name = rs + "-pod" + std::to_string(i);
    pods_[name] = {{"metadata",
                    {{"name", name},
                     {"namespace", "ns"},
                     {"labels", {{"app", "web"}}},
                     {"ownerReferences",
                      {{{"apiVersion", "apps/v1"},
                        {"kind", "ReplicaSet"},
                        {"name", rs},
                        {"uid", replica_sets_.at(rs)["metadata"]["uid"]},
                        {"controller", true}}}}}}};
  }
}

Json Cluster::Shown(const Json& object) const {
  Json shown = object;
  if (defaults) defaults(shown);
  if (!stock || !shown["metadata"].contains("annotations")) return shown;
  Json& annotations = shown["metadata"]["annotations"];
  for (auto it = annotations.begin(); it != annotations.end();) {
    it =
        it.key().find("windlass.dev/") != std::string::npos ? annotations.erase(it) : std::next(it);
  }
  return shown;
}

Step Cluster::Sync(int writes_max) {
  Learned learned;
  for (int steps = 0; steps < 64; ++steps) {
    const auto deployment = DecodeDeployment(decoder_, Shown(deployment_).dump());
    REQUIRE(deployment.ok());
    View view{.workload = AsWorkload(*deployment)};
    for (const auto& [name, rs] : replica_sets_) {
      view.replica_sets.push_back(&decoded_.Get(
          name, Shown(rs), [&](const auto& text) { return DecodeReplicaSet(decoder_, text); }));
    }
    for (const auto& [name, pod] : pods_) {
      view.pods.push_back(&decoded_pods_.Get(
          name, pod, [&](const auto& text) { return DecodePodMetadata(decoder_, text); }));
    }
    view.pods_known = pods_known;
    if (look) look(view);

    Step step = Next(view, learned, {now});
    if (const Read* read = std::get_if<Read>(&step)) {
      reads.push_back(read->request.Describe());
      learned.push_back(OutcomeOf(*read, Execute(read->request)));
      continue;
    }
    const Write* write = std::get_if<Write>(&step);
    if (write == nullptr) {
      const auto* failed = std::get_if<Failed>(&step);
      for (const Event& event : failed != nullptr ? failed->events : std::get<Wait>(step).events) {
        events.push_back(event.reason + ": " + event.message);
      }
      return step;
    }
    if (write->request.resource() == resources::kPods) CHECK(write->needs_recent_view);  // S-012
    const auto before = replica_sets_.find(write->request.key().name);
    const std::string note =
        Describe(write->request, before == replica_sets_.end() ? Json() : before->second);
    Result<Reply> said = Execute(write->request);
    if (!said.ok() && !GoesOnAfter(*write, said.error().kind)) {
      return Failed{.error = said.error()};
    }
    Outcome outcome = OutcomeOf(*write, std::move(said));
    if (outcome.said.ok()) {
      writes.push_back(note);
      if (outcome.tells) {
        for (const Event& event : write->on_success) events.push_back(event.message);
      }
      const std::string& fallback = write->because.counted_reason;
      if (!fallback.empty()) fallbacks.push_back(fallback);
      if (--writes_max == 0) return Wait{};
    }
    learned.push_back(std::move(outcome));
  }
  FAIL("the sync does not end");
  return Wait{};
}

void Cluster::Settle() {
  for (int syncs = 0; syncs < kSyncsMax; ++syncs) {
    const int64_t before = resource_version_;
    Sync();
    RunReplicaSets();
    ++now;
    if (resource_version_ == before) return;
  }
  FAIL("the rollout does not settle");
}

std::string Cluster::Describe(const Request& request, const Json& before) {
  if (request.resource() == resources::kDeployments) {
    if (request.subresource() == "status") return "status";
    return request.patch_type() == PatchType::kJson ? "roll back" : "clear rollback";
  }
  if (request.resource() == resources::kPods) return "patch " + request.key().name;
  if (request.patch_type() == PatchType::kJson) return "exchange " + ImageOf(before);
  if (request.verb() == Verb::kDelete) return "delete " + ImageOf(before);
  const Json body = Json::parse(request.body());
  if (request.verb() == Verb::kCreate) {
    return "create " + ImageOf(body) + " " + body["spec"]["replicas"].dump();
  }
  if (request.patch_type() == PatchType::kStrategicMerge) {
    const bool release = body["metadata"]["ownerReferences"][0].contains("$patch");
    return (release ? "release " : "adopt ") + ImageOf(before);
  }
  const Json spec = body.value("spec", Json::object());
  if (!spec.contains("replicas")) return "annotate " + ImageOf(before);
  return "scale " + ImageOf(before) + " " + before["spec"]["replicas"].dump() + " " +
         spec["replicas"].dump();
}

Result<Reply> Cluster::Execute(const Request& request) {
  if (server) {
    if (auto answer = server(request)) return *answer;
  }
  switch (request.verb()) {
    case Verb::kCreate: return Create(request);
    case Verb::kPatch: return Patch(request);
    case Verb::kList: return ListPods();
    case Verb::kDelete:
      replica_sets_.erase(request.key().name);
      ++resource_version_;
      return Reply{"{}"};
    default: return Get(request);
  }
}

Result<Reply> Cluster::Get(const Request& request) {
  if (request.resource() == resources::kDeployments) return Reply{Shown(deployment_).dump()};
  const auto found = replica_sets_.find(request.key().name);
  if (found == replica_sets_.end()) return Refused(ErrorKind::kNotFound, "not found");
  return Reply{Shown(found->second).dump()};
}

Result<Reply> Cluster::ListPods() {
  Json items = Json::array();
  for (const auto& [name, pod] : pods_) items.push_back(pod);
  return Reply{Json{{"metadata", {{"resourceVersion", "1"}}}, {"items", items}}.dump()};
}

Result<Reply> Cluster::Create(const Request& request) {
  const std::string& name = request.key().name;
  if (replica_sets_.contains(name)) {
    return Refused(ErrorKind::kAlreadyExists, "replicasets.apps \"" + name + "\" already exists");
  }
  Json rs = Json::parse(request.body());
  if (webhook) webhook(rs);
  rs["metadata"]["uid"] = UidText(100 + ++born_);
  rs["metadata"]["generation"] = 1;
  rs["metadata"]["creationTimestamp"] = FormatTime({now + server_ahead});
  rs["status"] = Json::object();
  Touch(rs);
  replica_sets_[name] = rs;
  return Reply{rs.dump()};
}

Result<Reply> Cluster::Patch(const Request& request) {
  const bool deployment = request.resource() == resources::kDeployments;
  const bool status = request.subresource() == "status";
  Json& object = deployment ? deployment_ : replica_sets_.at(request.key().name);
  Json patch = Json::parse(request.body());
  const auto [uid, resource_version] = Preconditions(patch);
  if (uid != object["metadata"]["uid"] ||
      resource_version != object["metadata"]["resourceVersion"]) {
    return Refused(ErrorKind::kConflict, "the object has been modified");
  }
  const Json before = object;
  switch (request.patch_type()) {
    case PatchType::kJson: object.patch_inplace(patch); break;
    case PatchType::kStrategicMerge: MergeOwners(object, patch); break;
    default: Merge(object, std::move(patch));
  }
  if (update_webhook && !deployment) update_webhook(before, object);
  if (deployment_webhook && deployment && !status) deployment_webhook(before, object);
  const auto annotations = [](const Json& o) {
    return o["metadata"].value("annotations", Json::object());
  };
  const bool edited = object["spec"] != before["spec"] ||
                      (deployment && annotations(object) != annotations(before));
  if (!status && edited) {  // D-702
    object["metadata"]["generation"] = object["metadata"]["generation"].get<int>() + 1;
  }
  if (object != before) Touch(object);
  return Reply{object.dump()};
}

Json* Cluster::FindByImage(const std::string& image) {
  for (auto& [name, rs] : replica_sets_) {
    if (ImageOf(rs) == image) return &rs;
  }
  return nullptr;
}

Json& Cluster::ReplicaSet(const std::string& image) {
  Json* rs = FindByImage(image);
  REQUIRE(rs != nullptr);
  return *rs;
}

std::string Cluster::RevisionOf(const std::string& image) {
  return AnnotationOf(ReplicaSet(image), kRevision);
}

std::string Cluster::HistoryOf(const std::string& image) {
  return AnnotationOf(ReplicaSet(image), kRevisionHistory);
}

std::string Cluster::revision() { return AnnotationOf(deployment_, kRevision); }

std::string Cluster::Condition(const std::string& type) {
  for (const Json& condition : deployment_["status"].value("conditions", Json::array())) {
    if (condition["type"] == type) {
      return condition["status"].get<std::string>() + " " + condition["reason"].get<std::string>();
    }
  }
  return "";
}

std::string Cluster::WritesAndForget() {
  std::string text;
  for (const std::string& write : writes) {
    if (write != "status") text += (text.empty() ? "" : ", ") + write;
  }
  writes.clear();
  return text;
}

}  // namespace windlass::workload
