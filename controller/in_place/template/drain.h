// How a Pod is taken out of traffic while its containers restart: the value of annotation
// windlass.dev/in-place-drain. Source: P-040, P-083.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/workload.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// The readinessGate of drain mode Gate (P-040).
inline constexpr std::string_view kReadyGate = "windlass.dev/in-place-ready";

struct Drain {
  enum class Mode : uint8_t { kNone, kLabel, kGate };
  Mode mode = Mode::kNone;
  // For kLabel only: the label by which Services select the Pods.
  std::string label{};
  std::string on{};   // its value while a Pod takes traffic
  std::string off{};  // its value while a Pod is drained
  bool operator==(const Drain&) const = default;
};

// Reads "None", "Label:<key>=<on>/<off>" with two different label values, or "Gate". Error kConfig
// for anything else; its message says what to write.
Result<Drain> ParseDrain(std::string_view text);

// Returns the text that ParseDrain reads.
std::string TextOf(const Drain& drain);

// Checks that the template and the selector of `workload` allow this drain, and that no component
// writes the drain's label itself: neither Windlass (windlass.dev/…, except windlass.dev/traffic)
// nor a controller of Kubernetes (such as pod-template-hash). A null template allows only kNone.
// Error kConfig; its message says what to change.
// ParseDrain does not check who owns the label. Reason: ParseDrain also reads the drain of a Pod
// that was drained before this check existed, and such a Pod must get back into traffic.
// Windlass cannot add a missing label or readinessGate itself: the ReplicaSet's template would then
// differ from the workload's.
Status CheckDrain(const Drain& drain, const Workload& workload);

// Returns a warning if the drain's label has another value than `on` in the template, for example
// after an undo; nullopt otherwise. Requires that CheckDrain passes.
// The other value does no harm: a Pod gets back the value of its own template
// (controller/in_place/traffic/drain_steps.h).
std::optional<std::string> WarnOfDrain(const Drain& drain, const std::string* template_json);

}  // namespace windlass::in_place
