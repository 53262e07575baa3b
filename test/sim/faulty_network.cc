#include "test/sim/faulty_network.h"

namespace windlass::sim {
namespace {

constexpr CallId kFailedBit = CallId{1} << 62U;  // marks calls that the inner transport never sees

Error Refused() { return {ErrorKind::kNotSent, "connection refused"}; }

StreamEnd Broken() {
  return {0, "", Error{ErrorKind::kAmbiguous, "connection reset"}, std::nullopt};
}

HttpResponse TooManyRequests(Duration retry_after) {
  return {429, "text/plain; charset=utf-8", "Too many requests, please try again later.\n",
          retry_after};
}

}  // namespace

void FaultyNetwork::SetDown(bool down) {
  down_ = down;
  if (down) Break([](const HttpRequest&) { return true; });
}

void FaultyNetwork::SetRefused(std::string part, int code) {
  refused_ = std::move(part);
  refused_code_ = code;
  Break([this](const HttpRequest& request) { return IsRefused(request); });
}

void FaultyNetwork::Break(const std::function<bool(const HttpRequest&)>& which) {
  for (auto at = streams_.begin(); at != streams_.end();) {
    if (!which(at->second.request)) {
      ++at;
      continue;
    }
    auto broken = streams_.extract(at++);
    inner_.Cancel(broken.key());  // its end, kCancelled, is not passed on
    Later([on_end = broken.mapped().handler.on_end] { on_end(Broken()); });
  }
}

CallId FaultyNetwork::Call(HttpRequest request, ReplyHandler reply) {
  ++tried_;
  if (down_) {
    Later([reply = std::move(reply)] { reply(Refused()); });
    return kFailedBit | ++failed_;
  }
  if (retry_after_ > Duration{0} && request.call_class != CallClass::kLease) {
    Later([reply = std::move(reply), wait = retry_after_] { reply(TooManyRequests(wait)); });
    return kFailedBit | ++failed_;
  }
  if (IsRefused(request)) {
    Later([reply = std::move(reply), code = refused_code_] {
      reply(HttpResponse{code, "text/plain", "no", {}});
    });
    return kFailedBit | ++failed_;
  }
  return inner_.Call(std::move(request), std::move(reply));
}

CallId FaultyNetwork::Stream(HttpRequest request, StreamHandler handler) {
  ++tried_;
  if (down_) {
    Later([on_end = std::move(handler.on_end)] { on_end({0, "", Refused(), std::nullopt}); });
    return kFailedBit | ++failed_;
  }
  if (IsRefused(request)) {
    Later([on_end = std::move(handler.on_end), code = refused_code_] {
      on_end({code, "no", std::nullopt, std::nullopt});
    });
    return kFailedBit | ++failed_;
  }
  // The stream's id is known once the inner transport has returned it, which is before any event.
  const auto id = std::make_shared<CallId>(0);
  StreamHandler passed;
  passed.on_open = [this, id] {
    const auto found = streams_.find(*id);
    if (found == streams_.end() || !found->second.handler.on_open) return;
    const auto on_open = found->second.handler.on_open;
    on_open();
  };
  passed.on_line = [this, id](std::string_view line) {
    const auto found = streams_.find(*id);
    if (found == streams_.end()) return;
    const auto on_line = found->second.handler.on_line;
    on_line(line);
  };
  passed.on_long_line = [this, id](std::string_view head) {
    const auto found = streams_.find(*id);
    if (found == streams_.end() || !found->second.handler.on_long_line) return;
    const auto on_long_line = found->second.handler.on_long_line;
    on_long_line(head);
  };
  passed.on_end = [this, id](const StreamEnd& end) {
    auto ended = streams_.extract(*id);
    if (!ended.empty()) ended.mapped().handler.on_end(end);
  };
  *id = inner_.Stream(request, std::move(passed));
  streams_.emplace(*id, OpenStream{std::move(request), std::move(handler)});
  return *id;
}

void FaultyNetwork::Cancel(CallId id) {
  if ((id & kFailedBit) == 0) inner_.Cancel(id);
}

}  // namespace windlass::sim
