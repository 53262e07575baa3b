// Updates in place of a workload whose stored template lacks the API server's defaults: its
// ReplicaSets have another template, and a note of the one that was asked for (RO-014…RO-016).
#include <algorithm>
#include <string>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/fingerprint_text.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::requested_template_test {
namespace {

using Json = nlohmann::json;

void SetDefaults(Json& pod_template) {
  pod_template["spec"]["containers"][0]["newPolicy"] = "Default";
}

// A cluster at rest with all Pods of image v1. The server sets defaults in ReplicaSets alone. The
// planner is told the defaults only as long as no object has the note.
class Asking : public InPlaceCluster {
 public:
  explicit Asking(int32_t replicas) : InPlaceCluster(replicas, 1) {
    webhook = [](Json& rs) { SetDefaults(rs["spec"]["template"]); };
    look = [this, show = look](View& view) {
      show(view);
      Ask(view.workload);
      if (dry_runs && checks) CheckIsKnown(view);
    };
    SettleInPlace();
    writes.clear();
    events.clear();
  }

  // Makes one write after the other until the pending ReplicaSet has the host's template.
  void SyncUntilPendingIsWritten() {
    Sync();
    for (int round = 0; round < 60; ++round) {
      RestartAndRun();
      Sync(1);
      if (writes.back().starts_with("exchange v2")) return;
    }
    FAIL("the exchange does not begin");
  }

  // Checks that these Pods are still there, and were restarted for `image`.
  void CheckUpdated(const std::vector<std::string>& pods, const std::string& image) {
    CHECK(Condition("Progressing") == "True NewReplicaSetAvailable");
    CHECK(InPlaceCondition() == "False Complete");
    CHECK(PodNames() == pods);
    for (const std::string& pod : PodNames()) {
      CHECK(ImageOfPod(pod) == image);
      CHECK(RestartsOf(pod) == 1);
    }
    CHECK(NoteOf(image) == requested);
  }

  // From now on the workload is aborted, and has no revision to go back to.
  void AbortWithoutTarget() {
    look = [show = look](View& view) {
      show(view);
      view.workload.follow_revision = 0;
    };
  }

  std::string NoteOf(const std::string& image) {
    return ReplicaSet(image)["metadata"]["annotations"].value(
        std::string(workload::kRequestedTemplate), "");
  }

  bool dry_runs = true;     // false: the server refuses to tell the defaults
  bool checks = true;       // that the wanted template is known in every state
  bool from_stash = false;  // a stash alone had the wanted template
  std::string requested;    // the note of the present template

 private:
  void Ask(Workload& workload) {
    requested = windlass::TextOf(workload.template_fingerprint);
    workload.requested_template = requested;
    Json pod_template = Json::parse(*workload.template_json);
    SetDefaults(pod_template);
    with_defaults_.json = pod_template.dump();
    with_defaults_.fingerprint = FingerprintOf(*CanonicalTemplate(with_defaults_.json));
    if (dry_runs && !IsNoted()) workload.defaulted = &with_defaults_;
  }

  bool IsNoted() {
    return std::ranges::any_of(replica_sets(), [&](const auto& one) {
      return one.second["metadata"]["annotations"].dump().find(requested) != std::string::npos;
    });
  }

  void CheckIsKnown(const View& view) {
    const Learned nothing;
    const workload::Situation situation =
        workload::MakeSituation(view, workload::ClaimReplicaSets(view), nothing, {now});
    CHECK(situation.wanted.Is(with_defaults_.fingerprint));
    from_stash =
        from_stash || (situation.new_replica_set == nullptr && view.workload.defaulted == nullptr);
  }

