// get of a Rollout: its steps, and during an abort what runs and what was asked for.
#include "test/proves.h"
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli::rollout_tree_test {
namespace {

constexpr const ResourceId& kRollouts = resources::kRollouts;

// Returns the line of `text` that begins with `begin`; "" if there is none.
std::string LineOf(const std::string& text, const std::string& begin) {
  size_t at = text.starts_with(begin) ? 0 : text.find('\n' + begin);
  if (at == std::string::npos) return "";
  if (at > 0) ++at;
  return text.substr(at, text.find('\n', at) - at);
}

TEST_CASE("get never counts a step above the last one") {
  struct Row {
    int step;
    std::string text;
  };
  const Row row = GENERATE(values<Row>(
      {{1, "Step       1 of 2"}, {2, "Step       2 of 2"}, {3, "Step       2 of 2 done"}}));
  KubectlRun run;
  const std::string phase = row.step == 3 ? "Paused" : "Progressing";
  CreateRolloutAtStep(run, row.step, nullptr, [&](Json& status) { status["phase"] = phase; });
  for (const char* command : {"get wro/web", "get wro", "status wro/web --timeout=1s"}) {
    CAPTURE(row.step, command);
    const Ran ran = run.Run(command);
    CHECK(ran.out.find("3 of 2") == std::string::npos);
    CHECK(ran.messages.find("3 of 2") == std::string::npos);
  }
  CHECK(LineOf(run.Run("get wro/web").out, "Step") == row.text);
}

TEST_CASE("get says who else selects the same Pods") {
  KubectlRun run;
  const bool overlaps = GENERATE(true, false);
  CreateRolloutAtStep(run, 2, nullptr, [&](Json& status) {
    status["conditions"] = {{{"type", "SelectorOverlap"},
                             {"status", overlaps ? "True" : "False"},
                             {"reason", "SelectsPodsOfAnother"},
                             {"message", "who else"}}};
  });
  const std::string want = overlaps ? "Warning    who else" : "";
  CHECK(LineOf(run.Run("get wro/web").out, "Warning") == want);
  Proves("RO-164");
}

// Status quotes MESSAGE of a stalled Rollout, and that of one at a pause whose Pods do not work.
TEST_CASE("get tells a refused write once, and annotations without room (D-163, D-270)") {
  KubectlRun run;
  const std::string reason =
      GENERATE("ReplicaSetUpdateRefused", "WindlassOutOfMemory", "AnnotationsNotCopied");
  const std::string phase = GENERATE("Progressing", "Stalled");
  const std::string words = "the API server refused to patch replicasets default/web-2: denied";
  CreateRolloutAtStep(run, 2, nullptr, [&](Json& status) {
    status["phase"] = phase;
    const bool is_quoted = reason != "AnnotationsNotCopied";
    status["message"] = is_quoted ? "too long; " + reason + ": " + words : "too long";
    status["conditions"] = {
        {{"type", "ReplicaFailure"}, {"status", "True"}, {"reason", reason}, {"message", words}}};
  });
  const std::string out = run.Run("get wro/web").out;
  CAPTURE(out);
  const size_t first = out.find(words);
  REQUIRE(first != std::string::npos);
  CHECK(out.find(words, first + 1) == std::string::npos);
}

TEST_CASE("get says what is wrong with the Services of a Rollout (RO-184)") {
  KubectlRun run;
  const std::string status = GENERATE("False", "True", "Unknown");
  CreateRolloutAtStep(run, 2, nullptr, [&](Json& shown) {
    shown["conditions"] = {{{"type", "ServicesSynced"},
                            {"status", status},
                            {"reason", "ServiceMissing"},
                            {"message", "which one"}}};
  });
  const std::string want = status == "False" ? "Warning    which one" : "";
  CHECK(LineOf(run.Run("get wro/web").out, "Warning") == want);
  Proves("RO-184");
}

// Rollout web asks for app:broken, revision 8, and is aborted: three of four Pods are back at
// app:v1. Its ReplicaSet web-1 had revision 7, which is the stable one, and has 9 since.
void CreateAborted(KubectlRun& run) {
  CreateRolloutAtStep(
      run, 2,
      [](Json& web) {
        web["spec"]["abort"] = true;
        web["spec"]["template"]["spec"]["containers"][0]["image"] = "app:broken";
      },
      [](Json& status) {
        status["updatedReplicas"] = 3;
        status["phase"] = "Aborted";
        status["message"] = "Pods go back";
        status["currentRevision"] = 9;
        status["stableRevision"] = 7;
        status.erase("step");
      });
  const Json owner = run.Stored(kRollouts, "web");
  const auto create = [&](const std::string& name, int pods, const std::string& image,
                          const Json& annotations) {
    Json set = sim::SampleReplicaSet(name, pods, image);
    set["spec"]["template"]["spec"]["containers"][0]["terminationMessagePath"] = "/dev/log";
    for (const char* labels :
         {"/metadata/labels", "/spec/selector/matchLabels", "/spec/template/metadata/labels"}) {
      set[Json::json_pointer(labels)] = {{"app", "web"}, {"pod-template-hash", name}};
    }
    set["metadata"]["annotations"] = annotations;
    set["metadata"]["ownerReferences"] = sim::ControlledBy(owner);
    run.Create(resources::kReplicaSets, set);
  };
  constexpr const char* kNumber = "deployment.kubernetes.io/revision";
  create("web-0", 0, "app:v0", {{kNumber, "6"}});
  create("web-1", 3, "app:v1",
         {{kNumber, "9"}, {"deployment.kubernetes.io/revision-history", "3,7"}});
  create("web-2", 1, "app:broken",
         {{kNumber, "8"}, {"windlass.dev/requested-template", RequestedTemplate(owner)}});
}

TEST_CASE("During an abort, get shows what runs and what was asked for") {
  KubectlRun run;
  CreateAborted(run);
  CHECK(run.Run("get wro/web").out ==
        "Rollout     default/web\n"
        "Status      Aborted: rollout \"web\" is aborted: Pods go back\n"
        "Revision    9, stable\n"
        "Replicas    4 desired, 3 stable, 4 ready, 4 available\n"
        "Strategy    RollingUpdate\n"
        "Images      web app:v1\n"
        "Asked for   revision 8, web app:broken\n"
        "\n"
        "NAME       STATUS       READY   RESTARTS   AGE   NODE   WHY\n"
        "web        Aborted      4/4                0s\n"
        "├─ web-1   revision 9   0/3                0s           stable\n"
        "├─ web-2   revision 8   0/1                0s           asked for\n"
        "└─ web-0   revision 6   0/0                0s           old\n");
  CHECK(run.Run("get rollouts").out ==
        "KIND      NAME   PHASE     UPDATED   AVAILABLE   AGE   REASON\n"
        "Rollout   web    Aborted   -         4           0s    spec.abort: 3/4 stable\n");
}

// Whom this serves: who looks through the list for what stands still. It had this of Deployments
// only.
TEST_CASE("The list of Rollouts says why an update in place waits (P-084)") {
  KubectlRun run;
  CreateAborted(run);
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["abort"] = false; });
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 4, 1, 4);
    o["status"]["phase"] = "Progressing";
    o["status"]["currentRevision"] = 8;
  });
  run.SetCondition(kRollouts, "web", {"windlass.dev/InPlace", "True", "WaitingForPDB", "no room"});
  CHECK(run.Run("get rollouts").out.find("in place: WaitingForPDB") != std::string::npos);
}

