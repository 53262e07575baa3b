// The syncs of World, and what its tests read.
#include "test/unit/controller/replication_controller/world.h"

#include <algorithm>
#include <utility>

#include "test/catch.h"
#include "test/unit/controller/replication_controller/pod_json.h"

namespace windlass::replication_controller {
namespace {

template <typename Predicate>
std::set<std::string> UidsOf(const std::map<std::string, json>& pods, Predicate&& wanted) {
  std::set<std::string> uids;
  for (const auto& [name, pod] : pods) {
    if (wanted(pod)) uids.insert(pod["metadata"]["uid"]);
  }
  return uids;
}

}  // namespace

World::World() { update_ = nullptr; }

World::World(const std::string& name, int32_t replicas, const json& labels, const json& containers)
    : World() {
  AddController(name, replicas, labels, containers);
}

// --- the planner ---

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
      Result<Reply> reply = Execute(read->request);
      if (!reply.ok() && !GoesOnAfter(*read, reply.error().kind)) return Wait{};
      learned.push_back(OutcomeOf(*read, std::move(reply)));
      continue;
    }
    const auto* write = std::get_if<Write>(&step);
    if (write == nullptr) return step;
    REQUIRE_FALSE(WasSent(step, learned));
    if (write->request.resource() == resources::kPods) CHECK(write->needs_recent_view);  // S-012
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

std::string World::Run() {
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
  return phase();
}

std::string World::RollBack() {
  Edit({{"rollback", true}});
  return Run();
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
