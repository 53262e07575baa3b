// specRev of P-027, row by row.
#include "controller/in_place/pod/revision_of_pod.h"

#include <functional>

#include "test/catch.h"
#include "test/support/changes.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::revision_of_pod_test {
namespace {

using namespace test;

const TemplateImages kHost{kT1, {{"app", "r/app:1"}, {"log", "r/log:1"}}};
const TemplateImages kDesired{kT2, {{"app", "r/app:2"}, {"log", "r/log:1"}}};

// A Pod as the host's ReplicaSet creates it; a sidecar was injected.
Pod Native() {
  Pod pod = PodWith({Running("istio", "mesh:9", 'C', "M", {900}),
                     Running("app", "r/app:1", 'A', "I1", {900}),
                     Running("log", "r/log:1", 'B', "L1", {900})});
  pod.meta.generation = 3;
  return pod;
}

void SetImage(Pod& pod, const std::string& name, const std::string& image) {
  for (PodContainer& container : pod.containers) {
    if (container.name == name) container.image = image;
  }
}

using State = std::optional<Result<PodState>>;
using Edit = std::function<void(Pod&, State&)>;

// --- what may have happened to the Pod ---

Edit Image(const std::string& name, const std::string& image) {
  return [=](Pod& pod, State&) { SetImage(pod, name, image); };
}
Edit Generation(int64_t generation) {
  return [=](Pod& pod, State&) { pod.meta.generation = generation; };
}
// Our patch is noted, and has not changed the Pod.
void Noted(Pod&, State& state) { state = StateWith({AppPatch()}); }
// Makes the Pod as our patch to the desired template leaves it.
void Patched(Pod& pod, State& state) {
  SetImage(pod, "app", "r/app:2");
  pod.meta.generation = 4;
  Noted(pod, state);
}
// The note of our patch has another target, or another image of container app.
Edit Target(Fingerprint target) {
  return [=](Pod&, State& state) { (**state).target = target; };
}
Edit From(const std::string& image) {
  return [=](Pod&, State& state) { (**state).containers[0].from = image; };
}
Edit To(const std::string& image) {
  return [=](Pod&, State& state) { (**state).containers[0].to = image; };
}
void PutBack(Pod& pod, State& state) {
  Noted(pod, state);
  (**state).containers[0].of_template = true;
}
void OneOfTwoPutBack(Pod& pod, State& state) {
  ContainerPatch log = AppPatch();
  log.name = "log";
  log.from = "r/log:1";
  log.to = "r/log:2";
  state = StateWith({AppPatch(), log});
  (**state).containers[0].of_template = true;
  SetImage(pod, "log", "r/log:2");
  pod.meta.generation = 4;
}
void EditedUncounted(Pod& pod, State& state) {
  Patched(pod, state);
  SetImage(pod, "app", "r/app:hotfix");
  pod.meta.generation = (**state).generation_before = 0;
}

struct Row {
  std::string id;
  Edit edit;
  Fingerprint want;
  RevisionBasis want_basis;
};

TEST_CASE("P-031 P-027 the revision of a Pod is told by its spec and our annotation") {
  const Row row = GENERATE(values<Row>({
      {"P-027.2 born of the host", kNothing, kT1, RevisionBasis::kNative},
      {"P-027.2 born of the Deployment's template", Image("app", "r/app:2"), kT2,
       RevisionBasis::kNative},
      {"P-027.3 of no template", Image("log", "r/log:9"), kT1, RevisionBasis::kForeign},
      {"P-027.3 a container of the template is missing",
       [](Pod& pod, State&) { pod.containers.pop_back(); }, kT1, RevisionBasis::kForeign},
      {"P-027.2 injected containers may be anything", Image("istio", "mesh:10"), kT1,
       RevisionBasis::kNative},

      {"P-027.1 patched", Patched, kT2, RevisionBasis::kPatched},
      {"P-027.1 patched, not yet looked at by its kubelet",
       All(Patched, [](Pod& pod, State&) { pod.observed_generation = 3; }), kT2,
       RevisionBasis::kPatched},
      {"P-027.1 patched, and edited to the same by somebody", All(Patched, Generation(9)), kT2,
       RevisionBasis::kPatched},
      {"P-027.1 patched to a template in between", All(Patched, Target(kT3)), kT3,
       RevisionBasis::kPatched},
      {"P-027.1 P-081 admission rewrote our image", All(Patched, Image("app", "mirror/app:2")), kT2,
       RevisionBasis::kRewritten},
      {"P-027.3 P-081 somebody edited the Pod after us",
       All(Patched, Image("app", "r/app:hotfix"), Generation(5)), kT1, RevisionBasis::kForeign},
      {"P-081 admission undid our patch: what it runs is no template's image",
       All(Image("app", "r/app@sha256:12"), Noted, From("r/app@sha256:12")), kT2,
       RevisionBasis::kRewritten},
      {"P-081 admission put the old image back", PutBack, kT2, RevisionBasis::kPutBack},
      {"P-081 of one of two containers", OneOfTwoPutBack, kT2, RevisionBasis::kPutBack},
      {"P-027.3 somebody put the old image back", All(PutBack, Generation(5)), kT1,
       RevisionBasis::kForeign},
      {"P-027.3 a state that was copied from another Pod", All(PutBack, Generation(1)), kT1,
       RevisionBasis::kForeign},
      {"P-081 a server that does not count generations: an edit passes for a rewrite",
       EditedUncounted, kT2, RevisionBasis::kRewritten},
      {"P-027.1 only metadata was patched: the generation stays, images may be rewritten ones",
       All(Image("app", "mirror/app:1"), [](Pod&, State& state) { state = StateWith({}); }), kT2,
       RevisionBasis::kPatched},
      {"P-027.3 patched to a template that nobody has any more", All(Patched, Target({9, 9})), kT1,
       RevisionBasis::kForeign},
      {"P-027.3 another Deployment's annotation",
       All(Patched, [](Pod&, State& state) { (**state).deployment = Uid{1, 2}; }), kT1,
       RevisionBasis::kForeign},
      {"P-027.3 garbage", All(Patched, [](Pod&, State& state) { state = ParsePodState("{}"); }),
       kT1, RevisionBasis::kForeign},
      {"P-027.3 a patch of a container that the Pod has not",
       All(
           Patched, [](Pod&, State& state) { (**state).containers[0].name = "other"; },
           Generation(7)),
       kT1, RevisionBasis::kForeign},
      {"P-064 P-027.1 patched back to the host's",
       All(Noted, Target(kT1), From("r/app:2"), To("r/app:1")), kT1, RevisionBasis::kPatched},
  }));
  CAPTURE(row.id);

  Pod pod = Native();
  State state;
  row.edit(pod, state);
  const std::vector<Fingerprint> others = {kT3};
  CHECK(SpecRevision(pod, state, kDeployment, {kHost, kDesired, others}) ==
        RevisionOfPod{row.want, row.want_basis});
}

TEST_CASE("P-027.2 images that are both templates' are the host's: metadata differs") {
  TemplateImages desired = kHost;
  desired.fingerprint = kT2;
  CHECK(SpecRevision(Native(), std::nullopt, kDeployment, {kHost, desired}) ==
        RevisionOfPod{kT1, RevisionBasis::kNative});
}

TEST_CASE("P-027 the images of a template are read by container, init containers among them") {
  const auto images = ReadTemplateImages(kT1, R"({"metadata":{"labels":{"app":"web"}},"spec":{
      "containers":[{"name":"app","image":"r/app:1","env":[{"name":"X"}]}],
      "initContainers":[{"image":"r/init:1","name":"init"}],"volumes":[{"name":"v"}]}})");
  REQUIRE(images.ok());
  CHECK(images->fingerprint == kT1);
  CHECK(images->containers ==
        std::vector<ContainerImage>{{"init", "r/init:1"}, {"app", "r/app:1"}});
  CHECK(ReadTemplateImages(kT1, "{}")->containers.empty());
  for (const char* bad : {"", "[]", R"({"spec":{"containers":{}}})",
                          R"({"spec":{"containers":[{"image":1}]}})", R"({"spec":{)"}) {
    CAPTURE(bad);
    const auto refused = ReadTemplateImages(kT1, bad);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::kMalformed);
  }
}

}  // namespace
}  // namespace windlass::in_place::revision_of_pod_test
