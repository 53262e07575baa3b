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

std::string PodTemplate(const std::string& container) {
  return R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":")" + container +
         R"("}]}})";
}

// Returns how status and notes name that template.
std::string TemplateId(const std::string& container) {
  const auto canonical = CanonicalTemplate(PodTemplate(container));
  REQUIRE(canonical.ok());
  return TextOf(FingerprintOf(*canonical));
}

// Returns the event of the Rollout's ReplicaSet, whose template has defaults. Its note names the
// requested template `noted`; "": it has no note.
std::string ReplicaSetEvent(const std::string& type, int version, const std::string& noted) {
  const std::string note =
      noted.empty() ? "" : R"("windlass.dev/requested-template":")" + noted + "\"";
  return R"({"type":")" + type + R"(","object":{"apiVersion":"apps/v1","kind":"ReplicaSet",)" +
         R"("metadata":{"name":"web-1","namespace":"ns","uid":)" +
         R"("5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c12","resourceVersion":")" + std::to_string(version) +
         R"(","labels":{"app":"web"},"annotations":{)" + note + R"(},"ownerReferences":[{)" +
         R"("apiVersion":"windlass.dev/v1alpha1","kind":"Rollout","name":"web",)"
         R"("controller":true,"uid":"5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11"}]},)"
         R"("spec":{"replicas":0,"selector":{},"template":{"spec":{"dnsPolicy":"ClusterFirst"}}},)"
         R"("status":{}}})";
}

// Returns the event of a Rollout of version `version`: a rollout to no Pods, which was complete if
// `reason` of Progressing says so.
std::string RolloutEvent(const std::string& type, int version, const std::string& reason,
                         const std::string& container = "web") {
  return R"({"type":")" + type + R"(","object":{"apiVersion":"windlass.dev/v1alpha1",)" +
         R"("kind":"Rollout","metadata":{"name":"web","namespace":"ns","uid":)" +
         R"("5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11","resourceVersion":")" + std::to_string(version) +
         R"(","generation":1},"spec":{"replicas":0,"selector":)" +
         R"({"matchLabels":{"app":"web"}},"template":)" + PodTemplate(container) +
         R"(},"status":{"observedGeneration":1,"stableTemplate":")" + TemplateId(container) +
         R"(","conditions":[{"type":"Progressing",)" + R"("status":"True","reason":")" + reason +
         R"("}]}}})";
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

// The sync that asked writes the status "complete" and still needs the answer. Otherwise it would
// end with a failure, and each later one, too.
TEST_CASE_METHOD(Fixture, "answers stay if no ReplicaSet shows its requested template (RO-093)") {
  transport.Line("/rollouts?", RolloutEvent("ADDED", 11, "ReplicaSetUpdated"));
  transport.Line("/replicasets?", ReplicaSetEvent("ADDED", 12, ""));
  const Request read = Request::DryRunCreate(resources::kPods, {"ns", "web-dry-run"}, "{}");
  const auto note = controller.BeforeRead({"ns", "web"}, read);
  REQUIRE(note);
  note(Outcome{read.Identity(), Reply{"{}"}});
  transport.Line("/rollouts?", RolloutEvent("MODIFIED", 13, "NewReplicaSetAvailable"));
  CHECK(controller.templates().size() == 1);
  transport.Line("/replicasets?", ReplicaSetEvent("MODIFIED", 14, TemplateId("web")));
  transport.Line("/rollouts?", RolloutEvent("MODIFIED", 15, "NewReplicaSetAvailable"));
  CHECK(controller.templates().size() == 0);
  Proves("RO-093");
}

// Whom this serves: a cluster with thousands of Rollouts at rest. No event comes, but the memory
// for their answers must end.
TEST_CASE_METHOD(Fixture, "answers about a Rollout at rest are forgotten by themselves (RO-093)") {
  transport.Line("/rollouts?", RolloutEvent("ADDED", 11, "ReplicaSetUpdated"));
  transport.Line("/replicasets?", ReplicaSetEvent("ADDED", 12, ""));
  const auto answer = [&] {
    const Request read = Request::DryRunCreate(resources::kPods, {"ns", "web-dry-run"}, "{}");
    const auto note = controller.BeforeRead({"ns", "web"}, read);
    REQUIRE(note);
    note(Outcome{read.Identity(), Reply{"{}"}});
    CHECK(controller.templates().size() == 1);
  };
  answer();
  transport.Line("/rollouts?", RolloutEvent("MODIFIED", 13, "NewReplicaSetAvailable"));
  time.Advance(seconds(59));
  CHECK(controller.templates().size() == 1);
  time.Advance(seconds(2));
  CHECK(controller.templates().size() == 0);
  answer();  // of a later sync, which changes nothing in the Rollout
  time.Advance(seconds(61));
  CHECK(controller.templates().size() == 0);
  Proves("RO-093");
}

// Whom this serves: who scales a Rollout up from 0 while the API server is in trouble.
TEST_CASE_METHOD(Fixture, "at rest, too, the first answer without defaults counts (RO-122)") {
  transport.Line("/replicasets?", ReplicaSetEvent("ADDED", 11, ""));
  transport.Line("/rollouts?", RolloutEvent("ADDED", 12, "NewReplicaSetAvailable"));
  const WallTime first = time.Wall();
  const auto trouble = [&] {
    const Request read = Request::DryRunCreate(resources::kReplicaSets, {"ns", "web-dry-run"}, "");
    const auto note = controller.BeforeRead({"ns", "web"}, read);
    REQUIRE(note);
    note(Outcome{read.Identity(), Error{ErrorKind::kServer, "unavailable"}});
    return controller.templates()
        .Find({*Uid::Parse("5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11"), TemplateId("web"), 1},
              time.Wall())
        .defaults_overdue_from;
  };
  CHECK(trouble() == first + seconds(30));
  time.Advance(seconds(20));
  CHECK(trouble() == first + seconds(30));
  Proves("RO-122");
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
