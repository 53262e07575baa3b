// What the truth table has no column for: states, digests, several containers, and patches that
// come while another one is under way.
#include "controller/in_place/pod/completion.h"

#include <functional>
#include <limits>

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::completion_test {
namespace {

using namespace test;

// Returns a Pod that was restarted as the patch asked for, complete in every respect.
Pod Restarted() { return PodWith({Running("app", "r/app:2", 'B', "I2", {1010})}); }

struct Row {
  std::string id;
  std::function<void(Pod&, PodState&)> edit;
  bool want = false;
  std::optional<WallTime> want_look_again{};
};

PodContainer& App(Pod& pod) { return pod.containers[0]; }
ContainerPatch& Patch(PodState& state) { return state.containers[0]; }

// Lets container B start after the patch, with nothing that proves which image it runs.
void ComesUpUnproven(Pod& pod, PodState&) {
  App(pod).image_id = "I1";
  App(pod).started_at = {1003};
}

// As ComesUpUnproven, after a patch that came while the patch from r/app:1 to r/app:9 was under
// way.
void ReTargeted(Pod& pod, PodState& state) {
  App(pod).started_at = {1015};
  Patch(state).from = "r/app:9";
  Patch(state).seen = {{IdText('A'), "r/app:1"}};
}

TEST_CASE("a patched Pod is complete when all that was changed was done (P-046, P-049)") {
  const Row
      row =
          GENERATE(
              values<Row>(
                  {
                      {"P-047 P-049 restarted", [](Pod&, PodState&) {}, true},
                      {"P-049 only metadata was patched: the generation does not move",
                       [](Pod& pod, PodState& state) {
                         pod.meta.generation = pod.observed_generation = 3;
                         state.containers.clear();
                       },
                       true},
                      {"P-045 only metadata was patched while the image before was on its way",
                       [](Pod&, PodState& state) { state.generation_before = 4; }, true},
                      {"P-045 and the kubelet has not seen that one",
                       [](Pod& pod, PodState& state) {
                         state.generation_before = 4;
                         pod.observed_generation = 3;
                       }},
                      {"P-045 a generation that no Pod reaches: the kubelet is behind the Pod's",
                       [](Pod& pod, PodState& state) {
                         state.generation_before = std::numeric_limits<int64_t>::max();
                         pod.observed_generation = 3;
                       }},
                      {"P-048 P-081 admission undid the patch, and the image is as good",
                       [](Pod& pod, PodState& state) {
                         pod.meta.generation = pod.observed_generation = 3;
                         App(pod) = Running("app", "r/app@sha256:1", 'A', "I1", {900});
                         Patch(state).from = "r/app@sha256:1";
                       },
                       true},
                      {"P-046 waiting",
                       [](Pod& pod, PodState&) { App(pod).state = ContainerState::kWaiting; }},
                      {"P-046 terminated",
                       [](Pod& pod, PodState&) { App(pod).state = ContainerState::kTerminated; }},
                      {"P-046 no status",
                       [](Pod& pod, PodState&) { App(pod).state = ContainerState::kNoStatus; }},
                      {"P-046 its startup probe has not passed",
                       [](Pod& pod, PodState&) { App(pod).started = ConditionStatus::kFalse; }},
                      {"P-046 started is not said",
                       [](Pod& pod, PodState&) { App(pod).started = ConditionStatus::kAbsent; },
                       true},
                      {"P-046 running without an id",
                       [](Pod& pod, PodState&) { App(pod).id = {}; }},
                      {"P-049 a container that the Pod has not",
                       [](Pod&, PodState& state) { Patch(state).name = "other"; }},
                      {"P-046 not ready is another question",
                       [](Pod& pod, PodState&) { App(pod).ready = false; }, true},

                      {"P-047 alias tag of a skewed clock", &ComesUpUnproven, false,
                       WallTime{1040}},
                      {"P-047 a requested digest is proof",
                       [](Pod& pod, PodState& state) {
                         ComesUpUnproven(pod, state);
                         Patch(state).image_id = App(pod).image_id = "docker.io/r/app@sha256:12";
                         App(pod).image = Patch(state).to = "r/app@sha256:12";
                       },
                       true},
                      {"P-047 another digest is none",
                       [](Pod& pod, PodState& state) {
                         ComesUpUnproven(pod, state);
                         Patch(state).image_id = App(pod).image_id = "docker.io/r/app@sha256:12";
                         App(pod).image = Patch(state).to = "r/app@sha256:1";
                       },
                       false, WallTime{1040}},
                      {"P-047 an imageID is no proof where none was before",
                       [](Pod& pod, PodState& state) {
                         ComesUpUnproven(pod, state);
                         Patch(state).id = Patch(state).image_id = "";
                         App(pod).image_id = "I2";
                       },
                       false, WallTime{1043}},
                      {"P-047 the first container may still be of the image before",
                       [](Pod&, PodState& state) { Patch(state).id = Patch(state).image_id = ""; },
                       false, WallTime{1050}},
                      {"P-047 unless the digest tells",
                       [](Pod& pod, PodState& state) {
                         Patch(state).id = Patch(state).image_id = "";
                         App(pod).image = Patch(state).to = "r/app@sha256:12";
                         App(pod).image_id = "docker.io/r/app@sha256:12";
                       },
                       true},
                      {"P-047 or the Pod got its node after the patch",
                       [](Pod& pod, PodState& state) {
                         Patch(state).id = Patch(state).image_id = "";
                         pod.scheduled = {ConditionStatus::kTrue, {1006}};
                       },
                       true},
                      {"P-047 a start that is not told is none",
                       [](Pod& pod, PodState& state) {
                         ComesUpUnproven(pod, state);
                         App(pod).started_at = {};
                       },
                       false, WallTime{1040}},
                      {"P-047 the grace period is the Pod's",
                       [](Pod& pod, PodState& state) {
                         ComesUpUnproven(pod, state);
                         pod.termination_grace_period_seconds = 300;
                       },
                       false, WallTime{1310}},

                      {"P-049 one of two containers",
                       [](Pod& pod, PodState& state) {
                         pod.containers.push_back(Running("log", "r/log:2", 'C', "L1", {900}));
                         state.containers.push_back({.name = "log",
                                                     .from = "r/log:1",
                                                     .to = "r/log:2",
                                                     .id = IdText('C'),
                                                     .image_id = "L1"});
                       }},
                      {"P-049 two of two",
                       [](Pod& pod, PodState& state) {
                         pod.containers.push_back(Running("log", "r/log:2", 'D', "L2", {1012}));
                         state.containers.push_back({.name = "log",
                                                     .from = "r/log:1",
                                                     .to = "r/log:2",
                                                     .id = IdText('C'),
                                                     .image_id = "L1"});
                       },
                       true},
                      {"P-047 P-049 two containers are killed one after the other",
                       [](Pod& pod, PodState& state) {
                         ComesUpUnproven(pod, state);
                         pod.containers.push_back(Running("log", "r/log:2", 'D', "L2", {1012}));
                         state.containers.push_back({.name = "log",
                                                     .from = "r/log:1",
                                                     .to = "r/log:2",
                                                     .id = IdText('C'),
                                                     .image_id = "L1"});
                       },
                       false, WallTime{1070}},
                      {"P-049 a container that was not patched may do what it wants",
                       [](Pod& pod, PodState&) {
                         pod.containers.push_back(Running("log", "r/log:1", 'C', "L1", {1012}));
                         pod.containers[1].state = ContainerState::kTerminated;
                       },
                       true},
                      {"P-006 P-049 a plain init container does not run again",
                       [](Pod& pod, PodState& state) {
                         pod.containers.insert(pod.containers.begin(),
                                               Running("init", "r/i:2", 'C', "N1", {900}));
                         pod.containers[0].kind = ContainerKind::kInit;
                         pod.containers[0].state = ContainerState::kTerminated;
                         state.containers.push_back({.name = "init",
                                                     .from = "r/i:1",
                                                     .to = "r/i:2",
                                                     .id = IdText('C'),
                                                     .image_id = "N1"});
                       },
                       true},
                      {"P-006 P-049 a sidecar does",
                       [](Pod& pod, PodState& state) {
                         pod.containers.insert(pod.containers.begin(),
                                               Running("mesh", "r/m:2", 'C', "N1", {900}));
                         pod.containers[0].kind = ContainerKind::kSidecar;
                         state.containers.push_back({.name = "mesh",
                                                     .from = "r/m:1",
                                                     .to = "r/m:2",
                                                     .id = IdText('C'),
                                                     .image_id = "N1"});
                       }},

                      {"P-034 P-047 after a re-target it may still run the image before",
                       &ReTargeted, false, WallTime{1055}},
                      {"P-034 P-047 unless its digest says otherwise",
                       [](Pod& pod, PodState& state) {
                         ReTargeted(pod, state);
                         App(pod).image = Patch(state).to = "r/app@sha256:12";
                         App(pod).image_id = "docker.io/r/app@sha256:12";
                       },
                       true},
                      {"P-034 P-048 re-targeted, and not restarted yet",
                       [](Pod& pod, PodState& state) {
                         ReTargeted(pod, state);
                         App(pod).id = test::Id(IdText('A'));
                       }},
                      {"P-034 P-048 reverted before the kubelet knew",
                       [](Pod& pod, PodState& state) {
                         ReTargeted(pod, state);
                         App(pod).id = test::Id(IdText('A'));
                         App(pod).image = Patch(state).to = "r/app:1";
                       },
                       true},
                      {"P-034 P-048 reverted too late: it is on its way to the image before",
                       [](Pod& pod, PodState& state) {
                         ReTargeted(pod, state);
                         App(pod).image = Patch(state).to = "r/app:1";
                       },
                       false, WallTime{1055}},
                      {"P-034 P-048 reverted, under an admission plugin that rewrites images",
                       [](Pod& pod, PodState& state) {
                         ReTargeted(pod, state);
                         App(pod).id = test::Id(IdText('A'));
                         App(pod).image = "mirror/app:1";
                         Patch(state).to = "r/app:1";
                         Patch(state).seen = {{IdText('A'), "mirror/app:1"}};
                       },
                       true},
                      {"P-034 P-048 what a crashed container was started with is not known: time "
                       "tells",
                       [](Pod& pod, PodState& state) {
                         ReTargeted(pod, state);
                         App(pod).image = Patch(state).to = "r/app:1";
                         Patch(state).seen.push_back({IdText('B'), ""});
                       },
                       false, WallTime{1060}},
                  }));
  CAPTURE(row.id);

  Pod pod = Restarted();
  PodState state = StateWith({AppPatch()});
  row.edit(pod, state);
  CHECK(CompletionOf(pod, state, WallTime{1020}) == Completion{row.want, row.want_look_again});
  if (row.want_look_again) CHECK(CompletionOf(pod, state, *row.want_look_again).complete);
}

std::vector<ContainerPatch> Patched(const Pod& pod, const PodState* last,
                                    std::vector<ContainerImage> images) {
  return PatchedContainers(pod, last, images, WallTime{1020});
}

TEST_CASE("P-034 the first patch of a container notes down what it finds") {
  Pod pod = PodWith({Running("app", "r/app:1", 'A', "I1", {900})});
  App(pod).restart_count = 4;
  ContainerPatch want = AppPatch();
  want.restart_count = 4;
  CHECK(Patched(pod, nullptr, {{"app", "r/app:2"}}) == std::vector<ContainerPatch>{want});
}

TEST_CASE("P-034 a patch after one that is complete starts anew") {
  const PodState last = StateWith({AppPatch()});
  const ContainerPatch want{
      .name = "app", .from = "r/app:2", .to = "r/app:3", .id = IdText('B'), .image_id = "I2"};
  CHECK(Patched(Restarted(), &last, {{"app", "r/app:3"}}) == std::vector<ContainerPatch>{want});
  CHECK(Patched(Restarted(), &last, {}).empty());
}

TEST_CASE("P-034 a re-target remembers the containers there were, and what they run") {
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {900})});
  PodState state = StateWith({AppPatch()});
  const std::vector<SeenContainer> only_a = {{IdText('A'), "r/app:1"}};

  state.containers = Patched(pod, &state, {{"app", "r/app:3"}});
  App(pod).image = "r/app:3";
  CHECK(Patch(state).from == "r/app:2");
  CHECK(Patch(state).seen == only_a);
  CHECK_FALSE(CompletionOf(pod, state, WallTime{1020}).complete);

  state.containers = Patched(pod, &state, {{"app", "r/app:1"}});
  App(pod).image = "r/app:1";
  CHECK(Patch(state).seen == only_a);
  CHECK(CompletionOf(pod, state, WallTime{1020}).complete);
}

