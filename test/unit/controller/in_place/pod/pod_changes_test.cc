// What must change in one Pod, whatever template it has: P-065, P-034, P-064.
#include "controller/in_place/pod/pod_changes.h"

#include <functional>
#include <limits>
#include <string>

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::pod_changes_test {
namespace {

using namespace test;

// Containers app and log, init container setup, sidecar proxy.
std::string Template(const std::string& app, const std::string& log = "r/log:1") {
  return R"({"spec":{"initContainers":[{"name":"setup","image":"r/setup:1"},)"
         R"({"name":"proxy","image":"r/proxy:1","restartPolicy":"Always"}],)"
         R"("containers":[{"name":"app","image":")" +
         app + R"("},{"name":"log","image":")" + log + R"("}]}})";
}
const std::string kHost = Template("r/app:1");
const std::string kOvertaken = Template("r/app:2", "r/log:2");
const std::string kTarget = Template("r/app:3");

Pod HostPod() {
  Pod pod = PodWith(
      {Running("setup", "r/setup:1", 'E', "S1", {880}),
       Running("proxy", "r/proxy:1", 'D', "P1", {890}), Running("istio", "mesh:9", 'C', "M", {900}),
       Running("app", "r/app:1", 'A', "I1", {900}), Running("log", "r/log:1", 'B', "L1", {900})});
  pod.containers[0].kind = ContainerKind::kInit;
  pod.containers[1].kind = ContainerKind::kSidecar;
  pod.meta.generation = pod.observed_generation = 1;
  return pod;
}

void SetImage(Pod& pod, const std::string& name, const std::string& image) {
  for (PodContainer& container : pod.containers) {
    if (container.name == name) container.image = image;
  }
}

std::string TextOf(const std::vector<ImageChange>& images) {
  std::string text;
  for (const ImageChange& image : images) {
    if (!text.empty()) text += "; ";
    if (image.kind == ContainerKind::kInit) text += "init ";
    if (image.kind == ContainerKind::kSidecar) text += "sidecar ";
    text += image.container + ' ' + image.from + '>' + image.to;
  }
  return text;
}

// Makes the Pod one that was patched to kOvertaken and runs it.
void Overtaken(Pod& pod, PodState& state) {
  SetImage(pod, "app", "r/app:2");
  SetImage(pod, "log", "r/log:2");
  pod.meta.generation = 2;
  ContainerPatch app = AppPatch();
  app.of_template = true;
  ContainerPatch log = app;
  log.name = "log";
  log.from = "r/log:1";
  log.to = "r/log:2";
  state = StateWith({app, log});
  state.generation_before = 1;
}

struct Row {
  std::string id;
  std::function<void(Pod&)> edit;
  std::string want;
};

TEST_CASE("a Pod gets the images in which the templates differ") {
  const Row row = GENERATE(values<Row>({
      {"P-031 of the host's template", [](Pod&) {}, "app r/app:1>r/app:3"},
      {"P-034 it has the image already", [](Pod& pod) { SetImage(pod, "app", "r/app:3"); }, ""},
      {"P-003 injected containers may be anything",
       [](Pod& pod) { SetImage(pod, "istio", "mesh:10"); }, "app r/app:1>r/app:3"},
      {"P-081 rewritten at its birth",
       [](Pod& pod) {
         SetImage(pod, "app", "mirror/app:1");
         SetImage(pod, "log", "mirror/log:1");
         SetImage(pod, "setup", "mirror/setup:1");
       },
       "app mirror/app:1>r/app:3"},
      {"P-081 a server that does not count generations",
       [](Pod& pod) {
         SetImage(pod, "log", "mirror/log:1");
         pod.meta.generation = 0;
       },
       "app r/app:1>r/app:3"},
      {"P-027.3 I-55 foreign: somebody's edit is undone",
       [](Pod& pod) {
         SetImage(pod, "log", "r/log:debug");
         pod.meta.generation = 2;
       },
       "app r/app:1>r/app:3; log r/log:debug>r/log:1"},
      {"P-006 init containers come last, and say what they are",
       [](Pod& pod) {
         SetImage(pod, "setup", "r/setup:2");
         SetImage(pod, "proxy", "r/proxy:2");
         pod.meta.generation = 2;
       },
       "app r/app:1>r/app:3; init setup r/setup:2>r/setup:1; "
       "sidecar proxy r/proxy:2>r/proxy:1"},
      {"P-027.3 a container of the template is missing",
       [](Pod& pod) { std::erase_if(pod.containers, [](auto& c) { return c.name == "app"; }); },
       ""},
  }));
  CAPTURE(row.id);

  Pod pod = HostPod();
  row.edit(pod);
  const auto changes = ChangesFor(pod, nullptr, {kT1, kHost}, {kT3, kTarget});
  REQUIRE(changes.ok());
  CHECK(TextOf(changes->images) == row.want);
  CHECK(changes->labels.empty());
}

