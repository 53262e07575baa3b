// rolling-update --local: the planner in the program, with the modelled replication controller.
#include <algorithm>

#include "test/proves.h"
#include "test/sim/garbage_collector.h"
#include "test/sim/kubelet.h"
#include "test/sim/replica_set_controller.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::rolling_update_local_test {
namespace {

constexpr const ResourceId& kUpdates = resources::kReplicationControllerUpdates;
constexpr const ResourceId& kControllers = resources::kReplicationControllers;

struct Fixture : KubectlRun {
  Fixture() { Create(kControllers, sim::SampleReplicationController("old", 2, "app:v1")); }

  Ran Update(const Words& arguments) {
    return Run("rolling-update --local --update-period=10s" + arguments);
  }
  // Scales "new" as soon as the command has scaled it to 1 and looks at it again.
  void ScaleNewTo(int replicas) {
    fate = [this, replicas](const HttpRequest&) {
      const sim::Object created = server.Find({kControllers, "default", "new"});
      if (created == nullptr || (*created)["spec"]["replicas"] != 1) return sim::Fate::kDelivered;
      Edit(kControllers, "new", "",
           [replicas](Json& object) { object["spec"]["replicas"] = replicas; });
      return sim::Fate::kDelivered;
    };
  }
  bool Has(const std::string& name) {
    return server.Find({kControllers, "default", name}) != nullptr;
  }
  void AddUpdate() { CreateUpdate("old", {{"image", "app:v2"}, {"newName", "new"}}); }

  sim::ReplicaSetController replication_controller{
      server, sim::kControlledReplicationControllers, {}, Random(3)};
  // Quicker than the next request.
  sim::GarbageCollector garbage_collector{server, {.lag_min = {}, .lag_max = {}}};
  sim::Kubelet kubelet{server};
};

constexpr const char* kLines =
    "Created new\n"
    "Scaling up new from 0 to 2, scaling down old from 2 to 0 (keep 2 pods available, don't exceed "
    "3 pods)\n"
    "Scaling new up to 1\n"
    "Scaling old down to 1\n"
    "Scaling new up to 2\n"
    "Scaling old down to 0\n"
    "Update succeeded. Deleting old\n"
    "replicationcontroller/new rolling updated to \"new\"\n";

TEST_CASE_METHOD(Fixture, "--local updates without Windlass, and says what kubectl says") {
  Proves("RC-12");
  CHECK(Update("old new --image=app:v2") == Done(kLines, ""));
  CHECK_FALSE(Has("old"));
}

TEST_CASE_METHOD(Fixture, "--local labels many Pods at the same time, in one look") {
  Create(kControllers, sim::SampleReplicationController("many", 100, "app:v1"));
  std::vector<MonotonicTime> labelled;
  fate = [&](const HttpRequest& request) {
    const bool pod = request.target.find("/pods/") != std::string::npos;
    if (pod && request.method == HttpMethod::kPatch) labelled.push_back(loop.clock().Now());
    return sim::Fate::kDelivered;
  };
  const Ran ran = Update("many --image=app:v2 --poll-interval=1h --max-surge=100");
  CHECK(ran.code == ExitCode::kDone);
  CHECK(labelled.size() == 100);
  CHECK(labelled.back() - labelled.front() < std::chrono::minutes(1));
}

TEST_CASE_METHOD(Fixture, "--local waits longer and longer for a server in trouble, and says so") {
  int asked = 0;
  bool ends = false;
  answering.answer = [&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.method == HttpMethod::kGet || ends) return std::nullopt;
    ++asked;
    return HttpResponse{500, "text/plain", "etcd is away", {}};
  };
  SECTION("until it is well again") {
    After(std::chrono::minutes(4), [&ends] { ends = true; });
    const Ran ran = Update("old new --image=app:v2");
    CHECK(ran.code == ExitCode::kDone);
    CHECK(std::ranges::count(ran.messages, '\n') == 1);
    CHECK(ran.messages.starts_with("Warning: "));
    CHECK(ran.messages.ends_with(". Trying again\n"));
  }
  SECTION("until --progress-timeout") {
    const Ran ran = Update("old new --image=app:v2 --progress-timeout=3m");
    CHECK(ran.code == ExitCode::kError);
    CHECK(asked < 20);
    CHECK(ran.messages.find("\nerror: ") != std::string::npos);
  }
}