TEST_CASE("P-034 the last three are remembered") {
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {900})});
  PodState state = StateWith({AppPatch()});
  for (const char id : {'B', 'C', 'D'}) {  // each started, with an unknown image
    App(pod).id = test::Id(IdText(id));
    App(pod).image_id = "I1";
    App(pod).started_at = {1003};
    state.containers = Patched(pod, &state, {{"app", std::string("r/app:") + id}});
    App(pod).image = Patch(state).to;
  }
  CHECK(Patch(state).seen ==
        std::vector<SeenContainer>{{IdText('B'), ""}, {IdText('C'), ""}, {IdText('D'), ""}});
}

TEST_CASE("P-034 that an earlier patch was under way is remembered where no container ever was") {
  Pod pod = Restarted();
  App(pod).state = ContainerState::kWaiting;
  App(pod).id = {};
  App(pod).image_id = {};
  PodState state = StateWith({AppPatch()});
  Patch(state).id = Patch(state).image_id = "";
  state.containers = Patched(pod, &state, {{"app", "r/app:3"}});
  CHECK(Patch(state).seen == std::vector<SeenContainer>{{"", ""}});
  App(pod) = Running("app", "r/app:3", 'B', "I2", {1015});  // perhaps it runs r/app:2
  CHECK(CompletionOf(pod, state, WallTime{1020}) == Completion{false, WallTime{1055}});
}

