// Rollouts in place that reserve room in PodDisruptionBudgets (in-place C.6, P-038).
#include "controller/deployment/in_place_reserve.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/unit/controller/deployment/in_place_cluster.h"

namespace windlass::deployment {
namespace {

using Json = nlohmann::json;

// At rest with all Pods of image v1, and budgets whose controller counts when it is told to.
class Reserving : public InPlaceCluster {
 public:
  explicit Reserving(int32_t replicas, const std::vector<std::string>& names = {"web"})
      : InPlaceCluster(replicas, 2) {
    Annotate("windlass.dev/in-place-pdb", "Reserve");
    for (const std::string& name : names) {
      stored[name] = Json::parse(
          R"({"metadata":{"namespace":"ns","uid":"00000000-0000-4000-9000-00000000abcd",
          "resourceVersion":"1","generation":1},
          "spec":{"selector":{"matchLabels":{"app":"web"}}},
          "status":{"observedGeneration":1,"disruptionsAllowed":1}})");
      stored[name]["metadata"]["name"] = name;
    }
    look = [this, show = look](View& view) {
      budgets.clear();
      for (const auto& [name, budget] : stored) {
        budgets.push_back(*decoder_.DecodePodDisruptionBudget(budget.dump()));
      }
      show(view);
    };
    server = [this, of_pods = server](const Request& request) -> std::optional<Result<Reply>> {
      if (request.resource() == Resource::kPodDisruptionBudgets) return PatchBudget(request);
      if (refuse_pods && request.resource() == Resource::kPods) {
        return Error{ErrorKind::kForbidden, "admission says no"};
      }
      return of_pods(request);
    };
    SettleInPlace();
    writes.clear();
    events.clear();
    now += 1000;
  }
  ~Reserving() { budgets.clear(); }  // they are of these symbols

  // What the disruption controller makes of Pods that the API calls Ready, of which `spare` may be
  // missing.
  void Count(int spare = 1) {
    for (auto& [name, budget] : stored) {
      budget["status"]["disruptionsAllowed"] =
          std::max(0, spare - static_cast<int>(Entries(name).size()));
      Touch(budget);
    }
  }
  void Evict(const std::string& pod, const std::string& name = "web") {
    stored[name]["status"]["disruptedPods"][pod] = FormatTime({now});
    Touch(stored[name]);
  }
  Json Entries(const std::string& name = "web") const {
    return stored.at(name)["status"].value("disruptedPods", Json::object());
  }
  int Allowed() const { return stored.at("web")["status"]["disruptionsAllowed"]; }
  int Patched(const std::string& image) const {
    const auto names = PodNames();
    return static_cast<int>(
        std::ranges::count_if(names, [&](const auto& pod) { return ImageOfPod(pod) == image; }));
  }
  // "budget web {…}, patch web-…": all writes since the last time, status apart.
  std::vector<std::string> TakeWrites() {
    std::vector<std::string> taken;
    std::ranges::copy_if(writes, std::back_inserter(taken), [](const std::string& write) {
      return write.starts_with("budget") || write.starts_with("patch");
    });
    writes.clear();
    return taken;
  }

  std::map<std::string, Json> stored;
  std::optional<Error> refuse;  // writes of budgets
  bool refuse_pods = false;

 private:
  static void Touch(Json& budget) {
    const int version = std::stoi(budget["metadata"]["resourceVersion"].get<std::string>());
    budget["metadata"]["resourceVersion"] = std::to_string(version + 1);
  }
  Result<Reply> PatchBudget(const Request& request) {
    if (refuse) return *refuse;
    Json& budget = stored.at(request.key().name);
    const Json patch = Json::parse(request.body());
    REQUIRE(request.subresource() == "status");
    REQUIRE(patch["metadata"]["uid"] == budget["metadata"]["uid"]);
    if (patch["metadata"]["resourceVersion"] != budget["metadata"]["resourceVersion"]) {
      return Error{ErrorKind::kConflict, "the object has been modified"};
    }
    budget.merge_patch({{"status", patch["status"]}});
    Touch(budget);
    return Reply{budget.dump()};
  }

  SymbolTable symbols_;
  Decoder decoder_{symbols_};
};

