// How status, and get --watch, end when a rollout is not complete.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {
namespace {

using Change = std::function<void(Json&)>;

// Deployment web: 1 of 3 Pods has the new template. `change` is made to its spec and metadata,
// `condition` is one of its status.
std::function<void(KubectlRun&)> Halfway(const Change& change, const Json& condition = {}) {
  return [=](KubectlRun& run) {
    Json web = sim::SampleDeployment("web", 3);
    if (change) change(web);
    run.Create(resources::kDeployments, web);
    run.Edit(resources::kDeployments, "web", "status", [&](Json& object) {
      SetCounters(object, 3, 1, 3);
      if (!condition.is_null()) object["status"]["conditions"] = Json::array({condition});
    });
  };
}

// The same, and after a second `later` changes it.
std::function<void(KubectlRun&)> HalfwayUntil(const Change& later) {
  return [=](KubectlRun& run) {
    Halfway(nullptr)(run);
    run.After(seconds(1), [&run, later] {
      run.Edit(resources::kDeployments, "web", "", later);
      run.Edit(resources::kDeployments, "web", "status",
               [](Json& object) { SetCounters(object, 3, 0, 3); });
    });
  };
}

void IsDeletedMeanwhile(KubectlRun& run) {
  Halfway(nullptr)(run);
  run.After(seconds(1), [&run] {
    REQUIRE(run.server.Delete("setup", {resources::kDeployments, "default", "web"}).ok());
  });
}

void SetRevision(Json& object, const std::string& revision) {
  object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = revision;
}

// Rollout web is at step 2 of 2, a pause. Its status says `phase`.
std::function<void(KubectlRun&)> InPhase(const std::string& phase, const Change& change = {}) {
  return [=](KubectlRun& run) {
    CreateRolloutAtStep(run, 2, change, [&](Json& status) {
      status["phase"] = phase;
      status["message"] =
          phase == "Aborted"
              ? "spec.abort is true: Pods follow revision 7. Set spec.abort to false to try again"
              : "container app: the image is no image reference";
      status["currentRevision"] = 8;
      status["stableRevision"] = 7;
      status["conditions"] = Json::array({{{"type", "Stalled"},
                                           {"status", "True"},
                                           {"reason", "InvalidTemplate"},
                                           {"message", status["message"]},
                                           {"lastTransitionTime", "2026-01-01T00:00:00Z"}}});
    });
  };
}

void IsNotPossibleInPlace(KubectlRun& run) {
  InPhase("Stalled")(run);
  run.Edit(resources::kRollouts, "web", "status", [](Json& object) {
    Json& stalled = object["status"]["conditions"][0];
    stalled["reason"] = "InPlaceNotPossible";
    stalled["message"] =
        "maxUnavailable comes to 0 Pods, and no Pod may be added (NoBudget). With InPlaceOnly, "
        "nothing is rolled out: set spec.strategy.inPlace.maxUnavailable to 1 or more";
    object["status"]["message"] = stalled["message"];
  });
}

void IsRolledBackMeanwhile(KubectlRun& run) {
  InPhase("Progressing")(run);
  run.After(seconds(1), [&run] {
    run.Edit(resources::kRollouts, "web", "", [](Json& object) {
      object["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v1";
    });
    run.Edit(resources::kRollouts, "web", "status", [](Json& object) {
      SetCounters(object, 4, 4, 4);
      object["status"]["phase"] = "RolledBack";
      object["status"]["currentRevision"] = 9;
      object["status"]["rolledBack"] = {
          {"revision", 7}, {"became", 9}, {"generation", object["metadata"]["generation"]}};
    });
  });
}

}  // namespace

ErrorSection StatusErrors() {
  const auto paused = [](Json& object) { object["spec"]["paused"] = true; };
  const auto newer = [](Json& object) {
    object["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v9";
    SetRevision(object, "5");
  };
  const Json deadline = {
      {"type", "Progressing"}, {"status", "False"}, {"reason", "ProgressDeadlineExceeded"}};
  const Json partitioned = {
      {"type", "windlass.dev/InPlace"}, {"status", "False"}, {"reason", "Partitioned"}};
  const auto partition = [](Json& object) {
    object["spec"]["strategy"].erase("steps");
    object["spec"]["strategy"]["partition"] = 3;
  };
  const auto at_revision = [](const std::string& revision) {
    return [=](Json& object) { SetRevision(object, revision); };
  };
  const auto interrupted = [](KubectlRun& run) {
    Halfway(nullptr)(run);
    run.interrupt_after = seconds(1);
  };
  return {
      "status and get --watch",
      {{"status web", ExitCode::kFailed, "error: deployment \"web\" exceeded its progress deadline",
        "The new Pods did not become available within `spec.progressDeadlineSeconds`. `kubectl "
        "windlass get` says which Pod is not, and why. Correct the template, or `undo`.",
        Halfway(nullptr, deadline)},
       {"status rollout/web", ExitCode::kFailed,
        "error: rollout \"web\" is stalled (InvalidTemplate): container app: the image is no image "
        "reference. Correct the template, or run kubectl windlass abort or undo rollout/web "
        "-n default",
        "Windlass cannot go on with the Rollout. Reason and message are those of its status. "
        "[docs/rollouts-status.md](rollouts-status.md) lists the reasons.",
        InPhase("Stalled")},
       {"status rollout/web", ExitCode::kFailed,
        "error: rollout \"web\" is stalled (InPlaceNotPossible): maxUnavailable comes to 0 Pods, "
        "and no Pod may be added (NoBudget). With InPlaceOnly, nothing is rolled out: set "
        "spec.strategy.inPlace.maxUnavailable to 1 or more. To take the template back, run kubectl "
        "windlass abort or undo rollout/web -n default",
        "The type is `InPlaceOnly`, and the change is not possible in place. The message says why "
        "and what to do. [docs/in-place-limits.md](in-place-limits.md) lists the causes.",
        IsNotPossibleInPlace},
       {"status web --timeout=10s", ExitCode::kTimeout,
        "error: timed out waiting for the condition: the rollout of deployment/web is still under "
        "way; kubectl windlass get deployment/web -n default shows what it waits for",
        "The rollout has not ended within `--timeout`. It goes on. Run the command again to wait "
        "longer.",
        Halfway(nullptr)},
       {"status web", ExitCode::kHeld,
        "error: deployment \"web\" is paused: kubectl windlass resume deployment/web -n default "
        "lets it go on",
        "`spec.paused` is true. The command in the text ends that.", Halfway(paused)},
       {"status rollout/web", ExitCode::kHeld,
        "error: rollout \"web\" is paused: kubectl windlass resume rollout/web -n default lets it "
        "go on",
        "As above, of a Rollout.", InPhase("Paused", paused)},
       {"status rollout/web", ExitCode::kHeld,
        "error: rollout \"web\" waits at step 2 of 2: kubectl windlass promote rollout/web -n "
        "default lets it go on, kubectl windlass abort rollout/web -n default takes it back",
        "The Rollout is at a pause that has no duration. One of the two commands in the text ends "
        "it.",
        InPhase("Paused")},
       {"status web", ExitCode::kHeld,
        "error: deployment \"web\" waits at its partition: lower the annotation "
        "windlass.dev/in-place-partition to let it go on",
        "The annotation keeps some Pods at the old revision. Lower it when the new one has proved "
        "itself.",
        Halfway(nullptr, partitioned)},
       {"status rollout/web", ExitCode::kHeld,
        "error: rollout \"web\" waits at its partition: lower spec.strategy.partition to let it go "
        "on",
        "As above, of a Rollout.", InPhase("Paused", partition)},
       {"status rollout/web", ExitCode::kAborted,
        "error: rollout \"web\" is aborted: spec.abort is true: Pods follow revision 7. Set "
        "spec.abort to false to try again",
        "Somebody aborted the Rollout, and its Pods follow the stable revision. `kubectl windlass "
        "abort --end` tries the template again.",
        InPhase("Aborted")},
       {"status rollout/web", ExitCode::kAborted,
        "error: rollout \"web\" was rolled back meanwhile; it has revision 9 now",
        "Somebody rolled back while the command waited. The rollout that it waited for is over.",
        IsRolledBackMeanwhile},
       {"status web", ExitCode::kSuperseded,
        "error: deployment \"web\" got another template meanwhile, revision 5: run the command "
        "again to wait for that revision",
        "Somebody changed the template while the command waited. The rollout that it waited for is "
        "over, and a newer one runs.",
        HalfwayUntil(newer)},
       {"status web --revision=4", ExitCode::kSuperseded,
        "error: desired revision (4) is different from the running revision (5)",
        "The revision of `--revision` is not the present one any more. A newer one is rolled out.",
        Halfway(at_revision("5"))},
       {"status web --revision=4", ExitCode::kError,
        "error: desired revision (4) is different from the running revision (3)",
        "The revision of `--revision` is not there yet. Wait until the change is stored, or "
        "correct the flag.",
        Halfway(at_revision("3"))},
       {"status web", ExitCode::kError, "error: deployment.apps/web has been deleted",
        "Somebody deleted the object while the command waited.", IsDeletedMeanwhile},
       {"get web --watch -o json", ExitCode::kError, "error: deployment.apps/web has been deleted",
        "As above.", IsDeletedMeanwhile},
       {"status web", ExitCode::kInterrupted, "error: interrupted", "Ctrl-C. The rollout goes on.",
        interrupted}}};
}

}  // namespace windlass::cli
