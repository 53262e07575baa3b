#include "controller/in_place/template/drain.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/in_place/template/words.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/label_values.h"

namespace windlass::in_place {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kLabelMode = "Label:";

Error Refuse(std::string message) { return {ErrorKind::kConfig, std::move(message)}; }

bool SelectsBy(const LabelSelector& selector, std::string_view label) {
  return selector.match_labels.Has(label) ||
         std::ranges::any_of(selector.match_expressions,
                             [&](const LabelSelectorRequirement& one) { return one.key == label; });
}

Json TemplateOf(const std::string* template_json) {
  return template_json == nullptr ? Json() : Json::parse(*template_json, nullptr, false);
}

// Returns the value of the drain's label in the template; nullopt if the label is absent.
std::optional<std::string> ValueIn(const Json& pod_template, const Drain& drain) {
  const Json::json_pointer labels("/metadata/labels");
  const Json values = pod_template.contains(labels) ? pod_template[labels] : Json();
  const auto value = values.find(drain.label);
  if (value == values.end() || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

// The one label with a prefix of Windlass that is free for drains, and that Windlass sets for
// nothing else.
constexpr std::string_view kTrafficLabel = "windlass.dev/traffic";
constexpr std::string_view kDomain = "windlass.dev";
// Labels that Kubernetes' controllers of workloads give to their Pods. An entry that ends with "/"
// stands for all keys that begin with it.
constexpr std::string_view kLabelsOfControllers[] = {kPodTemplateHashLabel,
                                                     "controller-revision-hash",
                                                     "pod-template-generation",
                                                     "controller-uid",
                                                     "job-name",
                                                     "apps.kubernetes.io/",
                                                     "batch.kubernetes.io/",
                                                     "statefulset.kubernetes.io/"};

// Returns who else writes the label `key`, as a part of an error text; "" if `key` is free. Such a
// writer and a drain would undo each other's values. Example: each patch of a Pod sets
// windlass.dev/revision.
std::string OwnerOf(std::string_view key) {
  if (key == kTrafficLabel) return "";
  const std::string_view domain = key.substr(0, std::min(key.find('/'), key.size()));
  const bool has_domain = domain.size() < key.size();
  if (has_domain && (domain == kDomain || domain.ends_with("." + std::string(kDomain)))) {
    return "Windlass, because its key begins with " + std::string(domain) + "/";
  }
  const bool is_of_controllers = std::ranges::any_of(kLabelsOfControllers, [&](auto taken) {
    return taken.ends_with('/') ? key.starts_with(taken) : key == taken;
  });
  return is_of_controllers ? "the controllers of Kubernetes, which write it themselves" : "";
}

Status CheckLabel(const Drain& drain, const Workload& workload, const Json& pod_template) {
  if (const std::string owner = OwnerOf(drain.label); !owner.empty()) {
    return Refuse("label " + Quoted(drain.label) + " belongs to " + owner + ": drain by " +
                  std::string(kTrafficLabel) + ", or by a label of your own");
  }
  if (SelectsBy(workload.selector, drain.label)) {
    return Refuse(
        "label " + Quoted(drain.label) +
        " is in spec.selector. A drain changes this label, so the Pod might no longer belong to "
        "the " +
        std::string(workload.kind.traits().name()) + ": drain by another label");
  }
  const std::optional<std::string> value = ValueIn(pod_template, drain);
  if (!value) {
    return Refuse("label " + Quoted(drain.label) +
                  " is missing in spec.template.metadata.labels: add it there with value " +
                  Quoted(drain.on) + ", and add it to the selectors of the Services");
  }
  if (*value == drain.off) {
    return Refuse("label " + Quoted(drain.label) + " has value " + Quoted(*value) +
                  " in spec.template.metadata.labels, which keeps every Pod out of traffic: write "
                  "another value there");
  }
  return Unit{};
}

Status CheckGate(const Json& pod_template) {
  const Json::json_pointer gates("/spec/readinessGates");
  if (pod_template.contains(gates) && pod_template[gates].is_array()) {
    for (const Json& gate : pod_template[gates]) {
      if (gate.is_object() && gate.value("conditionType", Json()) == kReadyGate) return Unit{};
    }
  }
  return Refuse(
      "readinessGate " + std::string(kReadyGate) +
      " is missing: add it to spec.template.spec.readinessGates, or choose Label or None");
}

}  // namespace

Result<Drain> ParseDrain(std::string_view text) {
  if (IsWord(text, "None")) return Drain{};
  if (IsWord(text, "Gate")) return Drain{.mode = Drain::Mode::kGate};
  Drain drain{.mode = Drain::Mode::kLabel};
  if (IsWord(text.substr(0, kLabelMode.size()), kLabelMode)) {
    text.remove_prefix(kLabelMode.size());
    const size_t equals = text.find('=');
    const size_t slash = text.find('/', std::min(equals, text.size()));
    if (slash != std::string_view::npos) {
      drain.label = text.substr(0, equals);
      drain.on = text.substr(equals + 1, slash - equals - 1);
      drain.off = text.substr(slash + 1);
    }
  }
  const bool usable = !drain.label.empty() && !drain.on.empty() && !drain.off.empty() &&
                      IsLabelValue(drain.on) && IsLabelValue(drain.off);
  if (usable && drain.on != drain.off) return drain;
  return Refuse(
      "write None, Gate or Label:<key>=<on>/<off> with two different label values, such "
      "as Label:windlass.dev/traffic=on/off");
}

std::string TextOf(const Drain& drain) {
  switch (drain.mode) {
    case Drain::Mode::kNone: return "None";
    case Drain::Mode::kGate: return "Gate";
    case Drain::Mode::kLabel: break;
  }
  return std::string(kLabelMode) + drain.label + "=" + drain.on + "/" + drain.off;
}

Status CheckDrain(const Drain& drain, const Workload& workload) {
  if (drain.mode == Drain::Mode::kNone) return Unit{};
  const Json pod_template = TemplateOf(workload.template_json);
  if (drain.mode == Drain::Mode::kGate) return CheckGate(pod_template);
  return CheckLabel(drain, workload, pod_template);
}

std::optional<std::string> WarnOfDrain(const Drain& drain, const std::string* template_json) {
  if (drain.mode != Drain::Mode::kLabel) return std::nullopt;
  const std::optional<std::string> value = ValueIn(TemplateOf(template_json), drain);
  if (!value || *value == drain.on) return std::nullopt;
  return "label " + Quoted(drain.label) + " has value " + Quoted(*value) +
         " in spec.template.metadata.labels. Pods get this value back after a drain, not " +
         Quoted(drain.on) + ": in this setting, write " + Quoted(*value) + " before the slash";
}

}  // namespace windlass::in_place
