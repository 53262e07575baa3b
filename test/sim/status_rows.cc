#include "test/sim/status_rows.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim {
namespace {

constexpr uint64_t kRowsSeed = 42;
constexpr Duration kRowsLimit = seconds(3600);  // virtual
const std::string kWeb = "web";
// It is pulled for ever, so its Pods never become available.
const std::string kStuckImage = "app:v2-404";

// One row: Rollout web with 10 replicas, and a Windlass.
class Stage {
 public:
  Stage() {
    rollout = SampleRollout(kWeb, 10, "app:v1");
    rollout["spec"]["progressDeadlineSeconds"] = 600;
  }

  void SetSteps() {
    rollout["spec"]["strategy"]["steps"] = Json::parse(R"([{"setUpdated": "20%"}, {"pause": {}},
                        {"setUpdated": 5}, {"pause": {"duration": "10m"}}])");
  }
  void Apply() { world.Apply(rollout); }
  void StartWindlass() {
    windlass = std::make_unique<WindlassProcess>(world, ClientOptions{}, RolloutsAlone());
  }
  void StopWindlass() { windlass.reset(); }
  // Applies the Rollout, and lets its first revision become complete.
  void Begin() {
    Apply();
    StartWindlass();
    Await("the first revision is complete",
          [&] { return world.IsComplete(kWeb, kRollouts) && IsPhase("Healthy"); });
    Rest();
  }
  // The first revision never becomes available.
  void BeginStuck() {
    rollout = SampleRollout(kWeb, 10, kStuckImage);
    Apply();
    StartWindlass();
    AwaitPhase("Progressing");
  }
  // As Begin, and brings the rollout of another image to the pause that is step 2.
  void ReachPause() {
    SetSteps();
    Begin();
    SetImage("app:v2");
    AwaitPause(2);
  }
  // As Begin, and brings the rollout of an image that does not run as far as it gets.
  void GetStuck() {
    Begin();
    SetImage(kStuckImage);
    Await("there are new Pods", [&] { return Number("updatedReplicas") == 5; });
    Rest();
  }

  void SetImage(const std::string& image) { world.SetImage(kWeb, image, kRollouts); }
  void Edit(const Json& spec) { world.Edit(kWeb, {{"spec", spec}}, kRollouts); }
  // Stores what the CRD of today refuses, as an older one did not.
  void StoreUnderOldCrd(const Json& spec) {
    Json rollout = *Now();
    rollout["spec"].merge_patch(spec);
    rollout["metadata"]["generation"] = IntAt(rollout, {"metadata", "generation"}) + 1;
    const StoreKey key{kRollouts, NamespaceOf(*Now()), NameOf(*Now())};
    ApiServer& api = world.api();
    api.store().Commit(key, std::move(rollout), api.loop().clock().Now(), "user", "PUT");
  }
  void Promote(const std::string& pause) {
    world.Annotate(kWeb, "windlass.dev/promote", pause, kRollouts);
  }
  // Makes `pods` Pods unready.
  void Lose(size_t pods) {
    const std::vector<Object> all = world.Pods(kWeb, kRollouts);
    for (size_t i = 0; i < pods; ++i) {
      const StoreKey key{resources::kPods, NamespaceOf(*all.at(i)), NameOf(*all.at(i))};
      const auto unready = [](Json& pod) {
        for (Json& condition : pod["status"]["conditions"]) {
          if (condition["type"] == "Ready") condition["status"] = "False";
        }
      };
      if (!world.api().Update("kubelet", key, "status", unready).ok())
        throw Failure("a Pod is lost");
    }
    Rest();
  }

  void Await(const std::string& what, const std::function<bool()>& condition) {
    if (!world.RunUntil(condition, kRowsLimit)) throw Failure(what);
  }
  void AwaitPhase(const std::string& phase) {
    Await("phase " + phase, [&] { return IsPhase(phase); });
    Rest();
  }
  void AwaitPause(int64_t step) {
    Await("pause", [&] { return IsPhase("Paused") && IntAt(Status(), {"step", "index"}) == step; });
    world.RunFor(seconds(30));  // a pause that ends by itself has not ended then
  }
  void Rest() {
    if (!world.Quiesce()) throw Failure("rest");
  }

  Object Now() const { return world.Owner(kWeb, kRollouts); }
  const Json& Status() const { return At(*Now(), {"status"}); }
  int64_t Number(const char* field) const { return IntAt(Status(), {field}); }
  // Returns true if the status is about the present spec and has the phase.
  bool IsPhase(const std::string& phase) const {
    return TextAt(Status(), {"phase"}) == phase &&
           Number("observedGeneration") == IntAt(*Now(), {"metadata", "generation"});
  }
  std::runtime_error Failure(const std::string& what) const {
    return std::runtime_error("not reached: " + what + "; the status is " + Status().dump());
  }

