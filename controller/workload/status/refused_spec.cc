#include "controller/workload/status/refused_spec.h"

#include "controller/workload/decisions.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/selector.h"

namespace windlass::workload {
namespace {

Step RefuseEmpty(const Workload& workload, const Learned& learned, WallTime now) {
  if (workload.status.observed_generation < workload.meta.generation) {
    StatusDraft draft{.status = workload.status, .now = now};
    draft.status.observed_generation = workload.meta.generation;
    Write write{.request = workload.kind.WriteStatus(workload, draft),
                .because = {decisions::kUpdateStatus, {{"generation", workload.meta.generation}}},
                .go_on_if_refused = true};
    if (FindOutcome(learned, write.request.Identity()) == nullptr) return write;
  }
  return Wait{.events = {{Event::Type::kWarning, "SelectingAll",
                          "This " + std::string(workload.kind.traits().noun) +
                              " is selecting all pods. A non-empty selector is required."}}};
}

}  // namespace

std::optional<Step> RefuseSelector(const Workload& workload, const Learned& learned, WallTime now) {
  const LabelSelector& selector = workload.selector;
  if (selector.SelectsEverything()) return RefuseEmpty(workload, learned, now);
  const Status valid = Validate(selector);
  if (valid.ok()) return std::nullopt;
  return Failed{
      .error = {ErrorKind::kInvalid, std::string(workload.kind.traits().noun) + " " +
                                         KeyOf(workload.meta).ToString() +
                                         " has invalid label selector: " + valid.error().message},
      .retry = Retry::kOnSpecChange};
}

std::optional<Step> RefuseStrategy(const Workload& workload) {
  if (workload.strategy_error.empty()) return std::nullopt;
  return Failed{.error = {ErrorKind::kInvalid, workload.strategy_error},
                .retry = Retry::kOnSpecChange};
}

std::string InvalidStrategyText(const Workload& workload) {
  return "spec.strategy cannot be carried out: " + workload.strategy_error +
         ". Correct it. Until then Windlass updates no Pod and carries out no promotion. New sizes "
         "and aborts take effect only during an update in place";
}

}  // namespace windlass::workload
