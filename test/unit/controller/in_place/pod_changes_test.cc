// What one Pod needs, whichever template it is of: in-place C.9, P-034, P-064.
#include "controller/in_place/pod_changes.h"

#include <functional>
#include <string>

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place {
namespace {

using namespace test;

// As ReadTemplateImages has them: init containers first.
const TemplateImages kTarget{
    kT3, {{"setup", "r/setup:1"}, {"proxy", "r/proxy:1"}, {"app", "r/app:3"}, {"log", "r/log:1"}}};
// From the host's template, which had r/app:1.
const TemplateChanges kOfTemplate{
    .images = {{.container = "app", .from = "r/app:1", .to = "r/app:3"}},
    .labels = {{"tier", "x"}, {"old", std::nullopt}},
    .annotations = {{"note", "y"}},
    .tolerations = {{.from = std::nullopt, .to = R"({"key":"k"})"}}};

Pod HostPod() {
  Pod pod = PodWith(
      {Running("setup", "r/setup:1", 'E', "S1", {880}),
       Running("proxy", "r/proxy:1", 'D', "P1", {890}), Running("istio", "mesh:9", 'C', "M", {900}),
       Running("app", "r/app:1", 'A', "I1", {900}), Running("log", "r/log:1", 'B', "L1", {900})});
  pod.containers[0].kind = ContainerKind::kInit;
  pod.containers[1].kind = ContainerKind::kSidecar;
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

struct Row {
  std::string id;
  std::function<void(Pod&)> edit;
  std::string want;
};

TEST_CASE("the images a Pod needs are told by those it has") {
  const Row row = GENERATE(values<Row>({
      {"P-031 of the host's template", [](Pod&) {}, "app r/app:1>r/app:3"},
      {"P-034 of an overtaken target", [](Pod& pod) { SetImage(pod, "app", "r/app:2"); },
       "app r/app:2>r/app:3"},
      {"P-034 an overtaken target had changed more than that",
       [](Pod& pod) {
         SetImage(pod, "app", "r/app:2");
         SetImage(pod, "log", "r/log:2");
       },
       "app r/app:2>r/app:3; log r/log:2>r/log:1"},
      {"P-034 it has the images already", [](Pod& pod) { SetImage(pod, "app", "r/app:3"); }, ""},
      {"P-003 injected containers may be anything",
       [](Pod& pod) { SetImage(pod, "istio", "mesh:10"); }, "app r/app:1>r/app:3"},
      {"C.3.3 foreign: somebody's edit is undone",
       [](Pod& pod) { SetImage(pod, "log", "r/log:debug"); },
       "app r/app:1>r/app:3; log r/log:debug>r/log:1"},
      {"P-006 init containers come last, and say what they are",
       [](Pod& pod) {
         SetImage(pod, "setup", "r/setup:2");
         SetImage(pod, "proxy", "r/proxy:2");
       },
       "app r/app:1>r/app:3; init setup r/setup:2>r/setup:1; "
       "sidecar proxy r/proxy:2>r/proxy:1"},
      {"C.3.3 a container of the template is missing",
       [](Pod& pod) { std::erase_if(pod.containers, [](auto& c) { return c.name == "app"; }); },
       ""},
  }));
  CAPTURE(row.id);

  Pod pod = HostPod();
  row.edit(pod);
  TemplateChanges changes = ChangesFor(pod, kTarget, kOfTemplate);
  CHECK(TextOf(changes.images) == row.want);
  changes.images = kOfTemplate.images;
  CHECK(changes == kOfTemplate);
}

TEST_CASE("P-064 back to the host's template: what the templates no longer tell, the Pod does") {
  const TemplateImages host{kT1, {{"app", "r/app:1"}, {"log", "r/log:1"}}};
  Pod dirty = HostPod();
  SetImage(dirty, "app", "r/app:2");
  CHECK(TextOf(ChangesFor(dirty, host, {}).images) == "app r/app:2>r/app:1");
  CHECK(ChangesFor(HostPod(), host, {}) == TemplateChanges{});
}

// Labels and annotations as "key=value" or "-key", and tolerations, in a line.
std::string MetadataBetween(const std::string& from, const std::string& to) {
  const auto changes = ChangesBetween({kT2, from}, {kT3, to});
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

std::string Template(const std::string& metadata, const std::string& spec) {
  return "{\"metadata\":{" + metadata + "},\"spec\":{" + spec + "}}";
}

TEST_CASE("C.9 what cannot be taken from a Pod again keeps nothing else from it") {
  const std::string labels = R"("labels":{"app":"web"})";
  const std::string canary = R"("labels":{"app":"web","track":"canary"})";
  const std::string toleration = R"({"key":"k","operator":"Exists"})";
  const std::string tolerates = R"("tolerations":[)" + toleration + "]";
  const std::string plain = Template(labels, "");
  CHECK(MetadataBetween(Template(canary, tolerates), plain) == "-track");
  CHECK(MetadataBetween(plain, Template(canary, tolerates)) == "track=canary " + toleration);
  CHECK(MetadataBetween(Template(canary, ""), Template(labels, tolerates)) ==
        "-track " + toleration);
  // One goes, one comes, one gets other seconds.
  const std::string a30 = R"({"key":"a","tolerationSeconds":30})";
  const std::string a60 = R"({"key":"a","tolerationSeconds":60})";
  CHECK(MetadataBetween(Template("", R"("tolerations":[{"key":"b"},)" + a30 + "]"),
                        Template("", R"("tolerations":[)" + a60 + R"(,{"key":"c"}])")) ==
        a30 + ">" + a60 + R"( {"key":"c"})");
  CHECK(MetadataBetween(
            Template(R"("annotations":{"seccomp.security.alpha.kubernetes.io/pod":"x"})", ""),
            Template(R"("annotations":{"note":"y"})", "")) == "note=y");
  CHECK(MetadataBetween(Template(canary, R"("hostNetwork":true,"containers":[{"name":"a"}])"),
                        plain) == "-track");
}

TEST_CASE("C.9 of a template that nobody has any more, a Pod gets all the target has") {
  CHECK(MetadataBetween("", Template(R"("labels":{"app":"web"},"annotations":{"note":"y"})",
                                     R"("tolerations":[{"key":"c"}])")) ==
        R"(app=web note=y {"key":"c"})");
  CHECK(ChangesBetween({kT3, ""}, {kT3, Template(R"("labels":{"app":"web"})", "")}) ==
        TemplateChanges{});
  CHECK_FALSE(ChangesBetween({kT2, "[]"}, {kT3, "{}"}).ok());
  CHECK_FALSE(ChangesBetween({kT2, "{}"}, {kT3, "{"}).ok());
}

}  // namespace
}  // namespace windlass::in_place
