// A transport that does what the test says: it records requests and answers when it is told to.
//
// It keeps the contract of transport.h:
//   - No handler runs inside Call or Stream.
//   - Each call is answered once. A cancelled call also gets kCancelled, later (AnswerCancelled).
//   - A line is followed by 64 readable bytes of garbage.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/base/assert.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class ScriptedTransport final : public Transport {
 public:
  CallId Call(HttpRequest request, ReplyHandler reply) override {
    return Open(std::move(request), std::move(reply), {});
  }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    return Open(std::move(request), {}, std::move(handler));
  }
  void Cancel(CallId id) override {
    if (!open_ || open_->id != id) return;
    cancelled_.push_back(std::move(*open_));
    open_.reset();
  }

  // --- what was asked ---

  const std::vector<HttpRequest>& requests() const { return requests_; }
  const HttpRequest& last() const {
    WL_ASSERT(!requests_.empty());
    return requests_.back();
  }
  bool busy() const { return open_.has_value(); }
  bool streaming() const { return busy() && open_->stream.on_line; }

  // Returns the value of a parameter of the last request; nullopt if it lacks the parameter.
  std::optional<std::string> Parameter(const std::string& name) const {
    const std::string target = last().target;
    for (const std::string start : {"?", "&"}) {
      const size_t at = target.find(start + name + "=");
      if (at == std::string::npos) continue;
      const size_t value = at + name.size() + 2;
      return target.substr(value, target.find('&', value) - value);
    }
    return std::nullopt;
  }

  // --- what comes back ---

  void Reply(int status, std::string body, std::optional<Duration> retry_after = std::nullopt) {
    const Pending call = TakeOpen();
    if (call.reply)
      return call.reply(HttpResponse{status, "application/json", std::move(body), retry_after});
    call.stream.on_end(StreamEnd{status, std::move(body), std::nullopt, retry_after});
  }
  void Fail(ErrorKind kind, const std::string& message) {
    const Pending call = TakeOpen();
    if (call.reply) return call.reply(Error{kind, message});
    call.stream.on_end(StreamEnd{0, "", Error{kind, message}, std::nullopt});
  }
  // Ends a stream that the guard did not send, because the server does not answer.
  void FailHeldBack() {
    Error error{ErrorKind::kNotSent, "the API server does not answer"};
    error.detail = ErrorDetail::kHeldBack;
    TakeOpen().stream.on_end(StreamEnd{0, "", std::move(error), std::nullopt});
  }
  // Sends the headers of a stream. Called automatically before a line or an end.
  void Open() {
    WL_ASSERT(streaming());
    if (std::exchange(open_->opened, true)) return;
    const auto on_open = open_->stream.on_open;
    if (on_open) on_open();
  }
  void Line(const std::string& line) {
    Open();
    const std::string padded = line + std::string(64, '}');
    const auto on_line = open_->stream.on_line;
    on_line(std::string_view(padded).substr(0, line.size()));
  }
  // Sends a line of which the transport kept only the beginning.
  void LongLine(const std::string& head) {
    Open();
    const auto on_long_line = open_->stream.on_long_line;
    on_long_line(head);
  }
  // Ends the stream as the server does.
  void End() {
    Open();
    TakeOpen().stream.on_end(StreamEnd{200, "", std::nullopt, std::nullopt});
  }
  // Breaks the connection after the response began.
  void Break() {
    Open();
    TakeOpen().stream.on_end(
        StreamEnd{200, "", Error{ErrorKind::kAmbiguous, "connection reset"}, std::nullopt});
  }
  // Sends lines and the end of cancelled calls, which must have no effect.
  void AnswerCancelled() {
    for (const Pending& call : std::exchange(cancelled_, {})) {
      const Error error{ErrorKind::kCancelled, "cancelled"};
      if (call.reply) {
        call.reply(error);
        continue;
      }
      call.stream.on_line("{}");
      call.stream.on_end(StreamEnd{0, "", error, std::nullopt});
    }
  }

 private:
  struct Pending {
    CallId id = 0;
    ReplyHandler reply;
    StreamHandler stream;
    bool opened = false;
  };

  CallId Open(HttpRequest request, ReplyHandler reply, StreamHandler stream) {
    WL_ASSERT(request.deadline > Duration{0});
    WL_ASSERT(!open_);  // a reflector has one call at a time
    requests_.push_back(std::move(request));
    open_ = Pending{++last_id_, std::move(reply), std::move(stream)};
    return last_id_;
  }
  Pending TakeOpen() {
    WL_ASSERT(open_);
    Pending call = std::move(*open_);
    open_.reset();
    return call;
  }

  std::vector<HttpRequest> requests_;
  std::optional<Pending> open_;
  std::vector<Pending> cancelled_;
  CallId last_id_ = 0;
};

}  // namespace windlass
