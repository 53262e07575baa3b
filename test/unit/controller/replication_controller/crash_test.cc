// A crash before and after every write, with and without a status that survives: the update goes on
// and ends as if nothing had happened. Also what kubectl 1.17 began and did not finish.
#include <string>
#include <variant>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::crash_test {
namespace {

constexpr const char* kSource = "kubectl.kubernetes.io/update-source-id";
constexpr const char* kDesired = "kubectl.kubernetes.io/desired-replicas";
constexpr const char* kOriginal = "kubectl.kubernetes.io/original-replicas";
constexpr const char* kNext = "kubectl.kubernetes.io/next-controller-id";
constexpr const char* kOldUid = "00000000-0000-4000-8000-000000000001";

json File(int32_t replicas) {
  json file = kFile;
  file["spec"]["replicas"] = replicas;
  return file;
}

struct Update {
  std::string name;
  json labels;
  json spec;
  std::string winner;  // who has the Pods at the end
  int32_t replicas;    // how many
  bool keeps_old;
  int32_t orphans = 0;          // Pods of version 2 without an owner
  json notes = json::object();  // annotations of the old one
};

std::vector<Update> Updates() {
  const json labels = {{"app", "web"}, {"version", "1"}};
  return {
      {"file, delete",
       labels,
       {{"newName", "web-2"}, {"controller", File(4)}, {"updatePeriod", "0s"}},
       "web-2",
       4,
       false},
      {"file, delete, ownerless Pods",
       labels,
       {{"newName", "web-2"}, {"controller", File(4)}, {"updatePeriod", "0s"}},
       "web-2",
       4,
       false,
       2},
      {"file, delete, ownerless Pods and a stale size",
       labels,
       {{"newName", "web-2"}, {"controller", File(4)}, {"updatePeriod", "0s"}},
       "web-2",
       4,
       false,
       2,
       {{kOriginal, "10"}}},
      {"file, rename",
       labels,
       {{"newName", "web-2"},
        {"controller", File(4)},
        {"updatePeriod", "0s"},
        {"cleanup", "Rename"}},
       "web",
       4,
       true},
      {"file, preserve",
       labels,
       {{"newName", "web-2"},
        {"controller", File(2)},
        {"updatePeriod", "0s"},
        {"cleanup", "Preserve"},
        {"maxSurge", 0},
        {"maxUnavailable", 1}},
       "web-2",
       2,
       true},
      {"image, relabel, rename",
       {{"app", "web"}},
       {{"image", "web:2"}, {"updatePeriod", "0s"}},
       "web",
       3,
       true},
  };
}

void Begin(World& world, const Update& update) {
  world.AddController("web", 3, update.labels);
  if (update.orphans > 0) LeaveOrphans(world, update.orphans);
  if (!update.notes.empty()) world.Controller("web")["metadata"]["annotations"] = update.notes;
  world.AddUpdate("web", update.spec);
}

void CheckEnd(World& world, const Update& update) {
  CHECK(world.phase() == "Succeeded");
  CHECK(world.Has("web") == update.keeps_old);
  CHECK(world.PodsOf(update.winner).size() == static_cast<size_t>(update.replicas));
  CHECK(world.Pods().size() == static_cast<size_t>(update.replicas));
  CHECK(world.Orphans().empty());
  for (const auto& [name, controller] : world.controllers()) {
    CHECK(world.Annotations(name).empty());
    CHECK(controller["status"]["replicas"] == controller["spec"]["replicas"]);
  }
}

TEST_CASE("a crash at any write changes nothing in the end") {
  const Update update = GENERATE(from_range(Updates()));
  const bool local = GENERATE(false, true);
  CAPTURE(update.name, local);
  int writes = 0;
  int created = 0;
  std::vector<std::string> lines;
  {
    World whole;
    Begin(whole, update);
    whole.Run();
    CheckEnd(whole, update);
    writes = static_cast<int>(whole.writes().size());
    created = whole.pods_created();
    lines = whole.lines();
  }
  REQUIRE(writes > 20);
  for (int call = 0; call < writes; ++call) {
    for (const bool after_it : {false, true}) {
      CAPTURE(call, after_it);
      World world;
      world.local = local;
      Begin(world, update);
      world.CrashAt(call, after_it);
      world.Run();
      // After its last write but one, which removes the annotations, a local run knows no more
      // that there was an update.
      if (local && world.phase() == "Failed") {
        INFO(world.message());
        CHECK(call >= writes - 2);
        CHECK(world.Pods().size() == static_cast<size_t>(update.replicas));
        continue;
      }
      CheckEnd(world, update);
      CHECK(world.pods_created() == created);
      if (!local) CHECK(world.lines() == lines);
    }
  }
  Proves("RC-14 RC-18");
}

// Plays an update of 2 Pods until it has stored that "web" is scaled down to 1, and then takes away
// the new Pods that this scaling relies on.
void StoreScalingInVain(World& world) {
  world.AddUpdate("web", {{"newName", "web-2"}, {"controller", File(2)}, {"updatePeriod", "0s"}});
  for (int call = 0; world.lines().empty() || world.lines().back() != "Scaling web down to 1";) {
    world.CrashAt(1, /*after_it=*/false);
    world.Sync();
    world.Settle();
    REQUIRE(++call < 50);
  }
  REQUIRE(world.Controller("web")["spec"]["replicas"] == 2);
  for (auto& [name, pod] : world.pods()) {
    if (name.starts_with("web-2-")) pod.erase("status");
  }
  world.pods_get_ready = false;
}

TEST_CASE("a scaling down that was stored is dropped if the Pods do not allow it any more") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  StoreScalingInVain(world);
  const json before = world.Controller("web")["metadata"]["resourceVersion"];
  bool fenced = false;
  world.after_write = [&] {
    fenced = fenced || world.Controller("web")["metadata"]["resourceVersion"] != before;
    // A scaling that is still on its way fails before the status forgets it.
    if (!world.update()["status"].contains("scaling")) CHECK(fenced);
  };
  world.Run();
  CHECK(fenced);
  world.after_write = nullptr;
  CHECK(world.Controller("web")["spec"]["replicas"] == 2);
  world.pods_get_ready = true;
  world.Edit({{"timeout", "6m"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-18");
}

void TakeTerm(json& object) {
  json& metadata = object["metadata"];
  if (!metadata.contains("annotations")) return;
  metadata["annotations"].erase("windlass.dev/term");
  if (metadata["annotations"].empty()) metadata.erase("annotations");
}

// Whom this serves: who has a webhook that removes annotations it does not know, and notes in each
// object when it saw it. The webhook stays.
TEST_CASE("a scaling is dropped although a webhook removes the annotation that fences it off") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  StoreScalingInVain(world);
  int seen = 0;
  world.change = [&](const Request&, json& object) {
    TakeTerm(object);
    object["metadata"]["annotations"]["example.com/seen"] = std::to_string(++seen);
  };
  const json before = world.Controller("web")["metadata"]["resourceVersion"];
  world.Sync();
  CHECK(seen == 1);
  CHECK(world.Controller("web")["metadata"]["resourceVersion"] != before);
  CHECK_FALSE(world.update()["status"].contains("scaling"));
  CHECK(world.Controller("web")["spec"]["replicas"] == 2);
  world.pods_get_ready = true;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-18");
}

TEST_CASE("a webhook that drops the fence of a scaling is told, and holds it while it lasts") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  StoreScalingInVain(world);
  world.change = [](const Request&, json& object) { TakeTerm(object); };
  CHECK(std::holds_alternative<Failed>(world.Sync()));
  CHECK(world.reason() == "WriteRefused");
  CHECK(world.message().find("Find the mutating admission policy or webhook") != std::string::npos);
  CHECK(world.update()["status"].contains("scaling"));
  world.change = nullptr;
  world.Sync();
  CHECK_FALSE(world.update()["status"].contains("scaling"));
  world.pods_get_ready = true;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-18 RC-25");
}

TEST_CASE("a scaling up that was stored is dropped if maxSurge does not allow it any more") {
  World world("web", 4, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate(
      "web",
      {{"newName", "web-2"}, {"controller", File(4)}, {"updatePeriod", "0s"}, {"maxSurge", 3}});
  for (int call = 0; world.lines().empty() || world.lines().back() != "Scaling web-2 up to 3";) {
    world.CrashAt(1, /*after_it=*/false);
    world.Sync();
    world.Settle();
    REQUIRE(++call < 50);
  }
  REQUIRE(world.Controller("web-2")["spec"]["replicas"] == 0);
  world.Edit({{"maxSurge", 1}});
  world.after_write = [&] {
    if (!world.Has("web")) return;
    const int32_t total = world.Controller("web")["spec"]["replicas"].get<int32_t>() +
                          world.Controller("web-2")["spec"]["replicas"].get<int32_t>();
    CHECK(total <= 5);
  };
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 4);
  Proves("RC-10 RC-18");
}

TEST_CASE("a crash that outlasts the timeout between storing and making a scaling is no timeout") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate(
      "web",
      {{"newName", "web-2"}, {"controller", File(2)}, {"updatePeriod", "60s"}, {"timeout", "5m"}});
  for (int call = 0; world.lines().empty() || world.lines().back() != "Scaling web-2 up to 1";) {
    world.CrashAt(1, /*after_it=*/false);
    world.Sync();
    world.Settle();
    REQUIRE(++call < 50);
  }
  REQUIRE(world.Controller("web-2")["spec"]["replicas"] == 0);
  world.now = world.now + seconds(3600);
  const WallTime back = world.now;
  std::optional<WallTime> down;
  world.after_write = [&] {
    if (!down && world.Has("web") && world.Controller("web")["spec"]["replicas"] == 1) {
      down = world.now;
    }
  };
  CHECK(world.Run() == "Succeeded");
  REQUIRE(down);
  CHECK(*down - back >= seconds(60));
  Proves("RC-11 RC-18");
}

