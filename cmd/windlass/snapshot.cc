#include "cmd/windlass/snapshot.h"

#include <utility>

namespace windlass {
namespace {

// Well below 1 s, the kubelet's default timeout of a probe.
constexpr Duration kAnswerMax = milliseconds(300);

}  // namespace

SnapshotBoard::SnapshotBoard(const Clock& clock, std::function<void()> ask)
    : clock_(clock), ask_(std::move(ask)) {}

void SnapshotBoard::Publish(Snapshot snapshot) {
  auto next = std::make_shared<const Snapshot>(std::move(snapshot));
  {
    const std::scoped_lock lock(mutex_);
    latest_.swap(next);
    asked_.reset();
    ++publications_;
  }
  published_.notify_all();
}

std::shared_ptr<const Snapshot> SnapshotBoard::Fresh() {
  std::unique_lock lock(mutex_);
  const uint64_t seen = publications_;
  if (!asked_) {
    asked_ = clock_.Now();
    ask_();
  }
  published_.wait_for(lock, kAnswerMax, [&] { return publications_ != seen; });
  return latest_;
}

Duration SnapshotBoard::Overdue() const {
  const std::scoped_lock lock(mutex_);
  return asked_ ? clock_.Now() - *asked_ : Duration{0};
}

}  // namespace windlass
