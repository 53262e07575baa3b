// The network of a simulated daemon: it can hold one request back, and it answers questions about
// rights, which the modelled API server does not know.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "kubeclient/base/assert.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class HoldingNetwork final : public Transport {
 public:
  HoldingNetwork(const Clock& clock, TimerQueue& timers, Transport& inner)
      : clock_(clock), timers_(timers), inner_(inner) {}

  // The next call for which `which` is true is held: the server does not see it, and nobody hears
  // of it.
  void HoldNext(std::function<bool(const HttpRequest&)> which) { hold_ = std::move(which); }
  bool holds() const { return held_.has_value(); }
  // What is held goes on its way.
  void Deliver() {
    Held held = Take();
    inner_.Call(std::move(held.request), std::move(held.reply));
  }
  // Its caller is told that the connection broke. The server may get it later.
  HttpRequest Break() {
    Held held = Take();
    Later([reply = std::move(held.reply)] {
      reply(Error{ErrorKind::kAmbiguous, "the connection broke"});
    });
    return std::move(held.request);
  }
  // The server may get it later, and nobody hears the answer.
  HttpRequest TakeHeld() { return Take().request; }

  // The answer to a SelfSubjectAccessReview with this body.
  std::function<HttpResponse(const std::string& body)> review = [](const std::string&) {
    return HttpResponse{201, "application/json", R"({"status":{"allowed":true}})", {}};
  };

  CallId Call(HttpRequest request, ReplyHandler reply) override {
    if (request.target.ends_with("/selfsubjectaccessreviews")) {
      Later([reply = std::move(reply), answer = review(request.body)] { reply(answer); });
      return kOwnBit | ++calls_;
    }
    if (hold_ && hold_(request)) {
      hold_ = nullptr;
      held_ = Held{kOwnBit | ++calls_, std::move(request), std::move(reply)};
      return held_->id;
    }
    return inner_.Call(std::move(request), std::move(reply));
  }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    return inner_.Stream(std::move(request), std::move(handler));
  }
  // What is held has left already: nobody can call it back.
  void Cancel(CallId id) override {
    if ((id & kOwnBit) == 0) inner_.Cancel(id);
  }

 private:
  // Tells calls from those of the inner transport, and from those that the guard refuses.
  static constexpr CallId kOwnBit = CallId{1} << 62U;

  struct Held {
    CallId id = 0;
    HttpRequest request;
    ReplyHandler reply;
  };
  Held Take() {
    WL_ASSERT(held_);
    Held held = std::move(*held_);
    held_.reset();
    return held;
  }
  void Later(std::function<void()> run) { timers_.At(clock_.Now(), std::move(run)); }

  const Clock& clock_;
  TimerQueue& timers_;
  Transport& inner_;
  std::function<bool(const HttpRequest&)> hold_;
  std::optional<Held> held_;
  CallId calls_ = 0;
};

}  // namespace windlass
