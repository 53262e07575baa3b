#include "controller/in_place/watch/figures.h"

namespace windlass {
namespace {

constexpr MetricLabel kResult{
    "result", {}, "`Success`, or why the write failed, a reason of the API such as `Conflict`"};

constexpr Metric kPatches{
    "windlass_inplace_patch_total",
    MetricType::kCounter,
    "Patches of Pods, by result.",
    {{kResult}},
    "A few `Conflict` are normal: the Pod had changed, and Windlass looks at it again."};
constexpr Metric kFailures{
    "windlass_inplace_failures_total",
    MetricType::kCounter,
    "Pods that failed at a patch, by reason.",
    {{{"reason", {}, "the kubelet's word, or `TooManyRestarts`, `PodTimeout`, `ImagePutBack`"}}},
    "Once for each Pod, revision and reason."};
constexpr Metric kFallbacks{
    "windlass_inplace_fallback_total",
    MetricType::kCounter,
    "Rollouts given up for replacing Pods, by reason.",
    {{{"reason",
       {},
       "a reason of the condition "
       "([in-place-limits.md](in-place-limits.md#what-can-change-in-place)) or of "
       "`windlass_inplace_failures_total`; `Other` if it has no name"}}},
    "Counted when it is decided; rollouts with policy `Only` are not."};
constexpr Metric kExchanges{
    "windlass_inplace_exchange_total",
    MetricType::kCounter,
    "Writes that exchange two ReplicaSets, by result.",
    {{{"result", {}, "`Begun`, `Done` or `Forgotten`, or why the write failed"}}},
    "They end a rollout in place."};
constexpr Metric kRestart{"windlass_inplace_restart_seconds", MetricType::kHistogram,
                          "From the patch of a Pod until its containers have been restarted."};
constexpr Metric kAvailable{"windlass_inplace_available_seconds",
                            MetricType::kHistogram,
                            "From the patch of a Pod until it is available.",
                            {},
                            "`minReadySeconds` included."};

}  // namespace

void AddInPlaceFigures(const InPlaceFigures& in_place, Figures& figures) {
  const auto each = [&figures](const Metric& metric,
                               const std::map<std::string, uint64_t>& counts) {
    for (const auto& [value, count] : counts) figures.Count(metric, count, {value});
  };
  each(kPatches, in_place.patches);
  each(kFailures, in_place.failures);
  each(kFallbacks, in_place.fallbacks);
  each(kExchanges, in_place.exchanges);
  figures.Spread(kRestart, in_place.restart);
  figures.Spread(kAvailable, in_place.available);
}

MetricSection InPlaceMetrics() {
  return {"In place", {&kPatches, &kFailures, &kFallbacks, &kExchanges, &kRestart, &kAvailable}};
}

}  // namespace windlass