// --- what kubectl 1.17 leaves behind when it is killed ---

struct Left {
  std::string name;
  int32_t old_replicas;
  json old_annotations;
  std::optional<int32_t> new_replicas;  // nullopt: it was not created yet
  json new_annotations;
};

TEST_CASE("an update that kubectl 1.17 began is finished") {
  const std::string source = std::string("web:") + kOldUid;
  const json both = {{kSource, source}, {kDesired, "3"}};
  const Left left = GENERATE_COPY(values<Left>({
      {"nothing but the next name", 3, {{kNext, "web-2"}}, std::nullopt, {}},
      {"created", 3, {{kNext, "web-2"}}, 0, both},
      {"size noted", 3, {{kNext, "web-2"}, {kOriginal, "3"}}, 0, both},
      {"scaled up", 3, {{kNext, "web-2"}, {kOriginal, "3"}}, 1, both},
      {"scaled down", 2, {{kNext, "web-2"}, {kOriginal, "3"}}, 1, both},
      {"complete", 0, {{kNext, "web-2"}, {kOriginal, "3"}}, 3, both},
  }));
  CAPTURE(left.name);
  World world("web", left.old_replicas, {{"app", "web"}, {"deployment", "a-orig"}});
  world.Controller("web")["metadata"]["annotations"] = left.old_annotations;
  if (left.new_replicas) {
    world.AddController("web-2", *left.new_replicas, {{"app", "web"}, {"deployment", "b"}},
                        {{"web", "web:2"}});
    world.Controller("web-2")["metadata"]["annotations"] = left.new_annotations;
  }
  world.local = GENERATE(false, true);
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.controllers().size() == 1);
  CHECK(world.Controller("web")["spec"]["replicas"] == 3);
  CHECK(world.PodsOf("web").size() == 3);
  CHECK(world.Pods().size() == 3);
  CHECK(world.Annotations("web").empty());
  Proves("RC-5 RC-7 RC-18");
}