TEST_CASE_METHOD(Fixture, "--local --rollback restores the size when the new one was deleted") {
  bool deleted = false;
  fate = [&](const HttpRequest&) {
    if (deleted || !Has("old") || Stored(kControllers, "old")["spec"]["replicas"] != 1) {
      return sim::Fate::kDelivered;
    }
    Remove(kControllers, "new");
    deleted = true;
    return sim::Fate::kDelivered;
  };
  REQUIRE(Update("old new --image=app:v2").code == ExitCode::kFailed);
  REQUIRE(Stored(kControllers, "old")["spec"]["replicas"] == 1);
  SECTION("back") {
    const Ran ran = Update("old new --rollback");
    CHECK(ran.code == ExitCode::kDone);
    CHECK(Stored(kControllers, "old")["spec"]["replicas"] == 2);
    CHECK_FALSE(Stored(kControllers, "old")["metadata"].contains("annotations"));
  }
  SECTION("anew") {
    const Ran ran = Update("old new --image=app:v2");
    CHECK(ran.code == ExitCode::kDone);
    CHECK(Stored(kControllers, "new")["spec"]["replicas"] == 2);
  }
  Proves("RC-22");
}

TEST_CASE_METHOD(Fixture, "--local gives the name back when the new controller is gone") {
  Proves("RC-14");
  std::string deleted;
  int early = 0;  // writes to the old controller while somebody's finalizer keeps the deleted one
  fate = [&](const HttpRequest& request) {
    if (request.method == HttpMethod::kDelete && deleted.empty()) {
      deleted = request.target.substr(request.target.rfind('/') + 1);
      Edit(kControllers, deleted, "",
           [](Json& object) { object["metadata"]["finalizers"] = {"example.org/keep"}; });
      After(seconds(5), [&] {
        Edit(kControllers, deleted, "",
             [](Json& object) { object["metadata"].erase("finalizers"); });
      });
    } else if (request.method == HttpMethod::kPatch && Has(deleted)) {
      ++early;
    }
    return sim::Fate::kDelivered;
  };
  CHECK(Update("old --image=app:v2") == DoneSaying(""));
  CHECK_FALSE(deleted.empty());
  CHECK(early == 0);
}

// The first command ends when it has deleted the new controller, which gives the Pods away.
TEST_CASE_METHOD(Fixture, "--local --rollback fails when it finishes a rename that had begun") {
  Proves("RC-14");
  bool deleted = false;
  fate = [&](const HttpRequest& request) {
    deleted = deleted || request.method == HttpMethod::kDelete;
    const bool refused = deleted && request.method == HttpMethod::kPatch;
    return refused ? sim::Fate::kForbidden : sim::Fate::kDelivered;
  };
  const Ran cut_off = Update("old --image=app:v2");
  REQUIRE(cut_off.code == ExitCode::kError);
  CHECK(cut_off.messages.find("ask for the right") != std::string::npos);
  CHECK(cut_off.messages.ends_with(
      "The update stops here. Run the same command again to continue it.\n"));
  REQUIRE(deleted);
  fate = {};
  const Json before = Stored(kControllers, "old");
  CHECK(
      Update("old --rollback --dry-run=client") ==
      Ends(ExitCode::kFailed,
           "error: the update of replicationcontroller/old cannot be taken back any more: its last "
           "step…"));
  CHECK(Stored(kControllers, "old") == before);
  // Only the read for -o comes after the annotations are gone.
  const bool is_read = GENERATE(true, false);
  fate = [this, is_read](const HttpRequest& request) {
    const Json old = Stored(kControllers, "old")["metadata"];
    const bool last = request.method == HttpMethod::kGet && !old.contains("annotations");
    return last && !is_read ? sim::Fate::kForbidden : sim::Fate::kDelivered;
  };
  const std::string back = GENERATE("old --rollback -o name", "old new --rollback -o name");
  CHECK(Update(back) == Ends(ExitCode::kFailed,
                             "…error: the update of replicationcontroller/old was not rolled back, "
                             "but has succeeded: spec.rollback was set to true at the end of the "
                             "update, which was too late. To go back, update to the old image\n",
                             is_read ? "replicationcontroller/old\n" : ""));
  const Json containers = Stored(kControllers, "old")["spec"]["template"]["spec"]["containers"];
  CHECK(containers[0]["image"] == "app:v2");
}

