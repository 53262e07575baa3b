#include "test/sim/admission.h"

#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/base/assert.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kReplicaSetQuota = "windlass.example/replicaset-quota";
constexpr std::string_view kNoDryRun = "windlass.example/no-dry-run";
constexpr std::string_view kPodRefused = "windlass.example/pod-refused";
constexpr std::string_view kNoAnnotations = "windlass.example/no-annotations";
constexpr std::string_view kNoPodAnnotations = "windlass.example/no-pod-annotations";
constexpr std::string_view kKeepRollback = "windlass.example/keep-rollback";
constexpr const char* kWebhook = "policy.windlass.example";

// A quota of count/replicasets.apps.
std::optional<ApiAnswer> CheckQuota(const ObjectStore& store, const Json& owner,
                                    const ApiResource& resource, const Json& object) {
  if (resource.resource != resources::kReplicaSets) return std::nullopt;
  const std::string limit = AnnotationOf(owner, kReplicaSetQuota);
  const size_t used = store.List(resources::kReplicaSets, NamespaceOf(object)).size();
  if (limit.empty() || used < std::stoull(limit)) return std::nullopt;
  const std::string counted = "count/" + resource.QualifiedPlural() + "=";
  return Forbidden(resource, NameOf(object),
                   "exceeded quota: quota, requested: " + counted + "1, used: " + counted +
                       std::to_string(used) + ", limited: " + counted + limit);
}

bool RunsImage(const Json& pod, const std::string& image) {
  for (const Json& container : At(pod, {"spec", "containers"})) {
    if (TextAt(container, {"image"}) == image) return true;
  }
  return false;
}

// Returns "admission webhook \"NAME\"" and `words`.
std::string WebhookText(std::string_view words) {
  std::string text = "admission webhook \"";
  text += kWebhook;
  text += '"';
  return text += words;
}

std::optional<ApiAnswer> CheckPod(const Json& owner, const ApiResource& resource,
                                  const Json& object) {
  const std::string rule = AnnotationOf(owner, kPodRefused);
  if (resource.resource != resources::kPods || rule.empty()) return std::nullopt;
  const size_t space = rule.find(' ');
  if (space != std::string::npos && !RunsImage(object, rule.substr(space + 1))) {
    return std::nullopt;
  }
  const std::string name = NameOf(object);
  const std::string denied = WebhookText(" denied the request: refused");
  switch (std::stoi(rule)) {
    case 400: return BadRequest(denied);
    case 403: return Forbidden(resource, name, "refused");
    case 422:
      return Invalid(resource, name,
                     {InvalidValue("spec.containers[0].image",
                                   At(object, {"spec", "containers"})[0]["image"], "refused")});
    case 429: return TooManyRequests("too many requests, please try again later");
    case 500: return WebhookFailed(kWebhook);
    default: WL_ASSERT(false); return std::nullopt;
  }
}

// Puts the request for a rollback back into the Deployment `object`, if the stored one has it.
void KeepRollback(const ObjectStore& store, Json& object) {
  constexpr const char* kRequest = "deprecated.deployment.rollback.to";
  const Object owner = store.Find({resources::kNamespaces, "", NamespaceOf(object)});
  const Object stored = store.Find({resources::kDeployments, NamespaceOf(object), NameOf(object)});
  if (stored == nullptr || AnnotationOf(*owner, kKeepRollback).empty()) return;
  const std::string asked = AnnotationOf(*stored, kRequest);
  if (asked.empty() || !AnnotationOf(object, kRequest).empty()) return;
  object["metadata"]["annotations"][kRequest] = asked;
}

}  // namespace

void Mutate(const ObjectStore& store, const ApiResource& resource, Json& object) {
  if (resource.resource == resources::kDeployments) return KeepRollback(store, object);
  const bool is_pod = resource.resource == resources::kPods;
  if (!is_pod && resource.resource != resources::kReplicaSets) return;
  const Object owner = store.Find({resources::kNamespaces, "", NamespaceOf(object)});
  const std::string_view strips = is_pod ? kNoPodAnnotations : kNoAnnotations;
  if (!AnnotationOf(*owner, strips).empty()) object["metadata"].erase("annotations");
}

std::optional<ApiAnswer> Admit(const ObjectStore& store, const ApiResource& resource,
                               const Json& object, bool dry_run) {
  if (!resource.namespaced) return std::nullopt;
  const Object owner = store.Find({resources::kNamespaces, "", NamespaceOf(object)});
  if (dry_run && !AnnotationOf(*owner, kNoDryRun).empty()) {
    return BadRequest(WebhookText(" does not support dry run"));
  }
  if (auto refused = CheckPod(*owner, resource, object)) return refused;
  return CheckQuota(store, *owner, resource, object);
}

}  // namespace windlass::sim
