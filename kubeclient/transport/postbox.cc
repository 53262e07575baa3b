#include "kubeclient/transport/postbox.h"

#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass {

void Postbox::Post(Inbox::Message message) {
  const std::scoped_lock lock(mutex_);
  if (!closed_) inbox_.Post(std::move(message));
}

void Postbox::Enter() {
  const std::scoped_lock lock(mutex_);
  ++inside_;
}

void Postbox::Leave() {
  const std::scoped_lock lock(mutex_);
  WL_ASSERT(inside_ > 0);
  if (--inside_ == 0) left_.notify_all();
}

void Postbox::Close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
}

bool Postbox::WaitUntilEmpty(Duration longest) {
  std::unique_lock lock(mutex_);
  return left_.wait_for(lock, longest, [this] { return inside_ == 0; });
}

}  // namespace windlass
