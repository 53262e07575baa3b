// The guarded patch of a Pod: P-028, P-035.
#include "controller/in_place/pod/pod_patch.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/api_patch.h"

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

struct Row {
  std::string id;
  TemplateChanges changes;
  std::function<void(Json& pod)> want;            // apart from state and revision
  std::function<void(Json& pod)> before = {};     // what the Pod is like when it is seen
  std::function<void(Json& pod)> meanwhile = {};  // what happens until the patch arrives
};

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

TEST_CASE("P-035 a Pod becomes what the changes say and keeps the rest") {
  using enum ContainerKind;
  const Row row = GENERATE(values<Row>({
      {"P-035 one image", kNewApp,
       [](Json& pod) { pod["spec"]["containers"][1]["image"] = "r/app:2"; }},
      {"P-003 by name, whatever the order",
       {.images = {{"log", kApp, "r/log:1", "r/log:2"}, {"app", kApp, "", "r/app:2"}}},
       [](Json& pod) {
         pod["spec"]["containers"][1]["image"] = "r/app:2";
         pod["spec"]["containers"][2]["image"] = "r/log:2";
       }},
      {"P-006 init containers",
       {.images = {{"proxy", kSidecar, "r/proxy:1", "r/proxy:2"},
                   {"setup", kInit, "r/setup:1", "r/setup:2"}}},
       [](Json& pod) {
         pod["spec"]["initContainers"][0]["image"] = "r/setup:2";
         pod["spec"]["initContainers"][1]["image"] = "r/proxy:2";
       }},
      {"P-034 from whatever image it has", kNewApp,
       [](Json& pod) { pod["spec"]["containers"][1]["image"] = "r/app:2"; },
       [](Json& pod) { pod["spec"]["containers"][1]["image"] = "r/app:bad"; }},
      {"P-034 the image is there already", kNewApp, [](Json&) {},
       [](Json& pod) { pod["spec"]["containers"][1]["image"] = "r/app:2"; }},
      {"P-035 the kubelet writes status",
       kNewApp,
       [](Json& pod) { pod["spec"]["containers"][1]["image"] = "r/app:2"; },
       {},
       [](Json& pod) { pod["status"]["phase"] = "Running"; }},
      {"P-007 labels and annotations",
       {.labels = Set("a/b", "x"), .annotations = Set("note", "b")},
       [](Json& pod) {
         pod["metadata"]["labels"]["a/b"] = "x";
         pod["metadata"]["annotations"]["note"] = "b";
       }},
      {"P-007 taken away",
       {.annotations = Gone("note")},
       [](Json& pod) { pod["metadata"]["annotations"].erase("note"); }},
      {"P-007 taken away by somebody else, too",
       {.annotations = Gone("note")},
       [](Json&) {},
       {},
       [](Json& pod) { pod["metadata"]["annotations"].erase("note"); }},
      {"P-007 a key with a tilde",
       {.labels = Set("a~1", "x")},
       [](Json& pod) { pod["metadata"]["labels"]["a~1"] = "x"; }},
      {"P-028 the first annotations",
       {.annotations = {{"x", "y"}, {"note", std::nullopt}}},
       [](Json& pod) { pod["metadata"]["annotations"]["x"] = "y"; },
       [](Json& pod) { pod["metadata"].erase("annotations"); }},
      {"P-028 the first labels",
       {.labels = Set("x", "y")},
       [](Json& pod) { pod["metadata"]["labels"]["x"] = "y"; },
       [](Json& pod) { pod["metadata"].erase("labels"); }},
      {"P-008 a toleration more",
       {.tolerations = {Tolerated("c", {}, 5)}},
       [](Json& pod) { pod["spec"]["tolerations"][2] = Json::parse(Tolerated("c", {}, 5).to); }},
      {"P-008 the first tolerations",
       {.tolerations = {Tolerated("c", {}, 5), Tolerated("d", 3, 4)}},
       [](Json& pod) {
         pod["spec"]["tolerations"] = {Json::parse(Tolerated("c", {}, 5).to),
                                       Json::parse(Tolerated("d", {}, 4).to)};
       },
       [](Json& pod) { pod["spec"].erase("tolerations"); }},
      {"P-008 other seconds",
       {.tolerations = {Tolerated("b", 300, 60)}},
       [](Json& pod) { pod["spec"]["tolerations"][0]["tolerationSeconds"] = 60; }},
      {"P-008 other seconds, which somebody had changed",
       {.tolerations = {Tolerated("b", 200, 60)}},
       [](Json& pod) { pod["spec"]["tolerations"][0]["tolerationSeconds"] = 60; }},
      {"P-008 other seconds of the right one of two",
       {.tolerations = {Tolerated("b", 300, 60)}},
       [](Json& pod) { pod["spec"]["tolerations"][2]["tolerationSeconds"] = 60; },
       [](Json& pod) {
         pod["spec"]["tolerations"].push_back(pod["spec"]["tolerations"][0]);
         pod["spec"]["tolerations"][0]["tolerationSeconds"] = 5;
       }},
      {"P-008 other seconds of two, one of them unknown",
       {.tolerations = {Tolerated("b", 7, 60), Tolerated("b", 300, 90)}},
       [](Json& pod) {
         pod["spec"]["tolerations"][0]["tolerationSeconds"] = 60;
         pod["spec"]["tolerations"][2] = Json::parse(Tolerated("b", {}, 90).to);
       }},
      {"P-008 a toleration it has", {.tolerations = {Tolerated("b", {}, 300)}}, [](Json&) {}},
  }));
  CAPTURE(row.id);
  Json pod = Live();
  if (row.before) row.before(pod);
  const Request request = Patch(pod, row.changes);
  if (row.meanwhile) row.meanwhile(pod);
  CAPTURE(request.body());
  Json want = pod;
  row.want(want);
  want["metadata"]["annotations"]["windlass.dev/in-place-state"] = kState;
  want["metadata"]["labels"]["windlass.dev/revision"] = "6";
  CHECK(Applied(pod, request) == want);
}