// Whom this serves: the next Pod is patched when this one counts as updated. A leader whose clock
// is a minute behind the node's must not take the old image's container for the new one's.
TEST_CASE("P-047 a Pod that was patched while it started is not judged by two clocks") {
  Pod pod = PodWith({Running("app", "r/app:1", 'A', "I1", {900})});
  App(pod).state = ContainerState::kWaiting;
  App(pod).id = {};
  App(pod).image_id = {};
  const bool has_node = GENERATE(true, false);
  CAPTURE(has_node);
  if (!has_node) pod.node_name = "";
  pod.scheduled = {ConditionStatus::kTrue, {1080}};  // by the clock of the control plane
  PodState state = StateWith({AppPatch()});          // patched at 1000, by ours
  state.containers = Patched(pod, nullptr, {{"app", "r/app:2"}});
  App(pod) = Running("app", "r/app:2", 'B', "I1", {1081});  // perhaps it runs r/app:1
  CHECK(CompletionOf(pod, state, WallTime{1020}).complete == !has_node);
  CHECK(Patch(state).seen.empty() == !has_node);
}

TEST_CASE("P-034 P-049 what a patch leaves alone stays under way") {
  Pod pod = PodWith(
      {Running("app", "r/app:2", 'A', "I1", {900}), Running("log", "r/log:1", 'C', "L1", {900})});
  const PodState last = StateWith({AppPatch()});
  const std::vector<ContainerPatch> patched = Patched(pod, &last, {{"log", "r/log:2"}});
  REQUIRE(patched.size() == 2);
  CHECK(patched[0].name == "log");
  CHECK(patched[0].seen.empty());
  CHECK(patched[1] == AppPatch());
}

TEST_CASE("P-081 a patch that admission put back is never complete, but is due for a retry") {
  Pod pod = PodWith({Running("app", "r/app:1", 'A', "I1", {900})});
  pod.meta.generation = pod.observed_generation = 3;
  PodState state = StateWith({AppPatch()});
  state.containers[0].of_template = true;
  CHECK(TryAgainAt(state) == WallTime{1300});
  CHECK(CompletionOf(pod, state, {1300}) == Completion{false, WallTime{1300}});
  // Nothing is under way, so what starts after the next patch is due to that patch.
  const std::vector<ContainerImage> images = {{"app", "r/app:2"}};
  CHECK(PatchedContainers(pod, &state, images, {1300})[0].seen.empty());
}

}  // namespace
}  // namespace windlass::in_place::completion_test
