// An in-place update that stops after any of its writes: what kubectl would undo to, and what the
// stock controller does with it (P-080, I-56, I-57).
#include <algorithm>
#include <utility>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::takeover_test {
namespace {

constexpr int kWritesMax = 40;

// Updates three Pods from v1 to v2 and stops after `writes` writes. Returns false if the update was
// over before.
bool UpdateUntil(InPlaceCluster& c, int writes) {
  c.SettleInPlace();
  c.SetImage("v2");
  for (int quiet = 0; quiet < 3;) {
    const size_t before = c.writes.size();
    c.Sync(writes);
    const int made = static_cast<int>(c.writes.size() - before);
    writes -= made;
    if (writes <= 0) return true;
    quiet = made == 0 ? quiet + 1 : 0;
    c.RestartAndRun();
  }
  return false;
}

// Updates to `image` until the pending ReplicaSet has the host's template. Returns its name.
std::string BeginExchange(InPlaceCluster& c, const std::string& image) {
  c.SetImage(image);
  c.Sync(1);
  std::string pending = c.NameOf(image);
  for (int round = 0; round < 60; ++round) {
    c.RestartAndRun();
    c.Sync(1);
    if (c.writes.back().starts_with("exchange " + image)) return pending;
  }
  FAIL("the exchange does not begin");
  return {};
}

// Returns the image of the revision that `kubectl rollout undo` would pick: the second highest.
std::string UndoWouldGive(InPlaceCluster& c) {
  std::vector<std::pair<int64_t, std::string>> revisions;
  for (const auto& [name, rs] : c.replica_sets()) {
    const std::string text =
        rs["metadata"]["annotations"].value(std::string(workload::kRevision), "0");
    revisions.emplace_back(*workload::ParseRevision(text),
                           rs["spec"]["template"]["spec"]["containers"][0]["image"]);
  }
  std::ranges::sort(revisions, std::greater());
  return revisions.size() < 2 ? "" : revisions[1].second;
}

TEST_CASE("after every write kubectl undoes to the template before (I-56)") {
  int moments = 0;
  for (int writes = 1; writes < kWritesMax; ++writes) {
    InPlaceCluster c(3, 1);
    if (!UpdateUntil(c, writes)) break;
    ++moments;
    // Before the pending ReplicaSet is there, there is one revision only.
    if (c.replica_sets().size() > 1) CHECK(UndoWouldGive(c) == "v1");
  }
  CHECK(moments > 8);
}

TEST_CASE("after every write the stock controller finishes the rollout (I-57)") {
  int moments = 0;
  for (int writes = 1; writes < kWritesMax; ++writes) {
    InPlaceCluster c(3, 1);
    if (!UpdateUntil(c, writes)) break;
    ++moments;
    c.stock = true;
    c.SettleInPlace();
    CAPTURE(writes);
    CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
    CHECK(c.SizeOf("v2") == 3);
    CHECK(c.PodNames().size() == 3);
    for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v2");
  }
  CHECK(moments > 8);
}

TEST_CASE(
    "the stock controller leaves Pods of an undone update as they are: the known hole (P-080)") {
  InPlaceCluster c(3, 1);
  REQUIRE(UpdateUntil(c, 7));
  REQUIRE(c.HasReplicaSet("v2"));
  c.Undo("1");
  c.stock = true;
  c.SettleInPlace();
  CHECK(c.PodsOf("v2") > 0);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  // Windlass, back again, brings them back.
  c.stock = false;
  c.SettleInPlace();
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v1");
}

TEST_CASE("what the stock controller replaced amid an exchange is not replaced again (P-080)") {
  const bool all = GENERATE(true, false);
  const int moved_on = GENERATE(0, 1, 2);  // 2: and once more, when Windlass is back
  InPlaceCluster c(3, 1);
  c.SettleInPlace();
  BeginExchange(c, "v2");
  c.stock = true;
  if (moved_on > 0) c.SetImage("v3");
  for (int round = 0; round < (all ? 100 : 2); ++round) {
    c.SyncAndRun();
    c.now += 2;
  }
  c.stock = false;
  if (moved_on > 1) c.SetImage("v4");
  CAPTURE(all, moved_on);
  const std::string wanted = "v" + std::to_string(2 + moved_on);
  const auto pods = c.PodNames();
  int most = 0;
  for (int round = 0; round < 100; ++round) {
    c.SyncAndRun();
    c.RestartAll();
    ++c.now;
    most = std::max(most, static_cast<int>(c.PodNames().size()));
  }
  CHECK(most <= 4);
  CHECK(c.PodNames().size() == 3);
  if (all) CHECK(c.PodNames() == pods);
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == wanted);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

// With a number missing, the stock controller gives its ReplicaSet a lower one than is stashed.
TEST_CASE("what it replaced is not replaced again where a revision was deleted before (P-080)") {
  InPlaceCluster c(3, 1);
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync(1);
  REQUIRE(c.RevisionOf("v2") == "2");
  c.SetImage("v3");
  c.Sync(1);
  REQUIRE(c.RevisionOf("v3") == "3");
  c.replica_sets().erase(c.NameOf("v2"));
  BeginExchange(c, "v3");
  c.stock = true;
  const std::string wanted = GENERATE("v3", "v4");
  if (wanted == "v4") c.SetImage("v4");
  for (int round = 0; round < 100; ++round) {
    c.SyncAndRun();
    c.now += 2;
  }
  REQUIRE(c.RevisionOf(wanted) == "2");
  c.stock = false;
  const auto pods = c.PodNames();
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  CHECK(pods.size() == 3);
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == wanted);
  Proves("P-080");
}

