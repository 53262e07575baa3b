// A Rollout as its extension sees it, with ReplicaSets as structs: for tests of single decisions
// about steps and dry runs. Its kind keeps the last status that was to be written.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/custom_resources.h"
#include "controller/in_place/phases/extension.h"
#include "controller/rollout/carried.h"
#include "controller/rollout/rollout_extension.h"
#include "controller/rollout/rollout_status.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"

namespace windlass::rollout {

inline constexpr WallTime kStart{1'800'000'000};
inline constexpr const char* kRequested = "t-0123456789abcdef0123456789abcdef";

inline RolloutStep SetUpdated(IntOrPercent value) { return {.set_updated = std::move(value)}; }
inline RolloutStep Pause() { return {.pause = true}; }
inline RolloutStep Pause(std::string duration) {
  return {.pause = true, .duration = std::move(duration)};
}

class KeepingKind : public WorkloadKind {
 public:
  const KindTraits& traits() const override { return own_traits; }
  bool IsStored(const Workload& workload, const StatusDraft& draft) const override {
    return draft.status == workload.status;
  }
  Request WriteStatus(const Workload& workload, const StatusDraft& draft) const override {
    written = draft.status;
    const RolloutOwn own = ReadOwn(draft.status.carried);
    const nlohmann::json fields = {{"status", {{"step", ToJson(own.step)}}}};
    return Request::MergePatch(resources::kRollouts, VersionOf(workload.meta), "status",
                               fields.dump());
  }
  Result<Request> RollBack(const Workload&, const std::string&, const ReplicaSet&,
                           const std::string&) const override {
    return Error{ErrorKind::kInvalid, "not here"};
  }
  Request ClearRollback(const Workload& workload) const override {
    return Request::MergePatch(resources::kRollouts, VersionOf(workload.meta), "", "{}");
  }
  SettingPlace PlaceOf(std::string_view key) const override { return {"field", std::string(key)}; }

  const KindTraits own_traits{.resource = resources::kRollouts,
                              .noun = "rollout",
                              .mirrors_settings = false,
                              .tells_invalid_strategy = true};
  mutable std::optional<WorkloadStatus> written;  // last
};

// shop/web: generation 2, not observed yet; 10 replicas; steps: 1 Pod, 10 minutes, 50%, until
// promoted. Dry runs have accepted the template.
struct Stepped {
  Stepped() {
    meta.namespace_ = "shop";
    meta.name = "web";
    meta.uid = {0xA0, 1};
    meta.resource_version = {"10"};
    meta.generation = 2;
    meta.creation_timestamp = {1000};
    selector.present = true;
    selector.match_labels = {{"app", "web"}};
    checks.replica_set.verdict = DryRunVerdict::kAccepted;
    checks.pod.verdict = DryRunVerdict::kAccepted;
    status.observed_generation = 1;
    kind.Extend(extension);
  }

  // Adds a ReplicaSet with revision `number`, younger than those before, all its Pods exist.
  ReplicaSet& Add(int number, int32_t size, int32_t available, uint64_t template_number) {
    ReplicaSet& rs = replica_sets.emplace_back();
    rs.meta.namespace_ = "shop";
    rs.meta.name = "web-" + std::to_string(number);
    rs.meta.uid = {0xA0, 100 + static_cast<uint64_t>(number)};
    rs.meta.resource_version = {std::to_string(100 + number)};
    rs.meta.generation = 1;
    rs.meta.creation_timestamp = WallTime{2000} + seconds(number);
    rs.meta.labels = {{"app", "web"}, {"pod-template-hash", rs.meta.name}};
    rs.meta.owner_references = {{"windlass.dev/v1alpha1", "Rollout", "web", meta.uid, true, true}};
    rs.meta.annotations.Set(workload::kRevision, std::to_string(number));
    rs.meta.annotations.Set(workload::kDesiredReplicas, std::to_string(replicas));
    rs.replicas = size;
    rs.template_fingerprint = {0, template_number};
    rs.status.observed_generation = 1;
    rs.status.replicas = size;
    rs.status.ready_replicas = available;
    rs.status.available_replicas = available;
    return rs;
  }
  ReplicaSet& AddOld(int32_t size) { return Add(1, size, size, 1); }
  ReplicaSet& AddNew(int32_t size, int32_t available) { return Add(2, size, available, 100); }
  // Returns the new one.
  ReplicaSet& AddBoth(int32_t old_size, int32_t new_size, int32_t available) {
    AddOld(old_size);
    return AddNew(new_size, available);
  }

  // Stores that `index` of revision 2 began at `started_at`, as the steps below have them. The Pods
  // of a pause are available since then.
  void Store(int32_t index, WallTime started_at = kStart) {
    RolloutOwn own = Own();
    own.step = RolloutStepStatus{.index = index,
                                 .total = static_cast<int32_t>(steps.size()),
                                 .started_at = started_at,
                                 .revision = 2,
                                 .template_id = kRequested,
                                 .replicas = replicas};
    const bool known = index >= 1 && index <= own.step->total;
    own.holds_at_step = known;  // as the draft of a status has it
    if (known && steps[static_cast<size_t>(index - 1)].pause) {
      own.step->available_since = started_at;
      own.step->available = index == 4 ? 5 : 1;
      own.step->available_of = replicas;
    }
    own.current_replica_set = {.name = "web-2", .template_hash = "web-2"};  // of AddNew
    status.carried = KindStatus(own);
  }
  RolloutOwn Own() const { return ReadOwn(status.carried); }
  // Stores that revision `number` is the stable one.
  void KeepStable(int64_t number) {
    RolloutOwn own = Own();
    own.stable_revision = number;
    status.carried = KindStatus(own);
  }
  // Stores the status that was to be written last.
  void Publish() {
    REQUIRE(kind.written);
    status = *kind.written;
  }
  // Stores the condition Progressing, from `since` on.
  void SetProgressing(std::string_view value, std::string_view reason, const std::string& message,
                      WallTime since = kStart) {
    workload::RemoveCondition(status.conditions, "Progressing");
    status.conditions.push_back(
        workload::NewCondition("Progressing", value, reason, message, since));
  }

  Workload AsWorkload() const {
    return {.kind = kind,
            .meta = meta,
            .replicas = replicas,
            .selector = selector,
            .template_json = &template_json,
            .template_fingerprint = {0, 100},
            .paused = paused,
            .progress_deadline_seconds = progress_deadline_seconds,
            .strategy = strategy,
            .limits = {.desired = replicas,
                       .surge = 3,
                       .max_unavailable = 2,
                       .updated_max = updated_max},
            .strategy_error = strategy_error,
            .max_surge = no_limit,
            .max_unavailable = no_limit,
            .in_place_settings = in_place_settings,
            .status = status,
            .revision = revision,
            .published_name = published_name,
            .roll_back_to = roll_back_to,
            .requested_template = kRequested,
            .kept_revision = Own().stable_revision,
            .kept_name = kept_name,
            .follow_revision = follow_revision};
  }
  // Valid until the next call.
  workload::Situation Sit() {
    view.emplace(View{.workload = AsWorkload()});
    for (const ReplicaSet& rs : replica_sets) view->replica_sets.push_back(&rs);
    view->pods_known = true;
    return workload::MakeSituation(*view, workload::ClaimReplicaSets(*view), learned, now);
  }
  std::optional<Step> Next(Moment moment = Moment::kWhileRunning) {
    return extension.Next(Sit(), moment);
  }
  // Returns the next step, which must be of this type.
  template <typename T>
  T NextAs(Moment moment = Moment::kWhileRunning) {
    const std::optional<Step> step = Next(moment);
    REQUIRE(step);
    REQUIRE(std::holds_alternative<T>(*step));
    return std::get<T>(*step);
  }
  // Returns the status as the extension updates it.
  WorkloadStatus Updated() {
    WorkloadStatus draft = status;
    extension.UpdateStatus(Sit(), draft);
    return draft;
  }
  // Returns the step that the last status that was to be written has.
  std::optional<RolloutStepStatus> WrittenStep() const {
    REQUIRE(kind.written);
    return ReadOwn(kind.written->carried).step;
  }

  ObjectMeta meta;
  LabelSelector selector;
  std::string template_json =
      R"({"metadata":{"labels":{"app":"web"},"annotations":{"team":"shop"}},)"
      R"("spec":{"containers":[{"name":"web","image":"web:v2"}]}})";
  int32_t replicas = 10;
  int32_t updated_max = kUnlimited;  // as a partition sets it
  int32_t progress_deadline_seconds = 600;
  bool paused = false;
  Strategy strategy = Strategy::kRollingUpdate;
  std::string strategy_error;
  std::vector<Setting> in_place_settings;
  std::string revision = "1";  // the published one
  std::string published_name;  // the name in status.currentReplicaSet
  std::string kept_name;       // the name in status.stableReplicaSet
  std::optional<int64_t> roll_back_to;
  std::optional<int64_t> follow_revision;
  std::optional<IntOrPercent> no_limit;
  WorkloadStatus status;
  std::deque<ReplicaSet> replica_sets;  // references stay valid
  std::vector<RolloutStep> steps{SetUpdated(IntOrPercent::Int(1)), Pause("10m"),
                                 SetUpdated(IntOrPercent::Percent("50%")), Pause()};
  TemplateChecks checks;
  StuckAnswers answers;
  Learned learned;
  WallTime now = kStart;
  std::optional<View> view;
  RolloutExtension extension{
      in_place::InPlaceExtension(), [this](const Workload&, WallTime) -> RolloutFacts {
        return {.steps = steps, .checks = checks, .stuck = answers.Find(meta.uid)};
      }};
  KeepingKind kind;
};

// Returns "True ReplicaSetUpdated"; empty if there is no such condition.
inline std::string ReasonIn(const std::vector<Condition>& conditions,
                            std::string_view type = "Progressing") {
  const Condition* condition = FindCondition(conditions, type);
  if (condition == nullptr) return "";
  return std::string(condition->status.text()) + " " + std::string(condition->reason.text());
}

}  // namespace windlass::rollout
