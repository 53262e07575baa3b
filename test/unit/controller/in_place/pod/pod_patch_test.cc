// The guarded patch of a Pod: P-028, P-035.
#include "controller/in_place/pod/pod_patch.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/api_patch.h"
#include "test/support/changes.h"

namespace windlass::in_place::pod_patch_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kUidText = "123e4567-e89b-42d3-a456-426614174000";
constexpr const char* kStateKey = "windlass.dev/in-place-state";
constexpr const char* kState = R"({"v":1,"rev":6})";

// A live Pod. An injected sidecar is in front of the template's container.
Json Live() {
  return Json::parse(R"({
    "metadata": {"name": "web-1", "namespace": "shop",
                 "uid": "123e4567-e89b-42d3-a456-426614174000",
                 "labels": {"app": "web", "pod-template-hash": "7c9"},
                 "annotations": {"note": "a", "injected/status": "yes"}},
    "spec": {"initContainers": [{"name": "setup", "image": "r/setup:1"},
                                {"name": "proxy", "image": "r/proxy:1", "restartPolicy": "Always"}],
             "containers": [{"name": "injected", "image": "mesh:9"},
                            {"name": "app", "image": "r/app:1", "env": [{"name": "A"}]},
                            {"name": "log", "image": "r/log:1"}],
             "tolerations": [{"key": "b", "operator": "Exists", "tolerationSeconds": 300},
                             {"key": "node.kubernetes.io/not-ready", "operator": "Exists"}]}})");
}

std::vector<ContainerImage> ContainersOf(const Json& list) {
  std::vector<ContainerImage> containers;
  for (const Json& one : list) containers.push_back({one["name"], one["image"]});
  return containers;
}

SeenPod Seen(const Json& pod) {
  SeenPod seen;
  seen.key = {"shop", "web-1"};
  seen.uid = *Uid::Parse(kUidText);
  seen.has_labels = pod["metadata"].contains("labels");
  seen.has_annotations = pod["metadata"].contains("annotations");
  const Json annotations = pod["metadata"].value("annotations", Json::object());
  seen.generation = pod["metadata"].value("generation", 0);
  const std::string version = pod["metadata"].value("resourceVersion", "");
  if (!version.empty()) seen.version = ResourceVersion{version};
  if (annotations.contains(kStateKey)) seen.state = annotations[kStateKey];
  seen.containers = ContainersOf(pod["spec"]["containers"]);
  seen.init_containers = ContainersOf(pod["spec"]["initContainers"]);
  for (const Json& one : pod["spec"].value("tolerations", Json::array())) {
    seen.tolerations.push_back(one.dump());
  }
  return seen;
}

Request Patch(const Json& pod, const TemplateChanges& changes) {
  const Result<Request> request = PatchPod(Seen(pod), changes, kState, 6);
  REQUIRE(request.ok());
  return *request;
}

// Returns what the API server makes of the Pod; null if it refuses the patch.
Json Applied(const Json& pod, const Request& request) {
  const auto answer = sim::ApplyPatch(pod, "application/json-patch+json", request.body());
  const Json* patched = std::get_if<Json>(&answer);
  return patched == nullptr ? Json() : *patched;
}

const TemplateChanges kNewApp{.images = {{"app", ContainerKind::kApp, "r/app:1", "r/app:2"}},
                              .labels = {},
                              .annotations = {},
                              .tolerations = {}};

TEST_CASE("P-035 images, state and revision travel in one guarded patch") {
  const Request request = Patch(Live(), kNewApp);
  CHECK(request.resource() == resources::kPods);
  CHECK(request.key() == ObjectKey{"shop", "web-1"});
  CHECK(request.patch_type() == PatchType::kJson);
  CHECK(request.subresource().empty());
  CHECK(Json::parse(request.body()) == Json::parse(R"([
    {"op": "test", "path": "/metadata/uid", "value": "123e4567-e89b-42d3-a456-426614174000"},
    {"op": "test", "path": "/metadata/deletionTimestamp", "value": null},
    {"op": "test", "path": "/metadata/annotations/windlass.dev~1in-place-state", "value": null},
    {"op": "test", "path": "/spec/containers/1/name", "value": "app"},
    {"op": "test", "path": "/spec/containers/1/image", "value": "r/app:1"},
    {"op": "replace", "path": "/spec/containers/1/image", "value": "r/app:2"},
    {"op": "add", "path": "/metadata/annotations/windlass.dev~1in-place-state",
     "value": "{\"v\":1,\"rev\":6}"},
    {"op": "add", "path": "/metadata/labels/windlass.dev~1revision", "value": "6"}])"));
}

