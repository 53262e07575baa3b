// HoldingNetwork: the network of a simulated daemon. It can hold one request back, and answer
// requests in place of the server. It also answers SelfSubjectAccessReviews, which the modelled API
// server does not know.
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

  // Holds the next call for which `which` returns true: the server does not get it, and its caller
  // gets no answer.
  void HoldNext(std::function<bool(const HttpRequest&)> which) { hold_ = std::move(which); }
  bool holds() const { return held_.has_value(); }
  // Passes the held call on to the server.
  void Deliver() {
    Held held = Take();
    inner_.Call(std::move(held.request), std::move(held.reply));
  }
  // Tells the caller that the connection broke, and returns the request, for the server to get
  // later.
  HttpRequest Break() {
    Held held = Take();
    Later([reply = std::move(held.reply)] {
      reply(Error{ErrorKind::kAmbiguous, "the connection broke"});
    });
    return std::move(held.request);
  }
  // Returns the request, for the server to get later. Its caller gets no answer.
  HttpRequest TakeHeld() { return Take().request; }

  // Called with every other request of the process, held or not.
  std::function<void(const HttpRequest&)> on_request = [](const HttpRequest&) {};
  // Returns the answer to a request that the server is not to get; nullopt if it gets it.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> refusal = [](const HttpRequest&) {
    return std::optional<HttpResponse>();
  };
  // Returns the answer to a SelfSubjectAccessReview with this body.
  std::function<HttpResponse(const std::string& body)> review = [](const std::string&) {
    return HttpResponse{201, "application/json", R"({"status":{"allowed":true}})", {}};
  };

  CallId Call(HttpRequest request, ReplyHandler reply) override {
    if (request.target.ends_with("/selfsubjectaccessreviews")) {
      Later([reply = std::move(reply), answer = review(request.body)] { reply(answer); });
      return kOwnBit | ++calls_;
    }
    on_request(request);
    if (std::optional<HttpResponse> answer = refusal(request)) {
      Later([reply = std::move(reply), answer = std::move(*answer)] { reply(answer); });
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
    on_request(request);
    return inner_.Stream(std::move(request), std::move(handler));
  }
  // Does not cancel the held call: it counts as sent.
  void Cancel(CallId id) override {
    if ((id & kOwnBit) == 0) inner_.Cancel(id);
  }

 private:
  // Set in the ids of our own calls. The inner transport and GuardedTransport do not use this bit.
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
