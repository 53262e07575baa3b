// FakeTransport: the test answers its calls. ClientWorld: a Client in virtual time.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/base/assert.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/write_deadline.h"
#include "test/sim/virtual_clock.h"

namespace windlass {

// Keeps every call until the test answers it. After Cancel a timer answers kCancelled.
class FakeTransport final : public Transport {
 public:
  FakeTransport(const Clock& clock, TimerQueue& timers) : clock_(clock), timers_(timers) {}

  CallId Call(HttpRequest request, ReplyHandler reply) override {
    sent.push_back(std::move(request));
    open_.emplace_back(++last_id_, std::move(reply));
    return last_id_;
  }
  CallId Stream(HttpRequest, StreamHandler) override {
    AssertionFailed("no streams here", __FILE__, __LINE__);
  }
  void Cancel(CallId id) override {
    ++cancels;
    if (cancels_at_once) return AnswerCancelled(id);
    timers_.At(clock_.Now(), [this, id] { AnswerCancelled(id); });
  }

  size_t waiting() const { return open_.size(); }
  // Answers the oldest call that waits.
  void Answer(Result<HttpResponse> response) { AnswerAt(0, std::move(response)); }
  // Answers the youngest call that waits.
  void AnswerLast(Result<HttpResponse> response) {
    AnswerAt(open_.size() - 1, std::move(response));
  }

  std::vector<HttpRequest> sent;  // all requests, in order
  int cancels = 0;
  bool cancels_at_once = false;  // true: Cancel itself answers kCancelled

 private:
  using Open = std::pair<CallId, ReplyHandler>;

  void AnswerAt(size_t index, Result<HttpResponse> response) {
    WL_ASSERT(index < open_.size());
    const ReplyHandler reply = std::move(open_[index].second);
    open_.erase(open_.begin() + static_cast<ptrdiff_t>(index));
    reply(std::move(response));
  }

  void AnswerCancelled(CallId id) {
    const auto found = std::ranges::find(open_, id, &Open::first);
    if (found == open_.end()) return;
    const ReplyHandler reply = std::move(found->second);
    open_.erase(found);
    reply(Error{ErrorKind::kCancelled, "cancelled"});
  }

  const Clock& clock_;
  TimerQueue& timers_;
  std::vector<Open> open_;
  CallId last_id_ = 0;
};

// Bodies in the form that the API server writes.
inline std::string StatusBody(int code, const std::string& reason, const std::string& message,
                              const std::string& details = "{}") {
  std::string text = R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)";
  text += R"("message":")" + message + R"(","reason":")" + reason + R"(","details":)" + details;
  return text + R"(,"code":)" + std::to_string(code) + "}";
}
inline HttpResponse Refusal(int code, const std::string& reason, const std::string& message,
                            const std::string& details = "{}") {
  return {code, "application/json", StatusBody(code, reason, message, details), {}};
}
inline constexpr const char* kUid = "0a1b2c3d-1111-4222-8333-444455556666";
inline std::string ObjectBody(const std::string& name, const std::string& version = "41") {
  return R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"namespace":"shop","name":")" +
         name + R"(","uid":")" + kUid + R"(","resourceVersion":")" + version + R"("}})";
}
inline HttpResponse Success(const std::string& name = "web", const std::string& version = "41") {
  return {200, "application/json", ObjectBody(name, version), {}};
}
inline Error TransportError(ErrorKind kind) { return {kind, "connection trouble"}; }

inline ObjectVersion Version(const std::string& name) {
  return {{"shop", name}, *Uid::Parse(kUid), {"40"}};
}
inline Request GetOf(const std::string& name) {
  return Request::Get(resources::kDeployments, {"shop", name});
}
inline Request PatchOf(const std::string& name) {
  return Request::MergePatch(resources::kDeployments, Version(name), "",
                             R"({"spec":{"replicas":3}})");
}
inline Request DryRunOf(const std::string& name) {
  return Request::DryRunCreate(resources::kReplicaSets, {"shop", name}, R"({"kind":"ReplicaSet"})");
}
inline Request EvictionOf(const std::string& name) {
  return Request::Evict({"shop", name}, *Uid::Parse(kUid));
}
inline Request EventOf(const std::string& name) {
  return Request::Create(resources::kEvents, {"shop", name}, R"({"kind":"Event"})");
}

// A client in virtual time that may write.
struct ClientWorld {
  explicit ClientWorld(ClientOptions options = {})
      : client(clock, timers, transport, decoder, write_deadline, "windlass", options) {
    write_deadline.AllowForGood();
  }

  // Executes the request, and stores every reply to it under `name`.
  void Execute(const Request& request, const std::string& name) {
    client.Execute(request, [this, name](Result<Reply> reply) {
      order.push_back(name);
      replies[name].push_back(std::move(reply));
    });
  }
  // Returns the kinds of the replies stored under `name`: "ok", or the error kind's name.
  std::vector<std::string> Kinds(const std::string& name) const {
    std::vector<std::string> kinds;
    const auto found = replies.find(name);
    if (found == replies.end()) return kinds;
    for (const Result<Reply>& reply : found->second) {
      kinds.emplace_back(reply.ok() ? "ok" : Name(reply.error().kind));
    }
    return kinds;
  }
  void RunDue() { timers.RunDue(clock.Now()); }
  // Advances the clock from timer to timer.
  void Advance(Duration duration) {
    const MonotonicTime end = clock.Now() + duration;
    RunDue();
    while (timers.next() && *timers.next() <= end) {
      clock.JumpTo(std::max(clock.Now(), *timers.next()));
      RunDue();
    }
    clock.JumpTo(end);
  }
  // Returns the last path segment of every request sent, in order.
  std::vector<std::string> SentNames() const {
    std::vector<std::string> names;
    for (const HttpRequest& request : transport.sent) {
      const std::string path = request.target.substr(0, request.target.find('?'));
      names.push_back(path.substr(path.rfind('/') + 1));
    }
    return names;
  }

  sim::VirtualClock clock;
  TimerQueue timers;
  FakeTransport transport{clock, timers};
  SymbolTable symbols;
  Decoder decoder{symbols};
  WriteDeadline write_deadline{clock};
  Client client;
  std::map<std::string, std::vector<Result<Reply>>> replies;
  std::vector<std::string> order;
};

}  // namespace windlass
