// Decodes the objects other than Pods that an in-place update reads: Node and PodDisruptionBudget.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "kubeclient/api/decode_fields.h"
#include "kubeclient/api/decoder.h"
#include "kubeclient/base/limits.h"

namespace windlass {
namespace {

// Removes a number from the front of `text` and returns it; returns -1 if there is none, or it is
// too large.
int32_t TakeNumber(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return -1;
  int32_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return -1;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

KubeletVersion ParseVersion(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  const int32_t major = TakeNumber(text);
  if (major < 0 || !text.starts_with('.')) return {};
  text.remove_prefix(1);
  const int32_t minor = TakeNumber(text);
  return minor < 0 ? KubeletVersion{} : KubeletVersion{major, minor};
}

void ReadNodeConditions(JsonReader& in, Node& out) {
  out.ready = false;
  in.Array([&] {
    bool is_ready = false;
    bool holds = false;
    in.Object([&](std::string_view key) {
      if (key == "type")
        is_ready = in.String() == "Ready";
      else if (key == "status")
        holds = in.String() == "True";
    });
    if (is_ready) out.ready = holds;
  });
}

void ReadNodeStatus(JsonReader& in, Node& out) {
  out.ready = false;
  out.kubelet_version = {};
  in.Object([&](std::string_view key) {
    if (key == "conditions")
      ReadNodeConditions(in, out);
    else if (key == "nodeInfo") {
      out.kubelet_version = {};
      in.Object([&](std::string_view member) {
        if (member == "kubeletVersion") out.kubelet_version = ParseVersion(in.String());
      });
    }
  });
}

// As upstream's GetZoneKey: the label counts even if it is empty.
std::string_view ZoneOf(const StringMap& labels) {
  const auto zone = labels.Find("topology.kubernetes.io/zone");
  return zone ? *zone : labels.Find("failure-domain.beta.kubernetes.io/zone").value_or("");
}

void ReadBudgetSpec(JsonReader& in, SymbolTable& symbols, PodDisruptionBudget& out) {
  out.selector = {};
  in.Object([&](std::string_view key) {
    if (key == "selector") ReadLabelSelector(in, symbols, out.selector);
  });
}

// The API server sends an object with a time for each Pod name. Only the names are kept.
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

Result<Node> Decoder::DecodeNode(std::string_view object_json) {
  JsonReader& in = parser_->in;
  Node out;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      ReadObjectMeta(in, symbols_, Annotations::kSkip, out.meta);
    else if (key == "status")
      ReadNodeStatus(in, out);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, Finish(in, out.meta));
  out.zone = symbols_.Intern(ZoneOf(out.meta.labels));
  out.meta.labels = {};  // a Node often has thirty labels
  return out;
}

Result<PodDisruptionBudget> Decoder::DecodePodDisruptionBudget(std::string_view object_json) {
  JsonReader& in = parser_->in;
  PodDisruptionBudget out;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      ReadObjectMeta(in, symbols_, Annotations::kSkip, out.meta);
    else if (key == "spec")
      ReadBudgetSpec(in, symbols_, out);
    else if (key == "status")
      ReadBudgetStatus(in, out);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, Finish(in, out.meta));
  out.has_selector = out.selector.present;
  return out;
}

}  // namespace windlass