// Whom this serves: who reads the history, and whoever follows a rollout by its id. All Pods of the
// host run v2, which was stashed: without the exchange nothing would tell of it, and the next
// template would be revision 2, too.
TEST_CASE("who scales a ReplicaSet by hand amid an exchange costs no revision (P-053, I-11)") {
  const bool moved_on = GENERATE(false, true);
  const std::string scaled = GENERATE("the pending one", "an older one");
  InPlaceCluster c(3, 1);
  c.RollOutInPlace("v0");
  c.RollOutInPlace("v1");
  const std::string pending = BeginExchange(c, "v2");
  const std::string name = scaled == "the pending one" ? pending : c.NameOf("v0");
  c.EditReplicaSet(name, [](nlohmann::json& rs) { rs["spec"]["replicas"] = 2; });
  c.RunPods();
  if (moved_on) c.SetImage("v3");
  c.SettleInPlace();
  CHECK(c.RevisionOf("v1") == "2");
  CHECK(c.RevisionOf("v2") == "3");
  if (moved_on) CHECK(c.RevisionOf("v3") == "4");
  CHECK(c.PodNames().size() == 3);
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == (moved_on ? "v3" : "v2"));
  CHECK(c.SizeOf("v1") + c.SizeOf("v0") == 0);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("P-053");
}

TEST_CASE("a server that does not let an exchange be given up is asked again (P-080)") {
  InPlaceCluster c(3, 1);
  c.SettleInPlace();
  BeginExchange(c, "v2");
  c.stock = true;
  c.Settle();
  c.stock = false;
  const auto server = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.resource() != resources::kReplicaSets) return server(request);
    return Error{ErrorKind::kForbidden, "no"};
  };
  CHECK(std::holds_alternative<Failed>(c.Sync()));
}

TEST_CASE("an older ReplicaSet of the same template and without Pods is left so (P-002, P-023)") {
  InPlaceCluster c(3, 1);
  c.SettleInPlace();
  const auto pods = c.PodNames();
  auto twin = c.ReplicaSet("v1");
  twin["metadata"]["name"] = "web-twin";
  twin["metadata"]["uid"] = "00000000-0000-4000-8000-00000000aaaa";
  twin["metadata"]["creationTimestamp"] = FormatTime({c.now - 100000});
  twin["metadata"]["annotations"][std::string(workload::kRevision)] = "0";
  twin["spec"]["replicas"] = 0;
  for (const char* count : {"replicas", "readyReplicas", "availableReplicas"}) {
    twin["status"][count] = 0;
  }
  c.replica_sets()["web-twin"] = twin;
  c.writes.clear();
  c.SettleInPlace();
  CHECK(c.writes == std::vector<std::string>{});
  c.RollOutInPlace("v2");
  c.Undo("1");
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v1");
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("Windlass goes on where the stock controller was in the middle of its own rollout") {
  for (int writes = 1; writes < 12; ++writes) {
    InPlaceCluster c(4, 1);
    if (!UpdateUntil(c, 4)) break;
    c.stock = true;
    c.Sync(writes);
    c.RunPods();
    c.stock = false;
    c.SettleInPlace();
    CAPTURE(writes);
    CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
    for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v2");
    CHECK(c.PodNames().size() == 4);
  }
}

}  // namespace
}  // namespace windlass::in_place::takeover_test
