// What rolling-update says when the planner refuses an update. In the rows the planner runs in the
// plugin (--local); an update that Windlass carries out ends with the same texts.
#include "controller/replication_controller/annotations.h"
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

using ChangeController = std::function<void(Json&)>;
using PrepareUpdate = std::function<void(KubectlRun&)>;

void SetAnnotation(Json& object, std::string_view key, const std::string& value) {
  object["metadata"]["annotations"][std::string(key)] = value;
}

// ReplicationController old is there, with 2 replicas of app:v1.
PrepareUpdate HasOld(const ChangeController& change = {}) {
  return [=](KubectlRun& run) {
    Json old = OldController();
    if (change) change(old);
    run.Create(resources::kReplicationControllers, old);
  };
}

// ReplicationController new, too, with 1 replica of app:v2. It is that of an update of old that has
// begun, before `change`.
PrepareUpdate HasBoth(const ChangeController& change = {}, const ChangeController& of_old = {}) {
  return [=](KubectlRun& run) {
    HasOld(of_old)(run);
    const Json old = run.Stored(resources::kReplicationControllers, "old");
    Json created = sim::SampleReplicationController("new", 1, "app:v2");
    created["spec"]["selector"] = {{"app", "old"}, {"deployment", "v2"}};
    created["spec"]["template"]["metadata"]["labels"] = created["spec"]["selector"];
    SetAnnotation(created, rc::kSourceId, "old:" + old["metadata"]["uid"].get<std::string>());
    SetAnnotation(created, rc::kDesiredReplicas, "2");
    if (change) change(created);
    run.Create(resources::kReplicationControllers, created);
  };
}

void AddContainer(Json& object) {
  Json& containers = object["spec"]["template"]["spec"]["containers"];
  Json second = containers[0];
  second["name"] = "proxy";
  containers.push_back(second);
}

PrepareUpdate HasOwner() {
  return HasOld([](Json& object) {
    object["metadata"]["ownerReferences"] =
        Json::array({{{"apiVersion", "apps.openshift.io/v1"},
                      {"kind", "DeploymentConfig"},
                      {"name", "shop"},
                      {"uid", "00000000-0000-4000-8000-000000000077"},
                      {"controller", true}}});
  });
}

void HasAutoscaler(KubectlRun& run) {
  HasOld()(run);
  run.Create(resources::kHorizontalPodAutoscalers,
             {{"apiVersion", "autoscaling/v2"},
              {"kind", "HorizontalPodAutoscaler"},
              {"metadata", {{"name", "cpu"}}},
              {"spec",
               {{"maxReplicas", 5},
                {"scaleTargetRef", {{"kind", "ReplicationController"}, {"name", "old"}}}}}});
}

// Another controller selects the label app=old, which the new Pods have, too.
void HasAdopter(KubectlRun& run) {
  HasOld()(run);
  Json other = sim::SampleReplicaSet("other", 1);
  other["spec"]["selector"]["matchLabels"] = {{"app", "old"}};
  other["spec"]["template"]["metadata"]["labels"] = {{"app", "old"}};
  run.Create(resources::kReplicaSets, other);
}

// The controller old is the new one of an update of `first`, which goes on.
void IsReplacingAnother(KubectlRun& run) {
  run.Create(resources::kReplicationControllers, sim::SampleReplicationController("first", 1));
  const Json first = run.Stored(resources::kReplicationControllers, "first");
  HasOld([&](Json& object) {
    SetAnnotation(object, rc::kSourceId, "first:" + first["metadata"]["uid"].get<std::string>());
  })(run);
}

PrepareUpdate IsReplacedByAnother() {
  return HasBoth([](Json& object) {
    SetAnnotation(object, rc::kOriginalReplicasOf, "00000000-0000-4000-8000-000000000077");
  });
}

void NoteRename(Json& old) {
  SetAnnotation(old, rc::kRenameJournal,
                R"({"name":"new","uid":"00000000-0000-4000-8000-00000000000a",)"
                R"("replicas":2,"minReadySeconds":0,)"
                R"("selector":{"app":"old"},"labels":{},"template":{}})");
}

// A rename of new to old was noted, and not begun; or new is deleted already.
PrepareUpdate IsBeingRenamed() { return HasBoth({}, &NoteRename); }
PrepareUpdate IsRenamed() { return HasOld(&NoteRename); }

PrepareUpdate IsNamed() {
  return HasBoth({}, [](Json& old) { SetAnnotation(old, rc::kNextControllerId, "new"); });
}

PrepareUpdate RefusesToCreate() {
  return [](KubectlRun& run) {
    HasOld()(run);
    run.answering.answer =
        AnswerTo("", Refusal(403, "Forbidden", "exceeded quota: compute"), HttpMethod::kPost);
  };
}

}  // namespace