  World world{kRowsSeed};
  Json rollout;
  std::unique_ptr<WindlassProcess> windlass;
};

using Deed = std::function<void(Stage&)>;

// What the Rollout asks for when it is created, beside what every row has.
Deed Ask(const Json& spec) {
  return [=](Stage& s) { s.rollout["spec"].merge_patch(spec); };
}
Deed Edit(const Json& spec) {
  return [=](Stage& s) { s.Edit(spec); };
}
Deed SetImage(const std::string& image) {
  return [=](Stage& s) { s.SetImage(image); };
}
Deed Promote(const std::string& pause) {
  return [=](Stage& s) { s.Promote(pause); };
}
Deed Lose(size_t pods) {
  return [=](Stage& s) { s.Lose(pods); };
}
Deed AwaitPhase(const std::string& phase) {
  return [=](Stage& s) { s.AwaitPhase(phase); };
}
Deed AwaitPause(int64_t step) {
  return [=](Stage& s) { s.AwaitPause(step); };
}
void AllowNoPod(Stage& s) {
  s.rollout["spec"]["replicas"] = 1;
  s.rollout["spec"]["strategy"] = Json::parse(R"({"rollingUpdate": {"maxSurge": 0}})");
}
void BeDeleted(Stage& s) {
  s.rollout["metadata"]["finalizers"] = {"example.org/wait"};
  s.Begin();
  s.world.Delete(kWeb, Propagation::kOrphan, kRollouts);
  s.Rest();
}
void RefuseReplicaSets(Stage& s) {
  s.Begin();
  s.windlass->network().SetRefused("replicasets", 403);
  s.SetImage("app:v2");
  s.Await("Stalled", [&] { return TextAt(s.Status(), {"phase"}) == "Stalled"; });
}

constexpr auto kBegin = &Stage::Begin;
constexpr auto kBeginStuck = &Stage::BeginStuck;
constexpr auto kReachPause = &Stage::ReachPause;
constexpr auto kGetStuck = &Stage::GetStuck;
constexpr auto kStopWindlass = &Stage::StopWindlass;
constexpr auto kRest = &Stage::Rest;

struct Plot {
  const char* name;
  std::vector<Deed> deeds;
};

std::vector<Plot> Plots() {
  const Json paused = {{"paused", true}};
  const Json in_place_only = {{"strategy", {{"type", "InPlaceOnly"}}}};
  const auto roll_back_to = [](int revision) {
    return Edit({{"rollbackTo", {{"revision", revision}}}});
  };
  return {
      {"not seen yet", {&Stage::Apply}},
      {"a new Rollout, without an available Pod", {kBeginStuck}},
      {"a change that Windlass has not seen", {kBegin, kStopWindlass, SetImage("app:v2")}},
      {"progressing", {kGetStuck}},
      {"healthy", {kBegin}},
      {"healthy, after all steps",
       {kReachPause, Promote("2@2"), AwaitPause(4), Promote("4@2"), AwaitPhase("Healthy")}},
      {"healthy, without replicas", {Ask({{"replicas", 0}}), kBegin}},
      {"a Rollout that never replaces Pods", {Ask(in_place_only), kBegin}},
      {"rolled back",
       {kBegin, SetImage("app:v2"), AwaitPhase("Healthy"), roll_back_to(1),
        AwaitPhase("RolledBack")}},
      {"a rollback that was refused", {kBegin, roll_back_to(7), AwaitPhase("Healthy")}},
      {"being deleted", {BeDeleted}},

      {"a Pod lost after the rollout, and enough are left", {kBegin, Lose(1)}},
      {"too many Pods lost after the rollout", {kBegin, Lose(6)}},
      {"the only Pod lost after the rollout, which maxUnavailable allows",
       {AllowNoPod, kBegin, Lose(1)}},
      {"the only Pod lost while paused", {AllowNoPod, kBegin, Edit(paused), kRest, Lose(1)}},

      {"paused by its spec", {kGetStuck, Edit(paused), AwaitPhase("Paused")}},
      {"healthy, and paused", {kBegin, Edit(paused), AwaitPhase("Healthy")}},
      {"paused, and a rollback waits",
       {kBegin, Edit({{"paused", true}, {"rollbackTo", Json::object()}}), AwaitPhase("Paused")}},
      {"paused at a step until promoted", {kReachPause}},
      {"promoted, which Windlass has not seen", {kReachPause, kStopWindlass, Promote("2@2")}},
      {"paused at a step, and an earlier rollout was promoted",
       {kReachPause, Promote("2@1"), kRest}},
      {"paused at a step for ten minutes", {kReachPause, Promote("2@2"), AwaitPause(4)}},
      {"at its partition",
       {Ask({{"strategy", {{"partition", 7}}}}), kBegin, SetImage("app:v2"), AwaitPhase("Paused")}},

      {"no progress in time", {kGetStuck, AwaitPhase("Stalled")}},
      {"a template that no Pod can have",
       {kBegin, Edit(Json::parse(R"({"template": {"spec": {"noSuchField": 1}}})")),
        AwaitPhase("Stalled")}},
      {"a change that is not possible in place, and no progress deadline",
       {Ask(in_place_only), Ask({{"progressDeadlineSeconds", 2147483647}}), kBegin,
        Edit(Json::parse(R"({"template": {"spec": {"hostNetwork": true}}})")),
        AwaitPhase("Stalled")}},
      {"a strategy that cannot be carried out",
       {kBegin,
        [](Stage& s) {
          s.StoreUnderOldCrd(Json::parse(R"({"strategy": {"steps": [{}]}})"));
          s.AwaitPhase("Stalled");
        }}},
      {"the API server refuses the ReplicaSet", {RefuseReplicaSets}},
      {"aborted", {kReachPause, Edit({{"abort", true}}), AwaitPhase("Aborted")}},
      {"aborted, and nothing to go back to",
       {kBeginStuck, Edit({{"abort", true}}), AwaitPhase("Stalled")}},
  };
}

