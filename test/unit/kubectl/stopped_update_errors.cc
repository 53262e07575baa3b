// How rolling-update ends when an update that has begun does not go on, or cannot be followed.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {
namespace {

using PrepareStop = std::function<void(KubectlRun&)>;

constexpr const ResourceId& kControllers = resources::kReplicationControllers;
constexpr const ResourceId& kUpdates = resources::kReplicationControllerUpdates;

// No replication controller runs, so that the new controller gets no Pods.
void BeginsUpdate(KubectlRun& run) { run.Create(kControllers, OldController()); }

void ScaledByOther(KubectlRun& run) {
  BeginsUpdate(run);
  run.After(seconds(10), [&run] {
    run.Edit(kControllers, "old", "", [](Json& object) { object["spec"]["replicas"] = 5; });
  });
}

void NewIsDeleted(KubectlRun& run) {
  BeginsUpdate(run);
  run.After(seconds(10), [&run] { run.Remove(kControllers, "new"); });
}

// From the start on, reads of controllers fail.
void ReadsFail(KubectlRun& run) {
  run.answering.answer =
      AnswerTo("",
               Refusal(403, "Forbidden",
                       "replicationcontrollers \"old\" is forbidden: User \"anna\" cannot get "
                       "resource \"replicationcontrollers\""),
               HttpMethod::kGet);
}

// After a second, Windlass writes this into the status of the update.
PrepareStop WindlassSays(const std::string& phase, const std::string& message,
                         const std::string& step = "Scale") {
  return [=](KubectlRun& run) {
    BeginsUpdate(run);
    run.After(seconds(1), [&run, phase, message, step] {
      run.Edit(kUpdates, "old", "status", [&](Json& object) {
        object["status"] = {{"observedGeneration", object["metadata"]["generation"]},
                            {"phase", phase},
                            {"step", step},
                            {"message", message}};
      });
    });
  };
}

void IsTurnedForward(KubectlRun& run) {
  run.After(milliseconds(500), [&run] {
    run.Edit(kUpdates, "old", "", [](Json& object) { object["spec"]["rollback"] = false; });
  });
  WindlassSays("Succeeded", "")(run);
  run.BeginUpdateOfOld();
}

void UpdateIsDeleted(KubectlRun& run) {
  BeginsUpdate(run);
  run.After(seconds(1),
            [&run] { REQUIRE(run.server.Delete("setup", {kUpdates, "default", "old"}).ok()); });
}

void HasNoCrd(KubectlRun& run) {
  BeginsUpdate(run);
  run.answering.answer = AnswerTo("windlass.dev", NotServed());
}

// Windlass carries out an update of the same controller.
void WindlassUpdates(KubectlRun& run) {
  BeginsUpdate(run);
  run.CreateUpdate("old", {{"image", "app:v2"}, {"newName", "new"}});
}

PrepareStop InterruptedAfter(Duration time) {
  return [=](KubectlRun& run) {
    BeginsUpdate(run);
    run.interrupt_after = time;
  };
}

// The CustomResourceDefinition of updates is older than this program, so Windlass waits.
void CrdIsOlder(KubectlRun& run) {
  run.HasCrd("replicationcontrollerupdates.windlass.dev", 0);
  InterruptedAfter(seconds(15))(run);
}

}  // namespace

