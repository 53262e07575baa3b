// What users read of the causes why Pods are not updated in place, and what notes have of them
// (P-004).
#include "controller/in_place/phases/cause.h"

#include "test/catch.h"
#include "test/unit/controller/workload/boats.h"

namespace windlass::in_place::cause_test {
namespace {

struct Row {
  NotEligible why;
  std::string text;
  std::string remedy{};
};

const std::string kNewPods = "set windlass.dev/in-place to IfPossible for new Pods";

TEST_CASE("each cause is a sentence that ends with its name, and has its remedy (P-004)") {
  const Row row = GENERATE(values<Row>({
      {{Reason::kFieldChanged, "/spec/containers/0/env/1/value"},
       "spec.template.spec.containers[0].env[1].value has changed, and Windlass cannot change it "
       "in a running Pod (FieldChanged)",
       kNewPods},
      {{Reason::kFieldChanged, "/spec/nodeSelector/a~1b~0c"},
       "spec.template.spec.nodeSelector[a/b~c] has changed, and Windlass cannot change it in a "
       "running Pod (FieldChanged)",
       kNewPods},
      {{Reason::kRestartRequested, "/metadata/annotations/kubectl.kubernetes.io~1restartedAt"},
       "kubectl rollout restart asks for new Pods (RestartRequested)",
       kNewPods},
      {{Reason::kInitImageChanged, "/spec/initContainers/0/image"},
       "spec.template.spec.initContainers[0].image has changed, and an init container that has run "
       "does not run again (InitImageChanged)",
       kNewPods},
      {{Reason::kSidecarKubeletTooOld, "n1"},
       "kubelets before 1.32 do not restart sidecars, and node n1 has such a kubelet "
       "(SidecarKubeletTooOld)",
       "update this kubelet, or " + kNewPods},
      {{Reason::kImagePullPolicyChanged, "/spec/containers/0/imagePullPolicy"},
       "spec.template.spec.containers[0].imagePullPolicy has changed, and Windlass cannot "
       "change it in a running Pod. If the field is not set, the tag of the image decides its "
       "value (ImagePullPolicyChanged)",
       kNewPods},
      {{Reason::kMetadataOnly, "/metadata/labels/tier"},
       "only labels or annotations of spec.template have changed, and Windlass does not patch Pods "
       "for such a change (MetadataOnly)",
       kNewPods},
      {{Reason::kEnvFromMetadata, "/spec/containers/1/env/0/valueFrom/fieldRef/fieldPath"},
       "spec.template.spec.containers[1].env[0].valueFrom.fieldRef.fieldPath reads a label or "
       "annotation that has changed, but the patch would not restart its container "
       "(EnvFromMetadata)",
       kNewPods},
      {{Reason::kMatchLabelKey, "/metadata/labels/tier"},
       "spec.template.metadata.labels.tier has changed, and the scheduler has placed the Pods by "
       "this label (MatchLabelKey)",
       kNewPods},
      {{Reason::kContainerRestartPolicy, "/spec/containers/0/restartPolicy"},
       "spec.template.spec.containers[0].restartPolicy gives the container a restart rule of its "
       "own, so the container might not start again after a patch (ContainerRestartPolicy)",
       kNewPods},
      {{Reason::kMultipleActiveReplicaSets, ""},
       "a rolling update is under way, and an update in place can begin only after it "
       "(MultipleActiveReplicaSets)"},
      {{Reason::kRecreateStrategy, ""},
       "strategy Recreate allows updates in place only with a single replica (RecreateStrategy)",
       "set spec.replicas to 1, or spec.strategy.type to RollingUpdate"},
      {{Reason::kNoBudget, ""},
       "maxUnavailable comes to 0 Pods, and no Pod may be added (NoBudget)",
       "set windlass.dev/in-place-max-unavailable to 1 or more"},
      {{Reason::kPodForbidden, "pods is forbidden"},
       "the API server refused three patches of Pods in a row: pods is forbidden (PodForbidden)"},
      {{Reason::kQosClassChanged, ""},
       "the quality of service of the Pods would change, and Kubernetes lets no resize change it "
       "(QOSClassChanged)",
       kNewPods},
      {{Reason::kResourcesAddedOrRemoved, "/spec/containers/0/resources/limits/cpu"},
       "spec.template.spec.containers[0].resources.limits.cpu has been added or removed, and "
       "Kubernetes removes no request and no limit of a running Pod (ResourcesAddedOrRemoved)",
       kNewPods},
      {{Reason::kOtherResources, "/spec/containers/0/resources/limits/example.com~1gpu"},
       "spec.template.spec.containers[0].resources.limits[example.com/gpu] has changed, and only "
       "cpu and memory of containers can change in a running Pod, in Pods without resources of "
       "their own (OtherResources)",
       kNewPods},
      {{Reason::kEnvFromResources, "/spec/containers/0/env/0/valueFrom/resourceFieldRef"},
       "spec.template.spec.containers[0].env[0].valueFrom.resourceFieldRef reads cpu or memory "
       "that has changed, but the resize would not restart its container (EnvFromResources)",
       kNewPods},
      {{Reason::kResizeServerTooOld, ""},
       "API servers before 1.33 do not resize Pods (ResizeServerTooOld)",
       kNewPods},
      {{Reason::kResizeKubeletTooOld, "node-1"},
       "kubelets before 1.33 do not resize Pods, nor those before 1.36 init containers, and node "
       "node-1 has such a kubelet (ResizeKubeletTooOld)",
       "update this kubelet, or " + kNewPods},
      {{Reason::kResizeInfeasible, "web-1: no room"},
       "a node will never have room for the resize of its Pod, or does not resize Pods: pod web-1: "
       "no room (ResizeInfeasible)",
       kNewPods},
      {{Reason::kResizeDeferred, "web-1: no room"},
       "a node has had no room for the resize of its Pod for five minutes: pod web-1: no room "
       "(ResizeDeferred)",
       kNewPods},
  }));
  workload::BoatKind kind;
  const Cause why = CauseOf(row.why);
  CHECK(why.text == row.text);
  CHECK(why.reason == Name(row.why.reason));
  CHECK(RemedyFor(why, kind) == row.remedy);
  CHECK(RefusedText(why, kind) == row.text + ". With Aye, nothing is rolled out" +
                                      (row.remedy.empty() ? "" : ": " + row.remedy));
  CHECK(NoteOf(why) == Text(row.why));
  CHECK(CauseOfNote(NoteOf(why)).text == row.text);
}

TEST_CASE("a cause with a sentence of its own is noted with it, and has no other remedy (P-004)") {
  const Cause why = Named(kForeignScale, "another client scaled replica set web-2 to 3");
  CHECK(why.text == "another client scaled replica set web-2 to 3 (ForeignScale)");
  CHECK(why.reason == "ForeignScale");
  CHECK(NoteOf(why) == why.text);
  CHECK(CauseOfNote(NoteOf(why)).text == why.text);
  CHECK(RemedyFor(why, workload::BoatKind()).empty());
}

// Serves users whose rollout began under an earlier version: notes had these forms.
TEST_CASE("what an earlier version noted is shown as a sentence, and stays noted (P-013)") {
  const auto [note, text] = GENERATE(table<std::string, std::string>({
      {"MetadataOnly",
       "only labels or annotations of spec.template have changed, and Windlass does not patch Pods "
       "for such a change (MetadataOnly)"},
      {"InitImageChanged",
       "spec.template has changed, and an init container that has run does not run again "
       "(InitImageChanged)"},
      {"SidecarKubeletTooOld",
       "kubelets before 1.32 do not restart sidecars, and a node has such a kubelet "
       "(SidecarKubeletTooOld)"},
      {"PodForbidden: pods is forbidden",
       "the API server refused three patches of Pods in a row: pods is forbidden (PodForbidden)"},
      {"PodForbidden", "the API server refused three patches of Pods in a row (PodForbidden)"},
      {"HostGone",
       "the replica set of the Pods was deleted, and another replica set has Pods (HostGone)"},
      {"pod web-1: app: ErrImagePull", "pod web-1: app: ErrImagePull"},
  }));
  const Cause why = CauseOfNote(note);
  CHECK(why.text == text);
  CHECK(NoteOf(why) == note);
  CHECK(why.reason.empty());  // it was counted when it was noted
}

TEST_CASE("a pointer that was cut, or that nothing names, is shown as far as it goes (P-004)") {
  const auto [pointer, field] = GENERATE(table<std::string, std::string>({
      {"/spec/nodeSelector/a~", "spec.template.spec.nodeSelector[a~]"},
      {"/spec/", "spec.template.spec."},
      {"spec", "spec.template"},
  }));
  CHECK(CauseOf({Reason::kFieldChanged, pointer}).text.starts_with(field + " has changed"));
}

TEST_CASE("of what is to blame, as much is shown as is noted (R-066)") {
  const Cause why = CauseOf({Reason::kFieldChanged, "/spec/nodeSelector/" + std::string(600, '_')});
  CHECK(why.text.size() < 700);
  CHECK(CauseOfNote(NoteOf(why)).text == why.text);
}

}  // namespace
}  // namespace windlass::in_place::cause_test