TEST_CASE("P-034 so does one of an overtaken target, or of none that is known") {
  struct PatchedRow {
    std::string id;
    std::string from;
    std::function<void(Pod&, PodState&)> edit;
    std::string want;
  };
  const auto row = GENERATE(values<PatchedRow>({
      {"P-034 it had changed more than that", kOvertaken, [](Pod&, PodState&) {},
       "app r/app:2>r/app:3; log r/log:2>r/log:1"},
      {"P-081 rewritten when it was patched", kOvertaken,
       [](Pod& pod, PodState&) { SetImage(pod, "app", "mirror/app:2"); },
       "app mirror/app:2>r/app:3; log r/log:2>r/log:1"},
      {"P-081 rewritten at its birth: neither template says anything of it", kOvertaken,
       [](Pod& pod, PodState&) { SetImage(pod, "setup", "mirror/setup:1"); },
       "app r/app:2>r/app:3; log r/log:2>r/log:1"},
      {"P-081 edited since", kOvertaken,
       [](Pod& pod, PodState&) {
         SetImage(pod, "setup", "debug");
         pod.meta.generation = 3;
       },
       "app r/app:2>r/app:3; log r/log:2>r/log:1; init setup debug>r/setup:1"},
      {"P-081 patched at a generation that no Pod reaches: nobody can tell that it was edited",
       kOvertaken,
       [](Pod& pod, PodState& state) {
         SetImage(pod, "setup", "debug");
         state.generation_before = std::numeric_limits<int64_t>::max();
       },
       "app r/app:2>r/app:3; log r/log:2>r/log:1"},
      {"P-081 edited before it was drained for the first time", kTarget,
       [](Pod& pod, PodState& state) {
         SetImage(pod, "app", "debug");
         SetImage(pod, "log", "r/log:1");
         state = StateWith({});
         state.from = state.target;
         state.generation_before = 2;
       },
       "app debug>r/app:3"},
      {"P-081 put back", kOvertaken, [](Pod& pod, PodState&) { SetImage(pod, "app", "r/app:1"); },
       "app r/app:1>r/app:3; log r/log:2>r/log:1"},
      {"P-081 put back, and tried again", kTarget,
       [](Pod& pod, PodState& state) {
         SetImage(pod, "app", "r/app:1");
         SetImage(pod, "log", "r/log:1");
         state.containers.pop_back();
         state.containers[0].to = "r/app:3";
       },
       "app r/app:1>r/app:3"},
      {"P-034 a template that is gone", "",
       [](Pod& pod, PodState&) { SetImage(pod, "setup", "mirror/setup:1"); },
       "app r/app:2>r/app:3; log r/log:2>r/log:1; init setup mirror/setup:1>r/setup:1"},
  }));
  CAPTURE(row.id);

  Pod pod = HostPod();
  PodState state;
  Overtaken(pod, state);
  row.edit(pod, state);
  const KnownTemplate from{kT2, row.from};
  const auto changes = ChangesFor(pod, &state, from, {kT3, kTarget});
  REQUIRE(changes.ok());
  CHECK(TextOf(changes->images) == row.want);
}

