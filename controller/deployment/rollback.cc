#include "controller/deployment/rollback.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/deployment/annotations.h"
#include "controller/deployment/create.h"
#include "controller/deployment/patches.h"
#include "controller/deployment/scale.h"
#include "controller/deployment/strategy.h"
#include "controller/deployment/sync_length.h"
#include "controller/in_place/rollout_mode.h"
#include "kubeclient/api/template_text.h"

namespace windlass::deployment {
namespace {

constexpr const char* kNotFound = "DeploymentRollbackRevisionNotFound";

// The revision that the annotation asks for. Returns nullopt if it holds no int64: such an
// annotation is ignored for ever (D-461).
std::optional<int64_t> WantedRevision(const Deployment& deployment) {
  const auto text = deployment.meta.annotations.Find(kRollbackTo);
  return text ? ParseRevision(*text) : std::nullopt;
}

// The second highest revision, 0 when there is none (D-463).
int64_t LastRevision(const std::vector<const ReplicaSet*>& candidates) {
  int64_t highest = 0;
  int64_t second = 0;
  for (const ReplicaSet* rs : candidates) {
    const std::optional<int64_t> revision = RevisionOf(rs->meta);
    if (!revision) continue;
    if (*revision >= highest) {
      second = std::exchange(highest, *revision);
    } else if (*revision > second) {
      second = *revision;
    }
  }
  return second;
}

const ReplicaSet* FindRevision(const std::vector<const ReplicaSet*>& candidates, int64_t revision) {
  for (const ReplicaSet* rs : candidates) {
    if (RevisionOf(rs->meta) == revision) return rs;
  }
  return nullptr;
}

// Nothing to go back to: only the annotation goes.
Write Clear(const Situation& situation, const char* reason, std::string message) {
  return {.request = PatchRollbackCleared(situation.deployment),
          .because = {Decision::kClearRollback, {{"reason", reason}}},
          .on_success = {{Event::Type::kWarning, reason, std::move(message)}}};
}

// The annotations of an object as the server has them, with those that the cache leaves out: what
// kubectl last applied.
Result<std::map<std::string, std::string>> AnnotationsIn(const std::string& object_json,
                                                         const ResourceVersion& version) {
  const auto object = nlohmann::json::parse(object_json, nullptr, /*allow_exceptions=*/false);
  std::map<std::string, std::string> annotations;
  const nlohmann::json::json_pointer path("/metadata/annotations");
  if (!object.is_object()) return Error{ErrorKind::kMalformed, "the Deployment is no JSON object"};
  // The patch is tied to the cached version: annotations of another one would undo a user's edit.
  const nlohmann::json::json_pointer own_version("/metadata/resourceVersion");
  if (object.value(own_version, "") != version.text) {
    return Error{ErrorKind::kConflict, "the Deployment was changed since it was read"};
  }
  if (!object.contains(path)) return annotations;
  for (const auto& [key, value] : object[path].items()) {
    if (value.is_string()) annotations[key] = value.get<std::string>();
  }
  return annotations;
}

// Keys that are never copied stay the Deployment's; all others come from the ReplicaSet (D-467).
std::map<std::string, std::string> AnnotationsAfter(
    const std::map<std::string, std::string>& present, const ReplicaSet& target) {
  std::map<std::string, std::string> annotations;
  for (const auto& [key, value] : present) {
    if (in_place::IsInternal(key)) continue;  // an undo brought it (P-074)
    if (!IsCopied(key) && key != kRollbackTo) annotations[key] = value;
  }
  for (const auto& [key, value] : target.meta.annotations) {
    if (IsCopied(key.text())) annotations[std::string(key.text())] = value.text();
  }
  return annotations;
}

Step RollBackTo(const Situation& situation, const ReplicaSet& target, int64_t revision) {
  const Deployment& deployment = situation.deployment;
  Request read_target = Request::Get(resources::kReplicaSets, KeyOf(target.meta));
  const Outcome* found = FindOutcome(situation.learned, read_target.Identity());
  if (found == nullptr) return Read{std::move(read_target), "its template is rolled back to"};
  if (!found->said.ok()) return Failed{.error = found->said.error()};  // gone: choose again
  Request read_own = Request::Get(resources::kDeployments, KeyOf(deployment.meta));
  const Outcome* own = FindOutcome(situation.learned, read_own.Identity());
  if (own == nullptr) return Read{std::move(read_own), "its annotations are replaced whole"};
  if (!own->said.ok()) return Failed{.error = own->said.error()};

  const Result<std::string> pod_template = ExtractTemplate(found->said->body);
  if (!pod_template.ok()) return Failed{.error = pod_template.error()};
  const auto annotations = AnnotationsIn(own->said->body, deployment.meta.resource_version);
  if (!annotations.ok()) return Failed{.error = annotations.error()};
  Result<Request> request =
      PatchRolledBack(deployment, *pod_template, AnnotationsAfter(*annotations, target));
  if (!request.ok()) return Failed{.error = request.error()};
  return Write{
      .request = *request,
      .because = {Decision::kRollBack, {{"revision", revision}, {"replicaset", target.meta.name}}},
      .on_success = {{Event::Type::kNormal, "DeploymentRollback",
                      "Rolled back deployment \"" + deployment.meta.name + "\" to revision " +
                          std::to_string(revision)}}};
}

// The ReplicaSet of the present template, made and numbered; nullopt when it is (D-462).
std::optional<Step> NumberPresent(const Situation& situation) {
  if (situation.newest == nullptr) {
    if (auto step = RefuseStrategy(situation.deployment)) return step;
    if (situation.recreate()) return CreateNewReplicaSet(situation, 0);
    return CreateNewReplicaSet(situation);
  }
  return UpdateNewReplicaSet(situation, situation.newest->replicas);
}

// This sync has written it already.
bool IsDone(const Situation& situation) {
  return std::ranges::any_of(situation.learned, [&](const Outcome& outcome) {
    return outcome.said.ok() &&
           IsPatchOf(outcome, resources::kDeployments, situation.deployment.meta);
  });
}

}  // namespace

std::optional<Step> HandleRollback(const Situation& situation) {
  const std::optional<int64_t> wanted = WantedRevision(situation.deployment);
  if (!wanted) {
    if (!IsDone(situation)) return std::nullopt;
    return Wait{.look_again_in = kNextSyncAfter};
  }
  if (auto step = NumberPresent(situation)) return step;

  std::vector<const ReplicaSet*> candidates = situation.old;
  candidates.push_back(situation.newest);
  const int64_t revision = *wanted == 0 ? LastRevision(candidates) : *wanted;
  if (revision == 0) return Clear(situation, kNotFound, "Unable to find last revision.");
  const ReplicaSet* target = FindRevision(candidates, revision);
  if (target == nullptr) {
    return Clear(situation, kNotFound, "Unable to find the revision to rollback to.");
  }
  if (target == situation.newest ||
      target->template_fingerprint == situation.deployment.spec.template_fingerprint) {
    return Clear(situation, "DeploymentRollbackTemplateUnchanged",
                 "The rollback revision contains the same template as current deployment \"" +
                     situation.deployment.meta.name + "\"");
  }
  return RollBackTo(situation, *target, revision);
}

}  // namespace windlass::deployment
