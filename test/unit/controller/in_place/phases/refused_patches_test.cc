// Pod patches that the server refuses for good: how often they are tried, what is reported
// meanwhile, and what follows (P-036).
#include <algorithm>
#include <utility>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::refused_patches_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kNote = "internal.windlass.dev/refused";

// Refuses each request about a Pod for which `refuses` returns true, with those words.
class Refusing : public InPlaceCluster {
 public:
  explicit Refusing(int32_t replicas, int32_t max_unavailable = 1)
      : InPlaceCluster(replicas, max_unavailable) {
    SettleInPlace();
    writes.clear();
    model_ = server;
    server = [this](const Request& request) -> std::optional<Result<Reply>> {
      const bool patch = request.resource() == resources::kPods && request.verb() == Verb::kPatch;
      if (!patch || !refuses || !refuses(request)) {
        return model_(request);
      }
      ++asked;
      return said;
    };
  }
  void RefuseAll() {
    refuses = [](const Request&) { return true; };
  }
  void RefuseImage(const std::string& image) {
    refuses = [image](const Request& request) {
      const Json operations = Json::parse(request.body());
      return std::any_of(operations.begin(), operations.end(), [&](const Json& operation) {
        return operation["op"] == "replace" && operation["value"] == image;
      });
    };
  }
  Json Note(const std::string& image) {
    const Json annotations = ReplicaSet(image)["metadata"]["annotations"];
    return annotations.contains(kNote) ? Json::parse(annotations[kNote].get<std::string>())
                                       : Json();
  }
  int Tries(const std::string& image) {
    const Json note = Note(image);
    return note.is_null() ? 0 : note["tries"].get<int>();
  }
  void CheckNothingNoted() {
    for (const auto& [name, rs] : replica_sets()) {
      CHECK(rs["metadata"]["annotations"].dump().find("internal.windlass.dev/") ==
            std::string::npos);
    }
  }
  // One edit asks for the drain and has Pods take traffic.
  void DrainAtOnce() {
    Edit([](Json& d) {
      TakeTraffic(d);
      d["metadata"]["annotations"]["windlass.dev/in-place-drain"] = "Label:traffic=on/off";
    });
    SettleInPlace();
  }

  std::function<bool(const Request&)> refuses;
  Error said{ErrorKind::kForbidden, "cannot patch resource \"pods\""};
  int asked = 0;

 private:
  std::function<std::optional<Result<Reply>>(const Request&)> model_;
};

// Returns at which of the next `seconds`, counted from now, a request for a Pod was sent.
std::vector<int> WhenAsked(Refusing& c, int seconds) {
  std::vector<int> times;
  for (int second = 0; second < seconds; ++second, ++c.now) {
    const int before = c.asked;
    c.Sync();
    if (c.asked != before) times.push_back(second);
  }
  return times;
}

TEST_CASE("P-036 with Only, a refused patch is tried again and again, ever more slowly") {
  Refusing c(2);
  c.said.kind = GENERATE(ErrorKind::kForbidden, ErrorKind::kInvalid);
  c.RefuseAll();
  c.SetImage("v2");
  CHECK(WhenAsked(c, 1000) == std::vector<int>{0, 10, 30, 70, 150, 310, 610, 910});
  CHECK(c.Tries("v2") == 8);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().find("cannot patch resource") != std::string::npos);
  c.refuses = nullptr;
  c.now += 300;
  c.SettleInPlace();
  CHECK(c.PodsOf("v2") == 2);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  c.CheckNothingNoted();
}

TEST_CASE("P-036 each try is one note, time alone brings the next, and users see why") {
  Refusing c(2);
  c.RefuseAll();
  c.SetImage("v2");
  Step end = c.Sync();
  REQUIRE(std::holds_alternative<Wait>(end));
  REQUIRE(std::get<Wait>(end).look_again_in.has_value());
  CHECK(*std::get<Wait>(end).look_again_in <= seconds(10));
  CHECK(c.asked == 2);
  CHECK(c.Note("v2").value("tries", 0) == 1);
  CHECK(c.Note("v2").value("rev", "") == "2");
  CHECK(c.Note("v2").value("why", "") == c.said.message);
  for (int second = 1; second < 10; ++second) {
    c.writes.clear();
    ++c.now;
    end = c.Sync();
    CHECK(c.writes.empty());
    CHECK(c.InPlaceCondition() == "True Failing");
    REQUIRE(std::holds_alternative<Wait>(end));
    CHECK(*std::get<Wait>(end).look_again_in <= seconds(10 - second));
  }
  CHECK(c.asked == 2);
}

