#include "controller/in_place/watch/in_place_metrics.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/in_place/pod/failure.h"
#include "kubeclient/api/waiting_reasons.h"

namespace windlass {
namespace {

// Returns one list with the members of all `lists`, in order.
template <size_t... Sizes>
constexpr auto Joined(const std::string_view (&... lists)[Sizes]) {
  std::array<std::string_view, (Sizes + ...)> all{};
  auto at = all.begin();
  ((at = std::ranges::copy(lists, at).out), ...);
  return all;
}

// The results of a write that failed: Name(kind) for every ErrorKind except DisruptionBudget. Only
// an eviction can fail with DisruptionBudget, and updates in place evict no Pods.
constexpr std::string_view kErrors[] = {
    "NotSent",      "Ambiguous",       "Cancelled",     "Tls",
    "Unauthorized", "Forbidden",       "QuotaExceeded", "NamespaceTerminating",
    "NotFound",     "AlreadyExists",   "Conflict",      "Gone",
    "Invalid",      "TooManyRequests", "ServerError",   "WebhookFailed",
    "Timeout",      "Malformed",       "TooLarge",      "Config",
    "Fenced"};
constexpr std::string_view kPatched[] = {"Success"};
constexpr std::string_view kExchanged[] = {"Begun", "Done", "Forgotten"};
constexpr auto kPatchResults = Joined(kPatched, kErrors);
constexpr auto kExchangeResults = Joined(kExchanged, kErrors);

constexpr std::string_view kFailsItself[] = {in_place::kTooManyRestarts, in_place::kPodTimeout,
                                             in_place::kImagePutBack};
constexpr auto kFailureReasons = Joined(waiting::kNotStarted, waiting::kEnded, kFailsItself);

// Why a template needs new Pods: Name(reason) for every Reason (eligibility.h).
constexpr std::string_view kNotEligible[] = {"FieldChanged",
                                             "RestartRequested",
                                             "InitImageChanged",
                                             "SidecarKubeletTooOld",
                                             "ImagePullPolicyChanged",
                                             "MetadataOnly",
                                             "EnvFromMetadata",
                                             "MatchLabelKey",
                                             "ContainerRestartPolicy",
                                             "MultipleActiveReplicaSets",
                                             "RecreateStrategy",
                                             "NoBudget",
                                             "PodForbidden",
                                             "QOSClassChanged",
                                             "ResourcesAddedOrRemoved",
                                             "OtherResources",
                                             "EnvFromResources",
                                             "ResizeServerTooOld",
                                             "ResizeKubeletTooOld",
                                             "ResizeInfeasible",
                                             "ResizeDeferred"};
constexpr std::string_view kOtherCauses[] = {in_place::kHostGone,         in_place::kForeignScale,
                                             in_place::kTemplateTooLarge, in_place::kNoDryRun,
                                             in_place::kNotKept,          in_place::kOtherCause};
constexpr auto kFallbackReasons =
    Joined(kNotEligible, kOtherCauses, waiting::kNotStarted, waiting::kEnded, kFailsItself);

constexpr Metric kPatches{
    "windlass_inplace_patch_total",
    MetricType::kCounter,
    "Patches that bring a Pod to another revision, by result.",
    {{{"result", kPatchResults}}},
    "Patches that only take a Pod out of traffic, or back, do not count. Any result but `Success` "
    "is the reason why the write failed. A few `Conflict` are normal: the "
    "Pod had changed, and Windlass looks at it again."};
constexpr Metric kFailures{"windlass_inplace_failures_total",
                           MetricType::kCounter,
                           "Pods that failed after their patch, by reason.",
                           {{{"reason", kFailureReasons}}},
                           "Counted once for each Pod, revision and reason."};
constexpr Metric kFallbacks{
    "windlass_inplace_fallback_total",
    MetricType::kCounter,
    "Rollouts that replace Pods because they cannot go on in place, by reason.",
    {{{"reason", kFallbackReasons}}},
    "Rollouts with policy `Only` are not counted. "
    "[in-place-limits.md](in-place-limits.md#what-can-change-in-place) explains the reasons."};
constexpr Metric kExchanges{
    "windlass_inplace_exchange_total",
    MetricType::kCounter,
    "Writes that exchange the templates of two ReplicaSets, by result.",
    {{{"result", kExchangeResults}}},
    "These writes end a rollout in place. Any result but `Begun`, `Done` and `Forgotten` is the "
    "reason why the write failed."};
constexpr Metric kRestart{"windlass_inplace_restart_seconds", MetricType::kHistogram,
                          "Time from the patch of a Pod until its containers have been restarted."};
constexpr Metric kAvailable{"windlass_inplace_available_seconds",
                            MetricType::kHistogram,
                            "Time from the patch of a Pod until it is available.",
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
