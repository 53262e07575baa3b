// Boats: an invented kind of workload, which the planner cannot know.
#pragma once

#include <optional>
#include <string>

#include "controller/workload/extension.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/workload_kind.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload {

inline constexpr ResourceId kBoats{"example.com", "v2", "boats", "Boat"};

class BoatKind : public WorkloadKind {
 public:
  const KindTraits& traits() const override { return own_traits; }
  bool IsStored(const Workload& workload, const StatusDraft& draft) const override {
    return draft.status == workload.status;
  }
  Request WriteStatus(const Workload& workload, const StatusDraft& draft) const override {
    written = draft.status;
    published = draft.revision;
    drafted_at = draft.now;
    return Request::MergePatch(kBoats, VersionOf(workload.meta), "status", "{}");
  }
  Result<Request> RollBack(const Workload&, const std::string&, const ReplicaSet&,
                           const std::string&) const override {
    return Error{ErrorKind::kInvalid, "boats do not go back"};
  }
  Request ClearRollback(const Workload& workload) const override {
    return Request::MergePatch(kBoats, VersionOf(workload.meta), "", "{}");
  }
  SettingPlace PlaceOf(std::string_view key) const override { return {"field", std::string(key)}; }
  std::string WayBackTo(const Workload& /*workload*/, std::string_view revision) const override {
    return "steering to " + std::string(revision);
  }
  std::string_view WordOf(std::string_view /*key*/, std::string_view word) const override {
    return word == "Only" ? "Aye" : word;
  }

  KindTraits own_traits{.resource = kBoats, .noun = "boat", .mirrors_settings = false};
  mutable std::optional<WorkloadStatus> written;  // last
  mutable std::string published;
  mutable WallTime drafted_at;
};

// Makes a boat from the Deployment of a World; `world` makes its Pods.
struct Harbour {
  Workload Boat() const {
    const Deployment& model = world.deployment;
    return {.kind = kind,
            .meta = model.meta,
            .replicas = model.spec.replicas,
            .selector = model.spec.selector,
            .template_json = model.spec.template_json.get(),
            .template_fingerprint = model.spec.template_fingerprint,
            .paused = model.spec.paused,
            .progress_deadline_seconds = 600,
            .strategy = recreate ? Strategy::kRecreate : Strategy::kRollingUpdate,
            .limits = {.desired = model.spec.replicas, .surge = 1},
            .strategy_error = strategy_error,
            .max_surge = model.spec.max_surge,
            .max_unavailable = model.spec.max_unavailable,
            .status = {.observed_generation = 1, .carried = KindStatus(3)},
            .revision = revision,
            .follow_revision = follow_revision};
  }
  View Look() const {
    View view{.workload = Boat()};
    for (const ReplicaSet& rs : world.replica_sets) view.replica_sets.push_back(&rs);
    view.pods_known = true;
    return view;
  }
  Step Decide(const Learned& learned = {}) const { return Next(Look(), learned, kNow); }

  World world{2};
  BoatKind kind;
  std::string strategy_error;
  std::string revision;  // published
  bool recreate = false;
  std::optional<int64_t> follow_revision;
};

}  // namespace windlass::workload
