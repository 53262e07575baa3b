// How far the resize of a Pod is, and the request for it: P-101, P-102, P-104.
#include "controller/in_place/pod/resize.h"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/in_place/pod/availability.h"
#include "controller/in_place/pod/pod_changes.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::resize_test {
namespace {

using Json = nlohmann::json;
using test::PodWith;
using test::Running;
using test::StateWith;

CpuAndMemory Amounts(const std::string& cpu, const std::string& memory) {
  return {{cpu, "1Gi", "", memory}};
}

// What the kubelet said before the resize: 1 CPU, at most 2Gi.
ContainerResources Before() {
  return {.wanted = Amounts("1", "2Gi"),
          .allocated = {{"1", "1Gi", "", ""}},
          .actual = Amounts("1", "2Gi"),
          .reported = true};
}

Pod With(const ContainerResources& resources, int64_t generation, int64_t observed) {
  PodContainer app = Running("app", "r/app:1", 'A', "I1", {500});
  app.resources = TextOf(resources);
  Pod pod = PodWith({app});
  pod.has_annotations = true;
  pod.meta.annotations.Set(kPodState, "state");
  pod.meta.generation = generation;
  pod.observed_generation = observed;
  return pod;
}

// A patch of generation 3 that changes no image, so that the resize makes 4 of it: 2 CPUs.
PodState ToTwo(bool restarts = false) {
  PodState state = StateWith({});
  state.resizes = {{.name = "app", .to = {{"2", "", "", ""}}, .restarts = restarts}};
  state.generation_to_resize = 3;
  return state;
}

ContainerResources Asked() {
  ContainerResources resources = Before();
  resources.wanted = Amounts("2", "2Gi");
  return resources;
}

ContainerResources Allocated() {
  ContainerResources resources = Asked();
  resources.allocated = {{"2", "1Gi", "", ""}};
  return resources;
}

ContainerResources Done() {
  ContainerResources resources = Allocated();
  resources.actual = Amounts("2", "2Gi");
  return resources;
}

std::string Pending(const std::string& reason, int64_t generation) {
  return TextOf(PodResize{.pending = reason == "Deferred" ? PodResize::Pending::kDeferred
                                                          : PodResize::Pending::kInfeasible,
                          .pending_generation = generation,
                          .message = "no room"});
}

TEST_CASE("the steps of a resize (P-102)") {
  const PodState state = ToTwo();
  CHECK(ResizeStepOf(With(Before(), 3, 3), StateWith({})) == ResizeStep::kDone);
  CHECK(ResizeStepOf(With(Before(), 3, 3), state) == ResizeStep::kDue);
  CHECK(ResizeStepOf(With(Asked(), 4, 3), state) == ResizeStep::kUnderWay);
  CHECK(ResizeStepOf(With(Asked(), 4, 4), state) == ResizeStep::kUnderWay);
  CHECK(ResizeStepOf(With(Allocated(), 4, 4), state) == ResizeStep::kUnderWay);
  CHECK(ResizeStepOf(With(Done(), 4, 4), state) == ResizeStep::kDone);
  // The status is of the generation before, even if it looks right.
  CHECK(ResizeStepOf(With(Done(), 4, 3), state) == ResizeStep::kUnderWay);
  Proves("P-102");
}

TEST_CASE("what the conditions say counts (P-102, P-104)") {
  const PodState state = ToTwo();
  Pod pod = With(Done(), 4, 4);
  pod.resize = TextOf(PodResize{.in_progress = true});
  CHECK(ResizeStepOf(pod, state) == ResizeStep::kUnderWay);
  pod = With(Asked(), 4, 4);
  pod.resize = Pending("Deferred", 4);
  CHECK(ResizeStepOf(pod, state) == ResizeStep::kDeferred);
  pod.resize = Pending("Infeasible", 4);
  CHECK(ResizeStepOf(pod, state) == ResizeStep::kInfeasible);
  pod.resize = Pending("Infeasible", 3);  // of an earlier resize
  CHECK(ResizeStepOf(pod, state) == ResizeStep::kUnderWay);
  Proves("P-102 P-104");
}

TEST_CASE("a container that does not run gets its CPU when it starts (P-102)") {
  Pod pod = With(Allocated(), 4, 4);
  pod.containers[0].state = ContainerState::kWaiting;
  CHECK(ResizeStepOf(pod, ToTwo()) == ResizeStep::kDone);
  pod = With(Asked(), 4, 0);
  pod.node_name = {};
  CHECK(ResizeStepOf(pod, ToTwo()) == ResizeStep::kDone);
  Proves("P-102");
}

TEST_CASE("what another client sets after our resize stays (P-105)") {
  ContainerResources resources = Before();
  resources.wanted = Amounts("3", "2Gi");
  CHECK(ResizeStepOf(With(resources, 5, 4), ToTwo()) == ResizeStep::kDone);
  Proves("P-105");
}

TEST_CASE("a resize that restarts its container is a restart (P-103)") {
  CHECK(RestartsByResize(With(Before(), 3, 3), ToTwo(true)));
  CHECK(RestartsByResize(With(Allocated(), 4, 4), ToTwo(true)));
  CHECK_FALSE(RestartsByResize(With(Done(), 4, 4), ToTwo(true)));
  CHECK_FALSE(RestartsByResize(With(Allocated(), 4, 4), ToTwo()));
  Pod pod = With(Asked(), 4, 4);
  pod.resize = Pending("Infeasible", 4);
  CHECK_FALSE(RestartsByResize(pod, ToTwo(true)));

  const PodState state = ToTwo(true);
  CHECK(IsInFlight(With(Before(), 3, 3), &state, {2000}));
  const PodState gentle = ToTwo();
  CHECK_FALSE(IsInFlight(With(Before(), 3, 3), &gentle, {2000}));
  Proves("P-103");
}

TEST_CASE("why new Pods are needed (P-104)") {
  Pod pod = With(Asked(), 4, 4);
  pod.resize = Pending("Deferred", 4);
  const WallTime late = test::kAt + kDeferredMax;
  CHECK_FALSE(RefuseResize(pod, ToTwo(), test::kAt + seconds(299)));
  CHECK(ResizeLookAgain(pod, ToTwo(), test::kAt + seconds(1)) == late);
  CHECK(RefuseResize(pod, ToTwo(), late) == NotEligible{Reason::kResizeDeferred, "web-1: no room"});
  CHECK_FALSE(ResizeLookAgain(pod, ToTwo(), late));
  pod.resize = Pending("Infeasible", 4);
  CHECK(RefuseResize(pod, ToTwo(), test::kAt) ==
        NotEligible{Reason::kResizeInfeasible, "web-1: no room"});
  Proves("P-104");
}

TEST_CASE("the request tests what was seen, and changes quantities alone (P-101)") {
  const Result<Request> request = ResizePod(With(Before(), 3, 3), ToTwo());
  REQUIRE(request.ok());
  CHECK(request->subresource() == "resize");
  const Json operations = Json::parse(request->body());
  const Json want = Json::parse(R"([
    {"op":"test","path":"/metadata/uid","value":"00000000-0000-0000-0000-000000000000"},
    {"op":"test","path":"/metadata/deletionTimestamp","value":null},
    {"op":"test","path":"/metadata/generation","value":3},
    {"op":"test","path":"/metadata/annotations/windlass.dev~1in-place-state","value":"state"},
    {"op":"test","path":"/spec/containers/0/name","value":"app"},
    {"op":"test","path":"/spec/containers/0/resources/requests/cpu","value":"1"},
    {"op":"replace","path":"/spec/containers/0/resources/requests/cpu","value":"2"}])");
  CHECK(operations == want);
  CHECK_FALSE(ResizePod(PodWith({}), ToTwo()).ok());
  Proves("P-101");
}

