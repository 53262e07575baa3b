#include "controller/rollout/dry_run.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/workload/new_replica_set.h"
#include "controller/workload/patches.h"
#include "controller/workload/request_body.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/template_text.h"

namespace windlass::rollout {
namespace {

using workload::Json;

std::string NameOf(const Workload& workload) {
  return workload::ReplicaSetName(workload.meta.name, "dry-run");
}

// Returns true if the planner may make a ReplicaSet in this situation.
bool MayCreate(const workload::Situation& situation) {
  const Workload& workload = situation.workload;
  if (situation.new_replica_set != nullptr || workload.requested_template.empty()) return false;
  const bool held = workload.paused || workload.follow_revision || workload.meta.deleting();
  return !held && workload.strategy_error.empty();
}

// Returns the member of `object` if that is an object; else an empty object.
Json ObjectIn(const Json& object, const char* key) {
  const auto member = object.find(key);
  return member != object.end() && member->is_object() ? *member : Json::object();
}

bool IsRefusal(const Error& error) {
  const bool judges = error.http_status == 400 || error.http_status == 422;
  // A webhook with side effects answers 400 to every dry run.
  const bool cannot = error.message.find("does not support dry run") != std::string::npos;
  return error.kind == ErrorKind::kInvalid && judges && !cannot;
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

std::optional<Result<Read>> Ask(const workload::Situation& situation, Result<Request> request,
                                std::string why) {
  if (!request.ok()) return Result<Read>(std::move(request).error());
  // The memory did not take the answer: to ask again would give the same one.
  if (FindOutcome(situation.learned, request->Identity()) != nullptr) return std::nullopt;
  return Result<Read>(
      Read{.request = *std::move(request), .why = std::move(why), .go_on_if_refused = true});
}

}  // namespace

std::optional<Result<Read>> DueDryRun(const workload::Situation& situation,
                                      const TemplateChecks& checks) {
  if (!MayCreate(situation) || checks.Refusal() != nullptr) return std::nullopt;
  if (!situation.wanted.known && checks.replica_set.verdict == DryRunVerdict::kNotAsked) {
    auto due = Ask(situation, DryRunReplicaSet(situation),
                   "the server's defaults of the template are not known");
    if (due) return due;
  }
  if (checks.pod.verdict != DryRunVerdict::kNotAsked) return std::nullopt;
  return Ask(situation, DryRunPod(situation),
             "a template that no Pod can have must be found first");
}

Result<Request> DryRunReplicaSet(const workload::Situation& situation) {
  WINDLASS_TRY(workload::NewReplicaSet parts, workload::PartsOfNewReplicaSet(situation));
  parts.name = NameOf(situation.workload);
  parts.replicas = 0;
  WINDLASS_TRY(const Request create, workload::CreateReplicaSet(situation.workload, parts));
  return Request::DryRunCreate(create.resource(), create.key(), create.body());
}

Result<Request> DryRunPod(const workload::Situation& situation) {
  const Workload& workload = situation.workload;
  WINDLASS_TRY(const workload::NewReplicaSet parts, workload::PartsOfNewReplicaSet(situation));
  const Json pod_template =
      Json::parse(*workload.template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return workload::Malformed("spec.template: is no JSON object");
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
  return Request::DryRunCreate(resources::kPods, {workload.meta.namespace_, name},
                               workload::Dump(body));
}

DryRunAnswer JudgeReplicaSet(const Result<Reply>& said) {
  DryRunAnswer answer = Judge(said);
  if (answer.verdict != DryRunVerdict::kAccepted) return answer;
  Result<DefaultedTemplate> defaulted = TemplateIn(*said);
  if (!defaulted.ok()) {
    return {.verdict = DryRunVerdict::kNoVerdict, .message = defaulted.error().message};
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
    memory.NoteReplicaSet(subject, JudgeReplicaSet(outcome.said), now);
  };
}

}  // namespace windlass::rollout
