// New ReplicaSets that do not keep the annotations without which no update in place can begin.
// Those of before have theirs: the admission webhook came later (P-013, P-014).
#include <algorithm>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::lost_note_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kSetting = "windlass.dev/in-place";
constexpr const char* kOther = "windlass.dev/in-place-max-unavailable";  // one more setting

// At rest with all Pods of image v1. Then an admission webhook comes, and the image changes.
class Stripped : public Started {
 public:
  Stripped(int32_t replicas, const std::string& policy) : Started(replicas) {
    Annotate(kSetting, policy);
    SettleInPlace();
    events.clear();
  }

  // From now on a webhook takes the annotation `key` from each ReplicaSet that is written, or all
  // annotations if `key` is empty. If `moves`, the server stores something of each write.
  void Strip(const std::string& key, bool moves = false) {
    StripBy(
        [key](Json& annotations) {
          if (key.empty()) annotations = Json::object();
          annotations.erase(key);
        },
        moves);
  }
  // The same for several annotations.
  void StripAll(const std::vector<std::string>& keys, bool moves) {
    StripBy(
        [keys](Json& annotations) {
          for (const std::string& key : keys) annotations.erase(key);
        },
        moves);
  }
  void StripBy(const std::function<void(Json& annotations)>& take, bool moves) {
    const auto strip = [take](Json& rs) { take(rs["metadata"]["annotations"]); };
    webhook = strip;
    update_webhook = [this, strip, moves](const Json&, Json& rs) {
      strip(rs);
      if (moves) rs["metadata"]["touched"] = ++touched_;
    };
  }
  void StripNoMore() {
    webhook = nullptr;
    update_webhook = nullptr;
  }

  // From now on a user changes a setting while Windlass writes a ReplicaSet, at each of the first
  // `count` writes: of the ReplicaSet of v1 if `of_host`, otherwise of the others.
  void ChangeSettingsAtWrites(bool of_host, int count) {
    const std::string host = NameOf("v1");
    server = [this, of_host, host, left = count, others = server](const Request& request) mutable {
      const bool writes = request.resource() == resources::kReplicaSets && request.mutates();
      if (writes && (request.key().name == host) == of_host && left > 0) {
        Annotate("windlass.dev/in-place-max-unavailable", std::to_string(1 + left-- % 2));
      }
      return others(request);
    };
  }

  std::string NotKept(const std::string& key) {
    return "replica set " + NameOf("v2") + " does not keep annotation " + key +
           ": find the admission webhook that removes the annotation, and exempt the ReplicaSets "
           "of this workload from that webhook (AnnotationNotKept)";
  }
  // Returns how often an Event said that the update in place has begun.
  int64_t Begun() const {
    return std::ranges::count_if(events, [](const std::string& event) {
      return event.find(" are updated in place, at most ") != std::string::npos;
    });
  }

 private:
  int touched_ = 0;
};

// Whom this serves: whose platform begins to take annotations away. Before, the rollout stood
// still, and an Event said that it had begun.
TEST_CASE("where the new ReplicaSet keeps no annotation, IfPossible makes new Pods (P-013)") {
  const std::string key = GENERATE(std::string(), std::string(kMode), std::string(kSetting));
  const bool moves = GENERATE(false, true);
  CAPTURE(key, moves);
  Stripped c(3, "IfPossible");
  c.Strip(key, moves);
  c.SetImage("v2");
  c.Sync();
  const std::string told =
      c.NotKept(key.empty() ? kSetting : key) + ". So new Pods replace the old ones";
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage() == told);
  CHECK(std::ranges::count(c.events, told) == 1);
  CHECK(c.SizeOf("v2") == 1);
  for (int round = 0; round < 3; ++round) c.Sync();
  CHECK(c.InPlaceMessage() == told);  // also while both ReplicaSets have Pods
  c.Rounds(40);
  CHECK(c.PodsOf("v2") == 3);
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(std::ranges::count(c.events, told) == 1);
  CHECK(c.Begun() == 0);
  Proves("P-013 P-084");
}