TEST_CASE_METHOD(Fixture, "--local with -o prints the ReplicationController at the end") {
  SECTION("the new one, by its name") {
    const Ran ran = Update("old new --image=app:v2 -o name");
    CHECK(ran.out == "replicationcontroller/new\n");
    CHECK(ran.messages == kLines);
  }
  SECTION("the one that kept its name, as JSON") {
    const Ran ran = Update("old --image=app:v2 -o json");
    const Json printed = Json::parse(ran.out, nullptr, false);
    REQUIRE(printed.is_object());
    CHECK(printed["metadata"]["name"] == "old");
    CHECK(printed["spec"]["template"]["spec"]["containers"][0]["image"] == "app:v2");
  }
}

constexpr const char* kGoesOn =
    "Warning: an update of old to new has already begun, and this command continues it. If the "
    "program that began it still runs, stop one of the two programs with Ctrl-C. Otherwise each "
    "program takes the scalings of the other for the scalings of a third client\n";

TEST_CASE_METHOD(Fixture, "--local stops with 4 when somebody else scales one of the two") {
  Proves("RC-16");
  ScaleNewTo(5);
  const Ran ran = Update("old new --image=app:v2");
  CHECK(ran == Ends(ExitCode::kHeld,
                    "error: another client scaled ReplicationController new from 1 to 5. Scale new "
                    "back to 1, and run the same command again. With --on-external-scale=Adopt or "
                    "Override, an update does not stop when another client scales. If another "
                    "program carries this update out, leave the update to that program\n"));
  const Json annotations = Stored(kControllers, "new")["metadata"]["annotations"];
  CHECK(annotations["kubectl.kubernetes.io/desired-replicas"] == "2");

  fate = nullptr;
  Edit(kControllers, "new", "", [](Json& object) { object["spec"]["replicas"] = 1; });
  // Also of one that was scaled while no command ran.
  Edit(kControllers, "old", "", [](Json& object) { object["spec"]["replicas"] = 6; });
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kHeld,
             "error: another client scaled ReplicationController old from 2 to 6. Scale old back "
             "to 2, and run the same command again. With --on-external-scale=Adopt or Override, an "
             "update does not stop when another client scales. If another program carries this "
             "update out, leave the update to that program\n"));
  Edit(kControllers, "old", "", [](Json& object) { object["spec"]["replicas"] = 2; });
  CHECK(Update("old new --image=app:v2") == DoneSaying(kGoesOn));
  CHECK_FALSE(Has("old"));
}

// For two colleagues who have started the same command: nothing tells a program that was stopped
// from one that runs.
TEST_CASE_METHOD(Fixture, "--local says that another program may carry the same update out") {
  REQUIRE(Update("old new --image=app:v2 --timeout=5s").code == ExitCode::kTimeout);
  CHECK(Update("old new --image=app:v2") == DoneSaying(kGoesOn));
}

TEST_CASE_METHOD(Fixture, "--local without the right to create the new one ends with 1") {
  fate = [](const HttpRequest& request) {
    const bool creates = request.method == HttpMethod::kPost;
    return creates ? sim::Fate::kForbidden : sim::Fate::kDelivered;
  };
  const std::string dry = GENERATE("", "--dry-run=client");
  CHECK(Update("old new --image=app:v2 " + dry) ==
        Ends(ExitCode::kError, "error: …kubectl auth can-i create replicationcontrollers…"));
}

