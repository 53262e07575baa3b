// Templates that policy Only refuses, at rest and in the middle of a rollout: running Pods do not
// change (P-014).
#include <algorithm>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::refused_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kWhy =
    "spec.template.spec.hostNetwork has changed, and Windlass cannot change it in a running Pod "
    "(FieldChanged)";

// A change that no running Pod can take over.
void SetHostNetwork(Json& deployment) {
  deployment["spec"]["template"]["spec"]["hostNetwork"] = true;
}
void UnsetHostNetwork(Json& deployment) {
  deployment["spec"]["template"]["spec"].erase("hostNetwork");
}

int Running(const InPlaceCluster& cluster, const std::string& image) {
  const std::vector<std::string> pods = cluster.PodNames();
  return static_cast<int>(std::ranges::count_if(
      pods, [&](const std::string& pod) { return cluster.ImageOfPod(pod) == image; }));
}

// Goes on until the first Pod waits or restarts.
void Begin(InPlaceCluster& cluster) {
  cluster.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    cluster.SyncAndRun();
    ++cluster.now;
  }
}

TEST_CASE("with Only, nothing of a refused template is rolled out until it can be (P-014)") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Edit(SetHostNetwork);
  c.RollOutInPlace("v2");
  CHECK(Running(c, "v1") == 3);
  CHECK_FALSE(c.HasReplicaSet("v2"));
  CHECK(c.Condition("Progressing") == "False InPlaceNotPossible");
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage() ==
        std::string(kWhy) +
            ". With Only, nothing is rolled out: set windlass.dev/in-place to IfPossible for new "
            "Pods; kubectl rollout undo deployment/web -n ns --to-revision=1 restores the previous "
            "template");
  c.ScaleInPlace(4);
  CHECK(Running(c, "v1") == 4);
  c.ScaleInPlace(3);
  c.Edit(UnsetHostNetwork);
  c.SettlesAt("v2", 3);
  CHECK(c.PodNames() == pods);
}

struct WrongSetting {
  std::string key;
  std::string value;
  std::string told;  // in the message
};

WrongSetting AnyWrongSetting() {
  return GENERATE(values<WrongSetting>({
      {"windlass.dev/in-place-partition", "lots", "\"lots\" is not a percentage: write a count"},
      {"windlass.dev/in-place-drain", "Door", "\"Door\" is not valid: write None, Gate or Label"},
      {"windlass.dev/in-place-drain", "Gate",
       "\"Gate\" is not valid: readinessGate windlass.dev/in-place-ready is missing: add it to "
       "spec.template.spec.readinessGates, or choose Label or None"},
      {"windlass.dev/in-place-fields", "image", "\"image\" is not supported any more: remove"},
  }));
}

void Unset(InPlaceCluster& cluster, const std::string& key) {
  cluster.Edit([&](Json& d) { d["metadata"]["annotations"].erase(key); });
}

// Whom this serves: who writes Only because a new Pod would lose what the old one has, and
// mistypes another setting.
TEST_CASE("with Only, a wrong setting replaces no Pod, and the update goes on after it (P-014)") {
  const WrongSetting wrong = AnyWrongSetting();
  CAPTURE(wrong.key, wrong.value);
  Started c(3);
  const auto pods = c.PodNames();
  c.Annotate(wrong.key, wrong.value);
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  const std::string at_rest = c.InPlaceMessage();
  c.RollOutInPlace("v2");
  CHECK(c.PodNames() == pods);
  CHECK(Running(c, "v1") == 3);
  CHECK_FALSE(c.HasReplicaSet("v2"));
  CHECK(c.Condition("Progressing") == "False InPlaceNotPossible");
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  CHECK(c.InPlaceMessage().starts_with("deployment ns/web: annotation " + wrong.key + ": " +
                                       wrong.told));
  CHECK(c.InPlaceMessage() ==
        at_rest +
            ". With Only, nothing is rolled out; kubectl rollout undo deployment/web -n ns "
            "--to-revision=1 restores the previous template");
  CHECK(std::ranges::count(c.events, at_rest) == 1);
  CHECK(std::ranges::count(c.events, c.InPlaceMessage()) == 1);
  c.ScaleInPlace(5);
  CHECK(Running(c, "v1") == 5);
  c.ScaleInPlace(3);
  const auto present = c.PodNames();
  Unset(c, wrong.key);
  c.SettlesAt("v2", 3);
  CHECK(c.PodNames() == present);
  CHECK(c.InPlaceCondition() == "False Complete");
  Proves("P-014 P-083");
}