TEST_CASE("P-081 the state tells whether the image before was a template's") {
  Pod pod = HostPod();
  const auto of_template = [&](const PodState* state, const std::string& from) {
    const KnownTemplate known{kT1, from};
    const auto changes = ChangesFor(pod, state, known, {kT3, kTarget});
    const auto patches = PatchesOf(pod, state, known, *changes, kAt);
    REQUIRE(patches.ok());
    REQUIRE_FALSE(patches->empty());
    CHECK((*patches)[0].name == "app");
    return (*patches)[0].of_template;
  };
  CHECK(of_template(nullptr, kHost));
  CHECK_FALSE(of_template(nullptr, ""));
  SetImage(pod, "app", "mirror/app:1");
  CHECK_FALSE(of_template(nullptr, kHost));

  // Admission put the image back, and the Pod is patched again.
  PodState state;
  Overtaken(pod, state);
  SetImage(pod, "app", "r/app:1");
  CHECK(of_template(&state, kOvertaken));
}

// Returns the changes in one line: labels and annotations as "key=value" or "-key", and
// tolerations.
std::string MetadataBetween(const std::string& from, const std::string& to) {
  const auto changes = ChangesFor(HostPod(), nullptr, {kT2, from}, {kT3, to});
  REQUIRE(changes.ok());
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
  for (const TextChanges& map : {changes->labels, changes->annotations}) {
    for (const auto& [key, value] : map) add(value ? key + "=" + *value : "-" + key);
  }
  for (const TolerationChange& one : changes->tolerations) {
    add(one.from ? *one.from + ">" + one.to : one.to);
  }
  CHECK(changes->images.empty());
  return text;
}

std::string With(const std::string& metadata, const std::string& spec) {
  return "{\"metadata\":{" + metadata + "},\"spec\":{" + spec + "}}";
}

TEST_CASE("P-081 what cannot be taken from a Pod again keeps nothing else from it") {
  const std::string labels = R"("labels":{"app":"web"})";
  const std::string canary = R"("labels":{"app":"web","track":"canary"})";
  const std::string toleration = R"({"key":"k","operator":"Exists"})";
  const std::string tolerates = R"("tolerations":[)" + toleration + "]";
  const std::string plain = With(labels, "");
  CHECK(MetadataBetween(With(canary, tolerates), plain) == "-track");
  CHECK(MetadataBetween(plain, With(canary, tolerates)) == "track=canary " + toleration);
  CHECK(MetadataBetween(With(canary, ""), With(labels, tolerates)) == "-track " + toleration);
  // One toleration goes, one is new, one gets other seconds.
  const std::string a30 = R"({"key":"a","tolerationSeconds":30})";
  const std::string a60 = R"({"key":"a","tolerationSeconds":60})";
  CHECK(MetadataBetween(With("", R"("tolerations":[{"key":"b"},)" + a30 + "]"),
                        With("", R"("tolerations":[)" + a60 + R"(,{"key":"c"}])")) ==
        a30 + ">" + a60 + R"( {"key":"c"})");
  CHECK(
      MetadataBetween(With(R"("annotations":{"seccomp.security.alpha.kubernetes.io/pod":"x"})", ""),
                      With(R"("annotations":{"note":"y"})", "")) == "note=y");
  CHECK(MetadataBetween(With(canary, R"("hostNetwork":true,"containers":[{"name":"a"}])"), plain) ==
        "-track");
}

TEST_CASE("P-081 of a template that nobody has any more, a Pod gets all the target has") {
  CHECK(MetadataBetween("", With(R"("labels":{"app":"web"},"annotations":{"note":"y"})",
                                 R"("tolerations":[{"key":"c"}])")) ==
        R"(app=web note=y {"key":"c"})");
  CHECK(ChangesFor(HostPod(), nullptr, {kT3, ""}, {kT3, With(R"("labels":{"app":"web"})", "")}) ==
        TemplateChanges{});
  CHECK_FALSE(ChangesFor(HostPod(), nullptr, {kT2, "[]"}, {kT3, "{}"}).ok());
  CHECK_FALSE(ChangesFor(HostPod(), nullptr, {kT2, "{}"}, {kT3, "{"}).ok());
}

}  // namespace
}  // namespace windlass::in_place::pod_changes_test