TEST_CASE("P-036 a refusal counts although a patch of the new ReplicaSet follows in the sync") {
  Refusing c(1);
  bool edited = false;
  c.refuses = [&](const Request&) {
    if (!std::exchange(edited, true)) c.Annotate("example.com/team", "shop");
    return true;
  };
  c.SetImage("v2");
  const Step end = c.Sync();
  REQUIRE(edited);
  CHECK(c.ReplicaSet("v2")["metadata"]["annotations"]["example.com/team"] == "shop");
  CHECK(c.asked == 1);
  CHECK(c.Tries("v2") == 1);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().find(c.said.message) != std::string::npos);
  CHECK(std::holds_alternative<Wait>(end));
}

TEST_CASE("P-036 with IfPossible, the third refusal is the end of patching, and none before") {
  Refusing c(2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.RefuseAll();
  c.SetImage("v2");
  CHECK(WhenAsked(c, 30) == std::vector<int>{0, 10});
  CHECK(c.InPlaceCondition() == "True Failing");
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage().starts_with(
      "the API server refused three patches of Pods in a row: cannot patch resource"));
  CHECK(c.InPlaceMessage().ends_with(" (PodForbidden). So new Pods replace the old ones"));
  const int asked = c.asked;
  c.SettleInPlace();
  CHECK(c.asked == asked);
  CHECK(c.PodsOf("v2") == 2);
  c.CheckNothingNoted();
}

TEST_CASE("P-036 not while a Pod restarts: an ordinary rollout would count on it") {
  Refusing c(4, 2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.SetImage("v2");
  while (c.in_flight() == 0) c.Sync(1);
  c.RefuseAll();
  c.now += 1;
  WhenAsked(c, 100);
  CHECK(c.Tries("v2") >= 3);
  CHECK(c.InPlaceCondition() == "True Failing");
  c.RestartAll();
  c.now += 20;  // until it is known that the restart was for this patch
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
}

// For the user who corrects an image that no node can pull, and whose policy refuses patches.
TEST_CASE("P-036 a Pod whose earlier patch has failed holds up no new Pods") {
  Refusing c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SetImage("v2");
  while (c.in_flight() == 0) c.Sync(1);
  c.FailToPullImage("v2");
  c.RefuseAll();
  c.SetImage("v3");
  WhenAsked(c, 50);
  CHECK(c.Tries("v3") >= 3);
  CHECK(c.InPlaceCondition() == "True Failing");  // the Pod may recover within a minute
  WhenAsked(c, 60);
  CHECK(c.InPlaceCondition() == "False NotPossible");
  c.SettleInPlace();
  CHECK(c.PodsOf("v3") == 4);
}

TEST_CASE("P-036 a patch that goes through ends the series") {
  Refusing c(4);
  c.RefuseAll();
  c.SetImage("v2");
  CHECK(WhenAsked(c, 20).size() == 2);
  c.refuses = nullptr;
  c.SyncAfter(10);
  CHECK(c.PodsOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "True Patching");
  c.RestartAll();
  c.now += 10;
  c.RefuseAll();
  c.Sync();
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.Tries("v2") == 1);
}

TEST_CASE("P-036 a guard that did not hold is no refusal, nor is a webhook that is down") {
  Refusing c(2);
  c.said = {GENERATE(ErrorKind::kConflict, ErrorKind::kWebhook), "no"};
  c.RefuseAll();
  c.SetImage("v2");
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.Note("v2").is_null());
  const bool webhook = c.said.kind == ErrorKind::kWebhook;
  CHECK(c.InPlaceCondition() == (webhook ? "True Failing" : "True Staged"));
  CHECK(c.InPlaceMessage().ends_with(": no") == webhook);
  c.refuses = nullptr;
  c.Sync();
  CHECK(c.PodsOf("v2") == 1);
}

TEST_CASE("P-036 another template is tried at once, and so is the one before") {
  Refusing c(3);
  c.SetImage("v2");
  c.Sync();
  c.RestartAll();
  c.now += 10;
  c.RefuseImage("v2");
  c.Sync();
  REQUIRE(c.Tries("v2") == 1);
  REQUIRE(c.PodsOf("v2") == 1);
  SECTION("rollover") {
    c.SetImage("v3");
    c.Sync();
    CHECK(c.PodsOf("v3") == 1);
    c.SettleInPlace();
    CHECK(c.PodsOf("v3") == 3);
  }
  SECTION("undo") {
    c.Undo("1");
    c.Sync();
    CHECK(c.PodsOf("v1") == 3);
    c.SettleInPlace();
  }
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  c.CheckNothingNoted();
}

