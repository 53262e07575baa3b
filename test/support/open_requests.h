// A transport whose requests stay open until the test answers them, found by a part of their paths.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kubeclient/transport/transport.h"
#include "test/catch.h"

namespace windlass {

// The open requests of one sort: their paths and handlers.
template <typename Handler>
using Open = std::map<CallId, std::pair<std::string, Handler>>;

// Returns the handler of the only request in `open` whose path has `part`.
template <typename Handler>
Handler HandlerOf(const Open<Handler>& open, const std::string& part) {
  const std::pair<std::string, Handler>* found = nullptr;
  for (const auto& [id, request] : open) {
    if (request.first.find(part) == std::string::npos) continue;
    REQUIRE(found == nullptr);
    found = &request;
  }
  REQUIRE(found != nullptr);
  return found->second;
}

template <typename Handler>
Handler Take(Open<Handler>& open, const std::string& part) {
  Handler handler = HandlerOf(open, part);
  std::erase_if(open, [&](const auto& request) {
    return request.second.first.find(part) != std::string::npos;
  });
  return handler;
}

// A transport that answers each open request when it is told to.
class OpenRequests final : public Transport {
 public:
  CallId Call(HttpRequest request, ReplyHandler reply) override {
    calls_[++last_] = {std::move(request.target), std::move(reply)};
    return last_;
  }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    streams_[++last_] = {std::move(request.target), std::move(handler)};
    return last_;
  }
  void Cancel(CallId id) override {
    calls_.erase(id);
    streams_.erase(id);
  }

  // Each expects exactly one open request whose path has `part`.
  void Reply(const std::string& part, int status, std::string body) {
    const ReplyHandler reply = Take(calls_, part);
    reply(HttpResponse{status, "application/json", std::move(body), std::nullopt});
  }
  void Line(const std::string& part, const std::string& line) {
    const std::string padded = line + std::string(64, '}');
    const StreamHandler handler = HandlerOf(streams_, part);
    handler.on_line(std::string_view(padded).substr(0, line.size()));
  }
  void End(const std::string& part, int status) {
    const StreamHandler handler = Take(streams_, part);
    handler.on_end(StreamEnd{status, "", std::nullopt, std::nullopt});
  }
  bool asks(const std::string& part) const {
    for (const auto& [id, call] : calls_) {
      if (call.first.find(part) != std::string::npos) return true;
    }
    return false;
  }

 private:
  CallId last_ = 0;
  Open<ReplyHandler> calls_;
  Open<StreamHandler> streams_;
};

}  // namespace windlass
