#include "controller/deployment/selector.h"

#include <utility>

#include "controller/deployment/patches.h"
#include "kubeclient/api/selector.h"

namespace windlass::deployment {
namespace {

Step RefuseEmpty(const Deployment& deployment, const Learned& learned) {
  if (deployment.status.observed_generation < deployment.meta.generation) {
    DeploymentStatus status = deployment.status;
    status.observed_generation = deployment.meta.generation;
    Write write{.request = PatchStatus(deployment, status, ""),
                .because = {Decision::kUpdateStatus, {{"generation", status.observed_generation}}},
                .go_on_if_refused = true};
    if (FindOutcome(learned, write.request.Identity()) == nullptr) return write;
  }
  return Wait{
      .events = {{Event::Type::kWarning, "SelectingAll",
                  "This deployment is selecting all pods. A non-empty selector is required."}}};
}

}  // namespace

std::optional<Step> RefuseSelector(const Deployment& deployment, const Learned& learned) {
  const LabelSelector& selector = deployment.spec.selector;
  if (selector.SelectsEverything()) return RefuseEmpty(deployment, learned);
  const Status valid = Validate(selector);
  if (valid.ok()) return std::nullopt;
  return Failed{
      .error = {ErrorKind::kInvalid, "deployment " + KeyOf(deployment.meta).ToString() +
                                         " has invalid label selector: " + valid.error().message},
      .retry = Retry::kOnSpecChange};
}

}  // namespace windlass::deployment