TEST_CASE("P-035 a Pod that is no longer as it was seen is left alone") {
  const TemplateChanges tolerated{.tolerations = {Tolerated("b", 300, 60)}};
  const TemplateChanges first{.tolerations = {Tolerated("c", {}, 5)}};
  const auto without = [](const char* map) {
    return [map](Json& pod) { pod["metadata"].erase(map); };
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"P-035 another Pod of that name",
       kNewApp,
       {},
       {},
       [](Json& pod) { pod["metadata"]["uid"] = "00000000-0000-4000-8000-000000000000"; }},
      {"P-035 being deleted",
       kNewApp,
       {},
       {},
       [](Json& pod) { pod["metadata"]["deletionTimestamp"] = "2026-11-20T06:34:05Z"; }},
      {"P-035 another image",
       kNewApp,
       {},
       {},
       [](Json& pod) { pod["spec"]["containers"][1]["image"] = "r/app:hot-fix"; }},
      {"P-035 another image, although it is there already",
       kNewApp,
       {},
       [](Json& pod) { pod["spec"]["containers"][1]["image"] = "r/app:2"; },
       [](Json& pod) { pod["spec"]["containers"][1]["image"] = "r/app:hot-fix"; }},
      {"P-035 another container in its place",
       kNewApp,
       {},
       {},
       [](Json& pod) { pod["spec"]["containers"][1]["name"] = "other"; }},
      {"P-035 another patch of ours meanwhile",
       {.labels = Set("x", "y")},
       {},
       [](Json& pod) { pod["metadata"]["annotations"][kStateKey] = "{}"; },
       [](Json& pod) { pod["metadata"]["annotations"][kStateKey] = R"({"v":1,"rev":5})"; }},
      {"P-035 another spec meanwhile",
       {.labels = Set("x", "y")},
       {},
       [](Json& pod) { pod["metadata"]["generation"] = 1; },
       [](Json& pod) { pod["metadata"]["generation"] = 2; }},
      {"P-035 our first patch meanwhile",
       {.labels = Set("x", "y")},
       {},
       {},
       [](Json& pod) { pod["metadata"]["annotations"][kStateKey] = R"({"v":1,"rev":5})"; }},
      {"P-028 somebody's first annotation",
       kNewApp,
       {},
       without("annotations"),
       [](Json& pod) { pod["metadata"]["annotations"]["k"] = "v"; }},
      {"P-028 somebody's first label",
       kNewApp,
       {},
       without("labels"),
       [](Json& pod) { pod["metadata"]["labels"]["k"] = "v"; }},
      {"P-008 another toleration in its place",
       tolerated,
       {},
       {},
       [](Json& pod) { pod["spec"]["tolerations"][0]["key"] = "z"; }},
      {"P-008 somebody's first toleration",
       first,
       {},
       [](Json& pod) { pod["spec"].erase("tolerations"); },
       [](Json& pod) { pod["spec"]["tolerations"] = {{{"key", "z"}}}; }},
  }));
  CAPTURE(row.id);
  Json pod = Live();
  if (row.before) row.before(pod);
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
        Error{ErrorKind::kMalformed, "pod shop/web-1: toleration \"[\" is no JSON object"});
}

}  // namespace
}  // namespace windlass::in_place::pod_patch_test
