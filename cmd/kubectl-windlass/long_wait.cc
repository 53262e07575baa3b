#include "cmd/kubectl-windlass/long_wait.h"

#include <algorithm>
#include <utility>

namespace windlass::cli {

void LongWait::Look(std::string message, const std::function<std::string()>& text) {
  const MonotonicTime now = context_.session.clock().Now();
  if (message != message_) {
    message_ = std::move(message);
    since_ = now;
    said_ = false;
  }
  if (said_ || message_.empty() || now < since_ + kLongWait) return;
  said_ = true;
  context_.console.Warning(text ? text() : message_);
}

std::optional<Duration> LongWait::Next() const {
  if (said_ || message_.empty()) return std::nullopt;
  return std::max(Duration{0}, since_ + kLongWait - context_.session.clock().Now());
}

}  // namespace windlass::cli