// Whom this serves: who counts on the Pods that serve, where the clocks of Windlass and of the node
// differ: only such a Pod's first container is certainly of the new image.
TEST_CASE("P-047 a Pod that was patched without a node had none") {
  Json pod = Live();
  SeenPod seen = Seen(pod);
  seen.has_node = false;
  const Result<Request> request = PatchPod(seen, kNewApp, kState, 6);
  REQUIRE(request.ok());
  CHECK(Applied(pod, *request)["spec"]["containers"][1]["image"] == "r/app:2");
  pod["spec"]["nodeName"] = "node-1";
  CHECK(Applied(pod, *request).is_null());
  CHECK(Applied(pod, Patch(pod, kNewApp))["spec"]["containers"][1]["image"] == "r/app:2");
  Proves("P-047");
}

using Edit = std::function<void(Json& pod)>;

// Sets what a JSON Pointer leads to.
Edit Put(const char* path, const Json& value) {
  return [=](Json& pod) { pod[Json::json_pointer(path)] = value; };
}
Edit Remove(const char* path) {
  return [path](Json& pod) {
    const Json::json_pointer pointer(path);
    pod[pointer.parent_pointer()].erase(pointer.back());
  };
}
Edit AppRuns(const char* image) { return Put("/spec/containers/1/image", image); }
Edit Seconds(size_t toleration, int seconds) {
  return [=](Json& pod) { pod["spec"]["tolerations"][toleration]["tolerationSeconds"] = seconds; };
}
void TwoAlike(Json& pod) {
  pod["spec"]["tolerations"].push_back(pod["spec"]["tolerations"][0]);
  Seconds(0, 5)(pod);
}

// --- changes of a template ---

using enum ContainerKind;
TextChanges Set(const std::string& key, const std::string& value) { return {{key, value}}; }
TextChanges Gone(const std::string& key) { return {{key, std::nullopt}}; }
TolerationChange Tolerated(const std::string& key, std::optional<int> from, std::optional<int> to) {
  const auto text = [&](const std::optional<int>& seconds) {
    Json json = {{"key", key}, {"operator", "Exists"}};
    if (seconds) json["tolerationSeconds"] = *seconds;
    return json.dump();
  };
  return {from ? std::optional(text(from)) : std::nullopt, text(to)};
}
TemplateChanges Images(const ImageChange& first, const ImageChange& second) {
  return {.images = {first, second}};
}
TemplateChanges Label(const std::string& key, const std::string& value) {
  return {.labels = Set(key, value)};
}
template <typename... More>
TemplateChanges Tolerations(const TolerationChange& first, const More&... more) {
  return {.tolerations = {first, more...}};
}
const TemplateChanges kNoteGone{.annotations = Gone("note")};

struct Row {
  std::string id;
  TemplateChanges changes;
  Edit want;                  // apart from state and revision
  Edit before = kNothing;     // what the Pod is like when it is seen
  Edit meanwhile = kNothing;  // what happens until the patch arrives
};