std::string EntryOf(const std::string& pod, int64_t written) {
  return R"({"disruptedPods":{")" + pod + R"(":")" + FormatTime({written - 1}) +
         R"("},"disruptionsAllowed":0})";
}
std::string NoEntryOf(const std::string& pod) {
  return R"({"disruptedPods":{")" + pod + R"(":null}})";
}

TEST_CASE("P-038 with Reserve, room is reserved before a Pod is patched, and given back after") {
  Reserving c(3);
  const std::string first = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  CHECK(c.TakeWrites() ==
        std::vector<std::string>{"budget web " + EntryOf(first, c.now), "patch " + first});
  c.Count();
  c.Sync();
  CHECK(c.TakeWrites().empty());
  CHECK(c.Allowed() == 0);
  c.RestartAll();
  ++c.now;
  c.Sync();
  CHECK(c.TakeWrites() == std::vector<std::string>{"budget web " + NoEntryOf(first)});
  CHECK(c.Allowed() == 0);  // that is not ours to say
  CHECK(c.InPlaceCondition() == "True WaitingForPDB");
  c.Count();
  c.Sync();
  CHECK(c.TakeWrites().size() == 2);
  CHECK(c.Patched("v2") == 2);
}

TEST_CASE("P-038 nothing is reserved with Respect or Ignore") {
  Reserving c(3);
  c.Annotate("windlass.dev/in-place-pdb", GENERATE("Respect", "Ignore"));
  c.SetImage("v2");
  c.Sync();
  CHECK(c.TakeWrites().size() == 1);
  CHECK(c.Entries().empty());
}

TEST_CASE("P-038 a Pod that is down needs no room, and is named until it has been restarted") {
  Reserving c(3);
  const std::string down = c.PodNames()[1];
  c.FailToPull(down);
  c.Count(0);
  c.SetImage("v2");
  c.Sync();
  CHECK(c.TakeWrites() ==
        std::vector<std::string>{"budget web " + EntryOf(down, c.now), "patch " + down});
  c.RestartAll();
  ++c.now;
  c.Sync();
  CHECK(c.TakeWrites() == std::vector<std::string>{"budget web " + NoEntryOf(down)});
}

TEST_CASE("P-038 a budget that has changed meanwhile is looked at again, and nothing is patched") {
  Reserving c(3);
  c.SetImage("v2");
  c.refuse = Error{ErrorKind::kConflict, "the object has been modified"};
  const Step step = c.Sync();
  REQUIRE(std::holds_alternative<Failed>(step));
  CHECK(std::get<Failed>(step).error.kind == ErrorKind::kConflict);
  CHECK(c.Patched("v2") == 0);
  CHECK(c.InPlaceCondition() == "True Patching");
  c.refuse.reset();
  c.Sync();
  CHECK(c.Patched("v2") == 1);
}

TEST_CASE("P-038 without the right to reserve nothing is patched, and the condition says so") {
  Reserving c(3);
  c.SetImage("v2");
  c.refuse = Error{ErrorKind::kForbidden, "cannot patch poddisruptionbudgets/status"};
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.Patched("v2") == 0);
  CHECK(c.InPlaceCondition() == "True MissingRights");
  CHECK(c.InPlaceMessage() ==
        "0/3 patched, 0 updated, 0 in flight: no disruption can be reserved: "
        "cannot patch poddisruptionbudgets/status");
  c.refuse.reset();
  c.Sync();
  CHECK(c.Patched("v2") == 1);
  CHECK(c.InPlaceCondition() == "True Patching");
}

TEST_CASE("P-038 what an eviction was promised is used, and stays") {
  Reserving c(3);
  const std::string first = c.PodNames()[0];
  c.Evict(first);  // and then its Pod was not deleted
  c.Count();
  c.SetImage("v2");
  c.Sync();
  CHECK(c.TakeWrites() == std::vector<std::string>{"patch " + first});
  c.RestartAll();
  ++c.now;
  c.Sync();
  CHECK(c.TakeWrites().empty());
  CHECK(c.Entries().size() == 1);
}

TEST_CASE("P-038 what an eviction was promised after us stays, even within the same second") {
  Reserving c(3);
  c.SetImage("v2");
  c.Sync();
  c.Evict(c.PodNames()[0]);
  c.RestartAll();
  c.now += 5;
  c.Sync();
  CHECK(c.Entries().size() == 1);
}

