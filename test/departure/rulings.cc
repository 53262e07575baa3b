#include "test/departure/rulings.h"

#include "controller/core/step.h"
#include "kubeclient/base/fill.h"

namespace windlass::departure {
namespace {

using kind::Ruling;
using kind::Way;

constexpr std::string_view kWaiting = "Waiting";
constexpr std::string_view kDeparting = "Departing";
constexpr std::string_view kDeparted = "Departed";
constexpr std::string_view kStalled = "Stalled";

}  // namespace

Ruling NoPodNamed() {
  return {kStalled, Way::kStalled, "InvalidSpec",
          "spec.pod is empty; set spec.pod to the name of the Pod that is to go"};
}

Ruling NoTower(const DepartureSpec& spec) {
  return {kStalled, Way::kStalled, "NoTower",
          Fill("this Windlass cannot ask {}, because it was built without towers; remove "
               "spec.tower, so that nobody is asked",
               spec.tower)};
}

// Several budgets are refused until one is deleted, a missing right until it is given. A webhook
// may answer next time.
Ruling Refused(const DepartureSpec& spec, const Error& error) {
  const bool passes = MayPass(error.kind);
  const bool many = error.detail == ErrorDetail::kManyBudgets;
  return {passes ? kWaiting : kStalled, passes ? Way::kReconciling : Way::kStalled,
          many ? "ManyBudgets" : "EvictionRefused",
          Fill("the API server refused to evict Pod {}: {}{}", spec.pod, error.message,
               many ? " Delete all but one PodDisruptionBudget that selects the Pod." : "")};
}

Ruling NoSuchPod(const DepartureSpec& spec) {
  return {kWaiting, Way::kReconciling, "NoSuchPod",
          Fill("there is no Pod {} in this namespace; waiting until it is created", spec.pod)};
}

Ruling Chosen(const DepartureSpec& spec) {
  return {kWaiting, Way::kReconciling, "PodChosen",
          Fill("Pod {} is evicted once {}", spec.pod,
               spec.tower.empty() ? "its disruption budget allows it"
                                  : Fill("{} has cleared it", spec.tower))};
}

Ruling NoAnswer(const DepartureSpec& spec, const Error& error) {
  return {kWaiting, Way::kReconciling, "NoAnswer",
          Fill("{} did not answer whether Pod {} may go: {}; it is asked again every minute",
               spec.tower, spec.pod, error.message)};
}

Ruling NotCleared(const DepartureSpec& spec, const Clearance& clearance) {
  return {kWaiting, Way::kReconciling, "NotCleared",
          Fill("{} does not let Pod {} go: {}; it is asked again every minute", spec.tower,
               spec.pod, clearance.why)};
}

Ruling BudgetRefuses(const DepartureSpec& spec, const Error& error) {
  const std::string& why = error.causes.empty() ? error.message : error.causes.front().message;
  return {kWaiting, Way::kReconciling, "DisruptionBudget",
          Fill("Pod {} is not evicted yet: {}", spec.pod, why)};
}

Ruling Departing(const DepartureSpec& spec) {
  return {kDeparting, Way::kReconciling, "PodEnds",
          Fill("Pod {} is being deleted; waiting until it has ended", spec.pod)};
}

Ruling Departed(const DepartureSpec& spec) {
  return {kDeparted, Way::kReady, "PodGone", Fill("Pod {} is gone", spec.pod)};
}

}  // namespace windlass::departure
