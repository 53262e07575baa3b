// Postbox: the threads of an object post to the inbox through the object's Postbox. The object
// closes its Postbox before it is destroyed, and can then wait until its threads are done.
#pragma once

#include <condition_variable>
#include <mutex>

#include "kubeclient/base/inbox.h"

namespace windlass {

// Thread-safe.
class Postbox {
 public:
  explicit Postbox(Inbox& inbox) : inbox_(inbox) {}

  // Posts to the inbox, or drops `message` if the postbox is closed. Nothing reaches the inbox
  // after Close has returned.
  void Post(Inbox::Message message);

  // Call Enter when an exchange is handed to the network thread, and Leave when that thread is done
  // with the exchange.
  void Enter();
  void Leave();

  void Close();
  // Waits until every Enter has had its Leave. Returns false if `longest` passes first.
  bool WaitUntilEmpty(Duration longest);

 private:
  Inbox& inbox_;  // not touched once closed_
  std::mutex mutex_;
  std::condition_variable left_;
  bool closed_ = false;  // guarded by mutex_
  int inside_ = 0;       // guarded by mutex_
};

}  // namespace windlass