// For the colleague whose update goes on: this one leaves nothing behind, and advises nothing that
// would take it back.
TEST_CASE_METHOD(Fixture, "--local that begins beside another update takes its own start away") {
  fate = [this](const HttpRequest& request) {
    const bool creates = request.method == HttpMethod::kPost &&
                         request.target.find("dryRun") == std::string::npos &&
                         request.target.find("/replicationcontrollers") != std::string::npos;
    if (!creates || Has("other")) return sim::Fate::kDelivered;
    Create(kControllers, sim::SampleReplicationController("other", 1, "app:v3"));
    const std::string uid = Stored(kControllers, "old")["metadata"]["uid"];
    Edit(kControllers, "other", "", [&](Json& other) {
      other["metadata"]["annotations"]["kubectl.kubernetes.io/update-source-id"] = "old:" + uid;
    });
    const std::string other = Stored(kControllers, "other")["metadata"]["uid"];
    Edit(kControllers, "old", "", [&](Json& old) {
      old["metadata"]["annotations"]["windlass.dev/original-replicas-of"] = other;
      old["metadata"]["annotations"]["kubectl.kubernetes.io/original-replicas"] = "2";
    });
    return sim::Fate::kDelivered;
  };
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kOtherUpdate,
             "error: another program has begun a different update of old at the same time, and "
             "that update goes on. To follow it: kubectl windlass status rc/old -n default. This "
             "command had created new, and has deleted new again\n"));
  CHECK_FALSE(Has("new"));
}

// For the colleague whose rollback runs: nothing else says that it does.
TEST_CASE_METHOD(Fixture, "The way forward is refused beside a rollback of another program") {
  REQUIRE(Update("old new --image=app:v2 --timeout=15s").code == ExitCode::kTimeout);
  const std::string uid = Stored(kControllers, "new")["metadata"]["uid"];
  Edit(kControllers, "old", "", [&](Json& old) {
    old["metadata"]["annotations"]["kubectl.kubernetes.io/update-source-id"] = "new:" + uid;
    old["metadata"]["annotations"]["kubectl.kubernetes.io/desired-replicas"] = "2";
  });
  const Json before = Stored(kControllers, "old");
  const std::string dry = GENERATE("none", "client");
  const std::string where = GENERATE("--local", "--no-wait");
  const std::string mode = where == "--local" ? " --local" : "";
  CHECK(Run("rolling-update old new --image=app:v2 " + where + " --dry-run=" + dry) ==
        Ends(ExitCode::kOtherUpdate,
             "error: an update of replicationcontroller/old to new is being rolled back, so "
             "nothing was changed. To finish the rollback: kubectl windlass rolling-update old new "
             "--rollback -n default" +
                 mode + '\n'));
  CHECK(Stored(kControllers, "old") == before);
  CHECK(server.Find({kUpdates, "default", "old"}) == nullptr);
}

// For the user who named NEW, and would lose that name by the shorter command.
TEST_CASE_METHOD(Fixture, "A command without NEW is refused beside an update that named it") {
  REQUIRE(Update("old new --image=app:v2 --timeout=15s").code == ExitCode::kTimeout);
  const Json before = Stored(kControllers, "old");
  const std::string where = GENERATE("--local", "--no-wait");
  const std::string dry = GENERATE("none", "client");
  CHECK(Run("rolling-update old --image=app:v2 " + where + " --dry-run=" + dry) ==
        Ends(ExitCode::kOtherUpdate,
             "error: an update of replicationcontroller/old to new is under way, with "
             "--cleanup=Delete, so nothing was changed. To continue that update, repeat its "
             "command: kubectl windlass rolling-update old new --image=app:v2 -n default…"));
  CHECK(Stored(kControllers, "old") == before);
  CHECK(server.Find({kUpdates, "default", "old"}) == nullptr);
}

