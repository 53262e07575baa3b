#include "test/sim/search_autoscaler.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "kubeclient/client/paths.h"
#include "test/sim/api_selector.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

constexpr Duration kPeriod = seconds(15);  // --horizontal-pod-autoscaler-sync-period
constexpr int64_t kTolerance = 10;         // percent; --horizontal-pod-autoscaler-tolerance
constexpr int64_t kLoadMin = 40;
constexpr int64_t kLoadMax = 180;
constexpr uint32_t kLooksOfOneLoad = 4;
const std::string kAutoscaler = "user";  // to the judges it is a user who scales

// Of a ReplicationController that is updated, the one that the update began with.
StoreKey ScaledBy(const SearchWorkload& workload) {
  if (!workload.is_controller()) return workload.key();
  return {resources::kReplicationControllers, workload.namespace_name(), workload.name()};
}

}  // namespace

int64_t SizeFor(const AutoscalerView& view, int64_t minimum, int64_t maximum) {
  if (view.size == 0) return 0;  // a user has switched the autoscaler off
  if (view.size < minimum || view.size > maximum) return std::clamp(view.size, minimum, maximum);
  if (view.ready == 0 || std::abs(view.load - 100) <= kTolerance) return view.size;
  const int64_t used = view.load * view.ready;
  const int64_t wanted = (used + 99) / 100;
  const bool some_idle = view.load > 100 && view.ready < view.pods;
  const bool still_too_much = used > (100 + kTolerance) * view.pods && wanted > view.size;
  if (some_idle && !still_too_much) return view.size;
  return std::clamp(wanted, minimum, maximum);
}

SearchAutoscaler::SearchAutoscaler(World& world, const SearchWorkload& workload,
                                   const PlannedDeed& deed, uint64_t seed, MonotonicTime end)
    : world_(world),
      workload_(workload),
      minimum_(std::max<int64_t>(deed.a, 1)),
      maximum_(std::max(deed.b, minimum_)),
      end_(end),
      random_(seed * 1099511628211ULL + static_cast<uint64_t>(deed.at) * 64 + deed.who) {
  Look();
}

void SearchAutoscaler::Look() {
  if (world_.loop().clock().Now() >= end_) return;
  if (Below(random_, kLooksOfOneLoad) == 0) {
    load_ = kLoadMin + Below(random_, static_cast<uint32_t>(kLoadMax - kLoadMin + 1));
  }
  Scale();
  world_.loop().After(kPeriod, [this] { Look(); });
}

void SearchAutoscaler::Scale() {
  const StoreKey key = ScaledBy(workload_);
  const Object now = world_.api().Find(key);
  if (now == nullptr) return;
  HttpRequest request;
  request.target = ResourcePath(key.resource, key.namespace_, key.name, "scale");
  const HttpResponse answer = world_.api().Handle(request, kAutoscaler);
  if (answer.status != 200) return;
  Json scale = Json::parse(answer.body);
  // Without a selector it finds no Pods: nobody has written the status of a new Rollout yet.
  if (TextAt(scale, {"status", "selector"}).empty()) return;

  AutoscalerView view{.size = IntAt(scale, {"spec", "replicas"}), .load = load_};
  const Json selector = LabelSelectorOf(*now);
  for (const Object& pod : world_.api().List(resources::kPods, key.namespace_)) {
    if (!IsActivePod(*pod) || !SelectorMatches(selector, At(*pod, {"metadata", "labels"})))
      continue;
    ++view.pods;
    if (IsReadyPod(*pod)) ++view.ready;
  }
  const int64_t size = SizeFor(view, minimum_, maximum_);
  if (size == view.size) return;
  scale["spec"]["replicas"] = size;
  request.method = HttpMethod::kPut;
  request.content_type = "application/json";
  request.body = scale.dump();
  world_.api().Handle(request, kAutoscaler);
}

}  // namespace windlass::sim
