#include "kubeclient/api/pod_disruption_budget.h"

#include <algorithm>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

void ReadBudgetSpec(JsonReader& in, SymbolTable& symbols, PodDisruptionBudget& out) {
  out.selector = {};
  in.Object([&](std::string_view key) {
    if (key == "selector") ReadLabelSelector(in, symbols, out.selector);
  });
}

// Reads status.disruptedPods, which maps names of Pods to times. Keeps only the names, in order.
// Keeps at most kDisruptedPodsMax + 1 names.
void ReadDisruptedPods(JsonReader& in, std::vector<std::string>& out) {
  out.clear();
  in.Object([&](std::string_view name) {
    const auto at = std::ranges::lower_bound(out, name);
    if (at != out.end() && *at == name) return;
    out.emplace(at, name);
    if (out.size() > kDisruptedPodsMax + 1) out.pop_back();
  });
}

void ReadBudgetStatus(JsonReader& in, PodDisruptionBudget& out) {
  out.observed_generation = 0;
  out.disruptions_allowed = 0;
  out.disrupted_pods = {};
  in.Object([&](std::string_view key) {
    if (key == "observedGeneration")
      out.observed_generation = in.Int64();
    else if (key == "disruptionsAllowed")
      out.disruptions_allowed = in.Int32();
    else if (key == "disruptedPods")
      ReadDisruptedPods(in, out.disrupted_pods);
  });
}

}  // namespace

Result<PodDisruptionBudget> DecodePodDisruptionBudget(Decoder& decoder,
                                                      std::string_view object_json) {
  JsonReader& in = decoder.reader();
  PodDisruptionBudget out;
  const auto metadata = [&] {
    ReadObjectMeta(in, decoder.symbols(), Annotations::kSkip, out.meta);
  };
  const auto spec = [&] { ReadBudgetSpec(in, decoder.symbols(), out); };
  const auto status = [&] { ReadBudgetStatus(in, out); };
  WINDLASS_TRY([[maybe_unused]] const Unit whole,
               ReadObject(in, object_json, out.meta, metadata, spec, status));
  out.has_selector = out.selector.present;
  return out;
}

bool PodDisruptionBudget::IsDisrupted(std::string_view pod) const {
  return std::ranges::binary_search(disrupted_pods, pod);
}

size_t BytesOf(const PodDisruptionBudget& object) {
  size_t bytes = sizeof(object) + BytesOf(object.meta) + BytesOf(object.selector) +
                 object.disrupted_pods.capacity() * sizeof(std::string);
  for (const std::string& pod : object.disrupted_pods) bytes += pod.capacity();
  return bytes;
}

size_t TextBytesOf(const PodDisruptionBudget& object) {
  return TextBytesOf(object.meta) + TextBytesOf(object.selector);
}

}  // namespace windlass
