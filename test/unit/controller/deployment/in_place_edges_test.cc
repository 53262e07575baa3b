// Updates in place that somebody interferes with: ReplicaSets deleted, scaled and edited, opting in
// and out on the way, no Pods at all.
#include "controller/deployment/annotations.h"
#include "test/catch.h"
#include "test/unit/controller/deployment/in_place_cluster.h"

namespace windlass::deployment {
namespace {

using Json = nlohmann::json;

class Started : public InPlaceCluster {
 public:
  explicit Started(int32_t replicas, int32_t max_unavailable = 1)
      : InPlaceCluster(replicas, max_unavailable) {
    SettleInPlace();
    writes.clear();
    events.clear();
  }
  // `pods` of them are patched and restarted.
  void Patch(int pods) {
    SetImage("v2");
    for (int i = 0; i < pods; ++i) {
      Sync();
      RestartAll();
      RunPods();
      ++now;
    }
  }
  void CheckAllRun(const std::string& image, size_t pods) {
    CHECK(Condition("Progressing") == "True NewReplicaSetAvailable");
    CHECK(PodNames().size() == pods);
    for (const std::string& pod : PodNames()) CHECK(ImageOfPod(pod) == image);
    for (const auto& [name, rs] : replica_sets()) {
      const Json annotations = rs["metadata"]["annotations"];
      for (const auto& [key, value] : annotations.items()) {
        CHECK_FALSE(key.starts_with("internal.windlass.dev/"));
      }
    }
  }
};

TEST_CASE("a pending ReplicaSet that somebody deletes is made again (P-026)") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Patch(1);
  c.replica_sets().erase(c.NameOf("v2"));
  c.SettleInPlace();
  c.CheckAllRun("v2", 3);
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) CHECK(c.RestartsOf(pod) == 1);
  CHECK(c.RevisionOf("v2") == "2");
}

TEST_CASE("and one deleted in the middle of an exchange, too") {
  for (int writes = 1; writes < 30; ++writes) {
    Started c(2);
    const auto pods = c.PodNames();
    c.SetImage("v2");
    int left = writes;
    for (int round = 0; round < 10 && left > 0; ++round) {
      const size_t before = c.writes.size();
      c.Sync(left);
      left -= static_cast<int>(c.writes.size() - before);
      c.RestartAll();
      c.RunPods();
      ++c.now;
    }
    std::erase_if(c.replica_sets(),
                  [](const auto& rs) { return rs.second["spec"]["replicas"] == 0; });
    c.SettleInPlace();
    CAPTURE(writes);
    c.CheckAllRun("v2", 2);
    CHECK(c.PodNames() == pods);
  }
}

TEST_CASE("a pending ReplicaSet that somebody scales turns the rollout to replacing Pods (P-072)") {
  Started c(3);
  c.Patch(1);
  c.EditReplicaSet(c.NameOf("v2"), [](Json& rs) { rs["spec"]["replicas"] = 2; });
  c.RunPods();
  c.SettleInPlace();
  c.CheckAllRun("v2", 3);
}

TEST_CASE("a host whose template somebody changes holds the rollout (P-073)") {
  Started c(3);
  c.Patch(1);
  c.EditReplicaSet(c.NameOf("v1"), [](Json& rs) {
    rs["spec"]["template"]["spec"]["containers"][0]["image"] = "v9";
  });
  const auto writes_before = c.writes.size();
  c.Sync();
  c.Sync();
  for (size_t i = writes_before; i < c.writes.size(); ++i) CHECK(c.writes[i] == "status");
  CHECK(c.InPlaceCondition() == "True Failing");
}

TEST_CASE("scaled to nothing and back midway, the update arrives") {
  Started c(3);
  c.Patch(1);
  c.Scale(0);
  c.SettleInPlace();
  CHECK(c.PodNames().empty());
  c.Scale(3);
  c.SettleInPlace();
  c.CheckAllRun("v2", 3);
}

TEST_CASE("asked for in the middle of an ordinary rollout, that one ends as it began (P-010)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "Disabled");
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  c.RunPods();
  c.Annotate("windlass.dev/in-place", "Only");
  c.SettleInPlace();
  c.CheckAllRun("v2", 4);
}

TEST_CASE("a correction in the middle of replacing Pods goes the same way, with Only, too (C.9)") {
  Started c(4, 2);
  c.Annotate("windlass.dev/in-place-on-failure", "Recreate");
  c.SetImage("v2");
  c.Sync();
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) == "v2") c.FailToPull(pod);
  }
  c.now += 61;
  c.Sync();
  c.RunReplicaSets({{"v2", 0}});
  c.Sync();
  REQUIRE(c.SizeOf("v2") > 0);
  REQUIRE(c.SizeOf("v1") > 0);
  c.SetImage("v3");
  c.SettleInPlace();
  c.CheckAllRun("v3", 4);
}