TEST_CASE("P-038 a crash after the reservation: the room is used by the next sync") {
  Reserving c(3);
  const std::string first = c.PodNames()[0];
  c.SetImage("v2");
  while (c.Entries().empty()) c.Sync(1);
  CHECK(c.Patched("v2") == 0);
  c.Count();
  c.TakeWrites();
  c.now += 3;
  c.Sync();
  CHECK(c.TakeWrites() == std::vector<std::string>{"patch " + first});
  CHECK(c.Entries().size() == 1);
}

TEST_CASE("P-038 all budgets of a Pod, at one time") {
  Reserving c(2, {"all", "web"});
  const std::string first = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  CHECK(c.TakeWrites() == std::vector<std::string>{"budget all " + EntryOf(first, c.now),
                                                   "budget web " + EntryOf(first, c.now),
                                                   "patch " + first});
  c.RestartAll();
  ++c.now;
  c.Sync();
  CHECK(c.Entries("all").empty());
  CHECK(c.Entries("web").empty());
}

TEST_CASE("P-038 a patch that admission refuses gives the room back at once") {
  Reserving c(2);
  c.SetImage("v2");
  c.refuse_pods = true;
  CHECK(std::holds_alternative<Wait>(c.Sync()));
  CHECK(c.Patched("v2") == 0);
  CHECK(c.Entries().empty());
  CHECK(c.InPlaceCondition() == "True Failing");
}

TEST_CASE("P-038 with a drain, room is reserved before it begins and given back when it ends") {
  Reserving c(2);
  c.Edit([](Json& d) { d["spec"]["template"]["metadata"]["labels"]["traffic"] = "on"; });
  do {
    c.Sync();
    c.RestartAll();
    c.RunPods();
    c.Count();
    ++c.now;
  } while (c.InPlaceCondition() != "False Complete");
  c.Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
  const auto all = c.PodNames();
  c.TakeWrites();
  c.SetImage("v2");
  c.Sync();
  const int64_t began = c.now;
  const auto drained = std::ranges::find_if(
      all, [&](const std::string& pod) { return c.LabelOf(pod, "traffic") == "off"; });
  REQUIRE(drained != all.end());
  CHECK(c.TakeWrites() ==
        std::vector<std::string>{"budget web " + EntryOf(*drained, began), "patch " + *drained});
  c.Count();
  SECTION("patched, and back") {
    c.now += 10;
    c.Sync();
    CHECK(c.TakeWrites() == std::vector<std::string>{"patch " + *drained});
    CHECK(c.Patched("v2") == 1);
    c.RestartAll();
    ++c.now;
    c.Sync();
    CHECK(c.TakeWrites() ==
          std::vector<std::string>{"budget web " + NoEntryOf(*drained), "patch " + *drained});
  }
  SECTION("undone before it was patched") {
    c.Undo("2");
    c.Sync();
    CHECK(c.TakeWrites() ==
          std::vector<std::string>{"budget web " + NoEntryOf(*drained), "patch " + *drained});
    CHECK(c.LabelOf(*drained, "traffic") == "on");
  }
  SECTION("drained for longer than a reservation lasts") {
    c.stored["web"]["status"].erase("disruptedPods");
    c.Count();
    c.now += 130;
    c.Sync();
    CHECK(c.TakeWrites() ==
          std::vector<std::string>{"budget web " + EntryOf(*drained, c.now), "patch " + *drained});
    c.RestartAll();
    ++c.now;
    c.Sync();
    CHECK(c.Entries().empty());
  }
}

TEST_CASE("P-038 a whole rollout that reserves, and nothing is left of it") {
  Reserving c(4);
  const auto pods = c.PodNames();
  c.SetImage("v2");
  for (int round = 0; round < 60; ++round) {
    c.Sync();
    CHECK(c.in_flight() <= 1);
    CHECK(static_cast<int>(c.Entries().size()) >= c.in_flight());
    c.Count();
    c.RestartAll();
    c.RunPods();
    ++c.now;
  }
  CHECK(c.Patched("v2") == 4);
  CHECK(c.PodNames() == pods);
  CHECK(c.Entries().empty());
  CHECK(c.InPlaceCondition() == "False Complete");
}

}  // namespace
}  // namespace windlass::deployment
