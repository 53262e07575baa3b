// The labels of the metrics of updates in place have every word that the program has for them.
#include "controller/in_place/watch/in_place_metrics.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "controller/in_place/pod/failure.h"
#include "controller/in_place/template/eligibility.h"
#include "kubeclient/base/result.h"
#include "test/catch.h"

namespace windlass::in_place_metrics_test {
namespace {

// Returns true if the only label of the metric `name` can have `value`.
bool CanBe(std::string_view name, std::string_view value) {
  const MetricSection section = InPlaceMetrics();
  const auto metric = std::ranges::find(section.metrics, name, &Metric::name);
  REQUIRE(metric != section.metrics.end());
  return std::ranges::count((*metric)->labels().front().values, value) == 1;
}

TEST_CASE("the results of writes in place have the name of every error that a write can have") {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::kFenced); ++kind) {
    const std::string_view name = Name(static_cast<ErrorKind>(kind));
    const bool of_writes =
        static_cast<ErrorKind>(kind) != ErrorKind::kDisruptionBudget;  // evictions
    CAPTURE(name);
    CHECK(CanBe("windlass_inplace_patch_total", name) == of_writes);
    CHECK(CanBe("windlass_inplace_exchange_total", name) == of_writes);
  }
  CHECK_FALSE(CanBe("windlass_inplace_patch_total", "Unknown"));
}

TEST_CASE("the reasons of fallbacks have the name of every reason, and every failure") {
  for (int reason = 0; reason <= static_cast<int>(in_place::Reason::kResizeDeferred); ++reason) {
    const std::string_view name = Name(static_cast<in_place::Reason>(reason));
    CAPTURE(name);
    CHECK(CanBe("windlass_inplace_fallback_total", name));
  }
  for (const char* name : {"ErrImagePull", "CrashLoopBackOff", "PodTimeout", "TooManyRestarts"}) {
    CAPTURE(name);
    CHECK(CanBe("windlass_inplace_fallback_total", name));
    CHECK(CanBe("windlass_inplace_failures_total", name));
  }
}

TEST_CASE("a kubelet's word that makes no failure is no reason of one") {
  for (const char* name : {"ContainerCreating", "PodInitializing", ""}) {
    CAPTURE(name);
    CHECK_FALSE(in_place::IsFailingReason(name));
    CHECK_FALSE(CanBe("windlass_inplace_failures_total", name));
  }
}

}  // namespace
}  // namespace windlass::in_place_metrics_test