ErrorSection StoppedUpdateErrors() {
  const Words here = "rolling-update old new --image=app:v2 --local";
  const Words there = "rolling-update old new --image=app:v2";
  const std::string other_content =
      "the update to new is under way, and the changed spec describes another new controller. To "
      "go on, change spec.controller, spec.image, spec.container and spec.imagePullPolicy back. To "
      "go back, set spec.rollback to true";
  const std::string scaled =
      "another client scaled ReplicationController old from 2 to 5. Scale old back to 2, or set "
      "spec.onExternalScale to Override or Adopt. With Override, Windlass scales it back. With "
      "Adopt, the desired number becomes the sum of the replicas of both controllers";
  const std::string renamed_scale =
      "another client scaled ReplicationController old from 0 to 2, and new is deleted already. "
      "Scale old back to 0: the update then gives the Pods of new to old. Or set "
      "spec.onExternalScale to Override: Windlass then scales old back";
  const std::string paused =
      "spec.paused is true: nothing is scaled. Set spec.paused to false to go on";
  const std::string goes_on =
      "Windlass continues the update as soon as the cause is corrected. Run the same command again "
      "to begin it anew, or use --rollback to take it back.";
  const std::string unseen =
      "Windlass has not looked at replicationcontrollerupdate.windlass.dev/old, so nothing was "
      "changed. The update begins as soon as Windlass looks at it. To remove the update: kubectl "
      "delete replicationcontrollerupdates.windlass.dev old -n default";
  return {
      "rolling-update: updates that stop",
      {{here, ExitCode::kFailed,
        "error: timed out waiting for any update progress to be made\nThe update stops here. Run "
        "the same command again to continue it, or use --rollback to take it back.",
        "No Pod became available within `--progress-timeout`. `kubectl windlass get rc/new` says "
        "why. Correct that and run the same command again, or take the update back with "
        "`--rollback`.",
        BeginsUpdate},
       {here, ExitCode::kHeld,
        "error: another client scaled ReplicationController old from 2 to 5. Scale old back to 2, "
        "and run the same command again. With --on-external-scale=Adopt or Override, an update "
        "does not stop when another client scales. If another program carries this update out, "
        "leave the update to that program",
        "Somebody scaled one of the two controllers, and the update runs in the plugin. Scale it "
        "back and run the same command again.",
        ScaledByOther},
       {there, ExitCode::kHeld, "error: " + scaled,
        "The same, and Windlass carries the update out. Scale it back and run the same command "
        "again, or add `--on-external-scale=Adopt` or `Override`, which set the field.",
        WindlassSays("Paused", scaled)},
       {there, ExitCode::kHeld,
        "error: another client scaled ReplicationController old from 0 to 2, and new is deleted "
        "already. Scale old back to 0: the update then gives the Pods of new to old. Or set "
        "spec.onExternalScale to Override: Windlass then scales old back",
        "As above, after the new controller was deleted and before the old one has its Pods.",
        WindlassSays("Paused", renamed_scale)},
       {there, ExitCode::kHeld,
        "error: spec.paused is true: nothing is scaled. Set spec.paused to false to go on",
        "Somebody set `spec.paused` of the ReplicationControllerUpdate. The same command sets it "
        "to false, and goes on.",
        WindlassSays("Paused", paused)},
       {there, ExitCode::kFailed,
        "error: the update to new is under way, and the changed spec describes another new "
        "controller. To go on, change spec.controller, spec.image, spec.container and "
        "spec.imagePullPolicy back. To go back, set spec.rollback to true\n" +
            goes_on,
        "Somebody changed the spec of the ReplicationControllerUpdate. Give the same flags as "
        "before, or take the update back with `--rollback`.",
        WindlassSays("Failed", other_content)},
       {there, ExitCode::kFailed, "error: replicationcontrollers \"new\" not found\n" + goes_on,
        "Somebody deleted the new controller during the update. The same command begins anew, and "
        "`--rollback` gives the old controller back the size that it had.",
        WindlassSays("Failed", "replicationcontrollers \"new\" not found")},
       {there, ExitCode::kFailed,
        "error: HorizontalPodAutoscaler cpu scales ReplicationController old, which the update has "
        "to scale itself. Delete the autoscaler, begin the update again, and create the autoscaler "
        "again when the update is done\nNothing was changed, and "
        "replicationcontrollerupdate.windlass.dev/old is removed again.",
        "Windlass has refused what this user may not read, here the autoscalers, and the command "
        "has removed what it had written. Correct what the text says, and run the same command "
        "again.",
        WindlassSays("Failed",
                     "HorizontalPodAutoscaler cpu scales ReplicationController old, which the "
                     "update has to scale itself. Delete the autoscaler, begin the update again, "
                     "and create the autoscaler again when the update is done",
                     "")},
       {"rolling-update old new --image=app:v3", ExitCode::kOtherUpdate,
        "error: an update of replicationcontroller/old to new with image app:v2 is under way, so "
        "nothing was changed. To go on with that update: kubectl windlass rolling-update old new "
        "--image=app:v2 -n default. To delete that update, which has changed nothing yet: "
        "kubectl delete replicationcontrollerupdates.windlass.dev old -n default",
        "Windlass carries out another update of the same ReplicationController. It goes on.",
        WindlassUpdates},
       {here, ExitCode::kFailed,
        "error: replicationcontrollers \"new\" not found\nThe update stops here. Run the same "
        "command again to continue it, or use --rollback to take it back.",
        "Somebody deleted the new controller during the update. The same command begins anew.",
        NewIsDeleted},
       {there, ExitCode::kAborted,
        "error: replicationcontrollerupdate.windlass.dev/old was rolled back meanwhile: old has "
        "its Pods again",
        "Somebody took the update back while the command waited. The old Pods are back.",
        WindlassSays("RolledBack", "")},
       {"rolling-update old --rollback", ExitCode::kFailed,
        "error: the update of replicationcontroller/old was not rolled back, but has succeeded: "
        "spec.rollback was set to true at the end of the update, which was too late. To go back, "
        "update to the old image",
        "The new controller was deleted already to give its name back, and there is no way back "
        "from that. The new Pods go on. Run `kubectl windlass rolling-update old` with the old "
        "image as `--image`.",
        [](KubectlRun& run) {
          WindlassSays("Succeeded", "")(run);
          run.BeginUpdateOfOld();
        }},
       {"rolling-update old new --rollback", ExitCode::kFailed,
        "error: the update of replicationcontroller/old was not rolled back, but has succeeded: "
        "spec.rollback was set to false before the rollback ended. To go back, update to the old "
        "image",
        "Somebody set `spec.rollback` of the ReplicationControllerUpdate to false while the "
        "command waited. Update to the old image.",
        IsTurnedForward},
       {there, ExitCode::kError,
        "error: replicationcontrollerupdate.windlass.dev/old has been deleted, so the update stops "
        "where it is. Run the same command again to continue it, or use --rollback to take it back",
        "Somebody deleted the ReplicationControllerUpdate. Windlass does not go on. The same "
        "command does.",
        UpdateIsDeleted},
       {there, ExitCode::kError,
        "error: the cluster does not serve replicationcontrollerupdates.windlass.dev: install the "
        "CustomResourceDefinition with kubectl apply --server-side -f "
        "crds/windlass.dev_replicationcontrollerupdates.yaml, or give --local to run the update in "
        "this program",
        "The CustomResourceDefinition is not installed. Apply it, or run the update in the plugin.",
        HasNoCrd},
       {here, ExitCode::kError,
        "error: replicationcontrollers \"old\" is forbidden: User \"anna\" cannot get resource "
        "\"replicationcontrollers\": ask for the right, and check it with kubectl auth can-i get "
        "replicationcontrollers -n default",
        "The update may not read its controllers. Its state is kept: the same command goes on.",
        ReadsFail},
       {here, ExitCode::kOtherUpdate,
        "error: replicationcontrollerupdate.windlass.dev/old is under way. Windlass and this "
        "program would undo each other's scalings: leave out --local to follow the update, or end "
        "the update with kubectl delete replicationcontrollerupdates.windlass.dev old -n default",
        "Windlass carries out an update of the same ReplicationController. Follow that, or delete "
        "it first.",
        WindlassUpdates},
       {here, ExitCode::kInterrupted,
        "error: interrupted: the update stops here. Run the same command again to continue it, or "
        "use --rollback to take it back",
        "Ctrl-C. The update stands still until the same command is run again.",
        InterruptedAfter(seconds(10))},
       {there, ExitCode::kInterrupted,
        "Windlass goes on with the update: kubectl windlass status rc/old -n default follows it, "
        "and kubectl windlass undo rc/old -n default takes it back",
        "Ctrl-C ends only the command.",
        [](KubectlRun& run) {
          WindlassSays("Progressing", "")(run);
          run.interrupt_after = seconds(3);
        }},
       {there, ExitCode::kInterrupted,
        "Warning: Windlass has not looked at replicationcontrollerupdate.windlass.dev/old for 10 "
        "s: check that Windlass runs in the cluster, with "
        "--controllers=replicationcontrollerupdate. This command goes on waiting. To do without "
        "Windlass, press Ctrl-C, run kubectl delete replicationcontrollerupdates.windlass.dev old "
        "-n default, and repeat the command with --local\n" +
            unseen,
        "Windlass does not run, or not with this controller. Start it, or update with `--local`.",
        InterruptedAfter(seconds(15))},
       {there, ExitCode::kInterrupted,
        "Warning: Windlass has not looked at replicationcontrollerupdate.windlass.dev/old for 10 "
        "s: CustomResourceDefinition replicationcontrollerupdates.windlass.dev has revision 0, and "
        "this version of Windlass needs 1: kubectl apply --server-side -f "
        "crds/windlass.dev_replicationcontrollerupdates.yaml. This command goes on waiting. To do "
        "without Windlass, press Ctrl-C, run kubectl delete "
        "replicationcontrollerupdates.windlass.dev old -n default, and repeat the command with "
        "--local\n" +
            unseen,
        "The CustomResourceDefinition is older than Windlass, which waits for a newer one. Apply "
        "the manifest of this version. `kubectl windlass version` shows the revisions.",
        CrdIsOlder}}};
}

}  // namespace windlass::cli
