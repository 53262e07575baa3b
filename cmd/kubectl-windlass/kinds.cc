// The table of kinds (kind.h). A new kind needs a row here, and the functions that the row names.
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/controller_standing.h"
#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/rollout_roles.h"
#include "cmd/kubectl-windlass/workload_standing.h"
#include "controller/api/custom_resources.h"
#include "controller/replication_controller/crd.h"
#include "controller/rollout/crd.h"

namespace windlass::cli {
namespace {

Kind Deployment() {
  return {
      .resource = resources::kDeployments,
      .short_word = "deployment",
      .words = {"deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"},
      .standing = &StandingOfDeployment,
      .like_kubectl = true,
      .only_in_place = {&IsDeploymentOnlyInPlace, "windlass.dev/in-place: Only"},
      .verbs = {
          {CommandName::kGet, &ShowWorkload},
          {CommandName::kStatus, &StatusOfWorkload},
          {CommandName::kHistory, &HistoryOfWorkload},
          {CommandName::kUndo, &UndoDeployment},
          {CommandName::kPause, &PauseWorkload},
          {CommandName::kResume, &ResumeWorkload},
          {CommandName::kRestart, &RestartWorkload},
          {CommandName::kPromote, nullptr,
           "a Deployment has no steps to promote: kubectl windlass resume % ends spec.paused, and "
           "kubectl annotate --overwrite % windlass.dev/in-place-partition=0 ends a partition"},
          {CommandName::kAbort, nullptr,
           "a Deployment cannot be aborted: kubectl windlass undo % goes back to the revision "
           "before"},
          {CommandName::kRetry, nullptr,
           "a Deployment is never aborted: kubectl windlass undo % goes back to the revision "
           "before"},
      }};
}

Kind Rollout() {
  return {.resource = resources::kRollouts,
          .short_word = "rollout",
          .words = {"rollout", "rollouts", "wro", "rollout.windlass.dev", "rollouts.windlass.dev"},
          .crd = &rollout::kCrd,
          .standing = &StandingOfRollout,
          .roles = &RolesOf,
          .only_in_place = {&IsRolloutOnlyInPlace, "strategy InPlaceOnly"},
          .verbs = {
              {CommandName::kGet, &ShowWorkload},
              {CommandName::kStatus, &StatusOfWorkload},
              {CommandName::kHistory, &HistoryOfWorkload},
              {CommandName::kUndo, &UndoRollout},
              {CommandName::kPause, &PauseWorkload},
              {CommandName::kResume, &ResumeWorkload},
              {CommandName::kRestart, &RestartWorkload},
              {CommandName::kPromote, &PromoteRollout},
              {CommandName::kAbort, &AbortRollout},
              {CommandName::kRetry, &RetryRollout},
          }};
}

// The commands for a ReplicationController, such as pause and abort, act on its rolling update.
Kind ReplicationController() {
  return {
      .resource = resources::kReplicationControllers,
      .short_word = "rc",
      .words = {"replicationcontroller", "replicationcontrollers", "rc", "wrcu",
                "replicationcontrollerupdate", "replicationcontrollerupdates",
                "replicationcontrollerupdate.windlass.dev",
                "replicationcontrollerupdates.windlass.dev"},
      .crd = &replication_controller::kCrd,
      .standing = &StandingOfController,
      .owns_pods = true,
      .update = {resources::kReplicationControllerUpdates, &StandingOfUpdate, &HasBegun, &IsRefused,
                 &UnfinishedAmong},
      .verbs = {
          {CommandName::kGet, &ShowController},
          {CommandName::kStatus, &StatusOfController},
          {CommandName::kHistory, &HistoryOfController},
          {CommandName::kUndo, &UndoController},
          {CommandName::kPause, &PauseController},
          {CommandName::kResume, &ResumeController},
          {CommandName::kAbort, &AbortController},
          {CommandName::kRestart, nullptr,
           "a ReplicationController is restarted by an update to the image that it has: kubectl "
           "windlass rolling-update % --image=IMAGE --image-pull-policy=Always"},
          {CommandName::kPromote, nullptr,
           "a ReplicationController has no steps to promote: kubectl windlass resume % ends a "
           "pause of its update"},
          {CommandName::kRetry, nullptr,
           "a ReplicationController cannot be retried: to update it again, repeat the "
           "rolling-update command that began the update; kubectl windlass get % shows where the "
           "update stands"},
      }};
}

}  // namespace

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = {Deployment(), Rollout(), ReplicationController()};
  return kinds;
}

}  // namespace windlass::cli