TEST_CASE("released midway, the update is finished and nothing of ours is left (P-076)") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Patch(1);
  c.Annotate("windlass.dev/in-place", "Release");
  c.SettleInPlace();
  c.CheckAllRun("v2", 3);
  CHECK(c.PodNames() == pods);
  CHECK(c.InPlaceCondition() == "False HandedBack");
  c.SetImage("v3");  // and the next rollout is an ordinary one
  c.SettleInPlace();
  c.CheckAllRun("v3", 3);
  CHECK(c.PodNames() != pods);
}

TEST_CASE("a wrong value is told, and Pods are replaced (D.2)") {
  Started c(2);
  c.Annotate("windlass.dev/in-place-partition", "lots");
  c.SetImage("v2");
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  c.CheckAllRun("v2", 2);
}

TEST_CASE("what cannot be watched is named, nothing is patched, and it goes on with the right") {
  Started c(2);
  c.in_place_known = false;
  c.SetImage("v2");
  c.Sync();
  c.Sync();
  CHECK(c.InPlaceCondition() == "True MissingRights");
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v1");
  c.in_place_known = true;
  c.SettleInPlace();
  c.CheckAllRun("v2", 2);
}

TEST_CASE("without history the template before is kept until the exchange") {
  Started c(3);
  c.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 0; });
  c.Patch(1);
  c.SetImage("v3");
  c.SettleInPlace();
  c.CheckAllRun("v3", 3);
  CHECK(c.replica_sets().size() == 1);
}

TEST_CASE("a server that refuses a write of the exchange is asked again, and users see the rest") {
  const std::string refused = GENERATE("exchange v2", "exchange v1");  // X1, X2
  Started c(2);
  c.SetImage("v2");
  const auto pods_as_ever = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool exchange =
        request.resource() == Resource::kReplicaSets && request.patch_type() == PatchType::kJson &&
        request.key().name == (refused == "exchange v2" ? c.NameOf("v2") : c.NameOf("v1"));
    if (exchange) return Error{ErrorKind::kForbidden, "no"};
    return pods_as_ever(request);
  };
  for (int round = 0; round < 30; ++round) {
    c.Sync();
    c.RestartAll();
    c.RunPods();
    ++c.now;
  }
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  const Json& status = c.deployment()["status"];  // not the end yet
  CHECK(status["updatedReplicas"].get<int>() + status["availableReplicas"].get<int>() == 3);
  c.server = pods_as_ever;
  c.SettleInPlace();
  c.CheckAllRun("v2", 2);
}

TEST_CASE("a ReplicaSet that cannot be given the settings holds up nothing (P-074)") {
  Started c(2);
  c.SetImage("v2");
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-pdb", "Ignore");
  const auto pods_as_ever = c.server;
  const std::string old = c.NameOf("v1");
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool mirrors = request.resource() == Resource::kReplicaSets &&
                         request.patch_type() == PatchType::kMerge && request.key().name == old;
    if (mirrors) return Error{ErrorKind::kForbidden, "no"};
    return pods_as_ever(request);
  };
  c.SetImage("v3");
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v3");
}

TEST_CASE("an annotation that the server does not keep is told, and nothing is patched") {
  Started c(2);
  c.update_webhook = [](const Json&, Json& rs) {
    rs["metadata"]["annotations"].erase("internal.windlass.dev/mode");
  };
  c.webhook = [](Json& rs) { rs["metadata"]["annotations"].erase("internal.windlass.dev/mode"); };
  c.SetImage("v2");
  const Step end = c.Sync();
  const auto* failed = std::get_if<Failed>(&end);
  REQUIRE(failed != nullptr);
  CHECK(failed->retry == Retry::kOnSpecChange);
  CHECK(failed->error.message.find("internal.windlass.dev/mode") != std::string::npos);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().ends_with(failed->error.message));
  CHECK(c.in_flight() == 0);
}

TEST_CASE("an image that somebody gave a Pod stays, as long as nothing is rolled out") {
  Started c(2);
  c.SetImage("v2");
  c.SettleInPlace();
  c.ForgetPatch(c.PodNames()[0], "v1");
  c.SettleInPlace();
  CHECK(c.ImageOfPod(c.PodNames()[0]) == "v1");
}

Json WithTraffic(const Json& d) {
  Json changed = d;
  changed["spec"]["template"]["metadata"]["labels"]["traffic"] = "on";
  return changed;
}

