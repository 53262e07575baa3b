// What the commands of a ReplicationController say when its rolling update cannot be steered, or
// when a command's time is over.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {
namespace {

constexpr const ResourceId& kControllers = resources::kReplicationControllers;
constexpr const ResourceId& kUpdates = resources::kReplicationControllerUpdates;

void HasNoUpdate(KubectlRun& run) { run.Create(kControllers, OldController()); }

// An update from old to new in `phase`, of which `spec` has further fields.
std::function<void(KubectlRun&)> HasUpdate(const std::string& phase,
                                           const std::string& message = "",
                                           const Json& spec = Json::object()) {
  return [=](KubectlRun& run) {
    HasNoUpdate(run);
    Json update = {{"apiVersion", kUpdates.GroupVersion()},
                   {"kind", "ReplicationControllerUpdate"},
                   {"metadata", {{"name", "old"}, {"namespace", "default"}}},
                   {"spec", {{"newName", "new"}, {"image", "app:v2"}}}};
    update["spec"].update(spec);
    run.Create(kUpdates, update);
    run.Edit(kUpdates, "old", "status", [&](Json& object) {
      object["status"] = {{"observedGeneration", object["metadata"]["generation"]},
                          {"phase", phase},
                          {"step", "Scale"},
                          {"newName", "new"},
                          {"message", message}};
      const char* type = phase == "Failed" ? "Stalled" : "Reconciling";
      SetCondition(object, {type, "True", phase == "Failed" ? "TimedOut" : "ExternalScale"});
    });
  };
}

// Windlass begins the update a second after it was asked for.
void BeginsLater(KubectlRun& run) {
  HasNoUpdate(run);
  run.After(seconds(1), [&run] {
    run.Edit(kUpdates, "old", "status", [](Json& object) {
      object["status"] = {{"observedGeneration", object["metadata"]["generation"]},
                          {"phase", "Progressing"},
                          {"step", "Scale"}};
    });
  });
}

}  // namespace

ErrorSection SteeredUpdateErrors() {
  return {
      "Rolling updates that are steered",
      {{"pause rc/old", ExitCode::kError,
        "error: replicationcontroller \"old\" has no rolling update under way. To update it, or to "
        "go back to an earlier image: kubectl windlass rolling-update old -n default "
        "--image=IMAGE. This command cannot change an update that runs with --local: stop that "
        "update with Ctrl-C where it runs",
        "`pause`, `resume`, `abort` and `undo` are about an update that Windlass carries out. "
        "There is none, or it has ended.",
        HasNoUpdate},
       {"pause rc/old", ExitCode::kError,
        "error: replicationcontroller \"old\" has an update that has stopped half way: the rolling "
        "update of replicationcontroller \"old\" has failed (TimedOut): no progress",
        "The update has ended on the way. `rolling-update` begins it again, `undo` takes it back.",
        HasUpdate("Failed", "no progress")},
       {"resume rc/old", ExitCode::kHeld,
        "error: replicationcontroller \"old\" cannot be resumed, because it is not paused by "
        "spec.paused: the rolling update of replicationcontroller \"old\" is paused: old was "
        "scaled "
        "to 5 by another client",
        "Windlass has paused the update, because of another scaling. Scale it back, as the message "
        "says.",
        HasUpdate("Paused", "old was scaled to 5 by another client")},
       {"abort rc/old", ExitCode::kError,
        "error: replicationcontroller \"old\" is being rolled back already: kubectl windlass "
        "status rc/old -n default waits for the end",
        "Somebody else has taken the update back. Wait for its end.",
        HasUpdate("Progressing", "", {{"rollback", true}})},
       {"undo rc/old", ExitCode::kFailed,
        "error: replicationcontroller \"old\" is being rolled back, and the rollback has stopped: "
        "the rollback of the rolling update of replicationcontroller \"old\" has failed "
        "(TimedOut): no progress. kubectl windlass rolling-update old --rollback -n default begins "
        "the rollback anew",
        "The rollback has stopped, for the reason in brackets.",
        HasUpdate("Failed", "no progress", {{"rollback", true}})},
       {"undo rc/old", ExitCode::kTimeout,
        "error: replicationcontrollerupdate.windlass.dev/old is not rolled back: this command has "
        "withdrawn its request. Windlass has not looked at the request for 30 s: check that "
        "Windlass runs in the cluster, with --controllers=replicationcontrollerupdate",
        "Windlass does not run, or not with this controller. Start it, and run the command again.",
        HasUpdate("Progressing")},
       {"undo rc/old", ExitCode::kTimeout,
        "error: replicationcontrollerupdate.windlass.dev/old is not rolled back: this command has "
        "withdrawn its request. Windlass has not looked at the request for 30 s: "
        "CustomResourceDefinition replicationcontrollerupdates.windlass.dev has revision 0, and "
        "this version of Windlass needs 1: kubectl apply --server-side -f "
        "crds/windlass.dev_replicationcontrollerupdates.yaml",
        "The CustomResourceDefinition is older than Windlass, which waits for a newer one. Apply "
        "the manifest of this version, and run the command again.",
        [](KubectlRun& run) {
          run.HasCrd("replicationcontrollerupdates.windlass.dev", 0);
          HasUpdate("Progressing")(run);
        }},
       {"status rc/old", ExitCode::kFailed,
        "error: the rolling update of replicationcontroller \"old\" has failed (TimedOut): no "
        "progress",
        "The update has ended on the way, for the reason in brackets.",
        HasUpdate("Failed", "no progress")},
       {"status rc/old", ExitCode::kHeld,
        "error: the rolling update of replicationcontroller \"old\" is paused: kubectl windlass "
        "resume rc/old -n default lets it go on",
        "`spec.paused` of the update is true.", HasUpdate("Paused", "", {{"paused", true}})},
       {"rolling-update old new --image=app:v2 --timeout=10s", ExitCode::kTimeout,
        "error: timed out waiting for the condition: Windlass goes on with the update: kubectl "
        "windlass status rc/old -n default follows it, and kubectl windlass undo rc/old -n default "
        "takes it back",
        "`--timeout` ends the command alone.", BeginsLater},
       {"rolling-update old new --image=app:v2 --local --timeout=10s", ExitCode::kTimeout,
        "error: timed out: the update stops here. Run the same command again to continue it, or "
        "use --rollback to take it back",
        "With `--local` the update stands still until the same command is run again.",
        HasNoUpdate}}};
}

}  // namespace windlass::cli
