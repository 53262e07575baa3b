#include "cmd/windlass/snapshot.h"

#include <utility>

#include "kubeclient/base/clock.h"

namespace windlass {
namespace {

// The metrics port answers nothing else meanwhile.
constexpr Duration kAnswerMax = milliseconds(300);

}  // namespace

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
