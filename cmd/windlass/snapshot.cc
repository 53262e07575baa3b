#include "cmd/windlass/snapshot.h"

#include <utility>

#include "kubeclient/base/clock.h"

namespace windlass {
namespace {

// How long Fresh waits for the core thread. Meanwhile the metrics port answers no other request.
constexpr Duration kAnswerMax = milliseconds(300);

}  // namespace

Histogram TurnHistogram() {
  return Histogram({0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5});
}

SnapshotBoard::SnapshotBoard(std::function<void()> ask) : ask_(std::move(ask)) {}

void SnapshotBoard::Publish(Snapshot snapshot) {
  auto next = std::make_shared<const Snapshot>(std::move(snapshot));
  {
    const std::scoped_lock lock(mutex_);
    latest_.swap(next);
    asked_ = late_ = false;
    ++publications_;
  }
  published_.notify_all();
}

std::shared_ptr<const Snapshot> SnapshotBoard::Fresh() {
  std::unique_lock lock(mutex_);
  const uint64_t seen = publications_;
  if (!asked_) {
    asked_ = true;
    ask_();
  }
  if (late_) return latest_;
  late_ = !published_.wait_for(lock, kAnswerMax, [&] { return publications_ != seen; });
  return latest_;
}

}  // namespace windlass