TEST_CASE("Outside of an abort, the stable ReplicaSet is found by a former number, too") {
  KubectlRun run;
  CreateAborted(run);
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["abort"] = false; });
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 4, 1, 4);
    o["status"]["phase"] = "Progressing";
    o["status"]["currentRevision"] = 8;
  });
  const std::string out = run.Run("get wro/web").out;
  CHECK(LineOf(out, "├─ web-1").ends_with("old, stable"));
  CHECK(LineOf(out, "├─ web-2").ends_with("new"));
  CHECK(LineOf(out, "Images") == "Images     web app:broken");
  CHECK(LineOf(out, "Asked for").empty());
}

// When two ReplicaSets exchange their templates, the number goes with the template, and the status
// may still have the name of before.
TEST_CASE("The number of the stable ReplicaSet counts more than its name (RO-022)") {
  KubectlRun run;
  CreateAborted(run);
  run.Edit(kRollouts, "web", "status", [](Json& o) { o["status"]["stableReplicaSet"] = "web-0"; });
  const std::string out = run.Run("get wro/web").out;
  CHECK(LineOf(out, "├─ web-1").ends_with("stable"));
  CHECK(LineOf(out, "└─ web-0").ends_with("old"));
  Proves("RO-022");
}

// For the user who holds a new image back: status.currentRevision is still that of the old one.
TEST_CASE("A ReplicaSet of another template than the present one is old") {
  KubectlRun run;
  CreateAborted(run);
  run.Remove(resources::kReplicaSets, "web-2");
  // The Pods of strategy Recreate, which are terminating, are not counted.
  const int pods = GENERATE(3, 0);
  const bool noted = GENERATE(true, false);
  run.Edit(resources::kReplicaSets, "web-1", "", [&](Json& o) {
    if (noted) o["metadata"]["annotations"]["windlass.dev/requested-template"] = "t-1";
  });
  run.Edit(resources::kReplicaSets, "web-1", "status",
           [&](Json& o) { o["status"]["replicas"] = pods; });
  run.Edit(kRollouts, "web", "", [](Json& o) {
    o["spec"]["abort"] = false;
    o["spec"]["paused"] = true;
  });
  const auto says = [&](int updated) {
    run.Edit(kRollouts, "web", "status", [&](Json& o) {
      SetCounters(o, pods, updated, pods);
      o["status"]["phase"] = "Paused";
    });
    return LineOf(run.Run("get wro/web").out, "├─ web-1");
  };
  const std::string none_updated = says(0);
  // A ReplicaSet that Windlass took over, without Pods, is perhaps that of the template.
  const bool unknown = pods == 0 && !noted;
  CHECK(none_updated.ends_with(unknown ? "new, stable" : "old, stable"));
  // The API server's defaults, which only Windlass knows, make the two templates the same.
  CHECK(says(pods).ends_with(pods > 0 || unknown ? "new, stable" : "old, stable"));
}

