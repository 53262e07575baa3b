#include "controller/in_place/watch/figures.h"

namespace windlass {

void AddInPlaceFigures(const InPlaceFigures& in_place, Figures& figures) {
  const auto each = [&figures](const char* name, const char* help, const char* label,
                               const std::map<std::string, uint64_t>& counts) {
    for (const auto& [value, count] : counts) {
      figures.push_back({name, help, Figure::Counter{count}, {{label, value}}});
    }
  };
  each("windlass_inplace_patch_total", "Patches of Pods, by result.", "result", in_place.patches);
  each("windlass_inplace_failures_total", "Pods that failed at a patch, by reason.", "reason",
       in_place.failures);
  each("windlass_inplace_fallback_total", "Rollouts given up for replacing Pods, by reason.",
       "reason", in_place.fallbacks);
  each("windlass_inplace_exchange_total", "Writes that exchange two ReplicaSets, by result.",
       "result", in_place.exchanges);
  figures.push_back({"windlass_inplace_restart_seconds",
                     "From the patch of a Pod until its containers have been restarted.",
                     in_place.restart});
  figures.push_back({"windlass_inplace_available_seconds",
                     "From the patch of a Pod until it is available.", in_place.available});
  for (const auto& [cause, count] : in_place.blocked) {
    figures.push_back({"windlass_inplace_blocked",
                       "Workloads whose update in place does not get on.",
                       Figure::Gauge{static_cast<double>(count)},
                       {{"cause", cause}}});
  }
}

}  // namespace windlass