  DefaultedTemplate with_defaults_;
};

TEST_CASE("the note goes with the template, and what is wanted is known all the time (RO-015)") {
  Asking c(3);
  const auto pods = c.PodNames();
  const std::string before = c.NoteOf("v1");
  CHECK(before == c.requested);
  c.RollOutInPlace("v2");
  c.CheckUpdated(pods, "v2");
  CHECK(c.NoteOf("v1") == before);
  CHECK(c.from_stash);
  c.writes.clear();
  c.SettleInPlace();
  CHECK(c.writes.empty());
  Proves("RO-011 RO-015");
}

TEST_CASE("also if the update is begun anew after any of its writes (RO-015)") {
  for (int writes = 1; writes < 30; ++writes) {
    CAPTURE(writes);
    Asking c(2);
    const auto pods = c.PodNames();
    c.SetImage("v2");
    c.SyncWrites(writes);
    c.SettleInPlace();
    c.CheckUpdated(pods, "v2");
  }
  Proves("RO-015");
}

// Whom this serves: whose platform begins to take annotations of ReplicaSets away. The note of the
// template that was asked for is lost, too.
TEST_CASE("where the new ReplicaSet keeps no annotation, new Pods are made (P-013)") {
  Asking c(3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SettleInPlace();
  c.checks = false;
  const auto strip = [](Json& rs) { rs["metadata"]["annotations"] = Json::object(); };
  c.webhook = [strip](Json& rs) {
    SetDefaults(rs["spec"]["template"]);
    strip(rs);
  };
  c.update_webhook = [strip](const Json&, Json& rs) { strip(rs); };
  c.SetImage("v2");
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage().starts_with("replica set " + c.NameOf("v2") + " does not keep "));
  c.Rounds(40);
  CHECK(c.PodsOf("v2") == 3);
  CHECK(c.SizeOf("v1") == 0);
  Proves("P-013");
}

TEST_CASE("new defaults that ReplicaSets show touch no Pod at rest (RO-016)") {
  Asking c(3);
  const auto pods = c.PodNames();
  c.RollOutInPlace("v2");
  c.checks = false;  // the template of the ReplicaSet is the wanted one from here on
  c.defaults = [](Json& object) {
    if (object["kind"] != "ReplicaSet") return;
    object["spec"]["template"]["spec"]["containers"][0]["newerPolicy"] = "Default";
  };
  c.writes.clear();
  c.SettleInPlace();
  CHECK(c.WritesAndForget().empty());
  c.CheckUpdated(pods, "v2");
  Proves("RO-016");
}

// --- the server does not tell the defaults ---

TEST_CASE("with Only, nothing is rolled out until the defaults are known (RO-014)") {
  Asking c(2);
  const auto pods = c.PodNames();
  c.dry_runs = false;
  c.SetImage("v2");
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage().starts_with("the API server does not return the defaults"));
  CHECK_FALSE(c.HasReplicaSet("v2"));
  c.dry_runs = true;
  c.SettleInPlace();
  c.CheckUpdated(pods, "v2");
  Proves("RO-014");
}

