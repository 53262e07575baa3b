#include "controller/rollout/dry_run.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/workload/replica_set_size.h"
#include "controller/workload/requests/body_json.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/template_text.h"

namespace windlass::rollout {
namespace {

// The dry run for the defaults uses the first of these suffixes whose name no ReplicaSet has yet.
constexpr std::array<std::string_view, 3> kSuffixes{"dry-run", "dry-run-2", "dry-run-3"};

std::string NameOf(const Workload& workload, std::string_view suffix = kSuffixes.front()) {
  return workload::ReplicaSetName(workload.meta.name, suffix);
}

// Returns true if a template is to be rolled out now, and no ReplicaSet is known to have it.
bool LacksReplicaSet(const workload::Situation& situation) {
  const Workload& workload = situation.workload;
  if (situation.new_replica_set != nullptr || workload.requested_template.empty()) return false;
  return !workload.paused && !workload.follow_revision && !workload.meta.deleting();
}

// Returns true if the planner may make a ReplicaSet in this situation.
bool MayCreate(const workload::Situation& situation) {
  return LacksReplicaSet(situation) && situation.workload.strategy_error.empty();
}

// Returns the member `key` of `object` if that member is a JSON object; otherwise an empty object.
Json ObjectIn(const Json& object, const char* key) {
  const auto member = object.find(key);
  return member != object.end() && member->is_object() ? *member : Json::object();
}

bool IsRefusal(const Error& error) {
  const bool judges = error.http_status == 400 || error.http_status == 422;
  return error.kind == ErrorKind::kInvalid && judges && error.detail != ErrorDetail::kNoDryRun;
}

// Returns true if the rollout would first remove all Pods: the strategy is Recreate, and there are
// Pods.
bool RemovesPodsFirst(const workload::Situation& situation) {
  return situation.recreate() && workload::TotalReplicas(situation.all) > 0;
}

// Returns true if the rollout waits until the API server allows the ReplicaSet. Without the wait,
// the rollout would remove all Pods, and could not make new ones. Computed for each decision,
// because a user may scale up a ReplicaSet after the dry run.
bool Waits(const workload::Situation& situation, DryRunVerdict verdict) {
  return verdict == DryRunVerdict::kForbidden && RemovesPodsFirst(situation);
}

DryRunAnswer Judge(const Result<Reply>& said) {
  if (said.ok()) return {.verdict = DryRunVerdict::kAccepted};
  const Error& error = said.error();
  return {.verdict = IsRefusal(error) ? DryRunVerdict::kRefused : DryRunVerdict::kNoVerdict,
          .message = error.message};
}

Result<DefaultedTemplate> TemplateIn(const Reply& reply) {
  WINDLASS_TRY(std::string json, ExtractTemplate(reply.body));
  WINDLASS_TRY(const std::string canonical, CanonicalTemplate(json));
  return DefaultedTemplate{FingerprintOf(canonical), std::move(json)};
}

Read Ask(Request request, std::string why) {
  return {.request = std::move(request), .why = std::move(why), .go_on_if_refused = true};
}

// Returns the dry run of a Pod; kMalformed if spec.template cannot be read. If this sync has sent
// the dry run already, returns instead
//   - if the API server refused the template: the API server's error. This happens only if
//     TemplateDefaults has forgotten the refusal: otherwise DueDryRun does not call this function
//   - otherwise: nullopt
std::optional<Result<Read>> AskForPod(const workload::Situation& situation) {
  Result<Request> request = DryRunPod(situation);
  if (!request.ok()) return Result<Read>(std::move(request).error());
  if (const Outcome* answer = FindOutcome(situation.learned, request->Identity())) {
    if (JudgePod(answer->said).verdict != DryRunVerdict::kRefused) return std::nullopt;
    return Result<Read>(answer->said.error());
  }
  return Result<Read>(
      Ask(*std::move(request), "an invalid template must be found before a Pod is replaced"));
}

// Returns the error for an answer that arrived but cannot be used. The error has the HTTP status
// 200, because WhyNotTold in rollout_extension.cc reports an error without an HTTP status as "the
// API server does not answer".
Error Unusable(std::string why) {
  Error error{ErrorKind::kServer, std::move(why)};
  error.http_status = 200;
  return error;
}

// Returns why `outcome` lacks the defaults. If the template in the API server's answer cannot be
// read, the error has the kind kServer. The kind kMalformed would mean that spec.template of the
// Rollout cannot be read.
Error WhyNotTold(const Outcome& outcome) {
  if (!outcome.said.ok()) return outcome.said.error();
  return Unusable(JudgeReplicaSet(outcome.said).message);
}

// Returns the dry run that asks for the defaults. After a 409 (a ReplicaSet with its name exists),
// returns a dry run with the next of kSuffixes. Returns an error in the cases below. The error must
// end the sync, because a rollout without the defaults might replace all Pods:
//   - spec.template cannot be read (kMalformed)
//   - the API server refused the template or did not return the defaults, in this sync
//   - ReplicaSets have all names of kSuffixes
//   - Windlass dropped the answer, for example because the Rollout had changed (kConflict)
Result<Read> AskForDefaults(const workload::Situation& situation) {
  Error not_told;
  for (const std::string_view suffix : kSuffixes) {
    Result<Request> request = DryRunReplicaSet(situation, suffix);
    if (!request.ok()) return std::move(request).error();
    const Outcome* answer = FindOutcome(situation.learned, request->Identity());
    if (answer == nullptr) {
      return Ask(*std::move(request), "the API server's defaults of the template are not known");
    }
    const DryRunVerdict verdict = JudgeReplicaSet(answer->said).verdict;
    if (verdict == DryRunVerdict::kRefused) return answer->said.error();
    if (verdict != DryRunVerdict::kNotTold && !Waits(situation, verdict)) {
      return Error{ErrorKind::kConflict,
                   "Windlass cannot use the API server's answer, because the Rollout or the clock "
                   "changed meanwhile. Windlass asks again by itself"};
    }
    not_told = WhyNotTold(*answer);
    if (not_told.kind != ErrorKind::kAlreadyExists) break;
  }
  return not_told;
}

}  // namespace

bool IsUntold(const workload::Situation& situation, const TemplateChecks& checks) {
  const DryRunVerdict verdict = checks.replica_set.verdict;
  return LacksReplicaSet(situation) && !situation.wanted.known &&
         (verdict == DryRunVerdict::kNotAsked || Waits(situation, verdict));
}

std::optional<Result<Read>> DueDryRun(const workload::Situation& situation,
                                      const TemplateChecks& checks) {
  if (!MayCreate(situation) || checks.Refusal() != nullptr) return std::nullopt;
  if (IsUntold(situation, checks)) return AskForDefaults(situation);
  if (checks.pod.verdict != DryRunVerdict::kNotAsked) return std::nullopt;
  return AskForPod(situation);
}

Result<Request> DryRunReplicaSet(const workload::Situation& situation, std::string_view suffix) {
  WINDLASS_TRY(workload::NewReplicaSet parts, workload::PartsOfNewReplicaSet(situation));
  parts.name = NameOf(situation.workload, suffix);
  parts.replicas = 0;
  WINDLASS_TRY(const Request create, workload::CreateReplicaSet(situation.workload, parts));
  return Request::DryRunCreate(create.resource(), create.key(), create.body());
}

Result<Request> DryRunPod(const workload::Situation& situation) {
  const Workload& workload = situation.workload;
  WINDLASS_TRY(const workload::NewReplicaSet parts, workload::PartsOfNewReplicaSet(situation));
  const Json pod_template =
      Json::parse(*workload.template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return workload::Malformed("spec.template: is not a JSON object");
  Json metadata = ObjectIn(pod_template, "metadata");
  const std::string name = NameOf(workload);
  metadata["name"] = name;
  metadata["namespace"] = workload::TextOf(workload.meta.namespace_);
  Json labels = ObjectIn(metadata, "labels");
  labels[std::string(kPodTemplateHashLabel)] = parts.hash;
  metadata["labels"] = std::move(labels);
  const Json body = {{"apiVersion", resources::kPods.GroupVersion()},
                     {"kind", resources::kPods.kind},
                     {"metadata", std::move(metadata)},
                     {"spec", ObjectIn(pod_template, "spec")}};
  return Request::DryRunCreate(resources::kPods, {workload.meta.namespace_, name}, DumpJson(body));
}

bool IsForbidden(const Error& error) {
  const bool later = error.http_status == 429 || error.http_status >= 500;
  return (error.kind == ErrorKind::kForbidden && !later) || error.kind == ErrorKind::kQuotaExceeded;
}

DryRunAnswer JudgeReplicaSet(const Result<Reply>& said) {
  DryRunAnswer answer = Judge(said);
  if (answer.verdict == DryRunVerdict::kNoVerdict) {
    const Error& error = said.error();
    if (IsForbidden(error)) {
      answer.verdict = DryRunVerdict::kForbidden;
    } else if (error.detail != ErrorDetail::kNoDryRun) {
      answer.verdict = DryRunVerdict::kNotTold;
    }
  }
  if (answer.verdict != DryRunVerdict::kAccepted) return answer;
  Result<DefaultedTemplate> defaulted = TemplateIn(*said);
  if (!defaulted.ok()) {
    return {.verdict = DryRunVerdict::kNotTold, .message = defaulted.error().message};
  }
  answer.defaulted = *std::move(defaulted);
  return answer;
}

DryRunAnswer JudgePod(const Result<Reply>& said) { return Judge(said); }

std::function<void(const Outcome&)> NoteAnswerIn(TemplateDefaults& memory, const Workload& workload,
                                                 const Request& read, WallTime now) {
  if (read.verb() != Verb::kDryRunCreate) return nullptr;
  const bool is_pod = read.resource() == resources::kPods;
  return [&memory, subject = TemplateDefaults::SubjectOf(workload), is_pod,
          now](const Outcome& outcome) {
    if (is_pod) return memory.NotePod(subject, JudgePod(outcome.said), now);
    DryRunAnswer answer = JudgeReplicaSet(outcome.said);
    if (answer.verdict == DryRunVerdict::kNotTold) return memory.NoteNotTold(subject, now);
    memory.NoteReplicaSet(subject, std::move(answer), now);
  };
}

}  // namespace windlass::rollout
