#include "controller/deployment/unsupported.h"

#include <algorithm>
#include <string>

#include "controller/deployment/annotations.h"
#include "controller/deployment/fenceposts.h"
#include "kubeclient/api/selector.h"

namespace windlass::deployment {
namespace {

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "Deployment "ns/web" is left alone: <why>. Remedy: <remedy>."
Event LeftAlone(const Deployment& deployment, const std::string& why, const std::string& remedy) {
  return {Event::Type::kWarning, "WindlassUnsupported",
          "Deployment " + Quoted(KeyOf(deployment.meta).ToString()) + " is left alone: " + why +
              ". Remedy: " + remedy + "."};
}

// Empty or unparsable values ask for nothing (D-461).
bool AsksForRollback(const Deployment& deployment) {
  const auto revision = deployment.meta.annotations.Find(kRollbackTo);
  return revision && ParseRevision(*revision).has_value();
}

}  // namespace

std::optional<Event> WhySelectorIsRefused(const Deployment& deployment) {
  if (deployment.spec.selector.SelectsEverything()) {
    return Event{Event::Type::kWarning, "SelectingAll",
                 "This deployment is selecting all pods. A non-empty selector is required."};
  }
  const Status valid = Validate(deployment.spec.selector);
  if (valid.ok()) return std::nullopt;
  return LeftAlone(deployment, "spec.selector: " + valid.error().message,
                   "create it anew with a valid spec.selector");
}

std::optional<Event> WhyLeftAlone(const Situation& situation) {
  const Deployment& deployment = situation.deployment;
  if (deployment.spec.paused) {
    return LeftAlone(deployment, "spec.paused is true, and pausing is not supported yet",
                     "kubectl rollout resume");
  }
  if (AsksForRollback(deployment)) {
    return LeftAlone(deployment, "annotation " + std::string(kRollbackTo) + " is not supported yet",
                     "remove the annotation and use kubectl rollout undo");
  }
  const Symbol& strategy = deployment.spec.strategy_type;
  if (!(strategy == "RollingUpdate") && !(strategy == "Recreate")) {
    return LeftAlone(deployment, "spec.strategy.type " + Quoted(strategy) + " is not known",
                     "set it to RollingUpdate or Recreate");
  }
  const Result<Fenceposts> limits = ResolveFenceposts(deployment.spec);
  if (!limits.ok()) {
    return LeftAlone(deployment, limits.error().message, "correct the field");
  }
  return std::nullopt;
}

}  // namespace windlass::deployment
