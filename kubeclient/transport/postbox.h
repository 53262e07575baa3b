// The network thread's way into the inbox, which closes before the transport goes.
#pragma once

#include <condition_variable>
#include <mutex>

#include "kubeclient/base/inbox.h"

namespace windlass {

// Thread-safe.
class Postbox {
 public:
  explicit Postbox(Inbox& inbox) : inbox_(inbox) {}

  // Dropped once closed: nothing reaches the inbox after Close has returned.
  void Post(Inbox::Message message);

  // Around the life of an exchange on the network side.
  void Enter();
  void Leave();

  void Close();
  // Waits until everybody has left; false when `longest` has passed before.
  bool WaitUntilEmpty(Duration longest);

 private:
  Inbox& inbox_;  // not touched once closed_
  std::mutex mutex_;
  std::condition_variable left_;
  bool closed_ = false;  // guarded by mutex_
  int inside_ = 0;       // guarded by mutex_
};

}  // namespace windlass
