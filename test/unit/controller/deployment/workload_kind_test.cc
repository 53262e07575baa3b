// The planner on a workload of a kind that it does not know.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "controller/deployment/claim.h"
#include "controller/deployment/deployment.h"
#include "controller/deployment/look_at.h"
#include "controller/deployment/pause.h"
#include "controller/deployment/status.h"
#include "test/catch.h"
#include "test/unit/controller/deployment/world.h"

namespace windlass::deployment {
namespace {

constexpr ResourceId kBoats{"example.com", "v2", "boats", "Boat"};

class BoatKind : public WorkloadKind {
 public:
  const ResourceId& resource() const override { return kBoats; }
  std::string_view noun() const override { return "boat"; }
  bool IsStored(const Workload& workload, const WorkloadStatus& draft) const override {
    return draft == workload.status;
  }
  bool HasStrayNotes(const Workload&) const override { return false; }
  Request WriteStatus(const Workload& workload, const WorkloadStatus& status,
                      std::string_view revision) const override {
    written = status;
    published = revision;
    return Request::MergePatch(kBoats, VersionOf(workload.meta), "status", "{}");
  }
  Result<Request> RollBack(const Workload&, const std::string&, const ReplicaSet&,
                           const std::string&) const override {
    return Error{ErrorKind::kInvalid, "boats do not go back"};
  }
  Request ClearRollback(const Workload& workload) const override {
    return Request::MergePatch(kBoats, VersionOf(workload.meta), "", "{}");
  }
  bool MirrorsSettings() const override { return false; }
  SettingPlace PlaceOf(std::string_view key) const override { return {"field", std::string(key)}; }

  mutable std::optional<WorkloadStatus> written;  // last
  mutable std::string published;
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
            .limits = {.desired = model.spec.replicas, .surge = 1},
            .strategy_error = strategy_error,
            .max_surge = model.spec.max_surge,
            .max_unavailable = model.spec.max_unavailable,
            .status = {.observed_generation = 1, .carried = R"({"sails":3})"}};
  }
  View Look() const {
    View view{.workload = Boat()};
    for (const ReplicaSet& rs : world.replica_sets) view.replica_sets.push_back(&rs);
    view.pods_known = true;
    return view;
  }
  Step Decide() const { return Next(Look(), {}, kNow); }

  World world{2};
  BoatKind kind;
  std::string strategy_error;
};

TEST_CASE("a new ReplicaSet belongs to the kind that wants it") {
  const Harbour harbour;
  const Step step = harbour.Decide();
  const auto body = nlohmann::json::parse(std::get<Write>(step).request.body());
  const auto& owner = body["metadata"]["ownerReferences"][0];
  CHECK(owner["apiVersion"] == "example.com/v2");
  CHECK(owner["kind"] == "Boat");
  CHECK(owner["name"] == "web");
}

TEST_CASE("the kind writes the status, with what it wants carried and under its own name") {
  Harbour harbour;
  harbour.world.deployment.spec.paused = true;
  harbour.world.AddNew("web-1", 2, 2);
  const View view = harbour.Look();
  const auto step = WriteStatus(LookAt(view, ClaimReplicaSets(view), {}, kNow), Progress::kPaused);
  REQUIRE(step);
  const Request& request = std::get<Write>(*step).request;
  CHECK(request.Describe() == "patch boats/status ns/web");
  CHECK(harbour.kind.published == "1");  // the revision of web-1
  REQUIRE(harbour.kind.written);
  const WorkloadStatus& written = *harbour.kind.written;
  CHECK(written.carried == R"({"sails":3})");
  CHECK(written.available_replicas == 2);
  CHECK(StatusAndReason(written.conditions, "Progressing") == "Unknown BoatPaused");
  CHECK(FindCondition(written.conditions, "Progressing")->message == "Boat is paused");
  CHECK(FindCondition(written.conditions, "Available")->message ==
        "Boat has minimum availability.");
}

TEST_CASE("the limits that the kind has resolved are kept to, and its error is told") {
  Harbour harbour;
  harbour.world.AddOld("web-1", 2, 2);
  ReplicaSet& newest = harbour.world.AddNew("web-2", 0, 0);
  SECTION("limits") {
    const Step step = harbour.Decide();  // one above two
    CHECK(std::get<Write>(step).on_success[0].message == "Scaled up replica set web-2 from 0 to 1");
  }
  SECTION("error") {
    harbour.strategy_error = "hoist a sail";
    newest.meta.annotations.Set("deployment.kubernetes.io/desired-replicas", "2");
    const Step step = harbour.Decide();
    CHECK(std::get<Failed>(step).error.message == "hoist a sail");
  }
}

}  // namespace
}  // namespace windlass::deployment
