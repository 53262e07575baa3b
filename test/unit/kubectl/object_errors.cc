// What is said of arguments that name no object, or the wrong number of objects.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {

ErrorSection ObjectErrors() {
  constexpr ExitCode kUsage = ExitCode::kUsage;
  return {
      "Objects",
      {{"status", kUsage, "error: name an object, such as deployment/web or rollout/web",
        "The command is about an object. Name it."},
       {"pause rollout", kUsage, "error: which rollout? Write rollout/NAME",
        "Only a type was given, which names all objects of that type. Name one; `kubectl windlass "
        "get rollouts` lists them."},
       {"status deploymnet", ExitCode::kError,
        "error: there is no deployment, rollout or replicationcontroller \"deploymnet\" in "
        "namespace default: kubectl windlass get -n default lists those that exist; -n and "
        "--context choose another namespace or cluster",
        "A word that is not a type is the name of an object. The "
        "[types](kubectl-windlass.md#grammar) are `deployment`, `rollout` and "
        "`replicationcontroller`, and their short forms."},
       {{"pause", ""},
        kUsage,
        "error: an argument is empty: write the name of an object, such as deployment/web",
        "A variable of a script has no value, for example."},
       {"status pod/a", kUsage,
        "error: \"pod\" is not a type that kubectl windlass knows: write deployment, rollout or "
        "replicationcontroller",
        "The type before the slash is not one of the [three that there "
        "are](kubectl-windlass.md#grammar). `kubectl rollout` has further ones."},
       {"undo deployment/", kUsage,
        "error: \"deployment/\" must be TYPE/NAME, such as deployment/web",
        "Nothing follows the slash, or a second slash does. Add the name."},
       {"undo deployment rollout/a", kUsage,
        "error: write TYPE NAME… or TYPE/NAME…, not both: \"deployment\" and \"rollout/a\"",
        "The type was given once for all names, and again before one of them. Leave one out."},
       {"pause -l app=web", kUsage,
        "error: -l selects objects of a type, without names: write for example deployment -l "
        "app=web",
        "`-l` chooses among the objects of one type. Write the type before it."},
       {"pause deployment -l app=web", ExitCode::kError,
        "error: no deployment in namespace default matches -l 'app=web': kubectl get deployment -n "
        "default --show-labels lists each deployment with its labels",
        "No object of the type matches `-l`. The text names the command that shows the labels."},
       {"pause web -f web.yaml", kUsage, "error: -f names the objects: leave out \"web\"",
        "Objects are named by arguments or by a file, not by both."},
       {"promote -f app.yaml",
        kUsage,
        "error: there is no rollout in app.yaml: name the objects, or give another file",
        "None of the objects in the file has the command.",
        {},
        RowFile{"app.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"}},
       {"pause -f app.yaml",
        kUsage,
        "error: app.yaml: metadata.name of a Deployment is missing: write the name that it has in "
        "the cluster",
        "The file names no object, for example because it has `generateName`.",
        {},
        RowFile{"app.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {}\n"}},
       {"get rc/old deployment/web", ExitCode::kError,
        "error: replicationcontrollers \"old\" not found in namespace default\n"
        "error: deployments.apps \"web\" not found in namespace default",
        "Of several objects, those that do not exist are named. The others are shown."},
       {"get web -A", kUsage,
        "error: -A lists workloads: leave out the names, or give -n instead of -A",
        "A name is one object of one namespace, and `-A` means all namespaces. Leave one out."},
       {"restart rc/old", kUsage,
        "error: a ReplicationController is restarted by an update to the image that it has: "
        "kubectl windlass rolling-update rc/old -n default --image=IMAGE "
        "--image-pull-policy=Always",
        "A ReplicationController does not replace its Pods when its template changes. A rolling "
        "update does."},
       {"promote rc/old", kUsage,
        "error: a ReplicationController has no steps to promote: kubectl windlass resume rc/old -n "
        "default ends a pause of its update",
        "Only Rollouts have steps."},
       {"retry rc/old", kUsage,
        "error: a ReplicationController cannot be retried: to update it again, repeat the "
        "rolling-update command that began the update; kubectl windlass get rc/old -n default "
        "shows where the update stands",
        "What was rolled back is updated again by `rolling-update`."},
       {"undo rc/old --to-revision=2", kUsage,
        "error: a ReplicationController has no revisions: leave out --to-revision",
        "Without the flag, `undo` takes the rolling update back that is under way."},
       {"history rc/old --revision=2", kUsage,
        "error: a ReplicationController has no revisions: leave out --revision",
        "Without the flag, `history` shows the controllers and what the update has done."},
       {"promote deployment/web", kUsage,
        "error: a Deployment has no steps to promote: kubectl windlass resume deployment/web -n "
        "default ends spec.paused, and kubectl annotate --overwrite deployment/web -n default "
        "windlass.dev/in-place-partition=0 ends a partition",
        "Only Rollouts have steps. The text names the commands that let a Deployment go on."},
       {"abort deployment/web", kUsage,
        "error: a Deployment cannot be aborted: kubectl windlass undo deployment/web -n default "
        "goes back to the revision before",
        "Only Rollouts can be aborted. `undo` brings a Deployment back."},
       {"retry deployment/web", kUsage,
        "error: a Deployment is never aborted: kubectl windlass undo deployment/web -n default "
        "goes back to the revision before",
        "As above. `abort --end` says so, too."}}};
}

}  // namespace windlass::cli
