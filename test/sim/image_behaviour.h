// How a container behaves, chosen by the name of its image. The words are those of test/cluster, so
// that a scenario reads the same on the simulator and on a real control plane.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass::sim {

// With all fields zero the image exists, and its container starts, is ready and stops at once.
struct ImageBehaviour {
  bool missing = false;           // "missing", "404": no registry has it
  bool never_ready = false;       // "never-ready"
  Duration pull{0};               // "slow-pull-3s"
  Duration start{0};              // "slow-start-500ms"
  Duration ready{0};              // "slow-ready-2s": counted from the start
  Duration stop{0};               // "slow-stop-10s": from TERM to exit
  std::optional<Duration> crash;  // "crash-5s": exits with 1, this long after the start
  std::optional<Duration> exit;   // "exits-5s": likewise, with 0
};

ImageBehaviour BehaviourOf(std::string_view image);

// Returns what a runtime reports as imageID: "<repository>@sha256:<64 digits>". The digest is
// - that of the reference, if it has one;
// - one digest for all tags with the word "digest-abc";
// - otherwise another one for each reference.
std::string ImageIdOf(std::string_view image);

// Returns 64 hexadecimal digits that depend only on the text.
std::string DigitsOf(std::string_view text);

}  // namespace windlass::sim