TEST_CASE("a Pod of a Deployment at rest that somebody takes out of traffic is put back") {
  Started c(2);
  c.Edit([](Json& d) { d = WithTraffic(d); });
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
  c.SettleInPlace();
  const std::string pod = c.PodNames()[0];
  c.SetLabel(pod, "traffic", "off");
  c.SettleInPlace();
  CHECK(c.LabelOf(pod, "traffic") == "on");
}

TEST_CASE("an undo of what cannot be taken back gives Pods what it can: a toleration stays") {
  Started c(3);
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["tolerations"] = {{{"key", "a"}, {"operator", "Exists"}}};
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
  for (int i = 0; i < 2; ++i) {
    c.Sync();
    c.RestartAll();
    c.RunPods();
    ++c.now;
  }
  REQUIRE(c.HasReplicaSet("v2"));
  c.Undo("1");
  c.SettleInPlace();
  c.CheckAllRun("v1", 3);
}

TEST_CASE("scaled down while Pods go back, no more are out than may be (P-064)") {
  Started c(10);
  c.Annotate("windlass.dev/in-place-max-unavailable", "10");
  c.Annotate("windlass.dev/in-place-partition", "1");
  c.SetImage("v2");
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-max-unavailable", "1");
  c.SettleInPlace();
  c.Undo("1");
  c.Scale(5);
  c.Sync();
  CHECK(c.in_flight() <= 1);
}

TEST_CASE("one Pod's stand-in that stays after a fall-back is a Pod like any other") {
  Started c(1, 0);
  c.Annotate("windlass.dev/in-place-on-failure", "Recreate");
  c.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    c.Sync();
    c.RunPods();
    ++c.now;
  }
  const std::string host = c.NameOf("v1");
  for (const std::string& pod : c.PodNames()) {
    if (pod.starts_with(host)) c.FailToPull(pod);
  }
  c.now += 61;
  c.SettleInPlace();
  c.CheckAllRun("v2", 1);
  const auto pods = c.PodNames();
  c.SetImage("v3");
  c.SettleInPlace();
  c.CheckAllRun("v3", 1);
  CHECK(c.PodNames() == pods);  // in place again
}

TEST_CASE("what a user takes away does not come back by an undo (P-074)") {
  Started c(2);
  c.SetImage("v2");
  c.SettleInPlace();
  c.Edit([](Json& d) {
    d["metadata"]["annotations"].erase("windlass.dev/in-place");
    d["metadata"]["annotations"].erase("windlass.dev/in-place-max-unavailable");
  });
  c.SettleInPlace();
  for (const auto& [name, rs] : c.replica_sets()) {
    CHECK_FALSE(rs["metadata"]["annotations"].contains("windlass.dev/in-place"));
  }
}

TEST_CASE("an old ReplicaSet that somebody scales up midway is emptied") {
  Started c(3);
  c.SetImage("v0");
  c.SettleInPlace();  // v1 is history
  c.Patch(1);
  c.EditReplicaSet(c.NameOf("v1"), [](Json& rs) { rs["spec"]["replicas"] = 1; });
  c.RunPods();
  c.SettleInPlace();
  c.CheckAllRun("v2", 3);
}

TEST_CASE("a Pod whose template nobody has any more is not taken for the host's") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Patch(2);
  const std::string pending = c.NameOf("v2");
  c.Undo("1");
  c.replica_sets().erase(pending);
  c.SettleInPlace();
  c.CheckAllRun("v1", 3);
  CHECK(c.PodNames() == pods);
}

TEST_CASE("a Pod that is lost at a partition is no failed rollout") {
  Started c(4);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.SetImage("v2");
  c.SettleInPlace();
  REQUIRE(c.InPlaceCondition() == "True Partitioned");
  c.now += 86400;
  c.FailToPull(c.PodNames()[3]);
  c.Sync();
  CHECK(c.Condition("Progressing") == "True ReplicaSetUpdated");
}

TEST_CASE("refused, drained Pods take traffic again and stand-ins go") {
  Started c(3);
  c.Edit([](Json& d) { d = WithTraffic(d); });
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
  c.SetImage("v2");
  c.Sync();
  int out = 0;
  for (const std::string& pod : c.PodNames()) out += c.LabelOf(pod, "traffic") == "off" ? 1 : 0;
  REQUIRE(out == 1);
  c.Edit([](Json& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  for (const std::string& pod : c.PodNames()) CHECK(c.LabelOf(pod, "traffic") == "on");
  CHECK(c.revision() == "3");
}

TEST_CASE("at rest nothing is written") {
  Started c(3);
  c.Patch(1);
  c.SettleInPlace();
  c.writes.clear();
  c.now += 3600;
  c.Sync();
  CHECK(c.writes.empty());
}

}  // namespace
}  // namespace windlass::deployment