TEST_CASE("The table says why a Rollout cannot make Pods, as of a Deployment") {
  KubectlRun run;
  const auto [reason, shown] = GENERATE(table<std::string, std::string>(
      {{"FailedCreate", "FailedCreate"}, {"AnnotationsNotCopied", ""}}));
  CreateRolloutAtStep(run, 1, nullptr, [&](Json& status) {
    status["phase"] = "Progressing";
    status["conditions"] = {{{"type", "ReplicaFailure"},
                             {"status", "True"},
                             {"reason", reason},
                             {"message", "exceeded quota: pods"}}};
  });
  const std::string row = LineOf(run.Run("get wro").out, "Rollout");
  CHECK(row.ends_with(shown.empty() ? "0s" : "0s    " + shown));
}

// The Rollout has no stable revision. Its current ReplicaSet is `current`; "" if there is none.
void LoseStable(KubectlRun& run, int64_t revision, const std::string& current) {
  run.Edit(kRollouts, "web", "status", [&](Json& o) {
    Json& status = o["status"];
    status.erase("stableRevision");
    status["phase"] = "Stalled";
    status["currentRevision"] = revision;
    if (!current.empty()) status["currentReplicaSet"] = current;
  });
}

TEST_CASE("An abort that has nothing to go back to calls no ReplicaSet stable") {
  KubectlRun run;
  CreateAborted(run);
  LoseStable(run, 8, "");
  const std::string out = run.Run("get wro/web").out;
  CHECK(LineOf(out, "├─ web-1").ends_with("old"));
  CHECK(LineOf(out, "├─ web-2").ends_with("asked for"));
  CHECK(out.find("stable") == std::string::npos);
}

TEST_CASE("An abort that has nothing to go back to shows what stays, and what was asked for") {
  KubectlRun run;
  CreateAborted(run);
  LoseStable(run, 9, "web-1");
  const std::string out = run.Run("get wro/web").out;
  CHECK(LineOf(out, "Revision") == "Revision    9");
  CHECK(LineOf(out, "Images") == "Images      web app:v1");
  CHECK(LineOf(out, "Asked for") == "Asked for   revision 8, web app:broken");
  CHECK(LineOf(out, "├─ web-1").ends_with("current"));
  CHECK(LineOf(out, "├─ web-2").ends_with("asked for"));
  CHECK(out.find("stable") == std::string::npos);
}

TEST_CASE("A template that is the stable one is both") {
  KubectlRun run;
  CreateAborted(run);
  const std::string note = RequestedTemplate(run.Stored(kRollouts, "web"));
  for (const char* set : {"web-1", "web-2"}) {
    run.Edit(resources::kReplicaSets, set, "", [&](Json& o) {
      o["metadata"]["annotations"]["windlass.dev/requested-template"] =
          set == std::string("web-1") ? note : "";
    });
  }
  CHECK(LineOf(run.Run("get wro/web").out, "├─ web-1").ends_with("stable, asked for"));
}

}  // namespace
}  // namespace windlass::cli::rollout_tree_test
