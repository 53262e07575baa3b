// Reads a Node and a PodDisruptionBudget, in the slow and obvious way.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "test/unit/api/reference_decoder.h"
#include "test/unit/api/reference_members.h"

namespace windlass::test {
namespace {

using nlohmann::json;
using Members = ReferenceMembers;

// Returns nullopt if there is no number, or it exceeds the type.
std::optional<int32_t> Number(std::string digits) {
  if (digits.empty()) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > 10 || std::stoll(digits) > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(std::stoll(digits));
}

KubeletVersion Version(std::string text) {
  static const char* const kDigits = "0123456789";
  if (text.starts_with("v")) text.erase(0, 1);
  const size_t dot = text.find_first_not_of(kDigits);
  if (dot == std::string::npos || text[dot] != '.') return {};
  const std::optional<int32_t> major = Number(text.substr(0, dot));
  text.erase(0, dot + 1);
  const std::optional<int32_t> minor = Number(text.substr(0, text.find_first_not_of(kDigits)));
  if (!major || !minor) return {};
  return {*major, *minor};
}

}  // namespace

std::optional<Node> ReferenceNode(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  Node out;
  out.meta = ReferenceMetadata(object);
  for (const char* key :
       {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"}) {
    if (const auto zone = out.meta.labels.Find(key)) out.zone = *zone;
  }
  out.meta.labels = {};
  object.Object("status", [&](const Members& status) {
    status.ForEach("conditions", [&](const json& element) {
      const Members c = ReferenceElement(element, ok);
      std::string type;
      std::string holds;
      c.String("type", type);
      c.String("status", holds);
      if (type == "Ready") out.ready = holds == "True";
    });
    status.Object("nodeInfo", [&](const Members& info) {
      std::string version;
      info.String("kubeletVersion", version);
      out.kubelet_version = Version(version);
    });
  });
  return ok ? std::optional(out) : std::nullopt;
}

std::optional<PodDisruptionBudget> ReferencePodDisruptionBudget(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  PodDisruptionBudget out;
  out.meta = ReferenceMetadata(object);
  object.Object("spec", [&](const Members& spec) { ReferenceSelector(spec, out.selector); });
  out.has_selector = out.selector.present;
  object.Object("status", [&](const Members& status) {
    status.Integer("observedGeneration", out.observed_generation);
    status.Integer("disruptionsAllowed", out.disruptions_allowed);
    status.Object("disruptedPods", [&](const Members& pods) {
      for (const auto& [name, time] : pods.object.items()) {
        if (!time.is_null()) out.disrupted_pods.push_back(name);
      }
    });
  });
  return ok ? std::optional(out) : std::nullopt;
}

bool Same(const Node& a, const Node& b) {
  const auto all = [](const Node& n) {
    return std::tie(n.meta, n.ready, n.kubelet_version, n.zone);
  };
  return all(a) == all(b);
}

bool Same(const PodDisruptionBudget& a, const PodDisruptionBudget& b) {
  const auto all = [](const PodDisruptionBudget& p) {
    return std::tie(p.meta, p.selector, p.has_selector, p.observed_generation,
                    p.disruptions_allowed, p.disrupted_pods);
  };
  return all(a) == all(b);
}

}  // namespace windlass::test