TEST_CASE("where it keeps no annotation, Only rolls out nothing, and says why (P-014)") {
  const std::string key = GENERATE(std::string(), std::string(kMode), std::string(kSetting));
  CAPTURE(key);
  Stripped c(2, "Only");
  c.Strip(key);
  c.SetImage("v2");
  const Step end = c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage() ==
        c.NotKept(key.empty() ? kSetting : key) + ". With Only, nothing is rolled out");
  CHECK(c.Condition("Progressing") == "False InPlaceNotPossible");
  CHECK(c.in_flight() == 0);
  CHECK(c.Begun() == 0);
  // No event comes when the webhook is gone.
  REQUIRE(std::holds_alternative<Wait>(end));
  REQUIRE(std::get<Wait>(end).look_again_in.has_value());
  CHECK(*std::get<Wait>(end).look_again_in <= seconds(60));
  c.StripNoMore();
  c.now += 60;
  c.SettlesAt("v2", 2);
  for (const std::string& pod : c.PodNames()) CHECK(c.RestartsOf(pod) == 1);
  Proves("P-014");
}

// Whom this serves: users and autoscalers, who are not held up.
TEST_CASE("where it keeps no annotation, Only is scaled nevertheless (P-070)") {
  Stripped c(2, "Only");
  c.Strip(GENERATE(std::string(), std::string(kMode)));
  c.SetImage("v2");
  c.Sync();
  for (const int32_t replicas : {5, 1}) {
    c.Scale(replicas);
    c.Sync();
    CHECK(c.SizeOf("v1") == replicas);
    CHECK(c.SizeOf("v2") == 0);
    CHECK(c.InPlaceCondition() == "False NotPossible");
  }
  Proves("P-070");
}

TEST_CASE("the Event that an update begins comes once, when its note is kept (P-084)") {
  Stripped c(2, "Only");
  SECTION("at once") {}
  SECTION("by the second write, where the first one is changed") {
    c.Strip("");
    c.update_webhook = nullptr;
  }
  c.SetImage("v2");
  c.Sync();
  CHECK(c.Begun() == 1);
  CHECK(c.in_flight() == 1);
  c.SettlesAt("v2", 2);
  CHECK(c.Begun() == 1);
  Proves("P-084");
}

TEST_CASE("the Event that an update begins waits until the webhook is gone (P-084)") {
  Stripped c(2, "Only");
  c.Strip(GENERATE(std::string(), std::string(kMode)));
  c.SetImage("v2");
  c.Sync();
  c.SyncAfter(60);
  CHECK(c.Begun() == 0);
  c.StripNoMore();
  c.SyncAfter(60);
  CHECK(c.Begun() == 1);
  Proves("P-084");
}

// A refusal says nothing about what the server would keep: it is told as a refusal.
TEST_CASE("a note that the server refuses is no note that it does not keep (P-013)") {
  Stripped c(2, "IfPossible");
  c.Strip("");
  const auto pods_as_ever = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool notes =
        request.resource() == resources::kReplicaSets && request.verb() == Verb::kPatch;
    if (notes) return Error{ErrorKind::kForbidden, "no"};
    return pods_as_ever(request);
  };
  c.SetImage("v2");
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.InPlaceMessage().find("AnnotationNotKept") == std::string::npos);
  CHECK(c.Condition("ReplicaFailure") == "True ReplicaSetUpdateRefused");
  Proves("P-013");
}

// Whom this serves: whose user changes his mind in a long sync. All Pods were replaced, and the
// condition named a webhook that does not exist.
TEST_CASE("a note that this sync may not send any more is no lost note (P-013)") {
  Stripped c(3, "IfPossible");
  c.Strip(std::string(kMode));
  c.update_webhook = nullptr;  // the second write of the note would be kept
  c.ChangeSettingsAtWrites(/*of_host=*/false, workload::kPatchesOfOneReplicaSet);
  c.SetImage("v2");
  const Step end = c.Sync();
  CHECK(c.InPlaceMessage().find("AnnotationNotKept") == std::string::npos);
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.fallbacks.empty());
  REQUIRE(std::holds_alternative<Wait>(end));  // no event would bring the next sync
  CHECK(std::get<Wait>(end).look_again_in == kHeldBackTryAgain);
  c.SettlesAt("v2", 3);
  for (const std::string& pod : c.PodNames()) CHECK(c.RestartsOf(pod) == 1);
  Proves("P-013");
}

