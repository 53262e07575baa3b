// avail() of P-050: Ready, and what Ready does not tell.
#include "controller/in_place/pod/availability.h"

#include <functional>

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::availability_test {
namespace {

using namespace test;

struct Row {
  std::string id;
  std::function<void(Pod&, std::optional<PodState>&)> edit;
  int32_t min_ready_seconds;
  std::optional<WallTime> want;
  bool want_in_flight = false;
};
using State = std::optional<PodState>;

// Restarts the Pod at 1010, as the patch asked for. Ready has been True since 500.
void Restarted(Pod& pod, State& state) {
  pod.containers[0] = Running("app", "r/app:2", 'B', "I2", {1010});
  state = StateWith({AppPatch()});
}

TEST_CASE("a Pod is available when it can be counted on (P-050)") {
  const Row row = GENERATE(values<Row>({
      {"P-050 never patched", [](Pod&, State&) {}, 0, WallTime{0}},
      {"P-050 never patched, minReadySeconds count from Ready", [](Pod&, State&) {}, 600,
       WallTime{1100}},
      {"P-050 Ready since nobody knows when",
       [](Pod& pod, State&) { pod.ready = {ConditionStatus::kTrue, {}}; }, 0, WallTime{0}},
      {"P-050 Ready since nobody knows when, and minReadySeconds",
       [](Pod& pod, State&) { pod.ready = {ConditionStatus::kTrue, {}}; }, 1, std::nullopt},
      {"P-050 not Ready", [](Pod& pod, State&) { pod.ready = {ConditionStatus::kFalse, {500}}; }, 0,
       std::nullopt},
      {"P-050 Ready unknown: the node is lost",
       [](Pod& pod, State&) { pod.ready = {ConditionStatus::kUnknown, {500}}; }, 0, std::nullopt},
      {"P-050 no conditions yet", [](Pod& pod, State&) { pod.ready = {}; }, 0, std::nullopt},
      {"P-050 deleting", [](Pod& pod, State&) { pod.meta.deletion_timestamp = {900}; }, 0,
       std::nullopt},
      {"P-050 pending", [](Pod& pod, State&) { pod.phase = PodPhase::kPending; }, 0, std::nullopt},
      {"P-050 ended", [](Pod& pod, State&) { pod.phase = PodPhase::kSucceeded; }, 0, std::nullopt},

      {"P-050 restarted", &Restarted, 0, WallTime{0}},
      {"P-050 restarted, minReadySeconds count from the start", &Restarted, 600, WallTime{1610}},
      {"P-050 restarted, Ready later than the start",
       [](Pod& pod, State& state) {
         Restarted(pod, state);
         pod.ready = {ConditionStatus::kTrue, {1015}};
       },
       600, WallTime{1615}},
      {"P-050 restarted on a node whose clock is ahead",
       [](Pod& pod, State& state) {
         Restarted(pod, state);
         pod.containers[0].started_at = {1050};
       },
       0, WallTime{0}},
      {"P-050 a restart of what was not patched is the kubelet's business",
       [](Pod& pod, State&) { pod.containers[0].started_at = {1010}; }, 600, WallTime{1100}},
      {"P-050 only metadata was patched", [](Pod&, State& state) { state = StateWith({}); }, 600,
       WallTime{1100}},
      {"P-050 in flight, and Ready all the same",
       [](Pod& pod, State& state) {
         state = StateWith({AppPatch()});
         pod.observed_generation = 3;
       },
       0, std::nullopt, true},
      {"P-050 in flight to a target before the present one",
       [](Pod& pod, State& state) {
         pod.containers[0].image = "r/app:2";
         state = StateWith({AppPatch()});
         state->target = kT3;
       },
       0, std::nullopt, true},
      {"P-050 restarted, and crashed since",
       [](Pod& pod, State& state) {
         Restarted(pod, state);
         pod.containers[0].state = ContainerState::kWaiting;
         pod.ready = {ConditionStatus::kFalse, {1018}};
       },
       0, std::nullopt, true},
  }));
  CAPTURE(row.id);

  Pod pod = PodWith({Running("app", "r/app:1", 'A', "I1", {450})});
  State state;
  row.edit(pod, state);
  const PodState* const ours = state ? &*state : nullptr;
  const WallTime now{1020};
  CHECK(IsInFlight(pod, ours, now) == row.want_in_flight);
  CHECK(AvailableFrom(pod, ours, row.min_ready_seconds, now) == row.want);
  CHECK(IsAvailable(pod, ours, row.min_ready_seconds, now) == (row.want && *row.want <= now));
}

TEST_CASE("P-050 a Pod becomes available in the second its minReadySeconds are over") {
  Pod pod = PodWith({});
  State state;
  pod.containers.resize(1);
  Restarted(pod, state);
  CHECK_FALSE(IsAvailable(pod, &*state, 30, {1039}));
  CHECK(IsAvailable(pod, &*state, 30, {1040}));
}

}  // namespace
}  // namespace windlass::in_place::availability_test