TEST_CASE("what kubectl expects of an update is there at every moment") {
  World world("web", 3, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate("web", {{"newName", "web-2"}, {"controller", File(4)}, {"updatePeriod", "0s"}});
  int checked = 0;
  world.after_write = [&] {
    if (!world.Has("web") || !world.Has("web-2")) return;
    const json created = world.Annotations("web-2");
    CHECK(created[kSource] == std::string("web:") + kOldUid);
    CHECK(created[kDesired] == "4");
    // Before the first scaling, kubectl's own size for a rollback.
    if (world.Controller("web-2")["spec"]["replicas"] != 0) {
      CHECK(world.Annotations("web")[kOriginal] == "3");
    }
    ++checked;
  };
  world.Run();
  CHECK(checked > 10);
  Proves("RC-7 RC-8");
}

TEST_CASE("annotations that are not of this update are refused with kubectl's words") {
  struct Row {
    std::string name;
    json annotations;
    std::string want;
  };
  const std::string source = std::string("web:") + kOldUid;
  const Row row = GENERATE_COPY(values<Row>({
      {"none",
       {},
       "Missing/unexpected annotations for controller web-2, expected " + source + " : map[]"},
      {"of another controller, whose name begins alike",
       {{kSource, "webby:" + std::string(kOldUid)}, {kDesired, "3"}},
       "Missing/unexpected annotations for controller web-2, expected " + source +
           " : map[kubectl.kubernetes.io/desired-replicas:3 "
           "kubectl.kubernetes.io/update-source-id:webby:" +
           kOldUid + "]"},
      {"no number",
       {{kSource, source}, {kDesired, "many"}},
       "Unable to parse annotation for web-2: kubectl.kubernetes.io/desired-replicas=many"},
  }));
  CAPTURE(row.name);
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  world.AddController("web-2", 1, {{"app", "web"}, {"version", "2"}});
  if (!row.annotations.is_null()) {
    world.Controller("web-2")["metadata"]["annotations"] = row.annotations;
  }
  world.AddUpdate("web", {{"newName", "web-2"}, {"controller", File(3)}});
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "UnexpectedAnnotations");
  CHECK(world.message() == row.want);
  CHECK(world.Controller("web")["spec"]["replicas"] == 2);
  Proves("RC-7");
}

