#include "cmd/kubectl-windlass/long_wait.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/json_fields.h"

namespace windlass::cli {
namespace {

constexpr Duration kLong = seconds(10);

// Returns what the update waits for without a timeout; "" if it does not. The message of one that
// waits for Pods to become available says how many there are.
std::string WaitsFor(const Json& update) {
  const std::string message = TextOf(update, "/status/message");
  return message.starts_with("waiting for ") ? message : "";
}

}  // namespace

void LongWait::Look(const Json& update) {
  const MonotonicTime now = context_.session.clock().Now();
  std::string message = WaitsFor(update);
  if (message != message_) {
    message_ = std::move(message);
    since_ = now;
    said_ = false;
  }
  if (said_ || message_.empty() || now < since_ + kLong) return;
  context_.console.Warning(message_);
  said_ = true;
}

std::optional<Duration> LongWait::Next() const {
  if (said_ || message_.empty()) return std::nullopt;
  return std::max(Duration{0}, since_ + kLong - context_.session.clock().Now());
}

}  // namespace windlass::cli