TEST_CASE("in the middle of an update, too: Pods stay as they are, or go back (P-014, P-083)") {
  const WrongSetting wrong = AnyWrongSetting();
  CAPTURE(wrong.key, wrong.value);
  Started c(3);
  const auto pods = c.PodNames();
  c.Patch(1);
  c.Annotate(wrong.key, wrong.value);
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  CHECK(Running(c, "v2") == 1);
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  CHECK(c.InPlaceMessage().ends_with(". With Only, nothing is rolled out"));
  SECTION("corrected, the update goes on") {
    Unset(c, wrong.key);
    c.SettlesAt("v2", 3);
  }
  SECTION("undone, the Pods go back") {
    c.RollOutInPlace("v1");
    c.CheckAllRun("v1", 3);
    CHECK(c.InPlaceCondition() == "False InvalidConfig");
  }
  SECTION("not wanted any more, the Pods are replaced") {
    c.Annotate("windlass.dev/in-place", "IfPossible");
    c.SettlesAt("v2", 3);
    CHECK(c.PodNames() != pods);
    return;
  }
  CHECK(c.PodNames() == pods);
  Proves("P-014 P-083");
}

TEST_CASE("a size that is not kept is told while a template is refused (P-014, D-434)") {
  const bool paused = GENERATE(false, true);
  Started c(4);
  c.Edit(SetHostNetwork);
  c.RollOutInPlace("v2");
  REQUIRE(c.InPlaceCondition() == "False NotPossible");
  c.update_webhook = [](const Json&, Json& rs) {
    Json& replicas = rs["spec"]["replicas"];
    replicas = std::min(replicas.get<int>(), 4);
  };
  c.Edit([&](Json& d) { d["spec"]["paused"] = paused; });
  c.Scale(8);
  for (int i = 0; i < 2; ++i) {
    const Step end = c.SyncAfter(60);
    const Failed* failed = std::get_if<Failed>(&end);
    REQUIRE(failed != nullptr);
    CHECK(failed->error.kind == ErrorKind::kInvalid);
    CHECK(c.Condition("ReplicaFailure") == "True ReplicaSetNotKept");
    c.RunPods();
  }
  c.update_webhook = nullptr;
  c.SettleInPlace();
  CHECK(Running(c, "v1") == 8);
  CHECK(c.Condition("ReplicaFailure").empty());
  Proves("D-434");
}

// A later undo must not lead to it. While it cannot be seen whether the template is refused, as
// after a start, it gets no number, either.
TEST_CASE("a rollback leaves a refused template without making it a revision (P-014, RO-026)") {
  Started c(3);
  const auto pods = c.PodNames();
  c.RollOutInPlace("v2");
  c.CheckAllRun("v2", 3);
  c.SetImage("v3");
  SECTION("refused") {
    c.Edit(SetHostNetwork);
    c.SettleInPlace();
    REQUIRE(c.InPlaceCondition() == "False NotPossible");
  }
  SECTION("not seen") { c.in_place_known = false; }
  c.Edit([](Json& d) { d["metadata"]["annotations"][std::string(workload::kRollbackTo)] = "0"; });
  c.Sync(1);
  CHECK(c.writes.back() == "roll back");
  c.in_place_known = true;
  c.SettleInPlace();
  CHECK_FALSE(c.HasReplicaSet("v3"));
  CHECK_FALSE(c.deployment()["spec"]["template"]["spec"].contains("hostNetwork"));
  CHECK(c.RevisionOf("v2") == "2");
  c.CheckAllRun("v2", 3);
  CHECK(c.PodNames() == pods);
  Proves("P-014 RO-026");
}

// In the middle of a rollout the ReplicaSet that owns the Pods has the revision before: to go back
// to it would take the rollout back, too.
TEST_CASE(
    "with Only, what takes a refused template back leaves a rollout alone that rests (P-014)") {
  Started c(3);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  REQUIRE(Running(c, "v2") == 1);
  c.Edit(SetHostNetwork);
  c.SettleInPlace();
  CHECK(c.InPlaceMessage().ends_with("kubectl rollout undo deployment/web -n ns --to-revision=" +
                                     c.RevisionOf("v2") + " restores the previous template"));
  c.Edit(UnsetHostNetwork);
  c.SettleInPlace();
  CHECK(Running(c, "v2") == 1);
}

TEST_CASE("stand-ins go when nothing is to be rolled out, and Pods take traffic again") {
  Started c(2, 0);
  c.DrainByLabel();
  Begin(c);
  REQUIRE(c.OutOfTraffic() == 1);
  REQUIRE(c.SizeOf("v2") == 1);
  c.Edit(SetHostNetwork);
  c.SettleInPlace();
  CHECK(c.SizeOf("v2") == 0);
  CHECK(Running(c, "v1") == 2);
  for (const std::string& pod : c.PodNames()) {
    CHECK(c.RestartsOf(pod) == 0);
    CHECK(c.LabelOf(pod, "traffic") == "on");
  }
}

TEST_CASE("what stands in stays where it cannot be seen whether it is needed (P-014, P-024)") {
  Started c(2, 0);
  Begin(c);
  REQUIRE(c.SizeOf("v2") == 1);
  REQUIRE(c.in_flight() == 1);
  c.SetImage("v3");
  c.Edit(SetHostNetwork);
  c.in_place_known = false;  // as after a start
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.SizeOf("v2") == 1);
  c.in_place_known = true;
  c.Sync();
  CHECK(c.SizeOf("v2") == 1);  // one is in flight
  c.SettleInPlace();
  CHECK(c.SizeOf("v2") == 0);
}

}  // namespace
}  // namespace windlass::in_place::refused_test
