// A transport that answers nothing: what there is comes into the stores by hand.
#pragma once

#include "kubeclient/transport/transport.h"

namespace windlass {

class SilentTransport final : public Transport {
 public:
  CallId Call(HttpRequest, ReplyHandler) override { return ++last_id_; }
  CallId Stream(HttpRequest, StreamHandler) override { return ++last_id_; }
  void Cancel(CallId) override {}

 private:
  CallId last_id_ = 0;
};

}  // namespace windlass