// --- what is written down ---

constexpr const char* kOneTime = "2026-01-02T03:04:05Z";

// Replaces every time by kOneTime.
void SettleTimes(Json& value) {
  if (value.is_structured()) {
    for (Json& inner : value) SettleTimes(inner);
  } else if (value.is_string() && value.get<std::string>().size() == 20 &&
             TimeText(TimeValue(value.get<std::string>())) == value.get<std::string>()) {
    value = kOneTime;
  }
}

// Leaves out what the API server or chance decides.
Json Written(const Json& object) {
  Json written = object;
  Json metadata = Json::object();
  for (const char* kept :
       {"name", "namespace", "generation", "annotations", "deletionTimestamp", "finalizers"}) {
    if (object["metadata"].contains(kept)) metadata[kept] = object["metadata"][kept];
  }
  written["metadata"] = metadata;
  SettleTimes(written);
  return written;
}

// Returns the merge patch (RFC 7386) that makes `to` of `from`. Neither has a field that is null.
Json MergePatchOf(const Json& from, const Json& to) {
  Json patch = Json::object();
  for (const auto& [key, unused] : from.items()) {
    if (!to.contains(key)) patch[key] = nullptr;
  }
  for (const auto& [key, value] : to.items()) {
    const Json& before = At(from, {key});
    if (before == value) continue;
    patch[key] = before.is_object() && value.is_object() ? MergePatchOf(before, value) : value;
  }
  return patch;
}

}  // namespace

std::vector<StatusRow> PlayStatusRows() {
  std::vector<StatusRow> rows;
  for (const Plot& plot : Plots()) {
    Stage stage;
    try {
      for (const Deed& deed : plot.deeds) deed(stage);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(std::string(plot.name) + ": " + error.what());
    }
    rows.push_back({.name = plot.name, .object = MakeObject(Written(*stage.Now()))});
  }
  return rows;
}

std::string TextOf(const std::vector<StatusRow>& rows) {
  Json all = Json::object();
  all["about"] = {
      "Rollouts as users and tools see them: written by Windlass in the simulator, row by row of",
      "test/sim/status_rows.cc. Do not edit: cmake --build build/release --target status_rows, and",
      "then build/release/test/sim/status_rows test/conditions/rows.json writes them anew.",
      "The changes of a row are a merge patch (RFC 7386) to the Rollout that is healthy."};
  const Json& healthy =
      *std::ranges::find(rows, std::string_view("healthy"), &StatusRow::name)->object;
  all["healthy"] = healthy;
  all["rows"] = Json::array();
  for (const StatusRow& row : rows) {
    all["rows"].push_back({{"name", row.name}, {"changes", MergePatchOf(healthy, *row.object)}});
  }
  return all.dump(1) + "\n";
}

}  // namespace windlass::sim
