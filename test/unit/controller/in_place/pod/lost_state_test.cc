// What stands in for the state of a patched Pod that somebody took: P-028.
#include "controller/in_place/pod/lost_state.h"

#include <vector>

#include "controller/in_place/pod/completion.h"
#include "controller/in_place/template/metadata.h"
#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::lost_state_test {
namespace {

using namespace test;

const TemplateImages kHas{kT2, {{"app", "r/app:2"}}};
const std::vector<int64_t> kRolledOut{6};

Pod Patched(const std::string& revision) {
  Pod pod = PodWith(
      {Running("istio", "mesh:9", 'C', "M", {900}), Running("app", "r/app:2", 'A', "I1", {900})});
  pod.meta.generation = 4;
  pod.observed_generation = 4;
  if (!revision.empty()) pod.meta.labels.Set(kRevisionLabel, revision);
  return pod;
}

std::optional<PodState> Lost(const Pod& pod, const std::optional<Result<PodState>>& said) {
  return LostState(pod, said, Uid{}, kHas, kRolledOut, {1000});
}

TEST_CASE("P-028 only a Pod that this rollout patched has lost its state") {
  CHECK(Lost(Patched("6"), std::nullopt));
  CHECK(Lost(Patched("6"), Result<PodState>(Error{ErrorKind::kMalformed, "spoiled"})));
  CHECK_FALSE(Lost(Patched("6"), Result<PodState>(PodState{})));  // it is there
  CHECK_FALSE(Lost(Patched("5"), std::nullopt));                  // an earlier rollout
  CHECK_FALSE(Lost(Patched(""), std::nullopt));
  CHECK_FALSE(Lost(Patched("six"), std::nullopt));
}

TEST_CASE("P-028 time tells that its containers were restarted, those of the template") {
  const Pod pod = Patched("6");
  const auto state = Lost(pod, std::nullopt);
  REQUIRE(state);
  REQUIRE(state->containers.size() == 1);
  CHECK(state->containers[0].name == "app");
  const Completion now = CompletionOf(pod, *state, {1000});
  CHECK_FALSE(now.complete);
  REQUIRE(now.look_again);
  CHECK(CompletionOf(pod, *state, *now.look_again).complete);
}

// Whom this serves: who may lack no Pod. The node was cut off while the state was lost; the
// container is the old one until the kubelet, heard again at 2000, has killed it.
TEST_CASE("P-045 a lost state's time begins anew when the kubelet is heard again") {
  Pod pod = Patched("6");
  pod.termination_grace_period_seconds = 30;
  auto state = Lost(pod, std::nullopt);
  REQUIRE(state);
  state->heard_since = std::nullopt;
  CHECK(CompletionOf(pod, *state, {9000}) == Completion{});
  state->heard_since = WallTime{2000};
  CHECK(CompletionOf(pod, *state, {2119}) == Completion{false, WallTime{2120}});
  CHECK(CompletionOf(pod, *state, {2120}).complete);
}

}  // namespace
}  // namespace windlass::in_place::lost_state_test