TEST_CASE("P-035 a Pod becomes what the changes say and keeps the rest") {
  const auto new_toleration = [](const char* key, int seconds) {
    return Json::parse(Tolerated(key, {}, seconds).to);
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"P-035 one image", kNewApp, AppRuns("r/app:2")},
      {"P-003 by name, whatever the order",
       Images({"log", kApp, "r/log:1", "r/log:2"}, {"app", kApp, "", "r/app:2"}),
       All(AppRuns("r/app:2"), Put("/spec/containers/2/image", "r/log:2"))},
      {"P-006 init containers",
       Images({"proxy", kSidecar, "r/proxy:1", "r/proxy:2"},
              {"setup", kInit, "r/setup:1", "r/setup:2"}),
       All(Put("/spec/initContainers/0/image", "r/setup:2"),
           Put("/spec/initContainers/1/image", "r/proxy:2"))},
      {"P-034 from whatever image it has", kNewApp, AppRuns("r/app:2"), AppRuns("r/app:bad")},
      {"P-034 the image is there already", kNewApp, kNothing, AppRuns("r/app:2")},
      {"P-035 the kubelet writes status", kNewApp, AppRuns("r/app:2"), kNothing,
       Put("/status/phase", "Running")},
      {"P-007 labels and annotations",
       TemplateChanges{.labels = Set("a/b", "x"), .annotations = Set("note", "b")},
       All(Put("/metadata/labels/a~1b", "x"), Put("/metadata/annotations/note", "b"))},
      {"P-007 taken away", kNoteGone, Remove("/metadata/annotations/note")},
      {"P-007 taken away by somebody else, too", kNoteGone, kNothing, kNothing,
       Remove("/metadata/annotations/note")},
      {"P-007 a key with a tilde", Label("a~1", "x"), Put("/metadata/labels/a~01", "x")},
      {"P-028 the first annotations",
       TemplateChanges{.annotations = {{"x", "y"}, {"note", std::nullopt}}},
       Put("/metadata/annotations/x", "y"), Remove("/metadata/annotations")},
      {"P-028 the first labels", Label("x", "y"), Put("/metadata/labels/x", "y"),
       Remove("/metadata/labels")},
      {"P-008 a toleration more", Tolerations(Tolerated("c", {}, 5)),
       Put("/spec/tolerations/2", new_toleration("c", 5))},
      {"P-008 the first tolerations", Tolerations(Tolerated("c", {}, 5), Tolerated("d", 3, 4)),
       Put("/spec/tolerations", {new_toleration("c", 5), new_toleration("d", 4)}),
       Remove("/spec/tolerations")},
      {"P-008 other seconds", Tolerations(Tolerated("b", 300, 60)), Seconds(0, 60)},
      {"P-008 other seconds, which somebody had changed", Tolerations(Tolerated("b", 200, 60)),
       Seconds(0, 60)},
      {"P-008 other seconds of the right one of two", Tolerations(Tolerated("b", 300, 60)),
       Seconds(2, 60), TwoAlike},
      {"P-008 other seconds of two, one of them unknown",
       Tolerations(Tolerated("b", 7, 60), Tolerated("b", 300, 90)),
       All(Seconds(0, 60), Put("/spec/tolerations/2", new_toleration("b", 90)))},
      {"P-008 a toleration it has", Tolerations(Tolerated("b", {}, 300)), kNothing},
  }));
  CAPTURE(row.id);
  Json pod = Live();
  row.before(pod);
  const Request request = Patch(pod, row.changes);
  row.meanwhile(pod);
  CAPTURE(request.body());
  Json want = pod;
  row.want(want);
  want["metadata"]["annotations"]["windlass.dev/in-place-state"] = kState;
  want["metadata"]["labels"]["windlass.dev/revision"] = "6";
  CHECK(Applied(pod, request) == want);
}

struct ChangedRow {
  std::string id;
  TemplateChanges changes;
  Edit meanwhile;          // what happens until the patch arrives
  Edit before = kNothing;  // what the Pod is like when it is seen
};