// For the user whose other command is to keep the old name.
TEST_CASE_METHOD(Fixture, "A command with NEW is refused beside an update without") {
  Proves("RC-21");
  REQUIRE(Update("old --image=app:v2 --timeout=15s").code == ExitCode::kTimeout);
  const Json before = Stored(kControllers, "old");
  const std::string next =
      before["metadata"]["annotations"]["kubectl.kubernetes.io/next-controller-id"];
  const std::string where = GENERATE("--local", "--no-wait");
  const std::string dry = GENERATE("none", "client");
  CHECK(Run({"rolling-update", "old", next, "--image=app:v2", where, "--dry-run=" + dry}) ==
        Ends(ExitCode::kOtherUpdate,
             "error: an update of replicationcontroller/old to " + next +
                 " is under way, with --cleanup=Rename, so nothing was changed. To continue that "
                 "update, repeat its command: kubectl windlass rolling-update old --image=app:v2 "
                 "-n default…"));
  CHECK(Stored(kControllers, "old") == before);
  CHECK(server.Find({kUpdates, "default", "old"}) == nullptr);
}

// For the user who keeps both.
TEST_CASE_METHOD(Fixture, "What another command preserves is not deleted by a second one") {
  REQUIRE(Update("old new --image=app:v2 --cleanup=Preserve --timeout=15s").code ==
          ExitCode::kTimeout);
  const std::string names = GENERATE("old", "old new");
  CHECK(Update(names + " --image=app:v2") ==
        Ends(ExitCode::kOtherUpdate,
             "…kubectl windlass rolling-update old new --image=app:v2 --cleanup=Preserve -n "
             "default --local…"));
  CHECK(Update("old new --image=app:v2 --cleanup=Preserve").code == ExitCode::kDone);
  CHECK(Has("old"));
}

TEST_CASE_METHOD(Fixture, "--local stops with 5 when another program takes the update back") {
  fate = [this](const HttpRequest&) {
    const sim::Object created = server.Find({kControllers, "default", "new"});
    const bool scaled = created != nullptr && (*created)["spec"]["replicas"] == 1;
    if (!scaled || Stored(kControllers, "old")["spec"]["replicas"] != 1) {
      return sim::Fate::kDelivered;
    }
    Edit(kControllers, "old", "", [&](Json& old) {
      const std::string uid = (*created)["metadata"]["uid"];
      old["metadata"]["annotations"]["kubectl.kubernetes.io/update-source-id"] = "new:" + uid;
      old["metadata"]["annotations"]["kubectl.kubernetes.io/desired-replicas"] = "2";
      old["spec"]["replicas"] = 2;
    });
    return sim::Fate::kDelivered;
  };
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kAborted,
             "error: another program is rolling back the update of old, so this command stops\n"));
}

TEST_CASE_METHOD(Fixture, "--local with --on-external-scale=Adopt goes on through a scaling") {
  Proves("RC-16");
  ScaleNewTo(5);
  const Ran ran = Update("old new --image=app:v2 --on-external-scale=Adopt");
  CHECK(ran.code == ExitCode::kDone);
  CHECK(Stored(kControllers, "new")["spec"]["replicas"] == 7);
}

TEST_CASE("--local says once what it waits for, if that takes long") {
  KubectlRun run;  // without a replication controller
  run.Create(kControllers, sim::SampleReplicationController("old", 2, "app:v1"));
  run.interrupt_after = seconds(60);
  const Ran ran = run.Run("rolling-update old new --image=app:v2 --local");
  CHECK(ran.messages ==
        "Warning: waiting for the replication controller to observe the template of old\n"
        "error: interrupted: the update stops here. Run the same command again to continue it, or "
        "use --rollback to take it back\n");
}

// --- beside Windlass ---

TEST_CASE_METHOD(Fixture, "--local is refused while Windlass carries out an update") {
  AddUpdate();
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kOtherUpdate,
             "error: replicationcontrollerupdate.windlass.dev/old is under way. Windlass and "
             "this program would undo each other's scalings: leave out --local to follow the "
             "update, or end the update with kubectl delete "
             "replicationcontrollerupdates.windlass.dev old -n default\n"));
  CHECK(writes.empty());
}

