// How a Pod is taken out of traffic while its containers restart: the value of annotation
// windlass.dev/in-place-drain. Source: P-040, P-083.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/deployment.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

struct Drain {
  enum class Mode : uint8_t { kNone, kLabel, kGate };
  Mode mode = Mode::kNone;
  // Mode kLabel only: a label of the Pods that their Services select by.
  std::string label{};
  std::string on{};   // its value while a Pod takes traffic, as in the template
  std::string off{};  // its value while a Pod is drained
  bool operator==(const Drain&) const = default;
};

// "None", "Label:<key>=<on>/<off>" or "Gate". Error kConfig, saying what to write, for anything
// else.
Result<Drain> ParseDrain(std::string_view text);

// As ParseDrain reads it.
std::string TextOf(const Drain& drain);

// Whether the template and selector of `spec` let Pods be drained so. Windlass cannot add what is
// missing: the template would no longer equal the Deployment's. Error kConfig, saying what to
// change.
Status CheckDrain(const Drain& drain, const DeploymentSpec& spec);

// What is odd and does no harm: the template has another value than `on`, as after an undo past a
// change of it. A Pod gets back the value of its own template (drain_steps.h). Requires that
// CheckDrain is content.
std::optional<std::string> WarnOfDrain(const Drain& drain, const DeploymentSpec& spec);

}  // namespace windlass::in_place