TEST_CASE("P-036 refused patches back are tried again as well, and nothing is left of it") {
  Refusing c(3);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  c.RefuseAll();
  c.Undo("1");
  CHECK(WhenAsked(c, 60) == std::vector<int>{0, 10, 30});
  CHECK(c.Tries("v1") == 3);
  CHECK(c.InPlaceCondition() == "True Failing");
  c.refuses = nullptr;
  c.SettleInPlace();
  CHECK(c.PodsOf("v1") == 3);
  c.CheckNothingNoted();
}

TEST_CASE("P-036 what was refused on the way there does not hold up a revert (P-062)") {
  Refusing c(3, 2);
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.SetImage("v2");
  while (c.in_flight() == 0) c.Sync(1);
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) == "v2") c.FailToPull(pod);
  }
  c.RefuseImage("v2");
  c.now += 1;
  CHECK(WhenAsked(c, 58) == std::vector<int>{0, 10, 30});
  REQUIRE(c.PodsOf("v2") == 1);
  c.now += 10;
  SECTION("which is allowed") {
    c.Sync();
    CHECK(c.PodsOf("v1") == 3);
    CHECK(c.InPlaceCondition() == "True GivenUp");
  }
  SECTION("or has refusals of its own") {
    c.RefuseAll();
    CHECK(WhenAsked(c, 60) == std::vector<int>{0, 10, 30});
    CHECK(c.InPlaceCondition() == "True Failing");
    c.refuses = nullptr;
    c.SyncAfter(10);
    CHECK(c.PodsOf("v1") == 3);
  }
}

TEST_CASE("P-036 a drained Pod takes traffic again when its patch is not tried again soon") {
  Refusing c(3);
  c.DrainAtOnce();
  c.RefuseImage("v2");
  c.SetImage("v2");
  CHECK(WhenAsked(c, 40) == std::vector<int>{10, 20});
  CHECK(c.OutOfTraffic() == 1);
  c.Sync();
  CHECK(c.Tries("v2") == 3);
  CHECK(c.OutOfTraffic() == 0);
  c.SyncAfter(39);
  CHECK(c.OutOfTraffic() == 0);
  c.SyncAfter(1);
  CHECK(c.OutOfTraffic() == 1);  // once more, and then it is tried
  c.refuses = nullptr;
  c.SettleInPlace();
  CHECK(c.PodsOf("v2") == 3);
  CHECK(c.OutOfTraffic() == 0);
}

TEST_CASE("P-036 and with IfPossible all Pods take traffic before they are replaced") {
  Refusing c(3);
  c.DrainAtOnce();
  c.Annotate("windlass.dev/in-place", "IfPossible");
  SECTION("where that is allowed") {
    c.RefuseImage("v2");
    c.SetImage("v2");
    WhenAsked(c, 41);
    CHECK(c.OutOfTraffic() == 0);
  }
  SECTION("or without") {
    c.SetImage("v2");
    c.Sync();
    c.RefuseAll();
    c.now += 10;
    WhenAsked(c, 31);
  }
  CHECK(c.InPlaceCondition() == "False NotPossible");
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.PodsOf("v2") == 3);
}

TEST_CASE("P-036 while paused nothing is tried, and users see that it is paused") {
  Refusing c(2);
  c.RefuseAll();
  c.SetImage("v2");
  c.Sync();
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  const int asked = c.asked;
  CHECK(WhenAsked(c, 30).empty());
  CHECK(c.asked == asked);
  CHECK(c.InPlaceCondition() == "True Paused");
}

TEST_CASE("P-036 a note that cannot be written holds up nothing: the queue's back-off does it") {
  Refusing c(2);
  c.RefuseAll();
  const auto pods = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.body().find(kNote) != std::string::npos) {
      return Error{ErrorKind::kForbidden, "no"};
    }
    return pods(request);
  };
  c.SetImage("v2");
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().find("cannot patch resource") != std::string::npos);
}

TEST_CASE("many refusals are no reason to ask for more") {
  Refusing c(40, 40);
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.said.kind = GENERATE(ErrorKind::kWebhook, ErrorKind::kForbidden);
  c.RefuseAll();
  c.SetImage("v2");
  c.Sync();
  CHECK(c.asked == 3);
}

}  // namespace
}  // namespace windlass::in_place::refused_patches_test
