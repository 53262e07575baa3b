#include "kubeclient/base/inbox.h"

#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass {

void Inbox::Post(Message message) {
  {
    const std::scoped_lock lock(mutex_);
    WL_ASSERT(messages_.size() < kInboxMessagesMax);
    messages_.push_back(std::move(message));
  }
  arrived_.notify_one();
}

int Inbox::Drain(int most) {
  std::deque<Message> batch;
  {
    const std::scoped_lock lock(mutex_);
    while (!messages_.empty() && batch.size() < static_cast<size_t>(most)) {
      batch.push_back(std::move(messages_.front()));
      messages_.pop_front();
    }
  }
  for (const Message& message : batch) message();
  return static_cast<int>(batch.size());
}

void Inbox::WaitFor(Duration longest) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, longest, [this] { return !messages_.empty(); });
}

}  // namespace windlass