TEST_CASE("settings that this sync may not send any more are no lost settings (P-074)") {
  Stripped c(3, "IfPossible");
  c.Edit([](Json& d) { d["metadata"]["annotations"].erase(kSetting); });
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.SizeOf("v2") == 1);
  c.Annotate(kSetting, "IfPossible");
  c.ChangeSettingsAtWrites(/*of_host=*/true, workload::kPatchesOfOneReplicaSet);
  c.Sync();
  CHECK(c.InPlaceMessage().find("AnnotationNotKept") == std::string::npos);
  Proves("P-074");
}

// Whom this serves: whose webhook also counts its own changes. The settings took all patches of a
// sync, so the note was never sent: ten times a second, and nobody was told why nothing happened.
TEST_CASE("a lost setting leaves a patch for the note, whose loss counts (P-013)") {
  const std::string policy = GENERATE("IfPossible", "Only");
  const bool moves = GENERATE(false, true);
  CAPTURE(policy, moves);
  Stripped c(3, policy);
  c.StripAll({std::string(kMode), kOther}, moves);
  c.SetImage("v2");
  const Step end = c.Sync();
  const bool only = policy == "Only";
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage() ==
        c.NotKept(std::string(kMode)) +
            (only ? ". With Only, nothing is rolled out" : ". So new Pods replace the old ones"));
  CHECK(c.SizeOf("v2") == (only ? 0 : 1));
  CHECK(c.Begun() == 0);
  REQUIRE(std::holds_alternative<Wait>(end));
  if (only) {
    REQUIRE(std::get<Wait>(end).look_again_in.has_value());
    CHECK(*std::get<Wait>(end).look_again_in >= seconds(1));
    CHECK(*std::get<Wait>(end).look_again_in <= kNotKeptTryAgain);
    CHECK(c.in_flight() == 0);
  } else {
    c.Rounds(40);
    CHECK(c.PodsOf("v2") == 3);
    CHECK(c.SizeOf("v1") == 0);
  }
  Proves("P-013 P-014");
}

// A ReplicaSet that exists already has the settings of before, and the webhook keeps the note.
TEST_CASE("an undo goes on in place, although the webhook takes a setting (P-013)") {
  const bool moves = GENERATE(false, true);
  CAPTURE(moves);
  Stripped c(3, "IfPossible");
  c.RollOutInPlace("v2");
  const auto pods = c.PodNames();
  c.events.clear();
  c.StripAll({kOther}, moves);
  c.Annotate(kOther, "2");
  c.SetImage("v1");
  c.Sync();
  CHECK(c.Begun() == 1);
  CHECK(c.in_flight() > 0);
  c.Rounds(40);
  CHECK(c.PodsOf("v1") == 3);
  CHECK(c.PodNames() == pods);
  CHECK(c.fallbacks.empty());
  Proves("P-013");
}

// Whom this serves: whose policy refuses a write of the settings, and whose webhook takes the note.
// The rollout stood still, and the condition named no cause.
TEST_CASE("a note that is lost counts, although the settings are refused (P-013)") {
  Stripped c(3, "IfPossible");
  c.Strip("");
  const std::string host = c.NameOf("v1");
  const auto pods_as_ever = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool mirrors = request.resource() == resources::kReplicaSets &&
                         request.verb() == Verb::kPatch && request.key().name != host &&
                         request.body().find(kMode) == std::string::npos;
    if (mirrors) return Error{ErrorKind::kForbidden, "no"};
    return pods_as_ever(request);
  };
  c.SetImage("v2");
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage() == c.NotKept(std::string(kMode)) + ". So new Pods replace the old ones");
  CHECK(c.SizeOf("v2") == 1);
  Proves("P-013");
}

}  // namespace
}  // namespace windlass::in_place::lost_note_test
