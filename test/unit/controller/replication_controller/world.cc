#include "test/unit/controller/replication_controller/world.h"

#include <algorithm>

#include "controller/replication_controller/services.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"

namespace windlass::replication_controller {
namespace {

bool Selects(const json& selector, const json& labels) {
  return std::ranges::all_of(selector.items(), [&](const auto& pair) {
    return labels.contains(pair.key()) && labels[pair.key()] == pair.value();
  });
}

const json& Labels(const json& pod) { return pod.at("metadata").at("labels"); }

std::string OwnerOf(const json& pod) {
  const json& metadata = pod.at("metadata");
  if (!metadata.contains("ownerReferences") || metadata["ownerReferences"].empty()) return {};
  return metadata["ownerReferences"][0]["uid"];
}

template <typename Predicate>
std::set<std::string> UidsOf(const std::map<std::string, json>& pods, Predicate&& wanted) {
  std::set<std::string> uids;
  for (const auto& [name, pod] : pods) {
    if (wanted(pod)) uids.insert(pod["metadata"]["uid"]);
  }
  return uids;
}

bool IsReady(const json& pod) {
  return pod.contains("status") && pod["status"].contains("conditions");
}

void BecomeReady(json& pod, WallTime now) {
  pod["status"]["conditions"] = json::array(
      {{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", FormatTime(now)}}});
}

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

World::World() { update_ = nullptr; }

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
  const json& uid = controller["metadata"]["uid"];
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
  for (size_t i = owned.size(); i < wanted; ++i) {
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
  const json status = {{"replicas", wanted},
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
      if (OwnerOf(pod) != at->second["metadata"]["uid"]) continue;
      pod["metadata"].erase("ownerReferences");
      pod["metadata"]["resourceVersion"] = std::to_string(++versions_);
      return true;
    }
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
  const json uid = controllers_.at(controller)["metadata"]["uid"];
  for (auto& [name, pod] : pods_) {
    if (OwnerOf(pod) != uid || IsReady(pod) || pods-- <= 0) continue;
    BecomeReady(pod, now);
  }
}

// --- the API server ---

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
  } else if (request.resource() == kServices) {
    items = services_;
  } else if (request.resource() == resources::kReplicaSets) {
    items = replica_sets_;
  } else if (request.resource() == resources::kReplicationControllers) {
    for (const auto& [name, controller] : controllers_) items.push_back(controller);
  } else {
    REQUIRE(request.resource() == resources::kPods);
    for (const auto& [name, pod] : pods_) {
      if (MatchesQuery(request.label_selector(), Labels(pod))) items.push_back(pod);
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
    REQUIRE(Selects(after["spec"]["selector"], after["spec"]["template"]["metadata"]["labels"]));
  }
  if (after == before) return Reply{object.dump()};
  object = after;
  Stamp(object, before);
  return Reply{object.dump()};
}

Result<Reply> World::Delete(const Request& request) {
  const auto at = controllers_.find(request.key().name);
  if (at == controllers_.end()) return ErrorOf(ErrorKind::kNotFound, "gone");
  const json body = json::parse(request.body());
  json& metadata = at->second["metadata"];
  if (body["preconditions"]["uid"] != metadata["uid"] ||
      body["preconditions"]["resourceVersion"] != metadata["resourceVersion"]) {
    return ErrorOf(ErrorKind::kConflict, "another version");
  }
  if (body["propagationPolicy"] == "Orphan") {
    metadata["deletionTimestamp"] = FormatTime(now);
    metadata["resourceVersion"] = std::to_string(++versions_);
  } else {
    controllers_.erase(at);
  }
  return Reply{"{}"};
}

Result<Reply> World::Answer(const Request& request) {
  if (refuse && request.mutates()) {
    if (auto error = refuse(request)) return *error;
  }
  switch (request.verb()) {
    case Verb::kList: return List(request);
    case Verb::kGet: {
      const json* object = Find(request);
      if (object == nullptr) return ErrorOf(ErrorKind::kNotFound, "gone");
      return Reply{object->dump()};
    }
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

// The cache takes over what was answered about one ReplicationController.
void World::Fold(const Request& request) {
  if (!controllers_seen_ || request.verb() == Verb::kList) return;
  if (request.resource() != resources::kReplicationControllers) return;
  const auto at = controllers_.find(request.key().name);
  if (at == controllers_.end()) {
    controllers_seen_->erase(request.key().name);
  } else {
    controllers_seen_->insert_or_assign(at->first, at->second);
  }
}

void World::CatchUp() {
  controllers_seen_.reset();
  pods_seen_.reset();
}

Result<Reply> World::Execute(const Request& request) {
  Result<Reply> reply = Answer(request);
  if (reply.ok()) Fold(request);
  if (!request.mutates()) reads_.push_back(request.Describe());
  if (request.mutates() && reply.ok()) {
    writes_.push_back(request.Describe());
    HearLines();
    if (after_write) after_write();
  }
  return reply;
}

// --- the planner ---

// A client that tails the status sees each line once.
void World::HearLines() {
  if (!update_.is_object() || !update_.contains("status")) return;
  const json& status = update_["status"];
  const int64_t count = status.value("lineCount", int64_t{0});
  const json& kept = status["lines"];
  for (int64_t i = std::max(heard_, count - static_cast<int64_t>(kept.size())); i < count; ++i) {
    lines_.push_back(kept[kept.size() - static_cast<size_t>(count - i)]);
  }
  heard_ = count;
}

void World::DecodeAll() {
  auto update = DecodeReplicationControllerUpdate(decoder_, update_.dump());
  REQUIRE(update.ok());
  decoded_update_ = *std::move(update);
  decoded_controllers_.clear();
  for (const auto& [name, object] : controllers_seen_.value_or(controllers_)) {
    auto controller = DecodeReplicationController(decoder_, object.dump());
    REQUIRE(controller.ok());
    decoded_controllers_.emplace(name, *std::move(controller));
  }
  decoded_pods_.clear();
  for (const auto& [name, object] : pods_seen_.value_or(pods_)) {
    auto pod = DecodePod(decoder_, object.dump());
    REQUIRE(pod.ok());
    decoded_pods_.push_back(*std::move(pod));
  }
}

View World::MakeView() {
  DecodeAll();
  const auto find = [&](const std::string& name) -> const ReplicationController* {
    const auto at = decoded_controllers_.find(name);
    return at == decoded_controllers_.end() ? nullptr : &at->second;
  };
  View view{.update = *decoded_update_, .old_controller = find(decoded_update_->meta.name)};
  view.new_controller = find(NewNameOf(view.update, view.old_controller));
  for (const Pod& pod : decoded_pods_) view.pods.push_back(&pod);
  return view;
}

Step World::Sync() {
  Learned learned;
  crashed_ = false;
  for (int i = 0; i < 200; ++i) {
    Step step = Next(MakeView(), learned, now);
    if (const auto* read = std::get_if<Read>(&step)) {
      learned.push_back(OutcomeOf(read->request, Execute(read->request)));
      continue;
    }
    const auto* write = std::get_if<Write>(&step);
    if (write == nullptr) return step;
    REQUIRE_FALSE(WasSent(step, learned));
    const bool dies = crash_at_ && calls_ == *crash_at_;
    ++calls_;
    if (!dies || crash_after_) {
      Result<Reply> reply = Execute(write->request);
      if (!dies && reply.ok()) {
        for (const Event& event : write->on_success) {
          events_.push_back(event.reason);
          messages_.push_back(event.message);
        }
      }
      if (!dies && !reply.ok() && !GoesOnAfter(*write, reply.error().kind)) return Wait{};
      learned.push_back(OutcomeOf(*write, std::move(reply)));
    }
    if (!dies) continue;
    crash_at_.reset();
    crashed_ = true;
    if (local) {
      update_ = update_as_made_;
      heard_ = 0;
    }
    return Wait{};
  }
  FAIL("a sync without an end");
  return Wait{};
}

void World::Run() {
  int idle = 0;
  for (int i = 0; i < 3000 && idle < 3; ++i) {
    const size_t before = writes_.size();
    const Step step = Sync();
    const bool settled = Settle();
    const bool moved = crashed_ || settled || writes_.size() != before;
    if (moved) {
      idle = 0;
      now = now + seconds(1);
      continue;
    }
    const auto* wait = std::get_if<Wait>(&step);
    if (wait != nullptr && wait->look_again_in) {
      now = now + std::max(seconds(1), std::chrono::ceil<seconds>(*wait->look_again_in));
      idle = 0;
      if (phase() == "Succeeded" || phase() == "RolledBack" || phase() == "Failed") ++idle;
      continue;
    }
    ++idle;
  }
}

void World::CrashAt(int call, bool after_it) {
  crash_at_ = call;
  crash_after_ = after_it;
  calls_ = 0;
}

// --- what there is ---

json World::Annotations(const std::string& name) const {
  return controllers_.at(name).at("metadata").value("annotations", json::object());
}

std::string World::phase() const {
  return update_.value("status", json::object()).value("phase", "");
}
std::string World::message() const {
  return update_.value("status", json::object()).value("message", "");
}
std::string World::reason() const {
  const json conditions =
      update_.value("status", json::object()).value("conditions", json::array());
  return conditions.empty() ? "" : conditions[0]["reason"].get<std::string>();
}

std::set<std::string> World::PodsOf(const std::string& controller) const {
  const std::string uid = controllers_.at(controller)["metadata"]["uid"];
  return UidsOf(pods_, [&](const json& pod) { return OwnerOf(pod) == uid; });
}
std::set<std::string> World::Pods() const {
  return UidsOf(pods_, [](const json&) { return true; });
}
std::set<std::string> World::Orphans() const {
  return UidsOf(pods_, [](const json& pod) { return OwnerOf(pod).empty(); });
}

}  // namespace windlass::replication_controller