constexpr const char* kOne =
    R"({"spec":{"containers":[{"name":"app","image":"r/app:1",
"resources":{"requests":{"cpu":"1","memory":"1Gi"},"limits":{"memory":"2Gi"}}}]}})";
constexpr const char* kTwo =
    R"({"spec":{"containers":[{"name":"app","image":"r/app:1",
"resources":{"requests":{"cpu":"2","memory":"1Gi"},"limits":{"memory":"2Gi"}}}]}})";

TEST_CASE("a Pod lacks what its templates differ in and it has not got (P-105)") {
  const KnownTemplate one{test::kT1, kOne};
  const KnownTemplate two{test::kT2, kTwo};
  const auto changes = ChangesFor(With(Before(), 3, 3), nullptr, one, two);
  REQUIRE(changes.ok());
  CHECK(changes->resources ==
        std::vector<ResourceChange>{
            {.container = "app", .from = {{"1", "", "", ""}}, .to = {{"2", "", "", ""}}}});
  CHECK(ChangesFor(With(Asked(), 4, 4), nullptr, one, two)->resources.empty());
  // An autoscaler gave it other memory, which both templates leave alone.
  ContainerResources scaled = Before();
  scaled.wanted = Amounts("1", "8Gi");
  CHECK(ChangesFor(With(scaled, 9, 9), nullptr, one, one)->resources.empty());
  CHECK(ChangesFor(With(scaled, 9, 9), nullptr, one, two)->resources.size() == 1);
  // Of a template that is gone, all is taken.
  CHECK(ChangesFor(With(scaled, 9, 9), nullptr, {test::kT1, {}}, one)->resources.size() == 1);
  Proves("P-105");
}