TEST_CASE_METHOD(Fixture, "--local goes on if there is no such update that Windlass works on") {
  SECTION("the last one has ended") {
    AddUpdate();
    Edit(kUpdates, "old", "status", [](Json& update) {
      update["status"] = {{"observedGeneration", 1}, {"phase", "Succeeded"}, {"step", "Done"}};
    });
  }
  SECTION("the cluster does not serve such updates, or the user may not read them") {
    const sim::Fate answer = GENERATE(sim::Fate::kNotServed, sim::Fate::kForbidden);
    fate = FateOf("controllerupdates", answer);
  }
  CHECK(Update("old new --image=app:v2") == DoneSaying(""));
}

TEST_CASE_METHOD(Fixture, "--local says what the user may not read, and goes on") {
  fate = FateOf("horizontalpodautoscalers", sim::Fate::kForbidden);
  const Ran ran = Update("old new --image=app:v2");
  CHECK(ran == DoneSaying("Warning: …"));
  CHECK(ran.messages.find("horizontalpodautoscalers") != std::string::npos);
  CHECK(std::ranges::count(ran.messages, '\n') == 1);
}

// The command before this one was struck between the deletion and its last write.
TEST_CASE_METHOD(Fixture, "--local finishes an update whose old controller is deleted already") {
  BeginUpdateOfOld();
  const std::string replicas = Stored(kControllers, "old")["spec"]["replicas"].dump();
  Edit(kControllers, "new", "",
       [&](Json& created) { created["spec"]["replicas"] = std::stoi(replicas); });
  Remove(kControllers, "old");
  const bool back = GENERATE(false, true);
  const Ran ran = Update(back ? "old new --rollback -o name" : "old new --image=app:v2 -o name");
  CHECK(ran.code == (back ? ExitCode::kFailed : ExitCode::kDone));
  CHECK(ran.out == "replicationcontroller/new\n");
  CHECK((ran.messages.find("which was too late") != std::string::npos) == back);
  CHECK_FALSE(Stored(kControllers, "new")["metadata"]["annotations"].contains(
      "kubectl.kubernetes.io/update-source-id"));
}

// Both would scale the same two.
TEST_CASE_METHOD(Fixture, "--local says if it cannot see whether Windlass is at work, too") {
  BeginUpdateOfOld();
  fate = FateOf("controllerupdates", sim::Fate::kForbidden);
  CHECK(Update("old new --image=app:v2") ==
        DoneSaying("…. So this program cannot see whether Windlass also carries out this update. "
                   "If so, Windlass and this program would undo each other's scalings\n…"));
}

// Otherwise the status of the stopped one, and its alert, would stay for ever.
TEST_CASE_METHOD(Fixture, "Beside an update of Windlass that stopped on the way nothing is done") {
  AddUpdate();
  Edit(kUpdates, "old", "status", [](Json& update) {
    update["status"] = {
        {"observedGeneration", update["metadata"]["generation"]},
        {"phase", "Failed"},
        {"step", "Scale"},
        {"conditions", {{{"type", "Stalled"}, {"status", "True"}, {"reason", "TimedOut"}}}}};
  });
  CHECK(Update("old new --rollback") ==
        Ends(ExitCode::kOtherUpdate,
             "error: replicationcontrollerupdate.windlass.dev/old has stopped on the way: leave "
             "out --local to continue the update or to take it back, or end the update with "
             "kubectl delete replicationcontrollerupdates.windlass.dev old -n default\n"));
  CHECK(writes.empty());
}

TEST_CASE_METHOD(Fixture, "--dry-run=client prints both as kubectl did, and writes nothing") {
  Proves("RC-19");
  const Ran names = Update("old new --image=app:v2 --dry-run=client");
  CHECK(names.out == "Rolling from:\nold\nTo:\nnew\n");
  const Ran full = Update("old new --image=app:v2 --dry-run=client -o yaml");
  CHECK(full.out.starts_with("apiVersion: v1\nitems:\n"));
  CHECK(full.out.find("app:v2") != std::string::npos);
  // As the command itself.
  AddUpdate();
  CHECK(Update("old new --image=app:v2 --dry-run=client").code == ExitCode::kOtherUpdate);
  CHECK(writes.empty());
}

}  // namespace
}  // namespace windlass::cli::rolling_update_local_test
