// What the truth table has no column for: states, digests, several containers, and patches that
// come while another one is under way.
#include "controller/in_place/pod/completion.h"

#include <functional>
#include <limits>

#include "test/catch.h"
#include "test/support/changes.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::completion_test {
namespace {

using namespace test;

// Returns a Pod that was restarted as the patch asked for, complete in every respect.
Pod Restarted() { return PodWith({Running("app", "r/app:2", 'B', "I2", {1010})}); }

using Edit = std::function<void(Pod&, PodState&)>;

struct Row {
  std::string id;
  Edit edit;
  bool want = false;
  int64_t want_look_again = 0;  // 0: never
};

PodContainer& App(Pod& pod) { return pod.containers[0]; }
ContainerPatch& Patch(PodState& state) { return state.containers[0]; }

// --- what the Pod and the note of its patch may be instead ---

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
void StillRunsA(Pod& pod, PodState&) { App(pod).id = test::Id(IdText('A')); }
// The patch asks for that image.
Edit To(const std::string& image) {
  return [=](Pod& pod, PodState& state) { App(pod).image = Patch(state).to = image; };
}
Edit ImageId(const std::string& id) {
  return [=](Pod& pod, PodState&) { App(pod).image_id = id; };
}
// The container before ran that image.
Edit ImageIdBefore(const std::string& id) {
  return [=](Pod&, PodState& state) { Patch(state).image_id = id; };
}
void NoContainerBefore(Pod&, PodState& state) { Patch(state).id = Patch(state).image_id = ""; }
Edit AppIs(ContainerState container) {
  return [=](Pod& pod, PodState&) { App(pod).state = container; };
}
Edit Started(ConditionStatus started) {
  return [=](Pod& pod, PodState&) { App(pod).started = started; };
}
Edit Observed(int64_t generation) {
  return [=](Pod& pod, PodState&) { pod.observed_generation = generation; };
}
Edit GenerationBefore(int64_t generation) {
  return [=](Pod&, PodState& state) { state.generation_before = generation; };
}
// The Pod is as if no spec was changed.
void NotPatched(Pod& pod, PodState&) { pod.meta.generation = pod.observed_generation = 3; }
// A second container runs.
Edit Log(const std::string& image, char id, const std::string& image_id, WallTime started_at) {
  return [=](Pod& pod, PodState&) {
    pod.containers.push_back(Running("log", image, id, image_id, started_at));
  };
}
// A container that is first in the Pod runs.
Edit First(ContainerKind kind, ContainerState container, const std::string& name) {
  return [=](Pod& pod, PodState&) {
    PodContainer first = Running(name, "r/" + name + ":2", 'C', "N1", {900});
    first.kind = kind;
    first.state = container;
    pod.containers.insert(pod.containers.begin(), first);
  };
}
// Container `name` is patched, too; it was C.
Edit PatchOf(const std::string& name, const std::string& image_id) {
  return [=](Pod&, PodState& state) {
    state.containers.push_back({.name = name,
                                .from = "r/" + name + ":1",
                                .to = "r/" + name + ":2",
                                .id = IdText('C'),
                                .image_id = image_id});
  };
}

// Admission put back what ran before, by its digest.
void UndoneByAdmission(Pod& pod, PodState& state) {
  NotPatched(pod, state);
  App(pod) = Running("app", "r/app@sha256:1", 'A', "I1", {900});
  Patch(state).from = "r/app@sha256:1";
}
// The patch asks for r/app:1 again, which an admission plugin rewrites.
void RevertedToMirror(Pod& pod, PodState& state) {
  App(pod).image = "mirror/app:1";
  Patch(state).to = "r/app:1";
  Patch(state).seen = {{IdText('A'), "mirror/app:1"}};
}

TEST_CASE("a patched Pod is complete when all that was changed was done (P-046, P-049)") {
  const std::string digest = "docker.io/r/app@sha256:12";
  const Row row = GENERATE_COPY(values<Row>({
      {"P-047 P-049 restarted", kNothing, true},
      {"P-049 only metadata was patched: the generation does not move",
       All(NotPatched, [](Pod&, PodState& state) { state.containers.clear(); }), true},
      {"P-045 only metadata was patched while the image before was on its way", GenerationBefore(4),
       true},
      {"P-045 and the kubelet has not seen that one", All(GenerationBefore(4), Observed(3))},
      {"P-045 a generation that no Pod reaches: the kubelet is behind the Pod's",
       All(GenerationBefore(std::numeric_limits<int64_t>::max()), Observed(3))},
      {"P-048 P-081 admission undid the patch, and the image is as good", UndoneByAdmission, true},
      {"P-046 waiting", AppIs(ContainerState::kWaiting)},
      {"P-046 terminated", AppIs(ContainerState::kTerminated)},
      {"P-046 no status", AppIs(ContainerState::kNoStatus)},
      {"P-046 its startup probe has not passed", Started(ConditionStatus::kFalse)},
      {"P-046 started is not said", Started(ConditionStatus::kAbsent), true},
      {"P-046 running without an id", [](Pod& pod, PodState&) { App(pod).id = {}; }},
      {"P-049 a container that the Pod has not",
       [](Pod&, PodState& state) { Patch(state).name = "other"; }},
      {"P-046 not ready is another question", [](Pod& pod, PodState&) { App(pod).ready = false; },
       true},

      {"P-047 alias tag of a skewed clock", ComesUpUnproven, false, 1040},
      {"P-047 a requested digest is proof",
       All(ComesUpUnproven, ImageId(digest), ImageIdBefore(digest), To("r/app@sha256:12")), true},
      {"P-047 another digest is none",
       All(ComesUpUnproven, ImageId(digest), ImageIdBefore(digest), To("r/app@sha256:1")), false,
       1040},
      {"P-047 an imageID is no proof where none was before",
       All(ComesUpUnproven, NoContainerBefore, ImageId("I2")), false, 1043},
      {"P-047 the first container may still be of the image before", NoContainerBefore, false,
       1050},
      {"P-047 unless the digest tells",
       All(NoContainerBefore, To("r/app@sha256:12"), ImageId(digest)), true},
      {"P-047 or the Pod got its node after the patch",
       All(NoContainerBefore,
           [](Pod& pod, PodState&) { pod.scheduled = {ConditionStatus::kTrue, {1006}}; }),
       true},
      {"P-047 a start that is not told is none",
       All(ComesUpUnproven, [](Pod& pod, PodState&) { App(pod).started_at = {}; }), false, 1040},
      {"P-047 the grace period is the Pod's",
       All(ComesUpUnproven,
           [](Pod& pod, PodState&) { pod.termination_grace_period_seconds = 300; }),
       false, 1310},

      {"P-049 one of two containers", All(Log("r/log:2", 'C', "L1", {900}), PatchOf("log", "L1"))},
      {"P-049 two of two", All(Log("r/log:2", 'D', "L2", {1012}), PatchOf("log", "L1")), true},
      {"P-047 P-049 two containers are killed one after the other",
       All(ComesUpUnproven, Log("r/log:2", 'D', "L2", {1012}), PatchOf("log", "L1")), false, 1070},
      {"P-049 a container that was not patched may do what it wants",
       All(Log("r/log:1", 'C', "L1", {1012}),
           [](Pod& pod, PodState&) { pod.containers[1].state = ContainerState::kTerminated; }),
       true},
      {"P-006 P-049 a plain init container does not run again",
       All(First(ContainerKind::kInit, ContainerState::kTerminated, "init"), PatchOf("init", "N1")),
       true},
      {"P-006 P-049 a sidecar does",
       All(First(ContainerKind::kSidecar, ContainerState::kRunning, "mesh"),
           PatchOf("mesh", "N1"))},

      {"P-034 P-047 after a re-target it may still run the image before", ReTargeted, false, 1055},
      {"P-034 P-047 unless its digest says otherwise",
       All(ReTargeted, To("r/app@sha256:12"), ImageId(digest)), true},
      {"P-034 P-048 re-targeted, and not restarted yet", All(ReTargeted, StillRunsA)},
      {"P-034 P-048 reverted before the kubelet knew", All(ReTargeted, StillRunsA, To("r/app:1")),
       true},
      {"P-034 P-048 reverted too late: it is on its way to the image before",
       All(ReTargeted, To("r/app:1")), false, 1055},
      {"P-034 P-048 reverted, under an admission plugin that rewrites images",
       All(ReTargeted, StillRunsA, RevertedToMirror), true},
      {"P-034 P-048 what a crashed container was started with is not known: time tells",
       All(ReTargeted, To("r/app:1"),
           [](Pod&, PodState& state) { Patch(state).seen.push_back({IdText('B'), ""}); }),
       false, 1060},
  }));
  CAPTURE(row.id);

  Pod pod = Restarted();
  PodState state = StateWith({AppPatch()});
  row.edit(pod, state);
  std::optional<WallTime> look_again;
  if (row.want_look_again > 0) look_again = {row.want_look_again};
  CHECK(CompletionOf(pod, state, WallTime{1020}) == Completion{row.want, look_again});
  if (look_again) CHECK(CompletionOf(pod, state, *look_again).complete);
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

// Whom this serves: who runs one version at a time. The old container crashed and was started anew
// a moment before the kubelet saw the patch; Windlass does not know this container.
TEST_CASE("P-047 a container that starts in our future may have started before the patch") {
  Pod pod = PodWith({Running("app", "r/app:2", 'B', "", {1800})});
  const PodState state = StateWith({AppPatch()});  // patched at 1000
  CHECK(CompletionOf(pod, state, WallTime{1001}) == Completion{false, WallTime{1040}});
  CHECK(CompletionOf(pod, state, WallTime{1040}).complete);
  CHECK(CompletionOf(pod, state, WallTime{1800}).complete);
}

// Whom these serve: who may lack no Pod. The node was cut off from 990 to 2000, and the Pod was
// patched at 1000. Meanwhile its container exited, and the kubelet, which had not seen the patch,
// started it again from the old image. The kubelet kills it once it watches its Pods again, until
// 2090 at the latest.
TEST_CASE("P-047 a container that started while the kubelet was not heard is not taken for new") {
  const auto started_at = GENERATE(values<WallTime>({{900}, {1004}, {1040}, {1999}}));
  CAPTURE(started_at.unix_seconds);
  const Pod pod = PodWith({Running("app", "r/app:2", 'B', "I1", started_at)});
  PodState state = StateWith({AppPatch()});
  state.heard_since = WallTime{2000};
  CHECK(CompletionOf(pod, state, WallTime{2001}) == Completion{false, WallTime{2100}});
  CHECK(CompletionOf(pod, state, WallTime{2100}).complete);
  state.heard_since = std::nullopt;  // it is not heard yet
  CHECK(CompletionOf(pod, state, WallTime{2040}) == Completion{});
}

// The same, while our clock is 50 minutes ahead of the node's: by our clock the kubelet seems to be
// heard since long before the patch.
TEST_CASE("P-047 what started while the kubelet was not heard is not new by a wrong clock either") {
  PodState state = StateWith({AppPatch()});
  state.at = WallTime{4000};
  state.unheard = true;
  state.heard_since = WallTime{1090};
  const Pod pod = PodWith({Running("app", "r/app:2", 'B', "I1", {1040})});
  CHECK(CompletionOf(pod, state, {4091}) == Completion{});
  CHECK(CompletionOf(pod, state, {9000}) == Completion{});
  CHECK(WasHeardAgain(pod, state));
  SECTION("the kubelet killed it") {
    const Pod killed = PodWith({Running("app", "r/app:2", 'C', "I2", {1091})});
    CHECK(CompletionOf(killed, state, {4092}).complete);
  }
  SECTION("the patch was made while the kubelet was heard") {
    state.unheard = false;
    CHECK(CompletionOf(pod, state, {9000}).complete);
  }
  SECTION("it is not heard yet") {
    state.heard_since = std::nullopt;
    CHECK_FALSE(WasHeardAgain(pod, state));
  }
  SECTION("it has had the time for the kill since we know that it is heard, as after another cut") {
    state.heard_here = WallTime{5000};
    const WallTime killed{5000 + 60 + 30 + 30};  // 60 s to watch, 30 s grace, 30 s to show it
    CHECK(CompletionOf(pod, state, {9000}).complete);
    CHECK(CompletionOf(pod, state, {5001}) == Completion{false, killed});
  }
}

TEST_CASE("P-047 what proves the new image needs no kubelet that is heard") {
  PodState state = StateWith({AppPatch()});
  state.heard_since = std::nullopt;
  CHECK(CompletionOf(PodWith({Running("app", "r/app:2", 'B', "I2", {1010})}), state, {1020})
            .complete);
}

TEST_CASE("P-047 a container that started after the kubelet was heard again is new") {
  const Pod pod = PodWith({Running("app", "r/app:2", 'B', "I1", {2066})});
  PodState state = StateWith({AppPatch()});
  state.heard_since = WallTime{2000};
  CHECK(CompletionOf(pod, state, WallTime{2067}).complete);
}

// Within that minute, the kubelet may not watch its Pods yet.
TEST_CASE("P-047 a patch that is made a moment after the kubelet was heard again has its minute") {
  const Pod pod = PodWith({Running("app", "r/app:2", 'B', "I1", {1010})});
  PodState state = StateWith({AppPatch()});  // patched at 1000
  state.heard_since = WallTime{990};
  CHECK(CompletionOf(pod, state, {1020}) == Completion{false, WallTime{1090}});
  state.heard_since = WallTime{940};
  CHECK(CompletionOf(pod, state, {1020}).complete);
}

// A node that an autoscaler made for the Pod was never cut off from it.
TEST_CASE("P-047 a node that was heard before it got the Pod delays nothing") {
  Pod pod = PodWith({Running("app", "r/app:2", 'B', "I1", {1080})});
  pod.scheduled = {ConditionStatus::kTrue, {1065}};
  PodState state = StateWith({AppPatch()});
  state.heard_since = WallTime{1060};
  CHECK(CompletionOf(pod, state, {1081}).complete);
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