ErrorSection RefusedUpdateErrors() {
  constexpr ExitCode kFailed = ExitCode::kFailed;
  const auto update = [](const std::string& arguments) {
    return Words("rolling-update old " + arguments + " --local");
  };
  const Words to_new = update("new --image=app:v2");
  const Words same_name = update("--image=app:v2");
  const Words back = update("new --rollback");
  const auto unscaled = [](Json& object) { object["spec"]["replicas"] = 0; };
  const auto without_annotations = [](Json& object) { object["metadata"].erase("annotations"); };
  const auto same_selector = [](Json& object) {
    object["spec"]["selector"]["deployment"] = "v1";
    object["spec"]["template"]["metadata"]["labels"]["deployment"] = "v1";
  };
  const auto unreadable = [](Json& object) { SetAnnotation(object, rc::kDesiredReplicas, "two"); };
  const auto unreadable_journal = [](Json& object) {
    SetAnnotation(object, rc::kRenameJournal, "{}");
  };
  const auto to_rename = [](Json& object) { SetAnnotation(object, rc::kCleanup, "Rename"); };
  const RowFile of_v3{"new.yaml", R"(kind: ReplicationController
metadata: {name: new}
spec:
  selector: {app: old, deployment: v3}
  template:
    metadata: {labels: {app: old, deployment: v3}}
    spec: {containers: [{name: app, image: "app:v3"}]}
)"};
  const RowFile file{"new.yaml", R"(kind: ReplicationController
metadata: {name: new}
spec: {selector: {app: old}, template: {metadata: {labels: {app: old}}, spec: {}}}
)"};
  return {
      "rolling-update: refused updates",
      {{to_new, ExitCode::kError,
        "error: replicationcontrollers \"old\" not found in namespace default: kubectl get "
        "replicationcontrollers -n default lists those that exist; -n and --context choose another "
        "namespace or cluster",
        "There is no ReplicationController of the old name in this namespace. `kubectl get rc` "
        "lists those that there are."},
       {same_name, ExitCode::kError,
        "error: couldn't find a replication controller with source id == default/old: "
        "replicationcontrollers \"old\" not found in namespace default: kubectl get "
        "replicationcontrollers -n default lists those that exist; -n and --context choose another "
        "namespace or cluster",
        "As above, with one name: the new controller would be renamed to the old one's name, and "
        "neither is there."},
       {to_new, kFailed,
        "error: Invalid controller spec for new; required: > 0 replicas, actual: 0. "
        "ReplicationController old has 0 replicas, so there are no Pods to replace. Scale it up, "
        "and begin this update again",
        "The old controller has 0 replicas, so there are no Pods to replace. Scale it up, or give "
        "a file with `spec.replicas`.",
        HasOld(unscaled)},
       {update("new --image=app:v1"), kFailed,
        "error: --image-pull-policy (Always|Never|IfNotPresent) must be provided when --image is "
        "the same as existing container image",
        "The image is the present one. Add `--image-pull-policy` if its Pods are to be replaced "
        "all the same.",
        HasOld()},
       {to_new, kFailed,
        "error: must specify container to update when updating a multi-container pod",
        "The Pods have several containers. Add `--container`.", HasOld(AddContainer)},
       {update("new --image=app:v2 --container=db"), kFailed,
        "error: container db not found in pod",
        "The Pods have no container of this name. Correct `--container`.", HasOld()},
       {update("-f new.yaml"), ExitCode::kUsage,
        "error: new.yaml must specify a matching key with non-equal value in Selector for old",
        "The selector in the file could match the old Pods. Give one label of the old selector "
        "another value in the file.",
        HasOld(), file},
       {to_new, kFailed,
        "error: new must specify a matching key with non-equal value in Selector for old",
        "As above, of a new controller that is there already.", HasBoth(same_selector)},
       {update("new --image=app:v3"), ExitCode::kOtherUpdate,
        "error: Found existing in-progress update to image (app:v2).\nEither continue in-progress "
        "update with --image=app:v2 or rollback with --rollback",
        "The new controller is there with another image. Go on with that image, or take the update "
        "back.",
        HasBoth()},
       {to_new, kFailed,
        "error: Missing/unexpected annotations for controller new, expected "
        "old:4d8127c4-d6c3-4735-b9ac-de1b368dd453 : map[]",
        "A ReplicationController of the new name is there, and is not that of this update. Choose "
        "another name. If it is that of an update that kubectl has begun, the text says which "
        "annotation is expected.",
        HasBoth(without_annotations)},
       {to_new, kFailed,
        "error: Unable to parse annotation for new: kubectl.kubernetes.io/desired-replicas=two",
        "Somebody changed the annotation. Write the number of replicas that are wanted in the end.",
        HasBoth(unreadable)},
       {to_new, kFailed,
        "error: Unable to parse annotation for old: windlass.dev/rename-journal={}",
        "Somebody changed the annotation in which a rename is noted. Remove it if both controllers "
        "are there.",
        HasOld(unreadable_journal)},
       {update("other --image=app:v2"), ExitCode::kOtherUpdate,
        "error: ReplicationController new is about to be renamed to old, so old cannot be updated "
        "to other. To finish the rename, remove spec.newName and set spec.cleanup to Rename. To "
        "undo it, set spec.rollback to true",
        "The rename of an earlier update is not finished. Finish it with the same command without "
        "`NEW`, or take it back with `--rollback`.",
        IsBeingRenamed()},
       {update("--rollback --dry-run=client"), kFailed,
        "error: the update of replicationcontroller/old cannot be taken back any more: its last "
        "step, the rename, has begun, and the new controller is deleted already. To finish the "
        "rename, run again the command that began the update. To go back afterwards, update to the "
        "old image",
        "The rollback comes too late. Without `--dry-run` the rename is finished, and the exit "
        "code is 2 as well.",
        IsRenamed()},
       {same_name, ExitCode::kOtherUpdate,
        "error: an update of replicationcontroller/old to new is under way, with --cleanup=Delete, "
        "so nothing was changed. To continue that update, repeat its command: kubectl windlass "
        "rolling-update old new --image=app:v2 -n default --local. To take it back: kubectl "
        "windlass rolling-update old new --rollback -n default --local",
        "The first command named `NEW`; this one would rename it in the end. Run one of the two "
        "commands.",
        IsNamed()},
       {to_new, ExitCode::kOtherUpdate,
        "error: an update of replicationcontroller/old to new is under way, with --cleanup=Rename, "
        "so nothing was changed. To continue that update, repeat its command: kubectl windlass "
        "rolling-update old -n default --local -f FILE, with the file of new. To take it back: "
        "kubectl windlass rolling-update old new --rollback -n default --local",
        "The other way round: this command would delete the old controller in the end. Run one of "
        "the two commands.",
        HasBoth(to_rename)},
       {update("new -f new.yaml"), ExitCode::kOtherUpdate,
        "error: an update of replicationcontroller/old to new is under way, and new has other "
        "images than new.yaml, so nothing was changed. To go on with that update, correct the "
        "file. To take it back: kubectl windlass rolling-update old new --rollback -n default "
        "--local",
        "The new controller is there, and was made of another file. Give that one, or take the "
        "update back.",
        HasBoth(), of_v3},
       {to_new, ExitCode::kOtherUpdate,
        "error: ReplicationController old replaces ReplicationController first in another update. "
        "Wait until that update has ended, and begin this update again. If there is no such "
        "update, remove the annotation kubectl.kubernetes.io/update-source-id from old",
        "The old controller is the new one of another update. Wait for that, or remove the "
        "annotation.",
        IsReplacingAnother},
       {to_new, ExitCode::kOtherUpdate,
        "error: ReplicationController new is itself being replaced by a third "
        "ReplicationController in another update. Wait until that update has ended, and begin this "
        "update again. If there is no such update, remove the annotation "
        "windlass.dev/original-replicas-of from new",
        "The new controller is the old one of another update. Wait for that, or remove the "
        "annotation.",
        IsReplacedByAnother()},
       {to_new, kFailed,
        "error: ReplicationController old belongs to DeploymentConfig shop, which would undo what "
        "an update does, so Windlass does not update it. Change DeploymentConfig shop instead",
        "Another controller keeps the ReplicationController as it wants it. Change that one.",
        HasOwner()},
       {to_new, kFailed,
        "error: HorizontalPodAutoscaler cpu scales ReplicationController old, which the update has "
        "to scale itself. Delete the autoscaler, begin the update again, and create the autoscaler "
        "again when the update is done",
        "An autoscaler would scale against the update. Delete it for the time of the update.",
        HasAutoscaler},
       {same_name, kFailed,
        "error: ReplicaSet other selects the labels of the new Pods, so it would adopt them while "
        "old-67c9f95a43c69745e7b12261b8a547e7 is renamed to old. Set spec.cleanup to Delete: then "
        "the new ReplicationController keeps its name",
        "While the new controller gets the old one's name, its Pods have no owner, and another "
        "controller would take them. Give `--cleanup=Delete`. Of another ReplicationController the "
        "text names its selector, too, which can be changed.",
        HasAdopter},
       {to_new, kFailed,
        "error: the API server refused to create replicationcontrollers default/new: exceeded "
        "quota: compute",
        "The API server has refused a write of the update. Its reason follows. Correct that, and "
        "run the same command again.",
        RefusesToCreate()},
       {back, kFailed, "error: Could not find new to rollback.",
        "There is no new controller, so there is nothing to take back.", HasOld()},
       {update("--rollback"), kFailed,
        "error: there is nothing to roll back: ReplicationController old has no annotation "
        "kubectl.kubernetes.io/next-controller-id, so the new controller is not known. Set "
        "spec.newName to its name, or set spec.rollback to false to begin an update",
        "As above, without a name. Give the new name, too.", HasOld()},
       {back, kFailed, "error: couldn't find original replica count of \"old\"",
        "Nothing says how many replicas the old controller had. Annotate it with "
        "`kubectl.kubernetes.io/original-replicas` set to that number, and run the command again. "
        "After `--cleanup=Preserve`, also with `kubectl.kubernetes.io/next-controller-id` set to "
        "the name of the new one.",
        HasBoth()}}};
}

}  // namespace windlass::cli