TEST_CASE("a Pod that an autoscaler resized is not edited (P-105)") {
  const KnownTemplate one{test::kT1, kOne};
  const KnownTemplate two{test::kT2, kTwo};
  ContainerResources scaled = Before();
  scaled.wanted = Amounts("1", "8Gi");
  Pod pod = With(scaled, 9, 9);
  pod.containers[0].image = "mirror/app:1";  // as admission made it
  CHECK(ChangesFor(pod, nullptr, one, two)->images.empty());
  pod = With(Before(), 9, 9);
  pod.containers[0].image = "mirror/app:1";
  CHECK(ChangesFor(pod, nullptr, one, two)->images.size() == 1);
  Proves("P-105");
}

TEST_CASE("a resize that is not carried out stays in the next state (P-065)") {
  const PodState last = ToTwo();
  const KnownTemplate two{test::kT2, kTwo};
  const Pod under_way = With(Asked(), 4, 4);
  const auto kept = ResizesFor(under_way, &last, {}, two);
  REQUIRE(kept.ok());
  CHECK(*kept == last.resizes);
  CHECK(ResizesFor(With(Done(), 4, 4), &last, {}, two)->empty());
  // The template before has another CPU, and the Pod never got the new one.
  CHECK(ResizesFor(With(Before(), 3, 3), &last, {}, {test::kT1, kOne})->empty());
  Proves("P-065");
}

TEST_CASE("a state keeps what a resize is to change (P-101)") {
  PodState state = ToTwo(true);
  state.resizes[0].restart_count = 4;
  const Result<std::string> text = WritePodState(state);
  REQUIRE(text.ok());
  CHECK(Json::parse(*text)["g1"] == 3);
  CHECK(Json::parse(*text)["res"] ==
        Json::parse(R"({"app":{"requests":{"cpu":"2"},"rc":4,"restart":true}})"));
  const Result<PodState> read = ParsePodState(*text);
  REQUIRE(read.ok());
  CHECK(*read == state);
  CHECK(WritePodState(StateWith({}))->find("g1") == std::string::npos);
  Proves("P-101");
}

}  // namespace
}  // namespace windlass::in_place::resize_test
