// What is said of arguments that name no object, or the wrong number of objects.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {

ErrorSection ObjectErrors() {
  constexpr ExitCode kUsage = ExitCode::kUsage;
  return {
      "Objects",
      {{{"status"},
        kUsage,
        "error: name an object, such as deployment/web or rollout/web",
        "The command is about an object. Name it."},
       {{"pause", "rollout"},
        kUsage,
        "error: which rollout? Write rollout/NAME",
        "Only a type was given, which names all objects of that type. Name one; `kubectl windlass "
        "get rollouts` lists them."},
       {{"status", "a", "b"},
        kUsage,
        "error: \"a\" is no type that kubectl windlass knows: write deployment, rollout or "
        "replicationcontroller (rc)",
        "The first of several words without a slash is a type. To name two Deployments, write "
        "`deployment/a deployment/b`."},
       {{"status", "pod/a"},
        kUsage,
        "error: \"pod\" is no type that kubectl windlass knows: write deployment, rollout or "
        "replicationcontroller (rc)",
        "The type before the slash is not one of the [three that there "
        "are](kubectl-windlass.md#grammar). `kubectl rollout` has further ones."},
       {{"undo", "deployment/"},
        kUsage,
        "error: \"deployment/\" must be TYPE/NAME, such as deployment/web",
        "Nothing follows the slash, or a second slash does. Add the name."},
       {{"undo", "deployment", "rollout/a"},
        kUsage,
        "error: write TYPE NAME… or TYPE/NAME…, not both: \"deployment\" and \"rollout/a\"",
        "The type was given once for all names, and again before one of them. Leave one out."},
       {{"status", "deployment/a", "deployment/b"},
        kUsage,
        "error: name one object, not 2",
        "`status` waits for one rollout. Run it once for each object."},
       {{"get", "deployment/a", "deployment/b"},
        kUsage,
        "error: name one object, or none for a table of all of them",
        "`get` shows one object, or a table. Run it once for each object, or leave out the names."},
       {{"get", "web", "-A"},
        kUsage,
        "error: -A lists workloads: leave out the name, or give -n instead of -A",
        "A name is one object of one namespace, and `-A` means all namespaces. Leave one out."},
       {{"undo", "rc/old"},
        kUsage,
        "error: a ReplicationController has no revisions: kubectl windlass get rc/old shows it, "
        "kubectl windlass rolling-update changes it",
        "History and rollouts are for Deployments and Rollouts. The text names the commands for a "
        "ReplicationController."},
       {{"promote", "deployment/web"},
        kUsage,
        "error: a Deployment has no steps to promote: kubectl windlass resume deployment/web ends "
        "spec.paused, and kubectl annotate --overwrite deployment/web "
        "windlass.dev/in-place-partition=0 ends a partition",
        "Only Rollouts have steps. The text names the commands that let a Deployment go on."},
       {{"abort", "deployment/web"},
        kUsage,
        "error: a Deployment cannot be aborted: kubectl windlass undo deployment/web brings its "
        "last revision back",
        "Only Rollouts can be aborted. `undo` brings a Deployment back."},
       {{"retry", "deployment/web"},
        kUsage,
        "error: a Deployment is never aborted: kubectl windlass undo deployment/web brings its "
        "last revision back",
        "As above. `abort --end` says so, too."}}};
}

}  // namespace windlass::cli