TEST_CASE("P-035 a Pod that is no longer as it was seen is left alone") {
  const auto state = [](const char* text) {
    return Put("/metadata/annotations/windlass.dev~1in-place-state", text);
  };
  const ChangedRow row = GENERATE_COPY(values<ChangedRow>({
      {"P-035 another Pod of that name", kNewApp,
       Put("/metadata/uid", "00000000-0000-4000-8000-000000000000")},
      {"P-035 being deleted", kNewApp, Put("/metadata/deletionTimestamp", "2026-11-20T06:34:05Z")},
      {"P-035 another image", kNewApp, AppRuns("r/app:hot-fix")},
      {"P-035 another image, although it is there already", kNewApp, AppRuns("r/app:hot-fix"),
       AppRuns("r/app:2")},
      {"P-035 another container in its place", kNewApp, Put("/spec/containers/1/name", "other")},
      {"P-035 another patch of ours meanwhile", Label("x", "y"), state(R"({"v":1,"rev":5})"),
       state("{}")},
      {"P-035 another spec meanwhile", Label("x", "y"), Put("/metadata/generation", 2),
       Put("/metadata/generation", 1)},
      {"P-035 another report of the kubelet, if the patch rests on the one before", kNewApp,
       Put("/metadata/resourceVersion", "8"), Put("/metadata/resourceVersion", "7")},
      {"P-035 our first patch meanwhile", Label("x", "y"), state(R"({"v":1,"rev":5})")},
      {"P-028 somebody's first annotation", kNewApp, Put("/metadata/annotations/k", "v"),
       Remove("/metadata/annotations")},
      {"P-028 somebody's first label", kNewApp, Put("/metadata/labels/k", "v"),
       Remove("/metadata/labels")},
      {"P-008 another toleration in its place", Tolerations(Tolerated("b", 300, 60)),
       Put("/spec/tolerations/0/key", "z")},
      {"P-008 somebody's first toleration", Tolerations(Tolerated("c", {}, 5)),
       Put("/spec/tolerations", Json::parse(R"([{"key": "z"}])")), Remove("/spec/tolerations")},
  }));
  CAPTURE(row.id);
  Json pod = Live();
  row.before(pod);
  const Request request = Patch(pod, row.changes);
  CHECK_FALSE(Applied(pod, request).is_null());
  row.meanwhile(pod);
  CHECK(Applied(pod, request).is_null());
}

TEST_CASE("P-035 sent twice, a patch is refused the second time") {
  const Request images = Patch(Live(), kNewApp);
  CHECK(Applied(Applied(Live(), images), images).is_null());
  const Request metadata = Patch(Live(), {.labels = Set("x", "y"), .annotations = Gone("note")});
  CHECK(Applied(Applied(Live(), metadata), metadata).is_null());
}

// Whom this serves: who undoes a rollout behind a load balancer that delivers a request a second
// time, seconds later. The Pod would restart into the image that was just undone.
TEST_CASE("P-035 a patch that arrives again after a later one went back is refused") {
  const Request forth = Patch(Live(), kNewApp);
  const Json there = Applied(Live(), forth);
  REQUIRE_FALSE(there.is_null());
  const Result<Request> back =
      PatchPod(Seen(there), {.images = {{"app", ContainerKind::kApp, "r/app:2", "r/app:1"}}},
               R"({"v":1,"rev":7})", 7);
  REQUIRE(back.ok());
  const Json again = Applied(there, *back);
  REQUIRE(again["spec"]["containers"][1]["image"] == "r/app:1");
  CHECK(Applied(again, forth).is_null());
  Proves("P-035");
}

TEST_CASE("P-035 what the Pod has not cannot be changed") {
  SeenPod pod = Seen(Live());
  const auto missing = [&](const char* name, ContainerKind kind) {
    return PatchPod(pod, {.images = {{name, kind, "a", "b"}}}, kState, 6).error();
  };
  CHECK(missing("gone", ContainerKind::kApp) ==
        Error{ErrorKind::kInvalid, "pod shop/web-1 has no container \"gone\""});
  CHECK(missing("app", ContainerKind::kSidecar) ==
        Error{ErrorKind::kInvalid, "pod shop/web-1 has no init container \"app\""});
  pod.tolerations.push_back("[");
  CHECK(PatchPod(pod, kNewApp, kState, 6).ok());
  const auto bad = PatchPod(pod, {.tolerations = {Tolerated("c", {}, 5)}}, kState, 6);
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error() ==
        Error{ErrorKind::kMalformed, "pod shop/web-1: toleration \"[\" is not a JSON object"});
}

}  // namespace
}  // namespace windlass::in_place::pod_patch_test
