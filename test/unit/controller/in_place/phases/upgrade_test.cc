// In-place updates while the server, or Windlass itself, is upgraded: an unchanged template gets
// another fingerprint (P-073).
#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::upgrade_test {
namespace {

using Json = nlohmann::json;

// Adds a field that the server did not know before to every template it shows.
void ShowNewDefault(Json& object) {
  object["spec"]["template"]["spec"]["containers"][0]["newPolicy"] = "Default";
}

// Checks that each Pod was restarted once and none was replaced.
void CheckArrives(Started& c, size_t pods) {
  const auto before = c.PodNames();
  c.SettlesAt("v2", pods);
  for (const std::string& pod : c.PodNames()) CHECK(c.RestartsOf(pod) <= 1);
  for (const std::string& pod : before) CHECK(c.RestartsOf(pod) == 1);
}

void CheckHeld(Started& c) {
  const auto writes_before = c.writes.size();
  c.Sync();
  c.Sync();
  for (size_t i = writes_before; i < c.writes.size(); ++i) CHECK(c.writes[i] == "status");
  CHECK(c.InPlaceCondition() == "True Failing");
}

void EditHost(Started& c) {
  c.EditReplicaSet(c.NameOf("v1"), [](Json& rs) {
    rs["spec"]["template"]["spec"]["containers"][0]["env"] = {{{"name", "A"}, {"value", "B"}}};
  });
}

TEST_CASE("new defaults in the middle of an update are nobody's change") {
  const int patched = GENERATE(0, 1, 2, 3);
  CAPTURE(patched);
  Started c(3);
  if (patched == 0) {
    c.SetImage("v2");
    c.Sync(1);
  }
  c.Patch(patched);
  c.defaults = &ShowNewDefault;
  CheckArrives(c, 3);
}

TEST_CASE("nor after any write of it, those of the exchange among them") {
  for (int writes = 1; writes < 30; ++writes) {
    CAPTURE(writes);
    Started c(2);
    const auto pods = c.PodNames();
    c.SetImage("v2");
    c.SyncWrites(writes);
    c.defaults = &ShowNewDefault;
    c.SettlesAt("v2", 2);
    CHECK(c.PodNames() == pods);
    for (const std::string& pod : pods) CHECK(c.RestartsOf(pod) == 1);
  }
}

TEST_CASE("nor are they when the host was scaled before or after") {
  const bool before = GENERATE(true, false);
  Started c(3);
  c.Patch(1);
  if (before) {
    c.Scale(4);
    c.Sync();
  }
  c.defaults = &ShowNewDefault;
  c.Scale(before ? 3 : 4);
  c.Sync();
  CHECK_FALSE(c.InPlaceCondition() == "True Failing");
  c.SettlesAt("v2", before ? 3 : 4);
}

TEST_CASE("nor when the answer to our own resize is the first to show them") {
  Started c(3);
  c.Patch(1);
  const std::string host = c.NameOf("v1");
  const auto pods_as_ever = c.server;
  c.server = [&](const Request& request) {
    if (request.key().name == host) c.defaults = &ShowNewDefault;
    return pods_as_ever(request);
  };
  c.Scale(4);
  c.Sync();
  REQUIRE(c.defaults);
  c.SettlesAt("v2", 4);
}

TEST_CASE("nor when that was the last thing a Windlass wrote") {
  Started c(3);
  c.Patch(1);
  c.Scale(4);
  c.Sync(1);
  REQUIRE(c.SizeOf("v1") == 4);
  c.defaults = &ShowNewDefault;
  c.SettlesAt("v2", 4);
}

TEST_CASE("after new defaults, a change of the host's template holds the update all the same") {
  Started c(3);
  c.Patch(1);
  c.defaults = &ShowNewDefault;
  c.Scale(4);
  c.Sync();
  EditHost(c);
  CheckHeld(c);
}

TEST_CASE("a held update is not let go by our own resize of the host") {
  Started c(3);
  c.Patch(1);
  EditHost(c);
  c.Scale(4);
  c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  CheckHeld(c);
}

TEST_CASE("a held update goes on when the host has its template again") {
  Started c(3);
  c.Patch(1);
  const Json before = c.ReplicaSet("v1");
  EditHost(c);
  c.Sync();
  REQUIRE(c.InPlaceCondition() == "True Failing");
  c.EditReplicaSet(c.NameOf("v1"),
                   [&](Json& rs) { rs["spec"]["template"] = before["spec"]["template"]; });
  c.Sync();
  CHECK_FALSE(c.InPlaceCondition() == "True Failing");
  c.SettlesAt("v2", 3);
}

TEST_CASE("a decision of before generations were noted holds for that fingerprint alone") {
  Started c(3);
  c.Patch(1);
  c.EditReplicaSet(c.NameOf("v2"), [](Json& rs) {
    Json& text = rs["metadata"]["annotations"]["internal.windlass.dev/mode"];
    Json mode = Json::parse(text.get<std::string>());
    REQUIRE(mode.erase("g") == 1);
    text = mode.dump();
  });
  SECTION("another one") {
    c.defaults = &ShowNewDefault;
    CheckHeld(c);
  }
  SECTION("the same") { CheckArrives(c, 3); }
}

TEST_CASE("Pods at rest are not touched by new defaults") {
  Started c(3);
  c.Patch(3);
  c.SettleInPlace();
  c.writes.clear();
  c.defaults = &ShowNewDefault;
  c.SettleInPlace();
  CHECK(c.WritesAndForget().empty());
  c.CheckAllRun("v2", 3);
}

}  // namespace
}  // namespace windlass::in_place::upgrade_test