// For the user who asks why nothing moves: it is the abort.
TEST_CASE("of a workload that is aborted and has nothing to go back to, no dry run is missed") {
  Asking c(2);
  c.dry_runs = false;
  c.AbortWithoutTarget();
  c.SetImage("v2");
  c.Sync();
  CHECK(c.InPlaceMessage() ==
        "no Pod is updated: the rollout is aborted, but has no revision to go back to");
  CHECK(c.InPlaceCondition() == "False Complete");
  CHECK(c.deployment()["status"]["updatedReplicas"] == 2);  // all of revision 1, where they stay
  CHECK_FALSE(c.HasReplicaSet("v2"));
  // With no budget at all, an update would be refused.
  c.Annotate("windlass.dev/in-place-max-unavailable", "0");
  c.Edit([](Json& d) { d["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 0; });
  c.Sync();
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("Pods of two templates stay as they are if there is nothing to abort to (RO-032)") {
  Asking c(2);
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.AbortWithoutTarget();
  c.SettleInPlace();
  CHECK(c.in_flight() == 0);
  CHECK(c.InPlaceCondition() == "True Paused");
  CHECK(c.InPlaceMessage() ==
        "1 of 2 Pods are patched, 1 of them is done: the rollout is aborted, but has no revision "
        "to go back to");
  CHECK(c.deployment()["status"]["updatedReplicas"] == 1);  // of revision 2, as published
  CHECK(c.revision() == "2");
  // Nor does it matter what could be updated in place.
  c.Edit([](Json& d) { d["spec"]["strategy"] = {{"type", "Recreate"}}; });
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "True Paused");
  CHECK(c.deployment()["status"]["updatedReplicas"] == 1);
  Proves("RO-032");
}

// A user who watches the numbers sees them change with Pods alone, not with a start of Windlass.
TEST_CASE("an aborted workload waits for its Pods to load before its status changes (RO-032)") {
  Asking c(2);
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.AbortWithoutTarget();
  c.SettleInPlace();
  c.writes.clear();
  c.in_place_known = false;
  bool loads = true;
  c.look = [look = c.look, &loads](View& view) {
    look(view);
    if (loads) view.in_place_missing.clear();  // it only takes time
  };
  c.SettleInPlace();
  CHECK(c.writes.empty());
  loads = false;
  c.Sync();
  CHECK(c.InPlaceCondition() == "True MissingRights");
  Proves("RO-032");
}

TEST_CASE("with nothing to abort to, a drained Pod returns to traffic (RO-032)") {
  Asking c(2);
  c.DrainByLabel();
  c.Annotate("windlass.dev/in-place-drain-seconds", "600");
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.OutOfTraffic() == 1);
  c.AbortWithoutTarget();
  c.SettleInPlace();
  CHECK(c.OutOfTraffic() == 0);
  CHECK(c.PodsOf("v1") == 2);
  Proves("RO-032");
}

TEST_CASE("with IfPossible, Pods are replaced (RO-014)") {
  Asking c(2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SettleInPlace();
  const auto pods = c.PodNames();
  c.dry_runs = false;
  c.RollOutInPlace("v2");
  CHECK(c.fallbacks == std::vector<std::string>{"NoDryRun"});
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.SizeOf("v2") == 2);
  CHECK(c.PodNames() != pods);
  CHECK(c.NoteOf("v2") == c.requested);
  Proves("RO-014");
}

TEST_CASE("no Pod is replaced beside one that restarts, whatever is wanted (RO-014)") {
  Asking c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.dry_runs = false;
  c.SetImage("v3");
  c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  CHECK_FALSE(c.HasReplicaSet("v3"));
  CHECK(c.InPlaceMessage() ==
        "0 of 4 Pods are patched, 1 is being updated: the API server does not return the defaults "
        "of the template, because it refuses the dry run of a ReplicaSet; Event TemplateNotChecked "
        "says why (NoDryRun). Windlass replaces the Pods as soon as no Pod is restarting");
  c.RestartAll();
  c.now += 60;
  c.SettleInPlace();
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.SizeOf("v3") == 4);
  Proves("RO-014");
}

TEST_CASE("while it is paused, nothing is said to be impossible yet (RO-014)") {
  Asking c(2);
  const auto pods = c.PodNames();
  c.dry_runs = false;
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  c.SetImage("v2");
  c.Sync();
  CHECK(c.InPlaceCondition() == "True Staged");
  CHECK_FALSE(c.HasReplicaSet("v2"));
  c.dry_runs = true;
  c.Edit([](Json& d) { d["spec"]["paused"] = false; });
  c.SettleInPlace();
  c.CheckUpdated(pods, "v2");
  Proves("RO-014");
}

TEST_CASE("an exchange that has begun ends, whatever is wanted since (RO-014, RO-015)") {
  Asking c(2);
  const auto pods = c.PodNames();
  c.SetImage("v2");
  c.SyncUntilPendingIsWritten();
  c.dry_runs = false;
  c.RollOutInPlace("v3");
  CHECK(std::ranges::count(c.writes, "exchange v1") == 1);
  CHECK(c.SizeOf("v2") == 2);
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v2");
  CHECK(c.InPlaceCondition() == "False NotPossible");
  c.dry_runs = true;
  c.SettleInPlace();
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v3");
  CHECK(c.PodNames() == pods);
  Proves("RO-014 RO-015");
}

}  // namespace
}  // namespace windlass::in_place::requested_template_test
