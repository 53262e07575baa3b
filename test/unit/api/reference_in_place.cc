// Reads a Node and a PodDisruptionBudget, in the slow and obvious way.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "test/unit/api/reference_decoder.h"

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

void ReadNodeMetadata(const Members& object, Node& out) {
  out.meta = ReferenceMetadata(object);
  for (const char* key :
       {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"}) {
    if (const auto zone = out.meta.labels.Find(key)) out.zone = *zone;
  }
  out.meta.labels = {};
}

Places NodeMetadataPlaces() {
  Places places = MetadataPlaces(WithAnnotations::kNo);
  for (Place& place : places) place.shown = place.shown && place.path != "metadata.labels";
  return places;
}

void ReadNodeConditions(const Members& status, Node& out) {
  status.ForEach("conditions", [&](const json& element) {
    const Members c = ReferenceElement(element, status.ok);
    std::string type;
    std::string holds;
    WallTime since;
    c.String("type", type);
    c.String("status", holds);
    c.Time("lastTransitionTime", since);
    if (type != "Ready") return;
    out.ready = holds == "True";
    out.heard = out.ready || holds == "False";
    out.ready_since = since;
  });
}

void ReadKubeletVersion(const Members& info, Node& out) {
  std::string version;
  info.String("kubeletVersion", version);
  out.kubelet_version = Version(version);
}

void ReadDisruptedPods(const Members& status, PodDisruptionBudget& out) {
  status.Object("disruptedPods", [&](const Members& pods) {
    for (const auto& [name, time] : pods.object.items()) {
      if (!time.is_null()) out.disrupted_pods.push_back(name);
    }
  });
}

}  // namespace

template <>
const Fields<Node>& FieldsOf() {
  using enum FieldType;
  const auto same = [](const Node& a, const Node& b) {
    const auto all = [](const Node& n) {
      return std::tie(n.meta, n.ready, n.heard, n.ready_since, n.kubelet_version, n.zone);
    };
    return all(a) == all(b);
  };
  static const Fields<Node> kFields = {
      {ReadNodeMetadata, NodeMetadataPlaces(), same},
      {"status",
       {{ReadNodeConditions,
         {{"conditions", kList, false},
          {"conditions[0].type", kString, false},
          {"conditions[0].status", kString, false},
          {"conditions[0].lastTransitionTime", kTime, false}}},
        {"nodeInfo", {{ReadKubeletVersion, {{"kubeletVersion", kString, false}}}}}}},
  };
  return kFields;
}

template <>
const Fields<PodDisruptionBudget>& FieldsOf() {
  using Budget = PodDisruptionBudget;
  static const Fields<Budget> kFields = {
      Metadata<Budget>(WithAnnotations::kNo),
      {"spec", {{"selector", &Budget::selector, SelectorFields()}}},
      {[](const Members&, Budget& out) { out.has_selector = out.selector.present; },
       {},
       [](const Budget& a, const Budget& b) { return a.has_selector == b.has_selector; }},
      {"status",
       {{"observedGeneration", &Budget::observed_generation},
        {"disruptionsAllowed", &Budget::disruptions_allowed},
        {ReadDisruptedPods,
         {{"disruptedPods", FieldType::kObject}},
         [](const Budget& a, const Budget& b) { return a.disrupted_pods == b.disrupted_pods; }}}},
  };
  return kFields;
}

}  // namespace windlass::test
