// The Rollout controller forgets the answers of dry runs when a template is not requested any more,
// or is rolled out.
#include <string>

#include "controller/rollout/crd.h"
#include "controller/rollout/rollout_controller.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/fingerprint_text.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/open_requests.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass::forgotten_answers_test {
namespace {

const std::string kCrd = "/customresourcedefinitions/rollouts.windlass.dev";

std::string CrdOfRevision(int64_t revision) {
  return R"({"kind":"CustomResourceDefinition","metadata":{"annotations":{)"
         R"("windlass.dev/crd-revision":")" +
         std::to_string(revision) + R"("}}})";
}

struct Fixture : InformerParts<OpenRequests> {
  Fixture() {
    controller.Start();
    transport.Line("/replicasets?", wire::InitialEventsEnd("10"));
    transport.Line("/rollouts?", wire::InitialEventsEnd("10"));
    transport.Reply(kCrd, 200, CrdOfRevision(rollout::kCrd.revision));
    REQUIRE(controller.HasSynced());
  }
  ~Fixture() { controller.Stop(); }

  RecordingHost host{environment, "ns"};
  RolloutController controller{host};
};

// Returns the event of a Rollout of version `version`: a rollout to no Pods, which was complete if
// `reason` of Progressing says so.
std::string RolloutEvent(const std::string& type, int version, const std::string& reason,
                         const std::string& container = "web") {
  const std::string pod_template =
      R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":")" + container +
      R"("}]}})";
  const auto canonical = CanonicalTemplate(pod_template);
  REQUIRE(canonical.ok());
  return R"({"type":")" + type + R"(","object":{"apiVersion":"windlass.dev/v1alpha1",)" +
         R"("kind":"Rollout","metadata":{"name":"web","namespace":"ns","uid":)" +
         R"("5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11","resourceVersion":")" + std::to_string(version) +
         R"(","generation":1},"spec":{"replicas":0,"selector":)" +
         R"({"matchLabels":{"app":"web"}},"template":)" + pod_template +
         R"(},"status":{"observedGeneration":1,"stableTemplate":")" +
         TextOf(FingerprintOf(*canonical)) + R"(","conditions":[{"type":"Progressing",)" +
         R"("status":"True","reason":")" + reason + R"("}]}}})";
}

TEST_CASE_METHOD(Fixture, "answers to dry runs are forgotten after a rollout to no Pods (RO-093)") {
  transport.Line("/rollouts?", RolloutEvent("ADDED", 11, "ReplicaSetUpdated"));
  const Request read = Request::DryRunCreate(resources::kPods, {"ns", "web-dry-run"}, "{}");
  const auto note = controller.BeforeRead({"ns", "web"}, read);
  REQUIRE(note);
  note(Outcome{read.Identity(), Reply{"{}"}});
  CHECK(controller.templates().size() == 1);
  transport.Line("/rollouts?", RolloutEvent("MODIFIED", 12, "InvalidTemplate"));
  CHECK(controller.templates().size() == 1);
  transport.Line("/rollouts?", RolloutEvent("MODIFIED", 13, "NewReplicaSetAvailable"));
  CHECK(controller.templates().size() == 0);
  Proves("RO-093");
}

// Whom this serves: everybody else, when a user has large templates checked and pauses the
// Rollouts.
TEST_CASE_METHOD(Fixture, "the answer about a template that is requested no more goes (RO-093)") {
  transport.Line("/rollouts?", RolloutEvent("ADDED", 11, "ReplicaSetUpdated"));
  const Request read = Request::DryRunCreate(resources::kPods, {"ns", "web-dry-run"}, "{}");
  const auto note = controller.BeforeRead({"ns", "web"}, read);
  REQUIRE(note);
  const auto answer = [&] { note(Outcome{read.Identity(), Reply{"{}"}}); };
  answer();
  transport.Line("/rollouts?", RolloutEvent("MODIFIED", 12, "DeploymentPaused"));
  CHECK(controller.templates().size() == 1);
  transport.Line("/rollouts?", RolloutEvent("MODIFIED", 13, "DeploymentPaused", "small"));
  CHECK(controller.templates().size() == 0);
  answer();  // it was under way
  CHECK(controller.templates().size() == 0);
  transport.Line("/rollouts?", RolloutEvent("MODIFIED", 14, "DeploymentPaused"));
  answer();
  CHECK(controller.templates().size() == 1);
  transport.Line("/rollouts?", RolloutEvent("DELETED", 15, "DeploymentPaused"));
  CHECK(controller.templates().size() == 0);
  answer();
  CHECK(controller.templates().size() == 0);
  Proves("RO-093");
}

}  // namespace
}  // namespace windlass::forgotten_answers_test
