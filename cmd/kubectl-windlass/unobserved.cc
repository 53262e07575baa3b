#include "cmd/kubectl-windlass/unobserved.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cmd/kubectl-windlass/installed_crd.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/step_status.h"

namespace windlass::cli {
namespace {

// Returns true if a controller has seen the last change. A promotion does not raise the generation,
// but usually Windlass ends a promoted pause within a second. So returns false while the promoted
// pause goes on, except if Windlass must not end the pause yet:
//   - spec.paused is true
//   - the promotion is without --force, and not all Pods of the step are available
bool IsSeen(const Json& object) {
  if (!IsObserved(object)) return false;
  const std::optional<StepStatus> step = StepStatusOf(object);
  if (!step || !step->is_pause || FlagOf(object, "/spec/paused")) return true;
  // True if all Pods of the step are available, for the present spec.replicas. After a scaling, a
  // promoted step first waits for the new Pods.
  const bool all =
      step->pods == StepPods::kAvailable &&
      NumberOf(object, "/status/step/availableOf") == NumberOf(object, "/spec/replicas", 1);
  return !step->forced && !(step->promoted && all);
}

// Returns true if Kubernetes has a controller of its own for the kind.
bool IsBuiltIn(const ResourceId& resource) { return resource.manifest.empty(); }

// Returns true if `why`, a condition of WhyUnobserved, is certainly about the present generation:
//   - `why` names the present generation
//   - `why` was written after the last change of the object. Conditions of a Deployment name no
//     generation. Both times are in whole seconds, so equal times prove nothing
bool IsToldOfPresent(const Json& why, const Json& object) {
  const std::optional<WallTime> changed = LastWrite(object);
  return IsOfPresent(why, object) || (changed && TimeOf(why, "/lastUpdateTime") > changed);
}

}  // namespace

const Json* WhyNotCarriedOut(const Json& object) {
  const Json* why = WhyUnobserved(object);
  return why != nullptr && IsToldOfPresent(*why, object) ? why : nullptr;
}

std::string UnobservedText(const Json& object, const Place& place) {
  if (IsSeen(object)) return "";
  const std::string change = "the last change of " + ShortName(place.resource, place.name);
  const bool built_in = IsBuiltIn(place.resource);
  if (WhyNotCarriedOut(object) != nullptr) return "";
  if (const Json* why = WhyUnobserved(object)) {
    return "it is not known whether " + std::string(built_in ? "a controller" : "Windlass") +
           " has seen " + change + ", because its condition " + TextOf(*why, "/type") +
           " may be about an earlier change";
  }
  return std::string(built_in ? "no controller has" : "Windlass has not") + " seen " + change +
         ", so its status is out of date";
}

std::string UnobservedWarning(const CommandContext& context, const Place& place,
                              const std::string& unobserved) {
  if (unobserved.empty()) return "";
  const std::string theirs =
      "kube-controller-manager has its " + std::string(place.resource.kind) + " controller";
  std::string check = "check that ";
  const Kind* kind = KindOf(place.resource);
  const bool only_updates = kind != nullptr && kind->update.standing != nullptr;
  if (only_updates) {  // Windlass carries out the updates of such a kind, and nothing else
    check += theirs;
  } else {
    check += "Windlass runs with --controllers=" + KindWord(place.resource) +
             (IsBuiltIn(place.resource) ? ", or that " + theirs : "") +
             " (kubectl get pods -A -l app.kubernetes.io/name=windlass shows the Pods of Windlass)";
  }
  return unobserved + ": " + WhyUnseen(context.session, place.resource, std::move(check));
}

std::string OverdueText(const Json& object, const Place& place, WallTime now) {
  // If the controller has seen the change but could not begin with it, a condition says so.
  const std::string text = UnobservedText(object, place);
  if (text.empty() || WhyUnobserved(object) != nullptr) return "";
  const std::optional<WallTime> changed = LastWrite(object);
  return changed && now - *changed >= kUnobservedMax ? text : "";
}

Result<Json> ReadWorkload(const CommandContext& context, const Place& place) {
  Result<Json> object = ReadObject(context.session, place);
  if (!object.ok()) return object;
  const std::string overdue = OverdueText(*object, place, context.session.clock().Wall());
  context.console.Warning(UnobservedWarning(context, place, overdue));
  context.done->told = overdue;
  if (IsDeleting(*object)) {
    context.console.Warning(ShortName(place.resource, place.name) +
                            " is being deleted: it is gone when its finalizers are done");
  }
  return object;
}

}  // namespace windlass::cli