TEST_CASE("selectors without a key of different values are refused with kubectl's words") {
  World world("web", 2, {{"app", "web"}});
  world.AddUpdate("web", {{"newName", "web-2"}, {"controller", File(3)}});
  world.Run();
  CHECK(world.message() ==
        "web-2 must specify a matching key with non-equal value in Selector for web");
  CHECK(world.controllers().size() == 1);
  Proves("RC-4");
}

// --- the rename ---

TEST_CASE("no Pod is made or lost by a rename, and the old object keeps its uid") {
  World world("web", 3, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate("web", {{"newName", "web-2"},
                          {"controller", File(3)},
                          {"updatePeriod", "0s"},
                          {"cleanup", "Rename"}});
  std::set<std::string> before;
  world.after_write = [&] {
    if (world.phase() == "CleaningUp" && before.empty()) before = world.PodsOf("web-2");
    // The old controller never has a smaller size than there are Pods that it selects.
    const json& web = world.Controller("web")["spec"];
    if (web["selector"]["version"] == "2") CHECK(web["replicas"] == 3);
  };
  world.Run();
  CHECK(before.size() == 3);
  CHECK(world.PodsOf("web") == before);
  CHECK(world.Controller("web")["metadata"]["uid"] == kOldUid);
  const std::vector<std::string> lines = world.lines();
  REQUIRE(lines.size() > 3);
  CHECK(lines[lines.size() - 3] == "Update succeeded. Deleting old controller: web");
  CHECK(lines[lines.size() - 2] == "Renaming web-2 to web");
  CHECK(lines[lines.size() - 1] == "replicationcontroller/web rolling updated");
  Proves("RC-12 RC-14");
}

TEST_CASE("a rename waits until the garbage collector has released every Pod") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate("web", {{"newName", "web-2"},
                          {"controller", File(2)},
                          {"updatePeriod", "0s"},
                          {"cleanup", "Rename"}});
  bool deleted = false;
  world.after_write = [&] {
    if (!world.writes().back().starts_with("delete") || deleted) return;
    deleted = true;
    world.controllers().erase("web-2");  // a server that does not wait for the collector
  };
  while (!deleted) {
    world.Sync();
    if (!deleted) world.Settle();
    world.now = world.now + seconds(1);
  }
  world.controller_manager_on = false;
  world.Sync();
  CHECK(world.Controller("web")["spec"]["selector"]["version"] == "1");
  CHECK(world.message() == "waiting for the garbage collector to release the Pods of web-2");
  for (auto& [name, pod] : world.pods()) pod["metadata"].erase("ownerReferences");
  world.controller_manager_on = true;
  const auto pods = world.Pods();
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web") == pods);
  Proves("RC-14");
}

TEST_CASE("a rename survives that its annotation is removed") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate("web", {{"newName", "web-2"},
                          {"controller", File(2)},
                          {"updatePeriod", "0s"},
                          {"cleanup", "Rename"}});
  world.after_write = [&] {
    if (!world.writes().back().starts_with("delete")) return;
    world.Controller("web")["metadata"]["annotations"].erase("windlass.dev/rename-journal");
  };
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 2);
  CHECK(world.Orphans().empty());
  Proves("RC-14");
}

TEST_CASE("an old controller that is gone is an error, in kubectl's words") {
  World world("web-2", 2, {{"app", "web"}, {"version", "2"}});
  world.AddUpdate("web", {{"image", "web:2"}});
  world.Run();
  CHECK(world.message() ==
        "couldn't find a replication controller with source id == ns/web. The update begins when "
        "ReplicationController web is created");
  world.Edit({{"newName", "web-2"}});
  world.Run();
  CHECK(world.message() ==
        "replicationcontrollers \"web\" not found. The update begins when ReplicationController "
        "web is created");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-14");
}

}  // namespace
}  // namespace windlass::replication_controller::crash_test
