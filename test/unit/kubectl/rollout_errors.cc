// What the commands that change a rollout say when they refuse.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {
namespace {

using ChangeRollout = std::function<void(Json&)>;

std::function<void(KubectlRun&)> HasDeployment(const ChangeRollout& change = {}) {
  return [=](KubectlRun& run) {
    Json web = sim::SampleDeployment("web");
    if (change) change(web);
    run.Create(resources::kDeployments, web);
  };
}

// Rollout web is at step 1 of 2, which is no pause.
std::function<void(KubectlRun&)> HasRollout(const ChangeRollout& change = {}) {
  return [=](KubectlRun& run) {
    CreateRolloutAtStep(run, 1, change, [](Json& status) { status["phase"] = "Progressing"; });
  };
}

// Rollout web has ended its steps, and its status says `phase`.
std::function<void(KubectlRun&)> AfterSteps(const std::string& phase) {
  return [=](KubectlRun& run) {
    CreateRolloutAtStep(run, 3, nullptr, [&](Json& status) { status["phase"] = phase; });
  };
}

// Rollout web has no steps, and waits at its partition.
void IsAtPartition(KubectlRun& run) {
  const auto partition = [](Json& object) {
    object["spec"]["strategy"].erase("steps");
    object["spec"]["strategy"]["partition"] = 3;
  };
  CreateRolloutAtStep(run, 3, partition, [](Json& status) {
    status["phase"] = "Paused";
    status.erase("step");
  });
}

// The API server refuses the template of Rollout web.
void IsStalled(KubectlRun& run) {
  CreateRolloutAtStep(run, 3, nullptr, [](Json& status) {
    status["phase"] = "Stalled";
    status["conditions"] =
        Json::array({{{"type", "Stalled"},
                      {"status", "True"},
                      {"reason", "InvalidTemplate"},
                      {"message", "the API server refuses spec.template: unknown field"},
                      {"lastTransitionTime", "2026-01-01T00:00:00Z"}}});
  });
}

// Rollout web is at a pause, and its strategy cannot be carried out.
void HasInvalidStrategy(KubectlRun& run) {
  CreateRolloutAtStep(run, 2, nullptr, [](Json& status) {
    SetInvalidStrategy(status);
    status["stableRevision"] = 7;
  });
}

// Rollout web is at a pause, and its new Pod has no image.
void HasCanary(KubectlRun& run) {
  CreateRolloutWithCanary(run);
  CreateCanaryPod(run, "web-2-a", "web-2", kNoImage);
}

// Rollout web is at a pause, and was scaled to the one Pod that stays old.
void HasNoPods(KubectlRun& run) {
  CreateAvailableRollout(run, 2, [](Json& object) { object["spec"]["replicas"] = 1; });
  run.Edit(resources::kRollouts, "web", "status",
           [](Json& object) { object["status"]["step"].erase("availableSince"); });
}

// Deployment web was made by kubectl apply, and has two revisions.
void IsApplied(KubectlRun& run) {
  HasDeployment([](Json& object) {
    object["metadata"]["annotations"] = {
        {"deployment.kubernetes.io/revision", "2"},
        {"kubectl.kubernetes.io/last-applied-configuration", "{}"}};
  })(run);
  const Json owner = run.Stored(resources::kDeployments, "web");
  for (const std::string revision : {"1", "2"}) {
    Json set = ReplicaSetOf(owner, "web-" + revision, 1);
    set["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = revision;
    set["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v" + revision;
    run.Create(resources::kReplicaSets, set);
  }
}

}  // namespace

ErrorSection RolloutErrors() {
  constexpr ExitCode kError = ExitCode::kError;
  constexpr ExitCode kHeld = ExitCode::kHeld;
  constexpr ExitCode kOtherUpdate = ExitCode::kOtherUpdate;
  const auto paused = [](Json& object) { object["spec"]["paused"] = true; };
  const auto aborted = [](Json& object) { object["spec"]["abort"] = true; };
  const auto just_restarted = [](Json& object) {
    object["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] =
        "2026-01-01T00:00:00Z";
  };
  return {
      "Commands that change a rollout",
      {{"pause web", kError, "error: deployments.apps \"web\" is already paused",
        "`spec.paused` is true already. Nothing is to be done.", HasDeployment(paused)},
       {"resume web", kError, "error: deployments.apps \"web\" is not paused",
        "`spec.paused` is false. Nothing is to be done.", HasDeployment()},
       {"restart web", kHeld,
        "error: deployments.apps \"web\" can't restart paused deployment (run kubectl windlass "
        "resume deployment/web -n default first)",
        "A paused Deployment would not replace its Pods. Resume it, and restart it then.",
        HasDeployment(paused)},
       {"restart rollout/web", kHeld,
        "error: rollout \"web\" is paused, and would restart only when it is resumed: run kubectl "
        "windlass resume rollout/web -n default, and try again",
        "As above, of a Rollout.", HasRollout(paused)},
       {"pause rollout/web", kError, "error: rollout \"web\" is already paused",
        "As of a Deployment.", HasRollout(paused)},
       {"restart web", kError,
        "error: deployments.apps \"web\" was already restarted within this second: wait a second, "
        "and try again",
        "A second restart within one second would not change the template. Wait a second.",
        HasDeployment(just_restarted)},
       {"restart web", kHeld,
        "error: deployments.apps \"web\" cannot be restarted: a restart replaces all Pods, and "
        "windlass.dev/in-place: Only replaces none. Change the image instead",
        "With `Only`, Pods change in place or not at all. A Rollout with strategy `InPlaceOnly` is "
        "refused, too.",
        HasDeployment(
            [](Json& web) { web["metadata"]["annotations"]["windlass.dev/in-place"] = "Only"; })},
       {"restart rollout/web", kOtherUpdate,
        "error: rollout \"web\" is about to be rolled back, as spec.rollbackTo asks. The "
        "rollback would undo the restart. Wait for the end of the rollback, and try again: kubectl "
        "windlass status rollout/web -n default",
        "Windlass has not answered `spec.rollbackTo` yet. It takes that away when it has.",
        HasRollout([](Json& web) { web["spec"]["rollbackTo"] = {{"revision", 1}}; })},
       {"resume rollout/web", ExitCode::kDone,
        "Warning: rollout \"web\" goes back to revision 1 now, as spec.rollbackTo asks",
        "Somebody has asked for a rollback while `spec.paused` was true. Now it begins.",
        HasRollout([](Json& web) {
          web["spec"]["paused"] = true;
          web["spec"]["rollbackTo"] = {{"revision", 1}};
        })},
       {"history web --revision=9", kError,
        "error: unable to find the specified revision: kubectl windlass history deployment/web -n "
        "default lists the revisions",
        "There is no ReplicaSet of this revision. Old ones are deleted "
        "(`spec.revisionHistoryLimit`). Choose one that the command in the text lists.",
        HasDeployment()},
       {"undo web", kError,
        "error: no rollout history found for deployment \"web\": there is no revision before the "
        "present one",
        "There is one revision only, so there is nothing to go back to.", HasDeployment()},
       {"undo web --to-revision=9", kError,
        "error: unable to find specified revision 9 in history: kubectl windlass history "
        "deployment/web -n default lists the revisions",
        "As for `history`: choose a revision that the command in the text lists.", HasDeployment()},
       {"undo web", kHeld,
        "error: you cannot rollback a paused deployment; resume it first with 'kubectl windlass "
        "resume deployment/web -n default' and try again",
        "A paused Deployment would not go back. Resume it first.",
        [](KubectlRun& run) {
          IsApplied(run);
          run.Edit(resources::kDeployments, "web", "",
                   [](Json& object) { object["spec"]["paused"] = true; });
        }},
       {"undo web", ExitCode::kDone,
        "Warning: deployment.apps/web is managed with kubectl apply. The next kubectl apply of the "
        "present manifest would undo this rollback, so apply the earlier manifest, too",
        "The rollback is made. But the object is kept by `kubectl apply`, and the next one with "
        "the same manifest undoes the rollback. Correct the manifest, too.",
        IsApplied},
       {"undo rollout/web", ExitCode::kDone,
        "Warning: rollout \"web\" is paused by spec.paused. To let it go back: kubectl windlass "
        "resume rollout/web -n default",
        "The rollback is stored in `spec.rollbackTo`. But `spec.paused` is true, and a paused "
        "Rollout moves no Pod. The command in the text ends that.",
        [](KubectlRun& run) {
          CreateRolloutWithCanary(run, [](Json& web) { web["spec"]["paused"] = true; });
        }},
       {"undo rollout/web", kOtherUpdate,
        "error: rollout \"web\" already has a request to go back to revision 3, which waits until "
        "spec.paused is false. To withdraw that request: kubectl patch rollouts.windlass.dev web "
        "-n default --type=merge -p '{\"spec\":{\"rollbackTo\":null}}'",
        "Somebody has asked for another rollback, which waits for the end of the pause.",
        [](KubectlRun& run) {
          CreateRolloutWithCanary(run, [](Json& web) {
            web["spec"]["paused"] = true;
            web["spec"]["rollbackTo"] = {{"revision", 3}};
          });
        }},
       {"abort rollout/web", ExitCode::kDone,
        "Warning: rollout \"web\" goes back to revision 1 now, as spec.rollbackTo asks, although "
        "spec.paused is true",
        "A rollback waited for the end of the pause. During an abort it waits no longer.",
        HasRollout([](Json& web) {
          web["spec"]["paused"] = true;
          web["spec"]["rollbackTo"] = {{"revision", 1}};
        })},
       {"abort rollout/web", kError,
        "error: rollout \"web\" has no rollout under way (Healthy), so there is nothing to abort: "
        "kubectl windlass undo rollout/web -n default goes back to the revision before",
        "All Pods have the template. `abort` is for a rollout under way; `undo` goes back from one "
        "that is complete.",
        AfterSteps("Healthy")},
       {"undo rollout/web --to-revision=8", kError,
        "error: rollout \"web\" has the template of revision 8 already: there is nothing to do",
        "The Rollout is paused, and would go back to the template that it has.",
        [](KubectlRun& run) {
          CreateRolloutWithCanary(run, [](Json& web) { web["spec"]["paused"] = true; });
          const Json set = run.Stored(resources::kReplicaSets, "web-2");
          run.Edit(resources::kRollouts, "web", "",
                   [&](Json& web) { web["spec"]["template"] = set["spec"]["template"]; });
        }},
       {"undo rollout/web --to-revision=7 --dry-run=client", ExitCode::kDone,
        "Warning: rollout \"web\" is aborted. Pods follow revision 7. To roll out spec.template: "
        "kubectl windlass retry rollout/web -n default && kubectl windlass resume rollout/web -n "
        "default",
        "During an abort a rollback changes the template alone. The commands in the text let it be "
        "rolled out.",
        [](KubectlRun& run) {
          CreateRolloutWithCanary(run, [](Json& web) {
            web["spec"]["paused"] = true;
            web["spec"]["abort"] = true;
          });
        }},
       {"undo rollout/web --dry-run=client", kError,
        "error: no rollout history found for rollout \"web\": there is no revision before the "
        "present one",
        "There is one revision only, so there is nothing to go back to.", HasRollout()},
       {"promote rollout/web", kError,
        "error: rollout \"web\" is not at a pause, but at step 1 of 2: kubectl windlass status "
        "rollout/web -n default waits for the next pause, and --full ends all steps",
        "The Rollout is at a step that is no pause. The command in the text waits until it comes "
        "to one. `--full` does not wait, and ends all steps.",
        HasRollout()},
       {"promote rollout/web", kOtherUpdate,
        "error: rollout \"web\" has the annotation windlass.dev/promote=full@8, which Windlass has "
        "not carried out yet. This command would replace it, so nothing was changed. To combine "
        "the two promotions: kubectl windlass promote rollout/web -n default --full",
        "Somebody has asked for the end of all steps a moment ago. This command would replace that "
        "by the end of one.",
        [](KubectlRun& run) {
          CreateAvailableRollout(run, 2, [](Json& web) {
            web["metadata"]["annotations"]["windlass.dev/promote"] = "full@8";
          });
        }},
       {"promote rollout/web", kHeld,
        "error: rollout \"web\" is not promoted past step 2 of 2: canary not available: web-2-a: "
        "web: ImagePullBackOff: no such tag. kubectl windlass abort rollout/web -n default takes "
        "the rollout back, and --force promotes it nevertheless",
        "A Pod of the step is not available. The text names the worst one and its cause, and "
        "counts the others. Nothing was written. Wait until the Pod is available, take the rollout "
        "back, or promote it with `--force`.",
        HasCanary},
       {"promote rollout/web --full", kHeld,
        "error: rollout \"web\" is not promoted past all steps: canary not available: web-2-a: "
        "web: ImagePullBackOff: no such tag. kubectl windlass abort rollout/web -n default takes "
        "the rollout back, and --force promotes it nevertheless",
        "As above.", HasCanary},
       {"promote rollout/web", kHeld,
        "error: rollout \"web\" is not promoted past step 2 of 2: with 1 replica, no Pod gets "
        "revision 8. To test revision 8, scale up. To end the pause without a test: kubectl "
        "windlass promote rollout/web -n default --force",
        "The Rollout was scaled down to the one Pod that keeps the old revision, or to none. "
        "Nothing was written. Scale up and promote then, or promote it with `--force`.",
        HasNoPods},
       {"promote rollout/web", kHeld,
        "error: rollout \"web\" is paused by spec.paused. A promotion does not end that pause. To "
        "end it: kubectl windlass resume rollout/web -n default",
        "`spec.paused` holds the Rollout, not a step. The command in the text ends that.",
        HasRollout(paused)},
       {"promote rollout/web", ExitCode::kAborted,
        "error: rollout \"web\" is aborted, so nothing is rolled out: kubectl windlass retry "
        "rollout/web -n default ends the abort",
        "The Pods follow the stable revision. The command in the text rolls the template out "
        "again.",
        HasRollout(aborted)},
       {"promote rollout/web", kError,
        "error: rollout \"web\" waits at its partition, and has no steps: lower "
        "spec.strategy.partition to let it go on",
        "`spec.strategy.partition` holds the Rollout, not a step. Lower it.", IsAtPartition},
       {"promote rollout/web", kError,
        "error: rollout \"web\" has no step left: kubectl windlass status rollout/web -n default "
        "waits for the end of the rollout",
        "All steps are over, or there are none: the rollout goes on by itself, to all Pods or to "
        "its partition.",
        AfterSteps("Progressing")},
       {"promote rollout/web", kError,
        "error: rollout \"web\" has nothing to promote (InvalidTemplate): kubectl windlass status "
        "rollout/web -n default says why",
        "Nothing is rolled out before the template is corrected. The command in the text says what "
        "is wrong with it. In the parentheses stands the reason of the condition `Stalled`.",
        IsStalled},
       {"promote rollout/web", kError,
        "error: rollout \"web\" is not promoted, because it is stalled (InvalidStrategy): "
        "spec.strategy cannot be carried out: step 2 is empty. Correct it. Until then Windlass "
        "updates no Pod and carries out no promotion. New sizes and aborts take effect only during "
        "an update in place",
        "Windlass cannot carry out `spec.strategy`. Nothing was written. Correct the field that "
        "the text names, and promote then. `--full` and `--force` change nothing about it.",
        HasInvalidStrategy},
       {"promote rollout/web --full", kError,
        "error: rollout \"web\" has nothing to promote (Healthy): no rollout is under way",
        "The rollout is complete. Nothing is to be done.", AfterSteps("Healthy")},
       {"promote rollout/web", kError,
        "error: rollout \"web\" was changed, and Windlass has not seen the change yet: kubectl "
        "windlass "
        "status rollout/web -n default waits for Windlass",
        "What the status says is about the Rollout before its last change. The command in the text "
        "waits for Windlass.",
        [](KubectlRun& run) { run.Create(resources::kRollouts, sim::SampleRollout("web")); }},
       {"abort rollout/web", kError,
        "error: rollout \"web\" is already aborted: kubectl windlass retry rollout/web -n default "
        "rolls its template out again",
        "The Rollout is aborted. The command in the text tries its template again.",
        HasRollout(aborted)},
       {"retry rollout/web", kError, "error: rollout \"web\" is not aborted",
        "`retry`, and `abort --end`, end an abort, and there is none. Nothing is to be done.",
        HasRollout()},
       {"retry rollout/web", ExitCode::kDone,
        "Warning: rollout \"web\" is paused by spec.paused. To roll out its template again: "
        "kubectl "
        "windlass resume rollout/web -n default",
        "The abort is ended. But `spec.paused` is true, too, and holds the rollout.",
        HasRollout([](Json& object) {
          object["spec"]["abort"] = true;
          object["spec"]["paused"] = true;
        })},
       {"abort rollout/web", ExitCode::kDone,
        "Warning: rollout \"web\" has no stable revision yet, so no Pod goes back: correct the "
        "template, and end the abort with kubectl windlass retry rollout/web -n default",
        "The Rollout is aborted. But no revision was ever rolled out completely, so its Pods stay. "
        "Correct the template.",
        HasRollout()},
       {"abort rollout/web", ExitCode::kDone,
        "Warning: rollout \"web\" is stalled (InvalidStrategy): spec.strategy cannot be carried "
        "out: step 2 is empty. Correct it. Until then Windlass updates no Pod and carries out no "
        "promotion. New sizes and aborts take effect only during an update in place",
        "The Rollout is aborted. But Windlass cannot carry out `spec.strategy`, so its Pods stay "
        "until you correct the field that the text names. Only Pods that are updated in place go "
        "back at once. `retry` says the same.",
        HasInvalidStrategy}}};
}

}  // namespace windlass::cli
