#include "controller/replication_controller/watch/update_controller.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "controller/core/object_fault.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/crd.h"
#include "controller/replication_controller/no_cache_room.h"
#include "controller/replication_controller/planner.h"
#include "controller/runtime/live_pods.h"
#include "controller/runtime/needed_right.h"
#include "controller/runtime/sync.h"
#include "controller/workload/revisions/rollout_id.h"
#include "controller/workload/status/no_cache_room.h"
#include "controller/workload/status/unreadable_object.h"
#include "controller/workload/watch/rollout_metrics.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/service.h"

namespace windlass {
namespace {

namespace rc = replication_controller;
using Update = ReplicationControllerUpdate;

// Returns true if `a` and `b` are equal in all fields that matter to a rolling update.
bool SameForUpdates(const Pod& a, const Pod& b) {
  return a.ready == b.ready && a.meta.labels == b.meta.labels &&
         a.meta.deleting() == b.meta.deleting() &&
         a.meta.owner_references == b.meta.owner_references;
}

// Returns the step that creates the update for which annotation windlass.dev/rolling-update-to of
// `controller` asks (RC-1). If this sync has sent the creation already: a Wait, or Failed if the
// API server refused it.
//
// If an update of this name exists already, the API server refuses the creation. The update stays
// as it is, even if it has ended: the right to annotate a ReplicationController is no right to
// change an update.
Step CreateRequestedUpdate(const ReplicationController& controller, const Learned& learned) {
  const auto& resource = resources::kReplicationControllerUpdates;
  const std::string to(rc::Annotation(controller, rc::kRollingUpdateTo));
  const nlohmann::json body = {
      {"apiVersion", resource.GroupVersion()},
      {"kind", resource.kind},
      {"metadata",
       {{"name", controller.meta.name}, {"namespace", controller.meta.namespace_.text()}}},
      {"spec", {{"newName", to}}}};
  if (learned.empty()) {
    return Write{Request::Create(resource, KeyOf(controller.meta), DumpJson(body)),
                 {Decision{"create replicationcontrollerupdate"},
                  {{"from", controller.meta.name}, {"to", to}}}};
  }
  const Result<Reply>& said = learned.back().said;
  return said.ok() ? Step(Wait{}) : Step(Failed{said.error()});
}

// Returns the message of an update that is left alone because the caches have no room for `object`.
std::string NoRoomFor(const std::string& object) {
  return "Windlass has no room in memory for " + object +
         ", and leaves this update alone. Make labels, annotations or Pod template of " + object +
         " smaller, or raise the memory limit of Windlass.";
}

// Called if the caches have no room for an object of `update`. Returns the write that reports this
// in its status; if the status reports it already, a Wait with an Event. `message` is the result of
// LeftOut.
Step LeaveAlone(const Update& update, const std::string& message, const Learned& learned,
                WallTime now) {
  auto report = rc::ReportLeftAlone(update, workload::kLeftOutReason, message, learned, now);
  if (report) return *std::move(report);
  return Wait{.events = {workload::LeftOutEvent(message)}};
}

}  // namespace

UpdateController::UpdateController(ControllerHost& host)
    : host_(host),
      updates_(host, rc::kCrd, &DecodeReplicationControllerUpdate),
      controllers_(host, resources::kReplicationControllers, &DecodeReplicationController),
      pods_(host.informers().Of<Pod>(WholePods(host.informers()))),
      rollouts_(host.informers().environment().clock, host.informers().faults(), updates_.store()),
      resync_random_(host.informers().environment().random),
      resync_(host.informers().environment().clock, resync_random_,
              host.informers().environment().timers,
              {[this] { return CountKeys(); },
               [this](const std::optional<ObjectKey>& last) { return KeyAfter(last); }},
              [this](const ObjectKey& key) { host_.Wake(key, Wake::kResync); }) {
  updates_.store().OnChange([this](const Change<Update>& change) { UpdateChanged(change); });
  controllers_.store().OnChange(
      [this](const Change<ReplicationController>& change) { ControllerChanged(change); });
  pods_.informer.store().OnChange([this](const Change<Pod>& change) { PodChanged(change); });
  const auto wake_itself = [this](const UnreadableObject& update) {
    host_.Wake(update.identity.key, Wake::kObjectChange);
  };
  updates_.on_unreadable().Add(wake_itself);
  updates_.on_unreadable_gone().Add(wake_itself);
  const auto wake = [this](const UnreadableObject& object) { WakeNamespace(object.identity.key); };
  for (auto* listeners : {&controllers_.on_unreadable(), &controllers_.on_unreadable_gone(),
                          &pods_.informer.on_unreadable, &pods_.informer.on_unreadable_gone}) {
    listeners->Add(wake);
  }
  // Updates wait for the cache of Pods, so all keys are woken when this cache has synced. All keys
  // are also woken when the cache is given up, so that each update reports the lack of room.
  pods_.informer.on_synced.Add([this] {
    if (watches_pods_) host_.WakeAll();
  });
  pods_.on_given_up.Add([this] {
    if (watches_pods_) host_.WakeAll();
  });
}

// --- start, stop, rights ---

void UpdateController::Start() {
  started_ = true;
  updates_.Start();
  controllers_.Start();
  resync_.Start();
  WatchPodsIfNeeded();
}

void UpdateController::Stop() {
  started_ = false;
  resync_.Stop();
  if (std::exchange(watches_pods_, false)) host_.informers().Release({&pods_});
  controllers_.Stop();
  updates_.Stop();
}

void UpdateController::WatchPodsIfNeeded() {
  if (!started_) return;
  const bool needed = !unended_.empty();
  if (needed == watches_pods_) return;
  watches_pods_ = needed;
  if (needed) {
    host_.informers().Use({&pods_});
  } else {
    host_.informers().LetGo({&pods_});
  }
}

std::vector<ComparedCache> UpdateController::ComparedCaches() const {
  return {updates_.Compared(), controllers_.Compared()};
}

std::optional<MonotonicTime> UpdateController::ViewAt(const Request& /*write*/) const {
  const MonotonicTime oldest = std::min(updates_.view_at(), controllers_.view_at());
  // The age of the cache of Pods matters only while decisions use this cache: while Pods are
  // watched, and the cache was not given up for lack of room.
  return watches_pods_ && pods_.given_up().empty() ? std::min(oldest, pods_.view_at()) : oldest;
}

std::vector<std::string> UpdateController::Troubles() const {
  std::vector<std::string> troubles = updates_.Troubles();
  troubles.push_back(controllers_.Trouble());
  if (watches_pods_) troubles.push_back(pods_.Trouble());
  std::erase(troubles, "");
  return troubles;
}

std::vector<std::string> UpdateController::Notes() const {
  if (!watches_pods_ || pods_.given_up().empty()) return {};
  return {pods_.given_up() + "; until then, updates of ReplicationControllers wait"};
}

std::vector<NeededRight> UpdateController::RightsNeeded() const {
  RightsList rights(host_.informers().watched_namespace(),
                    {.right = {}, .manifest = rc::kCrd.rights});
  rights.Add(resources::kReplicationControllerUpdates, "", {"get", "list", "watch", "create"});
  rights.Add(resources::kReplicationControllerUpdates, "status", {"patch"});
  rights.Add(resources::kReplicationControllers, "",
             {"get", "list", "watch", "create", "patch", "delete"});
  rights.Add(resources::kPods, "", {"get", "list", "watch", "patch"});
  // These rights are optional. Without one of them, Windlass skips a check:
  //   - horizontalpodautoscalers: does an autoscaler scale one of the two controllers?
  //   - services: does the update take a Service's Pods away?
  //   - replicasets: would a ReplicaSet adopt the new Pods?
  for (const ResourceId& resource :
       {resources::kHorizontalPodAutoscalers, resources::kServices, resources::kReplicaSets}) {
    rights.AddOptional(resource, {"list"});
  }
  rights.Add(kind::RightToRead(rc::kCrd));
  return std::move(rights).Take();
}

// --- keys ---

// Returns the result of `work`, which works on `object`; nullopt if `work` fails (object_fault.h).
template <typename T, typename Work>
auto UpdateController::Known(const T& object, Work work) const {
  const ResourceId& resource = std::is_same_v<T, Update> ? resources::kReplicationControllerUpdates
                                                         : resources::kReplicationControllers;
  return KnownOf(host_.informers().faults(), resource, object.meta, std::move(work));
}

bool UpdateController::HasEnded(const Update& update) const {
  return Known(update, [&] { return rc::HasEnded(update); }).value_or(false);
}

bool UpdateController::AsksForUpdate(const ReplicationController& controller) const {
  if (controller.meta.deleting()) return false;
  const auto asks = [&] { return !rc::Annotation(controller, rc::kRollingUpdateTo).empty(); };
  if (!Known(controller, asks).value_or(false)) return false;
  return updates_.store().Find(KeyOf(controller.meta)) == nullptr;
}

void UpdateController::ForEachKey(const std::function<void(const ObjectKey&)>& visit) const {
  updates_.store().ForEach([&](const Update& update) { visit(KeyOf(update.meta)); });
  for (const auto& [key, unreadable] : updates_.quarantined()) {
    if (updates_.store().Find(key) == nullptr) visit(key);
  }
  controllers_.store().ForEach([&](const ReplicationController& controller) {
    if (AsksForUpdate(controller)) visit(KeyOf(controller.meta));
  });
}

size_t UpdateController::CountKeys() const {
  size_t count = updates_.store().size();
  controllers_.store().ForEach([&](const ReplicationController& controller) {
    if (AsksForUpdate(controller)) ++count;
  });
  return count;
}

std::optional<ObjectKey> UpdateController::KeyAfter(const std::optional<ObjectKey>& last) const {
  const Store<ReplicationController>& controllers = controllers_.store();
  const Update* update = updates_.store().After(last);
  const ReplicationController* asks = controllers.After(last);
  while (asks != nullptr && (update == nullptr || KeyOf(asks->meta) < KeyOf(update->meta))) {
    const ObjectKey key = KeyOf(asks->meta);
    if (AsksForUpdate(*asks)) return key;
    asks = controllers.After(key);
  }
  if (update == nullptr) return std::nullopt;
  return KeyOf(update->meta);
}

void UpdateController::UpdateChanged(const Change<Update>& change) {
  const Update* now = change.new_object;
  const Update* before = change.old_object;
  if (now != nullptr && !HasEnded(*now)) {
    unended_.insert(now->meta.uid);
  } else {
    unended_.erase((now != nullptr ? now : before)->meta.uid);
  }
  WatchPodsIfNeeded();
  const bool status_only =
      now != nullptr && before != nullptr && now->meta.generation == before->meta.generation;
  const Wake wake = status_only ? Wake::kStatusChange : Wake::kSpecChange;
  host_.Wake(KeyOf((now != nullptr ? now : before)->meta), wake);
}

void UpdateController::ControllerChanged(const Change<ReplicationController>& change) {
  const ReplicationController* now = change.new_object;
  const ReplicationController* before = change.old_object;
  const bool status_only = now != nullptr && before != nullptr &&
                           now->meta.generation == before->meta.generation &&
                           now->meta.annotations == before->meta.annotations;
  const Wake wake = status_only ? Wake::kAwaitedStatus : Wake::kObjectChange;
  const ReplicationController& shown = *(now != nullptr ? now : before);
  WakeUpdatesOf(KeyOf(shown.meta), wake);
  const auto find = [&] { return std::string(rc::SourceIdIn(shown).name); };
  const std::string old_name = Known(shown, find).value_or("");
  if (!old_name.empty()) host_.Wake({shown.meta.namespace_, old_name}, wake);
}

void UpdateController::PodChanged(const Change<Pod>& change) {
  const Pod* now = change.new_object;
  const Pod* before = change.old_object;
  if (now != nullptr && before != nullptr && SameForUpdates(*now, *before)) return;
  const bool moved = now == nullptr || before == nullptr ||
                     now->meta.owner_references != before->meta.owner_references;
  for (const Pod* pod : {moved ? before : nullptr, now}) {
    if (pod == nullptr) continue;
    const OwnerReference* owner = pod->meta.ControllerRef();
    if (owner == nullptr || owner->kind != resources::kReplicationControllers.kind) continue;
    WakeUpdatesOf({pod->meta.namespace_, std::string(owner->name.text())}, Wake::kAwaitedStatus);
  }
}

void UpdateController::WakeUpdatesOf(const ObjectKey& controller, Wake wake) {
  const ReplicationController* object = controllers_.store().Find(controller);
  const bool asks = object != nullptr && AsksForUpdate(*object);
  if (asks || updates_.store().Find(controller) != nullptr) host_.Wake(controller, wake);
  for (const Update* update : updates_.store().InNamespace(controller.namespace_.text())) {
    const ObjectKey key = KeyOf(update->meta);
    if (key == controller || HasEnded(*update)) continue;
    const auto is_new_one = [&] {
      return rc::NewNameOf(*update, controllers_.store().Find(key)) == controller.name;
    };
    if (Known(*update, is_new_one).value_or(false)) host_.Wake(key, wake);
  }
}

// `of_object` is a ReplicationController or a Pod that cannot be decoded, or can be decoded again.
// Wakes the updates in its namespace that have not ended, because the object may belong to any of
// them.
void UpdateController::WakeNamespace(const ObjectKey& of_object) {
  for (const Update* update : updates_.store().InNamespace(of_object.namespace_.text())) {
    if (!HasEnded(*update)) host_.Wake(KeyOf(update->meta), Wake::kObjectChange);
  }
}

// --- syncs ---

rc::View UpdateController::ViewOf(const Update& update) const {
  const Store<ReplicationController>& controllers = controllers_.store();
  rc::View view{.update = update, .old_controller = controllers.Find(KeyOf(update.meta))};
  view.new_controller =
      controllers.Find({update.meta.namespace_, rc::NewNameOf(update, view.old_controller)});
  for (const ReplicationController* controller : {view.old_controller, view.new_controller}) {
    if (controller == nullptr) continue;
    for (const Pod* pod : pods_.informer.store().OwnedBy(controller->meta.uid)) {
      if (pod->meta.namespace_ == update.meta.namespace_) view.pods.push_back(pod);
    }
  }
  return view;
}

// Returns "" if the caches have room for all objects of the update. Otherwise returns a
// message that names the object that has no room, and says what to do.
std::string UpdateController::LeftOut(const rc::View& view) const {
  if (view.update.meta.cut())
    return NoRoomFor(ObjectText(resources::kReplicationControllerUpdates, KeyOf(view.update.meta)));
  for (const ReplicationController* controller : {view.old_controller, view.new_controller}) {
    if (controller != nullptr && controller->meta.cut())
      return NoRoomFor(ObjectText(resources::kReplicationControllers, KeyOf(controller->meta)));
  }
  if (!watches_pods_ || pods_.given_up().empty()) return "";
  return "Windlass has no room in memory for all Pods, and leaves this update alone. Raise the "
         "memory limit of Windlass.";
}

std::string UpdateController::UnreadableOf(const ObjectKey& key) const {
  using workload::UnreadableText;
  const auto& updates = updates_.quarantined();
  std::string what = UnreadableText(resources::kReplicationControllerUpdates, updates, key);
  if (!what.empty()) return what;
  const Update* update = updates_.store().Find(key);
  if (update != nullptr && rc::HasEnded(*update)) return {};
  const auto& controllers = controllers_.quarantined();
  what = UnreadableText(resources::kReplicationControllers, controllers, key);
  if (!what.empty() || update == nullptr) return what;
  const ReplicationController* old_one = controllers_.store().Find(key);
  const ObjectKey new_key{key.namespace_, rc::NewNameOf(*update, old_one)};
  what = UnreadableText(resources::kReplicationControllers, controllers, new_key);
  if (!what.empty()) return what;
  const ReplicationController* new_one = controllers_.store().Find(new_key);
  for (const auto& [pod_key, pod] : pods_.informer.quarantined()) {
    if (!(pod_key.namespace_ == key.namespace_)) continue;
    const auto owns = [&owner = pod.controller](const ReplicationController* one) {
      return one != nullptr && one->meta.uid == owner->uid;
    };
    const bool of_another = pod.controller && !owns(old_one) && !owns(new_one);
    if (!of_another) return UnreadableText(resources::kPods, pod);
  }
  return {};
}

std::optional<Step> UpdateController::Next(const ObjectKey& key, const Learned& learned,
                                           WallTime now) {
  if (const std::string what = UnreadableOf(key); !what.empty()) {
    return Wait{.events = {workload::UnreadableEvent(kind(), key, what)}};
  }
  const Update* update = updates_.store().Find(key);
  if (update == nullptr) {
    const ReplicationController* controller = controllers_.store().Find(key);
    if (controller == nullptr || !AsksForUpdate(*controller)) return std::nullopt;
    return CreateRequestedUpdate(*controller, learned);
  }
  if (rc::HasEnded(*update)) return Wait{};
  const rc::View view = ViewOf(*update);
  if (const std::string message = LeftOut(view); !message.empty()) {
    return LeaveAlone(*update, message, learned, now);
  }
  if (!watches_pods_ || !pods_.HasSynced()) return Wait{};
  return rc::Next(view, learned, now);
}

// Returns the usual limit of steps in a sync, plus one step for each Pod of the update: each Pod
// may have to get a label.
int UpdateController::StepsMax(const ObjectKey& key) const {
  const Update* update = updates_.store().Find(key);
  if (update == nullptr) return kStepsPerSyncMax;
  return kStepsPerSyncMax + static_cast<int>(ViewOf(*update).pods.size());
}

size_t UpdateController::LargestJson(const ObjectKey& key) const {
  const Update* update = updates_.store().Find(key);
  if (update == nullptr) return 0;
  const rc::View view = ViewOf(*update);
  size_t largest = std::max(size_t{update->meta.large_json_bytes}, LargestJsonOf(view.pods));
  for (const ReplicationController* controller : {view.old_controller, view.new_controller}) {
    if (controller == nullptr) continue;
    largest = std::max<size_t>(largest, controller->meta.large_json_bytes);
  }
  return largest;
}

std::optional<std::vector<Request>> UpdateController::FenceWrites(const ObjectKey& key,
                                                                  std::string_view term) const {
  if (!UnreadableOf(key).empty()) return std::nullopt;
  const Update* update = updates_.store().Find(key);
  if (update == nullptr) return std::vector<Request>();
  return rc::FenceScaling(ViewOf(*update), term);
}

std::optional<ObjectReference> UpdateController::Reference(const ObjectKey& key) const {
  const Update* update = updates_.store().Find(key);
  const ResourceId& resource = resources::kReplicationControllerUpdates;
  if (update != nullptr) return ReferenceTo(resource, update->meta);
  const auto unreadable = updates_.quarantined().find(key);
  if (unreadable == updates_.quarantined().end()) return std::nullopt;
  return workload::ReferenceTo(resource, unreadable->second);
}

Marks UpdateController::MarksOf(const ObjectKey& key) const {
  const Update* update = updates_.store().Find(key);
  if (update == nullptr) return {};
  const std::string id = RolloutIdOf(*update);
  return {.fields = {{"rollout_id", id}},
          .annotations = {{std::string(workload::kRolloutIdAnnotation), id}}};
}

ControllerEntry ReplicationControllerUpdateControllerEntry() {
  return {"replicationcontrollerupdate",
          [](ControllerHost& host) { return std::make_unique<UpdateController>(host); },
          "carries out rolling updates of ReplicationControllers; kube-controller-manager's "
          "replication controller must keep running",
          RolloutMetrics(),
          resources::kReplicationControllerUpdates,
          LabelWordsOf(UpdateWords())};
}

}  // namespace windlass
